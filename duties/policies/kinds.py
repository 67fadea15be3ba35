"""What a kind of duty may look like, and what of it stays."""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.errors import Refusal

if TYPE_CHECKING:
    from duties.enums import DutyCategory
    from duties.models import DutyKind

CODE_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
LONGEST_NAME = 40
LONGEST_MINUTES = 1440
MOST_NEEDED = 9999


def check_kind_values(kind: "DutyKind") -> None:
    """Raise `Refusal` for the first value that cannot be."""
    if not CODE_FORM.fullmatch(kind.code):
        raise _wrong(
            "code",
            _("The code of a kind of duty is missing or has other characters."),
            _("Use 1 to 20 small letters, digits and hyphens."),
        )
    if not 0 < len(kind.name) <= LONGEST_NAME:
        raise _wrong("name", _("A name is needed."), _("Enter at most %(limit)d characters.") % {"limit": LONGEST_NAME})
    for place, value, most in (("needed", kind.needed, MOST_NEEDED), ("minutes", kind.minutes, LONGEST_MINUTES)):
        if not 1 <= value <= most:
            raise _wrong(
                place,
                _("%(number)d cannot be right.") % {"number": value},
                _("Enter a number from %(least)d to %(most)d.") % {"least": 1, "most": most},
            )


def check_category_stays(kind: "DutyKind", category: "DutyCategory") -> None:
    """What shifts of a kind count as does not change behind published figures."""
    if kind.category != category and kind.shifts.exists():
        raise Refusal(
            _("Shifts of “%(kind)s” exist: what it counts as stays.") % {"kind": kind.name},
            code="duty_kind.category_stays",
            place="category",
            remedy=_("Add a new kind of duty, and retire this one."),
        )


def _wrong(place: str, message: str, remedy: str) -> Refusal:
    return Refusal(message, code="duty_kind.invalid", place=place, remedy=remedy)
