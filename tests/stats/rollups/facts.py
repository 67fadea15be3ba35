"""Facts for tests of the roll-ups: shifts, attendance and incidents written straight into their tables."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from corps.models import Corps
from duties.models import Attendance, DutyKind, Shift
from incidents.models import Incident, IncidentKind

LOCAL = ZoneInfo("Asia/Shanghai")


def moment(day: dt.date, hour: int = 8, minute: int = 0) -> dt.datetime:
    """A local time of a day."""
    return dt.datetime.combine(day, dt.time(hour, minute), LOCAL)


def duty_kind(category: str = "patrol", mechanism: str = "fixed") -> DutyKind:
    """A kind of the only corps."""
    found, _new = DutyKind.objects.get_or_create(
        corps=Corps.objects.get(),
        code=f"{category}-{mechanism}",
        defaults={
            "name": f"{category} {mechanism}",
            "category": category,
            "mechanism": mechanism,
            "starts": dt.time(8),
            "minutes": 60,
        },
    )
    return found


def shift(unit_id: int, day: dt.date, *, category: str = "patrol", mechanism: str = "fixed", **values: Any) -> Shift:
    """A shift of an hour; `closed=True` closes it."""
    hour = values.pop("hour", 8)
    if values.pop("closed", False):
        values |= {"state": "closed", "closed_at": moment(day, 23)}
    return Shift.objects.create(
        unit_id=unit_id,
        kind=duty_kind(category, mechanism),
        category=category,
        mechanism=mechanism,
        starts_at=moment(day, hour),
        ends_at=moment(day, hour) + dt.timedelta(hours=1),
        needed=2,
        **values,
    )


def attend(shift: Shift, member_id: int, unit_id: int, status: str = "present", minutes: int = 60) -> Attendance:
    """What became of a member's shift."""
    came = status in {"present", "late"}
    shift.refresh_from_db()
    out = shift.starts_at + dt.timedelta(minutes=minutes)
    return Attendance.objects.create(
        shift=shift,
        member_id=member_id,
        unit_id=unit_id,
        day=shift.day,
        category=shift.category,
        mechanism=shift.mechanism,
        status=status,
        checked_in_at=shift.starts_at if came else None,
        checked_out_at=out if came else None,
        period=(shift.starts_at, out) if came else None,
        minutes=minutes if came else 0,
    )


def incident(
    unit_id: int, day: dt.date, category: str = "dispute", *, verified: bool = True, **values: Any
) -> Incident:
    """An incident of the log."""
    kind, _new = IncidentKind.objects.get_or_create(
        corps=Corps.objects.get(), code=category, defaults={"name": category, "category": category}
    )
    if verified:
        values |= {"state": "verified", "verified_at": moment(day, 22)}
    return Incident.objects.create(
        unit_id=unit_id, kind=kind, category=category, occurred_at=moment(day, 9), account="…", **values
    )
