"""Which day is what in an invented city: school days, the dry season, and the times at which shifts begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum

# China keeps one time without summer time, so a fixed offset is the local time of every demonstration city.
LOCAL = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Window:
    """When shifts of a slot begin at the earliest, how many minutes later at the latest, and how long they last."""

    begins: time
    later: int
    minutes: int


class Slot(Enum):
    """A part of the day. Coming up to eight minutes early and going up to eight late never reaches into the next."""

    ARRIVAL = Window(time(7, 10), 10, 70)
    MORNING = Window(time(9, 0), 20, 150)
    AFTERNOON = Window(time(14, 0), 20, 120)
    LEAVING = Window(time(16, 40), 10, 60)
    EVENING = Window(time(19, 0), 30, 150)
    NIGHT = Window(time(22, 20), 10, 85)
    # Standby through the day and through the night; whoever stands by does nothing else in the slots it covers.
    DAY_WATCH = Window(time(8, 30), 0, 660)
    NIGHT_WATCH = Window(time(20, 0), 0, 660)

    @property
    def covers(self) -> tuple[tuple[int, Slot], ...]:
        """(days later, slot) for every plain slot of the day that somebody in this one cannot serve in."""
        if self is Slot.DAY_WATCH:
            return ((0, Slot.ARRIVAL), (0, Slot.MORNING), (0, Slot.AFTERNOON), (0, Slot.LEAVING), (0, Slot.EVENING))
        if self is Slot.NIGHT_WATCH:
            return ((0, Slot.EVENING), (0, Slot.NIGHT), (1, Slot.ARRIVAL))
        return ((0, self),)


def moment(day: date, slot: Slot, later: int = 0) -> datetime:
    """The moment so many minutes after the beginning of a slot."""
    return datetime.combine(day, slot.value.begins, LOCAL) + timedelta(minutes=later)


def days(first: date, end: date) -> Iterator[date]:
    """Every day from the first until, without it, the last."""
    for number in range((end - first).days):
        yield first + timedelta(days=number)


def is_holiday(day: date) -> bool:
    """New Year, Labour Day and the National Day week, as they fall every year."""
    return (day.month, day.day) == (1, 1) or (day.month == 5 and day.day <= 3) or (day.month == 10 and day.day <= 7)


def is_school_day(day: date) -> bool:
    """A weekday in term: from 1 September to mid-January and from mid-February to the end of June."""
    if day.weekday() >= 5 or is_holiday(day):
        return False
    key = (day.month, day.day)
    return key >= (9, 1) or key <= (1, 16) or (2, 17) <= key <= (6, 30)


def is_dry(day: date) -> bool:
    """The months in which forests burn in southern China: October to April."""
    return day.month >= 10 or day.month <= 4


def is_free_day(day: date) -> bool:
    """A weekend or a holiday."""
    return day.weekday() >= 5 or is_holiday(day)
