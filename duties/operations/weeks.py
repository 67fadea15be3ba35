"""Copying the shifts of one week into another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.tree import hold_open
from corps.permissions import Permission
from duties.enums import ShiftState
from duties.logic.standing import may_serve
from duties.models import Assignment, Shift, ShiftUnit
from duties.operations.assignments import remedy
from duties.operations.holding import hold_members, hold_week, one_place_each, writing
from duties.policies import shifts as policy
from duties.queries.free import planned_clashes, shift_title
from members.enums import MemberStatus
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a copied week lacks, and why; `member` is empty when the whole shift was left out."""

    shift: str
    starts_at: dt.datetime
    member: str
    reason: str


@dataclass(slots=True)
class CopiedWeek:
    """The shifts that were made; who or what was left out; how many were there already."""

    shifts: list[Shift] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    already: int = 0


def copy_week(
    *, actor: "Actor", unit_id: int, from_monday: dt.date, to_monday: dt.date, with_members: bool
) -> CopiedWeek:
    """Plan in one week what the unit has in another: shifts that are not cancelled, at the same weekday and time.

    With `with_members` the people come along; those who are not free or no longer on duty are left out and listed, and
    so are shifts whose kind or site is no longer in use. What is there already is not made twice. Raises `Refusal`.
    """
    _check_mondays(from_monday, to_monday)
    with writing(actor=actor, action="shift.copy_week", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        hold_open([unit_id])
        hold_week(unit_id)
        sources = list(_week(unit_id, from_monday).select_related("kind", "site", "unit", "unit__corps"))
        if not sources:
            raise Refusal(
                _("There are no shifts in the week of %(day)s.") % {"day": f"{from_monday:%Y-%m-%d}"},
                code="week.empty",
                place="from_monday",
                remedy=_("Choose a week in which shifts are planned."),
            )
        copied = CopiedWeek()
        pairs = _copies(sources, (to_monday - from_monday).days, unit_id, to_monday, copied)
        Shift.objects.bulk_create([shift for _source, shift in pairs])
        _copy_parts(pairs)
        if with_members:
            _copy_members(actor, pairs, copied)
        copied.shifts = [shift for _source, shift in pairs]
        return copied


def _check_mondays(from_monday: dt.date, to_monday: dt.date) -> None:
    for place, day in (("from_monday", from_monday), ("to_monday", to_monday)):
        if not policy.EARLIEST.year <= day.year <= timezone.localdate().year + 3:
            raise Refusal(
                _("The date of the shift is too far away."),
                code="week.invalid",
                place=place,
                remedy=_("Please check the year; shifts can be planned two years ahead."),
            )
        if day.weekday():
            raise Refusal(
                _("A week begins on a Monday."),
                code="week.invalid",
                place=place,
                remedy=_("Choose the Monday of the week."),
            )
    if from_monday == to_monday:
        raise Refusal(
            _("The week cannot be copied onto itself."),
            code="week.invalid",
            place="to_monday",
            remedy=_("Choose another week."),
        )


def _week(unit_id: int, monday: dt.date) -> Any:
    shifts = Shift.objects.filter(unit_id=unit_id, day__gte=monday, day__lt=monday + _WEEK)
    return shifts.exclude(state=ShiftState.CANCELLED).order_by("starts_at", "id")


def _copies(
    sources: Sequence[Shift], days: int, unit_id: int, to_monday: dt.date, copied: CopiedWeek
) -> list[tuple[Shift, Shift]]:
    present = {_likeness(shift) for shift in _week(unit_id, to_monday)}
    pairs = []
    for source in sources:
        twin = _copy_of(source, days)
        if _likeness(twin) in present:
            copied.already += 1
            continue
        unused = [one for one in (source.kind, source.site) if one is not None and not one.active]
        if unused:
            reason = _("“%(name)s” is no longer in use.") % {"name": unused[0]}
            copied.left_out.append(LeftOut(shift_title(source), twin.starts_at, "", reason))
            continue
        policy.check_period(twin.starts_at, twin.ends_at)
        pairs.append((source, twin))
    return pairs


def _likeness(shift: Shift) -> tuple[Any, ...]:
    return shift.kind_id, shift.starts_at, shift.ends_at, shift.site_id, shift.route


def _copy_of(source: Shift, days: int) -> Shift:
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


def _copy_parts(pairs: Sequence[tuple[Shift, Shift]]) -> None:
    twins = {source.pk: twin for source, twin in pairs}
    parts = ShiftUnit.objects.filter(shift_id__in=twins, unit__active_until=None).values_list("shift_id", "unit_id")
    ShiftUnit.objects.bulk_create(
        ShiftUnit(shift=twins[shift_id], unit_id=unit_id) for shift_id, unit_id in parts.order_by("shift_id", "unit_id")
    )


def _copy_members(actor: "Actor", pairs: Sequence[tuple[Shift, Shift]], copied: CopiedWeek) -> None:
    twins = {source.pk: twin for source, twin in pairs}
    planned = list(
        Assignment.objects.filter(shift_id__in=twins, active=True)
        .select_related("member")
        .order_by("period", "shift_id", "member_id")
    )
    # Held before anybody looks who is free, so that what is free now stays so until the end.
    hold_members(assignment.member_id for assignment in planned)
    fresh: list[Assignment] = []
    for twin in twins.values():
        people = [one.member for one in planned if twins[one.shift_id] is twin]
        fresh += _free_people(actor, twin, people, copied)
    with one_place_each(list, remedy()):
        Assignment.objects.bulk_create(sorted(fresh, key=lambda one: (one.shift_id, one.member_id)))


def _free_people(actor: "Actor", twin: Shift, people: Sequence[Member], copied: CopiedWeek) -> list[Assignment]:
    """The people of one shift who can come along; the others are listed."""
    period = (twin.starts_at, twin.ends_at)
    ids = [member.pk for member in people]
    clashes = planned_clashes(actor=actor, member_ids=ids, starts_at=twin.starts_at, ends_at=twin.ends_at)
    held = {clash.member_id: clash.sentence for clash in reversed(clashes)}
    taken = []
    for member in people:
        serving = may_serve(member.status, member.status_on, twin.day)
        reason = held.get(member.pk, "") if serving else str(MemberStatus(member.status).label)
        if reason:
            copied.left_out.append(LeftOut(shift_title(twin), twin.starts_at, member.name, reason))
        else:
            taken.append(Assignment(shift=twin, member=member, period=period))
    return taken
