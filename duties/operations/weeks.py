"""Copying the shifts of one week into another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.tree import hold_open
from corps.permissions import Permission
from duties.enums import ShiftState
from duties.models import Shift
from duties.operations.copying import LeftOut, Pair, copy_of, save_copies
from duties.operations.holding import hold_week, writing
from duties.policies import shifts as policy
from duties.queries.free import shift_title

if TYPE_CHECKING:
    from corps.actors import Actor

_WEEK = dt.timedelta(days=7)


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
        copied.left_out += save_copies(actor=actor, pairs=pairs, with_members=with_members)
        copied.shifts = [shift for _source, shift in pairs]
        return copied


def _check_mondays(from_monday: dt.date, to_monday: dt.date) -> None:
    policy.check_days(from_monday=from_monday, to_monday=to_monday)
    for place, day in (("from_monday", from_monday), ("to_monday", to_monday)):
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


def _copies(sources: Sequence[Shift], days: int, unit_id: int, to_monday: dt.date, copied: CopiedWeek) -> list[Pair]:
    present = {_likeness(shift) for shift in _week(unit_id, to_monday)}
    pairs = []
    for source in sources:
        twin = copy_of(source, days)
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
