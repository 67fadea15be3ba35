"""A member's own page: my shifts and my hours. No permission is needed but to be that member."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from duties.enums import SERVED, ShiftState
from duties.models import Assignment, Attendance, Shift
from members.models import Member

AHEAD = dt.timedelta(days=60)
BACK = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MyShift:
    """A shift the member is planned for or was at; `attendance` is the record that counts, if there is one."""

    shift: Shift
    attendance: Attendance | None

    @property
    def over(self) -> bool:
        """Whether its time has passed."""
        return self.shift.ends_at <= timezone.now()


@dataclass(frozen=True, slots=True)
class MonthHours:
    """What a member served in a month: how many times, and whole minutes."""

    month: int
    times: int
    minutes: int


def my_shifts(member: Member) -> list[MyShift]:
    """The reader's own shifts from a month ago until two months ahead, cancelled ones left out, in the order of their
    start.
    """
    today = timezone.localdate()
    first, last = today - BACK, today + AHEAD
    # Two short look-ups by the member; asked as one question about shifts, every shift of the months would be read.
    recorded = Attendance.objects.filter(member=member, current=True, day__gte=first, day__lte=last)
    own = {row.shift_id: row for row in recorded}
    planned = Assignment.objects.filter(member=member, active=True).values_list("shift_id", flat=True)
    shifts = (
        Shift.objects.filter(pk__in={*own, *planned}, day__gte=first, day__lte=last)
        .exclude(state=ShiftState.CANCELLED)
        .select_related("unit", "kind", "site")
        .order_by("starts_at", "id")
    )
    return [MyShift(shift, own.get(shift.pk)) for shift in shifts]


def my_hours(member: Member, year: int) -> list[MonthHours]:
    """Twelve months of the year with what the reader served in each."""
    rows = (
        Attendance.objects.filter(
            member=member, current=True, status__in=SERVED, day__gte=dt.date(year, 1, 1), day__lte=dt.date(year, 12, 31)
        )
        .order_by()
        .annotate(month=ExtractMonth("day"))
        .values("month")
        .annotate(times=Count("id"), total=Sum("minutes"))
    )
    found = {row["month"]: MonthHours(row["month"], row["times"], row["total"]) for row in rows}
    return [found.get(month, MonthHours(month, 0, 0)) for month in range(1, 13)]
