"""What pages say of periods and of changes."""

from django.utils.translation import gettext as _

from corps.languages import in_chinese
from stats.logic.periods import Kind, Period, label


def period_words(period: Period) -> str:
    """The period in the reader's language."""
    return label(period, chinese=in_chinese())


def versus(kind: Kind, *, unfinished: bool) -> str:
    """What a change is a change against, in words."""
    words = {
        Kind.DAY: _("against the day before"),
        Kind.WEEK: _("against the same days of last week") if unfinished else _("against last week"),
        Kind.MONTH: _("against the same days of last month") if unfinished else _("against last month"),
        Kind.QUARTER: _("against the same days of last quarter") if unfinished else _("against last quarter"),
        Kind.YEAR: _("against the same days of last year") if unfinished else _("against last year"),
        Kind.RANGE: _("against as many days before"),
    }
    return words[kind]
