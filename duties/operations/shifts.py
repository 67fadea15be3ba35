"""One shift: planning, changing and cancelling it."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from django.db.models import Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from corps.permissions import Permission
from duties.enums import SERVED, ShiftState
from duties.models import Attendance, Shift
from duties.operations.assignments import put_on, release, remedy
from duties.operations.holding import Right, hold_members, one_place_each, writing, writing_shift
from duties.operations.shift_plan import Changes, Planned, ShiftPlan, plan_of
from duties.policies import shifts as policy
from duties.policies.attendance import EARLY
from duties.queries.fitness import check_fit
from duties.queries.free import planned_clashes
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor


def plan_shift(
    *,
    actor: "Actor",
    unit_id: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    member_ids: Iterable[int] = (),
    **planned: Unpack[Planned],
) -> Shift:
    """Plan a shift of an open unit, with its people: both or neither. Raises `Refusal`."""
    with writing(actor=actor, action="shift.plan", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        plan = ShiftPlan(actor=actor, unit_id=unit_id, **planned)
        shift = plan.shift(starts_at, ends_at)
        shift.save()
        plan.join([shift])
        put_on(actor=actor, shifts=[shift], right=Right(unit_id, whole=True), member_ids=member_ids)
        return shift


def edit_shift(
    *,
    actor: "Actor",
    shift_id: int,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
    member_ids: Iterable[int] | None = None,
    reason: str = "",
    **changes: Unpack[Changes],
) -> Shift:
    """Change the plan of a shift; what is left out stays as it is once the shift is locked, so that two who change
    different things both get their way. Raises `Refusal`, also when somebody who is planned for it is held by another
    shift at the new time.
    """
    with writing_shift(
        actor=actor, action="shift.edit", permission=Permission.DUTY_PLAN, shift_id=shift_id, reason=reason
    ) as (shift, right):
        policy.check_can_change(shift)
        starts_at, ends_at = starts_at or shift.starts_at, ends_at or shift.ends_at
        planned = plan_of(shift)
        planned.update(changes)
        plan = ShiftPlan(actor=actor, unit_id=shift.unit_id, before=shift, **planned)
        before = set(shift.assignments.filter(active=True).values_list("member_id", flat=True))
        wanted = before if member_ids is None else set(member_ids)
        recorded = shift.attendances.filter(current=True).values_list("member_id", flat=True)
        hold_members({*before, *wanted, *recorded})
        day_before = shift.day
        plan.write(shift, starts_at, ends_at)
        _check_attendance_fits(shift)
        release(shift, before - wanted)
        with one_place_each(
            lambda: planned_clashes(
                actor=actor, member_ids=before & wanted, starts_at=starts_at, ends_at=ends_at, but_shift_id=shift_id
            ),
            remedy(),
        ):
            shift.save()
        shift.refresh_from_db(fields=["day"])
        if plan.kind_changed or shift.day != day_before:
            staying = Member.objects.in_bulk(before & wanted)
            check_fit(shift.kind, staying, [(member_id, shift.day) for member_id in staying])
        plan.join([shift])
        put_on(actor=actor, shifts=[shift], right=right, member_ids=wanted - before)
        return shift


def cancel_shift(*, actor: "Actor", shift_id: int, reason: str) -> Shift:
    """Call a shift off; its people are free again. Refused once somebody has served; who was absent is no longer.

    The place of the refusal is the state; the reason stands at the shift.
    """
    policy.check_reason(reason)
    with writing_shift(
        actor=actor, action="shift.cancel", permission=Permission.DUTY_PLAN, shift_id=shift_id, reason=reason
    ) as (shift, _right):
        policy.check_can_become(shift, ShiftState.CANCELLED)
        recorded = shift.attendances.filter(current=True)
        served = recorded.filter(status__in=SERVED).count()
        if served:
            raise Refusal(
                ngettext(
                    "%(number)d member was recorded at this shift.",
                    "%(number)d members were recorded at this shift.",
                    served,
                )
                % {"number": served},
                code="shift.has_attendance",
                place="state",
                remedy=_("Close it instead; or correct the attendance first, with a reason."),
            )
        recorded.update(current=False)
        shift.state, shift.cancel_reason = ShiftState.CANCELLED, reason.strip()[:200]
        # The database takes its people off.
        shift.save(update_fields=["state", "cancel_reason"])
        return shift


def _check_attendance_fits(shift: Shift) -> None:
    """What is recorded stays within a shift that is moved."""
    recorded = Attendance.objects.filter(shift=shift, current=True, status__in=SERVED)
    span = recorded.aggregate(first=Min("checked_in_at"), last=Max("checked_in_at"))
    if span["last"] is not None and (span["last"] >= shift.ends_at or span["first"] < shift.starts_at - EARLY):
        raise Refusal(
            _("Members have been checked in outside the new time."),
            code="shift.has_attendance",
            place="starts_at",
            remedy=_("Keep the time, or correct the attendance first."),
        )
