"""Shifts once more on other days: the same plan, with those of their people who are free then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from duties.logic.standing import may_serve
from duties.models import Assignment, Shift, ShiftUnit
from duties.operations.assignments import remedy
from duties.operations.holding import hold_members, one_place_each
from duties.queries.fitness import unfit_for
from duties.queries.free import planned_clashes, shift_title
from members.enums import MemberStatus
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

# A shift and the one that is made after it.
Pair = tuple[Shift, Shift]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What did not come along, and why; `member` is empty when the whole shift was left out."""

    shift: str
    starts_at: dt.datetime
    member: str
    reason: str


def copy_of(source: Shift, days: int) -> Shift:
    """The same shift so many days later: at the same time of the clock, whatever the clock does in between."""
    here = timezone.localtime(source.starts_at)
    begins = timezone.make_aware(dt.datetime.combine(here.date() + dt.timedelta(days=days), here.time()))
    return Shift(
        unit=source.unit,
        kind=source.kind,
        category=source.kind.category,
        mechanism=source.kind.mechanism,
        site=source.site,
        route=source.route,
        starts_at=begins,
        ends_at=begins + (source.ends_at - source.starts_at),
        needed=source.needed,
        police=source.police,
        auxiliaries=source.auxiliaries,
        vehicles=source.vehicles,
        remarks=source.remarks,
    )


def save_copies(*, actor: "Actor", pairs: Sequence[Pair], with_members: bool) -> list[LeftOut]:
    """Write the new shifts with the units that take part and, `with_members`, the people who can come along; returns
    the others.

    Who copies need not see the site or the joint units that a superior chose for the shift: they come along.
    """
    Shift.objects.bulk_create([twin for _source, twin in pairs])
    _copy_parts(pairs)
    return _copy_members(actor, pairs) if with_members else []


def _copy_parts(pairs: Sequence[Pair]) -> None:
    twins = {source.pk: twin for source, twin in pairs}
    parts = ShiftUnit.objects.filter(shift_id__in=twins, unit__active_until=None).values_list("shift_id", "unit_id")
    ShiftUnit.objects.bulk_create(
        ShiftUnit(shift=twins[shift_id], unit_id=unit_id) for shift_id, unit_id in parts.order_by("shift_id", "unit_id")
    )


def _copy_members(actor: "Actor", pairs: Sequence[Pair]) -> list[LeftOut]:
    twins = {source.pk: twin for source, twin in pairs}
    planned = list(
        Assignment.objects.filter(shift_id__in=twins, active=True)
        .select_related("member")
        .order_by("period", "shift_id", "member_id")
    )
    # Held before anybody looks who is free, so that what is free now stays so until the end.
    hold_members(assignment.member_id for assignment in planned)
    fresh: list[Assignment] = []
    left_out: list[LeftOut] = []
    for twin in twins.values():
        people = [one.member for one in planned if twins[one.shift_id] is twin]
        fresh += _free_people(actor, twin, people, left_out)
    with one_place_each(list, remedy()):
        Assignment.objects.bulk_create(sorted(fresh, key=lambda one: (one.shift_id, one.member_id)))
    return left_out


def _free_people(actor: "Actor", twin: Shift, people: Sequence[Member], left_out: list[LeftOut]) -> list[Assignment]:
    """The people of one shift who can come along; the others are listed."""
    period = (twin.starts_at, twin.ends_at)
    ids = [member.pk for member in people]
    clashes = planned_clashes(actor=actor, member_ids=ids, starts_at=twin.starts_at, ends_at=twin.ends_at)
    held = unfit_for(twin.kind, people, [twin.day]) | {clash.member_id: clash.sentence for clash in reversed(clashes)}
    taken = []
    for member in people:
        serving = may_serve(member.status, member.status_on, twin.day)
        reason = held.get(member.pk, "") if serving else str(MemberStatus(member.status).label)
        if reason:
            left_out.append(LeftOut(shift_title(twin), twin.starts_at, member.name, reason))
        else:
            taken.append(Assignment(shift=twin, member=member, period=period))
    return taken
