"""Planning the same shift on several weekdays of a period."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.permissions import Permission
from duties.logic.times import LONGEST_SERIES, series_days, weekday_bits
from duties.models import Series, Shift
from duties.operations.assignments import put_on
from duties.operations.holding import Right, writing
from duties.operations.shift_plan import Planned, ShiftPlan
from duties.policies.shifts import check_days

if TYPE_CHECKING:
    from corps.actors import Actor


def plan_series(
    *,
    actor: "Actor",
    unit_id: int,
    weekdays: Iterable[int],
    first_day: dt.date,
    last_day: dt.date,
    starts: dt.time,
    minutes: int,
    member_ids: Iterable[int] = (),
    **planned: Unpack[Planned],
) -> list[Shift]:
    """Plan a shift on every one of the weekdays (0 = Monday) from one date to another, both included.

    `starts` is the corps' own time, `minutes` the length. All of them or none. Raises `Refusal`.
    """
    with writing(actor=actor, action="shift.series", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        plan = ShiftPlan(actor=actor, unit_id=unit_id, **planned)
        bits = _weekday_bits(weekdays)
        days = _days(bits, first_day, last_day)
        series = Series.objects.create(
            unit_id=unit_id, kind=plan.kind, weekdays=bits, first_day=first_day, last_day=last_day
        )
        shifts = []
        for day in days:
            begins = timezone.make_aware(dt.datetime.combine(day, starts))
            shift = plan.shift(begins, begins + dt.timedelta(minutes=minutes))
            shift.series = series
            shifts.append(shift)
        Shift.objects.bulk_create(shifts)
        plan.join(shifts)
        put_on(actor=actor, shifts=shifts, right=Right(unit_id, whole=True), member_ids=member_ids)
        return shifts


def _weekday_bits(weekdays: Iterable[int]) -> int:
    try:
        return weekday_bits(weekdays)
    except ValueError as error:
        raise Refusal(
            _("No weekday is chosen."),
            code="series.weekdays.invalid",
            place="weekdays",
            remedy=_("Tick at least one day of the week."),
        ) from error


def _days(bits: int, first: dt.date, last: dt.date) -> list[dt.date]:
    check_days(first_day=first, last_day=last)
    if last < first or (last - first).days >= LONGEST_SERIES:
        raise Refusal(
            _("The series does not end within a year of its start."),
            code="series.period",
            place="last_day",
            remedy=_("Enter a last day from the first day on, at most %(days)d days in all.")
            % {"days": LONGEST_SERIES},
        )
    days = series_days(bits, first, last)
    if not days:
        raise Refusal(
            _("None of the chosen weekdays lies between the two dates."),
            code="series.period",
            place="last_day",
            remedy=_("Choose other weekdays or a longer period."),
        )
    return days
