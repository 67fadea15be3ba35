"""What a shift must hold before it is closed: from then on it counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.enums import DutyCategory
from duties.policies.attendance import serves, when

if TYPE_CHECKING:
    from duties.models import Assignment, Attendance, Shift

# Whose results are their point: without a number or a word on what was done they say nothing.
NEEDS_FIGURES = frozenset({DutyCategory.PUBLICITY})
NEEDS_SUMMARY = frozenset({DutyCategory.CONTROL, DutyCategory.ACTIVITY})


def missing(shift: "Shift", assignments: Sequence["Assignment"], attendances: Sequence["Attendance"]) -> list[str]:
    """A sentence with its remedy for everything that is lacking; empty when the shift may be closed.

    `assignments` in force and `attendances` that count, both of this shift with their members.
    """
    found = []
    if shift.ends_at > timezone.now():
        found.append(_("The shift runs until its end (%(when)s): close it afterwards.") % {"when": when(shift)})
    recorded = {attendance.member_id for attendance in attendances}
    unrecorded = [one.member.name for one in assignments if one.member_id not in recorded]
    if unrecorded:
        found.append(
            _("Attendance is missing for %(names)s: record it, or take them off the shift.")
            % {"names": _named(unrecorded)}
        )
    open_rows = [one.member.name for one in attendances if serves(one.status) and one.checked_out_at is None]
    if open_rows:
        found.append(_("Not checked out: %(names)s. Check them out.") % {"names": _named(open_rows)})
    if not unrecorded and not any(serves(one.status) for one in attendances):
        found.append(_("Nobody was there: record who came, or cancel the shift."))
    return found + missing_results(shift)


def check_can_close(shift: "Shift", assignments: Sequence["Assignment"], attendances: Sequence["Attendance"]) -> None:
    """Raise `Refusal` that names everything that is lacking."""
    if lacking := missing(shift, assignments, attendances):
        raise Refusal(
            _("The shift cannot be closed yet."),
            code="shift.incomplete",
            place="state",
            remedy=" ".join(lacking),
            params={"missing": lacking},
        )


def missing_results(shift: "Shift") -> list[str]:
    """What the kind of duty asks for and the results do not say yet."""
    if shift.category in NEEDS_FIGURES and not (shift.materials or shift.people_reached or shift.summary.strip()):
        return [_("Results are missing: enter material handed out, people reached, or what was done.")]
    if shift.category in NEEDS_SUMMARY and not shift.summary.strip():
        return [_("What was done is missing: enter it in a sentence.")]
    return []


def _named(names: Sequence[str], most: int = 5) -> str:
    shown = "、".join(names[:most])
    if len(names) <= most:
        return shown
    return _("%(names)s and %(number)d more") % {"names": shown, "number": len(names) - most}
