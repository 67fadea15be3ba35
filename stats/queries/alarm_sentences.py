"""Every sentence about a sheet of alarm figures: code → what is wrong, and what to do about it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_PROBLEMS: Final[dict[str, tuple[Promise, Promise]]] = {
    "nothing": (
        _("No sheet holds alarm figures that can be understood."),
        _(
            "Needed are areas as rows with months or kinds of alarm as columns, or a list with area, kind, month and"
            " number; the title may name year and kind."
        ),
    ),
    "area_missing": (_("This figure stands beside no area."), _("Write the area into the row.")),
    "area_unknown": (
        _("No unit below works in this area."),
        _("Write the area as the unit is called, or its code; take the row out if the area is not yours."),
    ),
    "area_ambiguous": (_("Several units may be meant: %(units)s."), _("Write the code of the unit instead.")),
    "count_wrong": (_("This is no number of alarms."), _("Enter a whole number that is not negative.")),
    "formula": (
        _("A formula stands here; what it shows may be old."),
        _("Copy the table, paste it as values and save it."),
    ),
    "year_missing": (
        _("It is not said of which year month %(month)s is."),
        _("Write the year into the title, the name of the sheet or the head."),
    ),
    "kind_missing": (
        _("It is not said which kind of alarm this is."),
        _("Write the kind, such as 刑事警情, into the title, the name of the sheet, the head or a column."),
    ),
    "kind_unknown": (
        _("This kind of alarm is not known."),
        _("Known are all, criminal, public order, robbery, theft, fraud, disputes, traffic and others."),
    ),
    "month_unknown": (_("This is no month."), _("Write 3月 or 2022-03.")),
    "month_ahead": (_("This month has not come yet."), _("Correct the year or the month.")),
    "twice": (
        _("The same area, kind and month stands in row %(row)s of the sheet “%(sheet)s” already."),
        _("Take one of the two out."),
    ),
}
_NOTES: Final[dict[str, Promise]] = {
    "sheet_passed": _("The sheet holds no alarm figures."),
    "total_passed": _("Row %(row)s “%(text)s” is a total and was left out."),
    "row_without_figure": _("Row %(row)s “%(text)s” holds no figure."),
}


def problem_sentence(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and the remedy."""
    text, remedy = _PROBLEMS[code]
    return str(text) % params, str(remedy)


def note_sentence(code: str, params: Mapping[str, Any]) -> str:
    """What was passed over."""
    return str(_NOTES[code]) % params
