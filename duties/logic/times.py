"""Arithmetic of shifts: the days of a series, minutes there, and how a span is written. Values in, values out."""

import datetime as dt
from collections.abc import Iterable

LONGEST_SERIES = 366
LATE_AFTER = dt.timedelta(minutes=15)


def weekday_bits(weekdays: Iterable[int]) -> int:
    """Days of the week (0 = Monday) as bits. Raises `ValueError` for a number that is no day, or for none."""
    bits = 0
    for day in weekdays:
        if not 0 <= day <= 6:
            raise ValueError(day)
        bits |= 1 << day
    if not bits:
        raise ValueError("no weekday")
    return bits


def weekdays_of(bits: int) -> list[int]:
    """The days of the week that are set, 0 = Monday."""
    return [day for day in range(7) if bits >> day & 1]


def series_days(bits: int, first: dt.date, last: dt.date) -> list[dt.date]:
    """The dates from `first` to `last`, both included, that fall on the weekdays."""
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if bits >> day.weekday() & 1]


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the week."""
    return day - dt.timedelta(days=day.weekday())


def minutes_between(start: dt.datetime, end: dt.datetime) -> int:
    """Whole minutes from one moment to another; what was begun does not count."""
    return int((end - start).total_seconds() // 60)


def is_late(starts_at: dt.datetime, checked_in_at: dt.datetime) -> bool:
    """Whether somebody who came then would be called late: what a list proposes; the captain decides."""
    return checked_in_at - starts_at > LATE_AFTER


def untouched(before: dt.datetime | None, entered: dt.datetime | None) -> dt.datetime | None:
    """What was entered into a field that shows minutes; with the seconds of `before` where nobody touched it."""
    if entered is not None and before is not None and before.replace(second=0, microsecond=0) == entered:
        return before
    return entered


def span_text(start: dt.datetime, end: dt.datetime) -> str:
    """`11-03 19:00–21:00`, or with both dates when the span does not end on the following day at the latest.

    Both moments in the time of the place.
    """
    if end - start < dt.timedelta(days=1):
        return f"{start:%m-%d %H:%M}–{end:%H:%M}"
    return f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
