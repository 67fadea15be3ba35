"""Periods that figures are asked for: a day, a week, a month, a quarter, a year, or any range of days.

A period is written as one word, which stands in addresses and is the same in the API:
`2022-11-03` a day, `2022-W44` an ISO week (Monday to Sunday, ISO 8601), `2022-11` a month, `2022-Q4` a quarter,
`2022` a year, `2022-01-01..2022-03-15` a range whose last day belongs to it.
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
MOST_DAYS: Final = 3700
"""The longest range: ten years."""

_ONE_DAY: Final = dt.timedelta(days=1)
_ONE_WEEK: Final = dt.timedelta(days=7)
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_ZH: Final = "一二三四五六日"
_WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_QUARTERS_ZH: Final = "一二三四"


class Kind(StrEnum):
    """What a period is; a range is what is none of the others."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


class PeriodFault(ValueError):
    """Words that name no period. `code`: `format`, `date`, `order`, `years`, `long`; `text` is what was written."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` until before `end`."""

    kind: Kind
    first: dt.date
    end: dt.date

    @property
    def last(self) -> dt.date:
        """The last day that belongs to it."""
        return self.end - _ONE_DAY

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    @property
    def code(self) -> str:
        """The word that `read` reads again."""
        match self.kind:
            case Kind.DAY:
                return self.first.isoformat()
            case Kind.WEEK:
                year, week, _weekday = self.first.isocalendar()
                return f"{year:04d}-W{week:02d}"
            case Kind.MONTH:
                return f"{self.first:%Y-%m}"
            case Kind.QUARTER:
                return f"{self.first:%Y}-Q{_quarter(self.first)}"
            case Kind.YEAR:
                return f"{self.first:%Y}"
            case _:
                return f"{self.first.isoformat()}..{self.last.isoformat()}"

    def previous(self) -> "Period":
        """The period before: of the same kind; for a range the same number of months, if it is whole months, or days.

        Half a January to the fifteenth of March has the same number of days before it.
        """
        if self.kind != Kind.RANGE:
            return around(self.kind, self.first - _ONE_DAY)
        months = _whole_months(self.first, self.end)
        first = _shift_months(self.first, -months) if months else self.first - (self.end - self.first)
        return Period(Kind.RANGE, first, self.first)

    def next(self) -> "Period":
        """The period after, by the same rule."""
        if self.kind != Kind.RANGE:
            return around(self.kind, self.end)
        months = _whole_months(self.first, self.end)
        end = _shift_months(self.end, months) if months else self.end + (self.end - self.first)
        return Period(Kind.RANGE, self.end, end)

    def year_before(self) -> "Period":
        """The same period a year before: the same dates, the same ISO week; 29 February becomes the 28th, and week 53
        of a year that has it the last week of one that has none.
        """
        if self.kind == Kind.WEEK:
            year, week, _weekday = self.first.isocalendar()
            return around(Kind.WEEK, dt.date.fromisocalendar(year - 1, min(week, _weeks_of(year - 1)), 1))
        if self.kind == Kind.RANGE:
            return Period(Kind.RANGE, _shift_years(self.first, -1), _shift_years(self.last, -1) + _ONE_DAY)
        return around(self.kind, _shift_years(self.first, -1))

    def until(self, day: dt.date) -> "Period":
        """Only what has come by the end of `day`: itself when it is over, and no day when it has not begun."""
        end = min(self.end, day + _ONE_DAY)
        return self if end == self.end else Period(self.kind, self.first, max(end, self.first))

    def named(self) -> "Period":
        """Itself, or, when it was cut short, the range of its days: a beginning of a month is not called a month."""
        if self.kind == Kind.RANGE or not self.days or around(self.kind, self.first) == self:
            return self
        return Period(Kind.RANGE, self.first, self.end)

    def beginning(self, days: int) -> "Period":
        """Its first `days` days, or all when it has no more: what an unfinished period is fairly compared with."""
        return Period(self.kind, self.first, min(self.end, self.first + dt.timedelta(days=days)))


def read(text: str) -> Period:
    """The period that `text` names. Raises `PeriodFault`."""
    word = text.strip()
    first, dots, last = word.partition("..")
    if dots:
        return between(_date(first.strip(), word), _date(last.strip(), word))
    if not (found := _WORD.fullmatch(word)):
        raise PeriodFault("format", word)
    if found["day"]:
        return around(Kind.DAY, _date(word, word))
    year = _year(int(found["year"]), word)
    if found["week"]:
        week = int(found["week"])
        if not 1 <= week <= _weeks_of(year):
            raise PeriodFault("date", word)
        return around(Kind.WEEK, dt.date.fromisocalendar(year, week, 1))
    if found["quarter"]:
        return around(Kind.QUARTER, dt.date(year, int(found["quarter"]) * 3 - 2, 1))
    if found["month"]:
        month = int(found["month"])
        if not 1 <= month <= 12:
            raise PeriodFault("date", word)
        return around(Kind.MONTH, dt.date(year, month, 1))
    return around(Kind.YEAR, dt.date(year, 1, 1))


def between(first: dt.date, last: dt.date) -> Period:
    """From one day to another, both included; what is exactly a month, quarter or year is one. Raises `PeriodFault`."""
    written = f"{first.isoformat()}..{last.isoformat()}"
    for day in (first, last):
        _year(day.year, written)
    if last < first:
        raise PeriodFault("order", written)
    if (last - first).days >= MOST_DAYS:
        raise PeriodFault("long", written)
    end = last + _ONE_DAY
    for kind in (Kind.DAY, Kind.MONTH, Kind.QUARTER, Kind.YEAR):
        whole = around(kind, first)
        if (whole.first, whole.end) == (first, end):
            return whole
    return Period(Kind.RANGE, first, end)


