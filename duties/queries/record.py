"""What duties hold about one person, for the right of access. The caller has made sure of the right."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.enums import ShiftState
from duties.models import Assignment, Attendance
from members.logic.record import Section


def sections_of(records: Collection[int]) -> list[Section]:
    """Attendance, corrected rows as well, and what is planned."""
    return [_attended(list(records)), _planned(list(records))]


def _attended(ids: list[int]) -> Section:
    heads = (_("Day"), _("Duty"), _("Unit"), _("Status"), _("Checked in"), _("Checked out"), _("Minutes"), _("Reason"))
    rows = Attendance.objects.filter(member__in=ids).select_related("shift__kind", "shift__unit").order_by("day", "pk")
    return Section(
        "attendance",
        _("Attendance"),
        heads,
        tuple(
            (
                one.day,
                one.shift.kind.name,
                one.shift.unit.name,
                one.get_status_display()
                if one.current
                else _("corrected: %(was)s") % {"was": one.get_status_display()},
                one.checked_in_at,
                one.checked_out_at,
                one.minutes,
                one.reason,
            )
            for one in rows
        ),
    )


def _planned(ids: list[int]) -> Section:
    heads = (_("Starts"), _("Ends"), _("Duty"), _("Unit"))
    rows = Assignment.objects.filter(member__in=ids, active=True).select_related("shift__kind", "shift__unit")
    return Section(
        "planned",
        _("Planned duties"),
        heads,
        tuple(
            (one.shift.starts_at, one.shift.ends_at, one.shift.kind.name, one.shift.unit.name)
            for one in rows.order_by("shift__starts_at", "pk")
        ),
    )


def check_nothing_open(records: Collection[int], name: str) -> None:
    """Raise `Refusal` when the person is still planned for a shift that is to come or is not settled."""
    planned = Assignment.objects.filter(member__in=list(records), active=True, shift__state=ShiftState.PLANNED)
    coming = planned.filter(shift__ends_at__gt=timezone.now()).exists()
    unsettled = planned.exclude(shift__attendances__member__in=list(records)).exists()
    if coming or unsettled:
        raise Refusal(
            _("%(name)s is still planned for a duty, or a past one is not settled.") % {"name": name},
            code="erase.duty",
            place="duties",
            remedy=_("Take the person off the shift, or record the attendance first."),
        )
