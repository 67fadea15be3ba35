"""A member's own page: my shifts and my hours. No permission is needed but to be that member."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from corps.actors import account_id
from duties.enums import SERVED, ShiftState
from duties.models import Assignment, Attendance, Shift
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

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


def member_of(actor: "Actor") -> Member | None:
    """The member whose account this is; None for accounts that belong to no member."""
    own = account_id(actor)
    found: Member | None = None
    if own is not None:
        found = Member.objects.filter(account_id=own).select_related("unit").first()
    return found


def my_shifts(actor: "Actor") -> list[MyShift]:
    """The member's shifts from a month ago until two months ahead, cancelled ones left out, in the order of their
    start; empty for who is no member.
    """
    member = member_of(actor)
    if member is None:
        return []
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


def my_hours(actor: "Actor", year: int) -> list[MonthHours]:
    """Twelve months of the year with what the member served in each; empty for who is no member."""
    member = member_of(actor)
    if member is None:
        return []
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
