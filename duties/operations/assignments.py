"""Who is planned for a shift."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.tree import hold_open
from corps.permissions import Permission
from duties.enums import AttendanceStatus
from duties.models import Assignment, Attendance, Shift
from duties.operations.holding import Right, chosen_members, hold_members, one_place_each, writing_shift
from duties.policies.people import check_on_duty
from duties.policies.shifts import check_can_change
from duties.queries.fitness import check_fit
from duties.queries.free import Clash, planned_clashes

if TYPE_CHECKING:
    from corps.actors import Actor


def assign(*, actor: "Actor", shift_id: int, member_ids: Iterable[int]) -> list[Assignment]:
    """Put members on a shift: all of them or none. Whoever is on it already stays.

    Raises `Refusal`: a member is held by another shift at that time, has left or is suspended, belongs elsewhere, or
    does not fulfil what the kind of duty requires on that day.
    """
    with writing_shift(
        actor=actor, action="shift.assign", permission=Permission.DUTY_PLAN, shift_id=shift_id, joint=True
    ) as (shift, right):
        hold_open([shift.unit_id])
        check_can_change(shift)
        return put_on(actor=actor, shifts=[shift], right=right, member_ids=member_ids)


def take_off(*, actor: "Actor", shift_id: int, member_id: int) -> None:
    """Take a member off a shift, who is free again. Refused for somebody recorded at it; nothing for nobody."""
    with writing_shift(
        actor=actor, action="shift.take_off", permission=Permission.DUTY_PLAN, shift_id=shift_id, joint=True
    ) as (shift, right):
        check_can_change(shift)
        if not right.whole:
            chosen_members(
                actor=actor, shift=shift, right=right, permission=Permission.DUTY_PLAN, member_ids=[member_id]
            )
        release(shift, [member_id])


def release(shift: Shift, member_ids: Collection[int]) -> None:
    """Free members of a shift, which the caller holds. Raises `Refusal` for somebody recorded at it."""
    recorded = Attendance.objects.filter(shift=shift, member_id__in=member_ids, current=True)
    found = recorded.exclude(status=AttendanceStatus.REPLACED).select_related("member").first()
    if found is not None:
        raise Refusal(
            _("%(name)s has been recorded at this shift already.") % {"name": found.member.name},
            code="duty.recorded",
            place=found.member.name,
            remedy=_("Correct the attendance with a reason instead."),
        )
    shift.assignments.filter(member_id__in=member_ids, active=True).update(active=False)


def put_on(*, actor: "Actor", shifts: Sequence[Shift], right: Right, member_ids: Iterable[int]) -> list[Assignment]:
    """Plan the members for each of the shifts, which the caller holds and which have the same units and kind."""
    wanted = sorted(set(member_ids))
    if not wanted or not shifts:
        return []
    members = chosen_members(
        actor=actor, shift=shifts[0], right=right, permission=Permission.DUTY_PLAN, member_ids=wanted
    )
    hold_members(wanted)
    for shift in shifts:
        for member in members.values():
            check_on_duty(member, shift.day)
    before = {
        (row.shift_id, row.member_id): row for row in Assignment.objects.filter(shift__in=shifts, member_id__in=wanted)
    }
    fresh = [
        Assignment(shift=shift, member=members[member_id], period=(shift.starts_at, shift.ends_at))
        for shift in shifts
        for member_id in wanted
        if (shift.pk, member_id) not in before
    ]
    again = [row.pk for row in before.values() if not row.active]
    check_fit(
        shifts[0].kind,
        members,
        [
            (member_id, shift.day)
            for shift in shifts
            for member_id in wanted
            if (row := before.get((shift.pk, member_id))) is None or not row.active
        ],
    )
    with one_place_each(lambda: _clashes(actor, shifts, wanted), remedy()):
        Assignment.objects.filter(pk__in=again).update(active=True)
        Assignment.objects.bulk_create(fresh)
    return list(
        Assignment.objects.filter(shift__in=shifts, member_id__in=wanted, active=True)
        .select_related("member", "shift")
        .order_by("shift_id", "member_id")
    )


def remedy() -> str:
    """What to do about somebody who is not free."""
    return _("Please change the time, or choose somebody else.")


def _clashes(actor: "Actor", shifts: Sequence[Shift], member_ids: Sequence[int]) -> list[Clash]:
    own = {shift.pk for shift in shifts}
    return [
        clash
        for shift in shifts
        for clash in planned_clashes(
            actor=actor, member_ids=member_ids, starts_at=shift.starts_at, ends_at=shift.ends_at
        )
        if clash.shift_id not in own
    ]
