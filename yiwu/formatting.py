"""How numbers and times are written for readers, in Chinese and English. Plain values in, text out."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from django.utils import timezone

from corps.languages import in_chinese

MINUS = "−"
PLUS = "+"
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Number: TypeAlias = int | float | Decimal


def rounded(value: Number, digits: int = 0) -> Decimal:
    """With `digits` decimals, half up as officers do on paper."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def exact(value: Number, digits: int = 0) -> str:
    """`1234567.8` → `1,234,568`; a true minus sign, `digits` decimals."""
    number = rounded(value, digits)
    text = f"{abs(number):,}"
    return f"{MINUS}{text}" if number < 0 else text


def headline(value: Number, digits: int = 0) -> str:
    """A number short enough for a headline: `124000` → `12.4 万` (Chinese) or `124 k` (English).

    Below ten thousand the exact number, with `digits` decimals, is short enough. Above, it belongs into the element's
    title.
    """
    number = Decimal(str(value))
    scales: tuple[tuple[int, str], ...]
    scales = ((100_000_000, "亿"), (10_000, "万")) if in_chinese() else ((1_000_000, "M"), (1_000, "k"))
    if abs(number) < 10_000:
        return exact(number, digits)
    for size, name in scales:
        scaled = rounded(number / size, 1)
        if abs(scaled) >= 1:
            text = exact(scaled, 1).removesuffix(".0")
            return f"{text} {name}"
    return exact(number)


def signed(value: Number, digits: int = 1) -> str:
    """A change with its sign always shown: `12.4` → `+12.4`, `-3` → `−3.0`, `0` → `0.0`."""
    text = exact(value, digits)
    return f"{PLUS}{text}" if rounded(value, digits) > 0 else text


def day(value: dt.date | dt.datetime) -> str:
    """`2022年11月3日` or `3 Nov 2022`; a moment is read in local time."""
    local = _local(value)
    if in_chinese():
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {_MONTHS_EN[local.month - 1]} {local.year}"


def day_short(value: dt.date | dt.datetime) -> str:
    """`11-03 周四` or `Thu 3 Nov`."""
    local = _local(value)
    if in_chinese():
        return f"{local.month:02d}-{local.day:02d} {_WEEKDAYS_ZH[local.weekday()]}"
    return f"{_WEEKDAYS_EN[local.weekday()]} {local.day} {_MONTHS_EN[local.month - 1]}"


def moment(value: dt.datetime) -> str:
    """`11-03 周四 19:30` or `Thu 3 Nov 19:30`; another year than this one is named: `2021年12月5日 08:00`."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    named = day_short(local) if local.year == timezone.localdate().year else day(local)
    return f"{named} {local:%H:%M}"


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
