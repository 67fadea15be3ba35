"""A captain's larger steps, each one act: a row of the week, a shift on another day once more, taking back the last."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from duties.enums import ShiftState
from duties.models import Shift
from duties.operations.copying import LeftOut, copy_of, save_copies
from duties.operations.holding import hold_members, writing, writing_shift
from duties.operations.shifts import cancel_shift, plan_shift
from duties.policies import shifts as policy

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Repeated:
    """The new shift, and who could not be taken along."""

    shift: Shift
    left_out: list[LeftOut]


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
    with writing(actor=actor, action="shift.plan_days", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        # All at once, in the order of their keys: day by day, two rows with crossing teams would wait for each other.
        hold_members({member_id for team in teams for member_id in team})
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
    """Plan the shift once more on another date, with those of its members who are free then. Raises `Refusal`."""
    with writing_shift(actor=actor, action="shift.repeat", permission=Permission.DUTY_PLAN, shift_id=shift_id) as (
        source,
        _right,
    ):
        hold_open([source.unit_id])
        policy.check_kind(source.kind, source.unit.corps_id)
        if source.site is not None:
            policy.check_site(source.site, source.unit.corps_id)
        twin = copy_of(source, (day - source.day).days)
        policy.check_period(twin.starts_at, twin.ends_at)
        return Repeated(twin, save_copies(actor=actor, pairs=[(source, twin)], with_members=True))


def take_back(*, actor: "Actor", unit_id: int, shift_ids: Iterable[int]) -> int:
    """Cancel shifts that were planned a moment ago; those that were recorded, closed or cancelled in the meantime stay.

    Returns how many were cancelled.
    """
    with acting(actor=actor, action="shift.take_back", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        fresh = Shift.objects.filter(pk__in=list(shift_ids), state=ShiftState.PLANNED, attendances=None)
        ids = list(fresh.order_by("pk").values_list("pk", flat=True))
        for shift_id in ids:
            cancel_shift(actor=actor, shift_id=shift_id, reason=_("Taken back right after planning"))
        return len(ids)
