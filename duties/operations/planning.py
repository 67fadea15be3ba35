"""A captain's larger steps, each one act: a row of the week, a shift on another day once more, taking back the last."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from duties.enums import ShiftState
from duties.models import Assignment, Shift, ShiftUnit
from duties.operations.assignments import assign
from duties.operations.shifts import cancel_shift, plan_shift

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Repeated:
    """The new shift, and who could not be taken along, each with the sentence why."""

    shift: Shift
    left_out: list[str] = field(default_factory=list)


def plan_days(
    *,
    actor: "Actor",
    unit_id: int,
    kind_id: int,
    days: Sequence[dt.date],
    starts: dt.time,
    minutes: int,
    needed: int,
    site_id: int | None = None,
    route: str = "",
    teams: Sequence[Sequence[int]] = (),
) -> list[Shift]:
    """Plan the same shift on several dates; `teams` of members take turns over them. All of them or none.

    Raises `Refusal`, with the day in it where the refusal is about people.
    """
    with acting(actor=actor, action="shift.plan_days", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        made = []
        for number, day in enumerate(sorted(days)):
            starts_at = timezone.make_aware(dt.datetime.combine(day, starts))
            made.append(
                plan_shift(
                    actor=actor,
                    unit_id=unit_id,
                    kind_id=kind_id,
                    starts_at=starts_at,
                    ends_at=starts_at + dt.timedelta(minutes=minutes),
                    needed=needed,
                    site_id=site_id,
                    route=route,
                    member_ids=teams[number % len(teams)] if teams else (),
                )
            )
        return made


def repeat_shift(*, actor: "Actor", shift_id: int, day: dt.date) -> Repeated:
    """Plan the shift once more on another date, with those of its members who are free then."""
    model = Shift.objects.visible_to(actor).get(pk=shift_id)
    with acting(actor=actor, action="shift.repeat", permission=Permission.DUTY_PLAN, unit_id=model.unit_id):
        starts_at = model.starts_at + dt.timedelta(days=(day - model.day).days)
        shift = plan_shift(
            actor=actor,
            unit_id=model.unit_id,
            kind_id=model.kind_id,
            starts_at=starts_at,
            ends_at=starts_at + (model.ends_at - model.starts_at),
            needed=model.needed,
            site_id=model.site_id,
            route=model.route,
            joint_unit_ids=list(ShiftUnit.objects.filter(shift=model).values_list("unit_id", flat=True)),
            police=model.police,
            auxiliaries=model.auxiliaries,
            vehicles=model.vehicles,
            remarks=model.remarks,
        )
        left_out = []
        members = Assignment.objects.filter(shift=model, active=True).order_by("member_id")
        for member_id in members.values_list("member_id", flat=True):
            try:
                with transaction.atomic():
                    assign(actor=actor, shift_id=shift.pk, member_ids=[member_id])
            except Refusal as refusal:
                left_out.append(str(refusal))
        return Repeated(shift, left_out)


def take_back(*, actor: "Actor", unit_id: int, shift_ids: Iterable[int]) -> int:
    """Cancel shifts that were planned a moment ago; those that somebody went on with in the meantime stay.

    Returns how many were cancelled.
    """
    with acting(actor=actor, action="shift.take_back", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        fresh = Shift.objects.filter(pk__in=list(shift_ids), state=ShiftState.PLANNED, attendances=None)
        ids = list(fresh.order_by("pk").values_list("pk", flat=True))
        for shift_id in ids:
            cancel_shift(actor=actor, shift_id=shift_id, reason=_("Taken back right after planning"))
        return len(ids)
