"""Which state of a post allows what."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Post, Term


def check_period(starts_on: date, ends_on: date | None) -> None:
    """A term has at least one day."""
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(
            _("The term would end before it begins."),
            code="term.period",
            place="ends_on",
            remedy=_("Choose an end after %(day)s.") % {"day": date_format(starts_on)},
        )


def check_can_end(term: Term, ends_on: date) -> None:
    """A term ends once, and not before it began."""
    if term.ends_on is not None and term.ends_on <= ends_on:
        raise Refusal(
            _("The term of %(holder)s ended on %(day)s.") % {"holder": term.holder, "day": date_format(term.ends_on)},
            code="term.ended",
            place="ends_on",
            remedy=_("Choose an earlier day, or leave it as it is."),
        )
    check_period(term.starts_on, ends_on)


def occupied(post: Post, starts_on: date, ends_on: date | None) -> Refusal:
    """The sentence for a post that has a holder in the period, naming holder and period."""
    others = post.terms.exclude(ends_on__lte=starts_on)
    if ends_on is not None:
        others = others.exclude(starts_on__gte=ends_on)
    other = others.order_by("starts_on").first()
    names = {
        "unit": post.unit.name,
        "post": post.title,
        "holder": other.holder if other else "",
        "start": date_format(other.starts_on) if other else "",
        "end": date_format(other.ends_on) if other and other.ends_on else _("further notice"),
    }
    return Refusal(
        _("%(holder)s holds the post “%(post)s” of %(unit)s from %(start)s until %(end)s.") % names,
        code="post.occupied",
        place="starts_on",
        remedy=_("End that term first, or hand the post over."),
    )