def around(kind: Kind, day: dt.date) -> Period:
    """The period of this kind that `day` lies in. Raises `ValueError` for a range, which has no rule."""
    match kind:
        case Kind.DAY:
            return Period(kind, day, day + _ONE_DAY)
        case Kind.WEEK:
            monday = day - dt.timedelta(days=day.weekday())
            return Period(kind, monday, monday + _ONE_WEEK)
        case Kind.MONTH:
            first = day.replace(day=1)
            return Period(kind, first, _shift_months(first, 1))
        case Kind.QUARTER:
            first = dt.date(day.year, _quarter(day) * 3 - 2, 1)
            return Period(kind, first, _shift_months(first, 3))
        case Kind.YEAR:
            return Period(kind, dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1))
        case _:
            raise ValueError("a range lies around no day")


def label(period: Period, *, chinese: bool) -> str:
    """The period in words: 2022年11月3日 周四, 2022年第44周（10月31日至11月6日）, 2022年第四季度 …"""
    return _label_zh(period) if chinese else _label_en(period)


def short_label(period: Period, *, chinese: bool) -> str:
    """As short as an axis of a chart or a head of a table wants it: 11-03, 44周, 11月, 四季度, 2022年."""
    first = period.first
    match period.kind:
        case Kind.WEEK:
            week = first.isocalendar().week
            return f"{week}周" if chinese else f"W{week}"
        case Kind.MONTH:
            return f"{first.month}月" if chinese else _MONTHS_EN[first.month - 1]
        case Kind.QUARTER:
            return f"{_QUARTERS_ZH[_quarter(first) - 1]}季度" if chinese else f"Q{_quarter(first)}"
        case Kind.YEAR:
            return f"{first.year}年" if chinese else str(first.year)
        case _:
            return f"{first:%m-%d}"


def step_of(period: Period) -> Kind:
    """The step in which a trend over the period is drawn, so that there are neither two points nor two hundred."""
    if period.days <= 31:
        return Kind.DAY
    if period.days <= 120:
        return Kind.WEEK
    return Kind.MONTH if period.days <= 1100 else Kind.YEAR


def run_up(period: Period, steps: int) -> list[Period]:
    """`steps` periods of the same kind, oldest first, that end with this one."""
    found = [period]
    while len(found) < steps and found[-1].first.year > FIRST_YEAR:
        found.append(found[-1].previous())
    return found[::-1]


_WORD: Final = re.compile(
    r"(?P<year>\d{4})(-(W(?P<week>\d{2})|Q(?P<quarter>[1-4])|(?P<month>\d{2})(-(?P<day>\d{2}))?))?", re.ASCII
)


def _date(text: str, written: str) -> dt.date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise PeriodFault("format", written)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise PeriodFault("date", written) from None
    _year(day.year, written)
    return day


def _year(year: int, written: str) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodFault("years", written)
    return year


def _quarter(day: dt.date) -> int:
    return (day.month + 2) // 3


def _weeks_of(year: int) -> int:
    """52 or 53: the last week of an ISO year is the one 28 December lies in."""
    return dt.date(year, 12, 28).isocalendar().week


def _shift_years(day: dt.date, years: int) -> dt.date:
    year = day.year + years
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _shift_months(first: dt.date, months: int) -> dt.date:
    """The first of a month, `months` later."""
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def _whole_months(first: dt.date, end: dt.date) -> int:
    """How many months lie between two firsts of a month; 0 when one of them is none."""
    if first.day != 1 or end.day != 1:
        return 0
    return (end.year - first.year) * 12 + end.month - first.month


def _day_zh(day: dt.date, beside: dt.date | None = None) -> str:
    """The year is left out where it is that of the day it stands beside."""
    year = "" if beside is not None and beside.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def _day_en(day: dt.date, beside: dt.date | None = None) -> str:
    year = "" if beside is not None and beside.year == day.year else f" {day.year}"
    return f"{day.day} {_MONTHS_EN[day.month - 1]}{year}"


def _label_zh(period: Period) -> str:
    first, last = period.first, period.last
    match period.kind:
        case Kind.DAY:
            return f"{_day_zh(first)} 周{_WEEKDAYS_ZH[first.weekday()]}"
        case Kind.WEEK:
            year, week, _weekday = first.isocalendar()
            named = dt.date(year, 1, 1)
            return f"{year}年第{week}周（{_day_zh(first, named)}至{_day_zh(last, named)}）"
        case Kind.MONTH:
            return f"{first.year}年{first.month}月"
        case Kind.QUARTER:
            return f"{first.year}年第{_QUARTERS_ZH[_quarter(first) - 1]}季度"
        case Kind.YEAR:
            return f"{first.year}年"
        case _:
            return f"{_day_zh(first)}至{_day_zh(last, first)}"


def _label_en(period: Period) -> str:
    first, last = period.first, period.last
    match period.kind:
        case Kind.DAY:
            return f"{_WEEKDAYS_EN[first.weekday()]} {_day_en(first)}"
        case Kind.WEEK:
            year, week, _weekday = first.isocalendar()
            named = dt.date(year, 1, 1)
            return f"Week {week} of {year} ({_day_en(first, named)} – {_day_en(last, named)})"
        case Kind.MONTH:
            return f"{_MONTHS_EN[first.month - 1]} {first.year}"
        case Kind.QUARTER:
            return f"Q{_quarter(first)} {first.year}"
        case Kind.YEAR:
            return str(first.year)
        case _:
            return f"{_day_en(first, last)} – {_day_en(last)}"
