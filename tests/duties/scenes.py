"""Shifts for tests: kinds, times relative to now, and people of the cast's units."""

import datetime as dt
from typing import Any

from django.utils import timezone

from corps.actors import SYSTEM
from duties.enums import AttendanceStatus, DutyCategory, Mechanism
from duties.models import DutyKind, Shift
from duties.operations.attendance import Entry, record_list
from duties.operations.results import close_shift
from duties.operations.shifts import plan_shift
from members.models import Member
from tests.cast import Cast
from tests.members.roster import person

HOUR = dt.timedelta(hours=1)
ZONE = timezone.get_default_timezone()


def kind_of(cast: Cast, category: DutyCategory = DutyCategory.PATROL, **values: Any) -> DutyKind:
    """A kind of duty of the cast's corps; one for each category and name."""
    names = {DutyCategory.PATROL: "夜巡", DutyCategory.PUBLICITY: "反诈宣传", DutyCategory.SCHOOL: "护学岗"}
    values = {
        "name": names.get(category, str(category.value)),
        "mechanism": Mechanism.STANDBY,
        "needed": 2,
        "starts": dt.time(19),
        "minutes": 120,
        **values,
    }
    code = values.pop("code", category.value)
    found: DutyKind = DutyKind.objects.get_or_create(
        corps=cast.units["hy"].corps, code=code, defaults={"category": category, **values}
    )[0]
    return found


def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of the corps' own clock."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZONE)


def days_ago(number: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=number)


def planned(
    cast: Cast,
    unit: str = "sg11",
    *,
    starts_at: dt.datetime | None = None,
    hours: float = 2,
    members: list[Member] | None = None,
    **values: Any,
) -> Shift:
    """A shift of the unit; by default yesterday evening, so that it can be recorded and closed."""
    starts_at = starts_at or moment(days_ago(1), 19)
    values.setdefault("kind_id", kind_of(cast).pk)
    return plan_shift(
        actor=values.pop("actor", SYSTEM),
        unit_id=cast.units[unit].pk,
        starts_at=starts_at,
        ends_at=starts_at + hours * HOUR,
        needed=values.pop("needed", 2),
        member_ids=[member.pk for member in members or ()],
        **values,
    )


def closed(cast: Cast, unit: str = "sg11", **values: Any) -> Shift:
    """A shift that was held and closed; one person of the unit was there unless `members` says who."""
    members = values.pop("members", None) or [person(cast.units[unit].pk, "何立")]
    shift = planned(cast, unit, members=members, **values)
    entries = [Entry(member.pk, AttendanceStatus.PRESENT) for member in members]
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=entries)
    return close_shift(actor=SYSTEM, shift_id=shift.pk)
