"""Dates in the ways people write them, as serial numbers of a sheet, and as real date cells."""

import datetime as dt
import re
from typing import Final

from members.logic.flaws import WARNING, Cell, Flaw
from members.logic.text import PLACEHOLDERS, ascii_form

EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2100, 12, 31)

# Serial numbers that can be a day in a roster; below them four-digit years are meant, above them 202211 and 20221103.
_SERIALS: Final = range(3_000, 80_000)
_LARGEST: Final = 100_000_000
_EPOCH_1900: Final = dt.date(1899, 12, 30)
_EPOCH_1904: Final = dt.date(1904, 1, 1)

_LONGEST: Final = 40
_SEPARATOR: Final = r"\s*[-‐-―−./\\年月、,]\s*"
_CLOCK: Final = re.compile(
    r"(?:[T\s]+\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm])?)?\s*(?:(?:星期|周)[一二三四五六日天])?$"
)
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_THREE: Final = re.compile(rf"(\d{{1,4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,4}})\s*[日号]?$")
_MONTH: Final = re.compile(r"(\d{4})\s*[-‐-―−./\\年]\s*(\d{1,2})\s*月?(?:份)?$")
_YEAR: Final = re.compile(r"(\d{4})\s*年?$")
_EIGHT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_SIX: Final = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])$")
_SERIAL_TEXT: Final = re.compile(r"\d{4,5}(?:\.\d+)?$")

_NUMERALS: Final = ("〇零○Oo", "一壹元", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS: Final = {char: str(value) for value, chars in enumerate(_NUMERALS) for char in chars}
_CHINESE: Final = re.compile(r"[〇零○一二三四五六七八九]{4}年")
_TENS: Final = re.compile(r"([一二三])?(十|廿|卅)([一二三四五六七八九])?")


class DateReader:
    """Reads the dates of one column.

    `today` bounds dates that cannot lie ahead (`future=False`); `epoch_1904` tells the system of serial numbers
    of the workbook. A month without a day becomes its first day with a warning.
    """

    def __init__(self, today: dt.date, *, future: bool = False, epoch_1904: bool = False) -> None:
        self.today = today
        self.future = future
        self.epoch = _EPOCH_1904 if epoch_1904 else _EPOCH_1900

    def read(self, cell: Cell) -> str | Flaw | None:
        """The ISO date, a flaw, or None for a blank cell."""
        found = self._date(cell)
        if found is None:
            return None
        flaw = None
        if isinstance(found, Flaw):
            if not isinstance(found.value, str):
                return found
            flaw, found = found, dt.date.fromisoformat(found.value)
        if not EARLIEST <= found <= LATEST:
            return Flaw("date_implausible", {"date": found.isoformat()})
        if found > self.today and not self.future:
            return Flaw("date_future", {"date": found.isoformat()})
        return flaw or found.isoformat()

    def _date(self, cell: Cell) -> dt.date | Flaw | None:
        if cell is None:
            return None
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, bool | dt.time | dt.timedelta):
            return Flaw("date_unreadable", {})
        if isinstance(cell, str):
            return self._from_text(cell)
        # Anything larger is no date in any form, and infinity is no integer; so is what is no number.
        return self._from_number(float(cell)) if 0 <= cell < _LARGEST else Flaw("date_unreadable", {})

    def _from_number(self, number: float) -> dt.date | Flaw | None:
        if number.is_integer():
            return self._from_text(str(int(number)))
        if int(number) in _SERIALS:
            return self.epoch + dt.timedelta(days=int(number))
        # 2022.11 typed into a cell is a number for the sheet; 2022.1 may have been 2022.10.
        text = repr(number)
        if text.endswith(".1"):
            return Flaw("date_ambiguous", {})
        return self._from_text(text)

    def _from_text(self, cell: str) -> dt.date | Flaw | None:
        if _ISO.fullmatch(cell):
            return _day(int(cell[:4]), int(cell[5:7]), int(cell[8:]))
        text = ascii_form(cell)
        if text in PLACEHOLDERS:
            return None
        if len(text) > _LONGEST:
            return Flaw("date_unreadable", {})
        text = _CLOCK.sub("", _arabic(text)).strip()
        if match := _EIGHT.match(text):
            return _day(*map(int, match.groups()))
        if match := _THREE.match(text):
            return self._from_three(*match.groups())
        return self._from_less(text)

    def _from_less(self, text: str) -> dt.date | Flaw:
        """A month, a year or a serial number."""
        if match := _SIX.match(text) or _MONTH.match(text):
            return _imprecise("date_no_day", int(match[1]), int(match[2]))
        if (match := _YEAR.match(text)) and EARLIEST.year <= int(match[1]) <= LATEST.year:
            return _imprecise("date_no_month", int(match[1]), 1)
        if _SERIAL_TEXT.match(text) and int(float(text)) in _SERIALS:
            return self.epoch + dt.timedelta(days=int(float(text)))
        return Flaw("date_unreadable", {})

    def _from_three(self, first: str, second: str, third: str) -> dt.date | Flaw:
        if len(first) == 4:
            return _day(int(first), int(second), int(third))
        if len(third) == 4:
            return _year_last(int(first), int(second), int(third))
        if len(first) != 2 or len(third) > 2:
            return Flaw("date_unreadable", {})
        if int(first) <= 12 and len(third) == 2 and len(second) == 2 and int(third) > 31:
            return Flaw("date_ambiguous", {})
        return self._two_digit_year(int(first), int(second), int(third))

    def _two_digit_year(self, year: int, month: int, day: int) -> dt.date | Flaw:
        """22.11.3 is written year first in Chinese; where all three could be a month nobody can tell."""
        if max(year, month, day) <= 12 and len({year, month, day}) > 1:
            return Flaw("date_ambiguous", {})
        horizon = self.today.year + (20 if self.future else 0)
        full = 2000 + year if 2000 + year <= horizon else 1900 + year
        found = _day(full, month, day)
        if isinstance(found, Flaw):
            return found
        return Flaw("date_two_digit_year", {"date": found.isoformat()}, WARNING, found.isoformat())


def _day(year: int, month: int, day: int) -> dt.date | Flaw:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Flaw("date_impossible", {})


def _year_last(first: int, second: int, year: int) -> dt.date | Flaw:
    """11/23/2022 can only be month first, 23/11/2022 day first; 11/3/2022 may be either."""
    if first == second or (first <= 12 < second):
        return _day(year, first, second)
    if second <= 12 < first:
        return _day(year, second, first)
    return Flaw("date_ambiguous" if max(first, second) <= 12 else "date_impossible", {})


def _imprecise(code: str, year: int, month: int) -> Flaw:
    found = _day(year, month, 1)
    return found if isinstance(found, Flaw) else Flaw(code, {"date": found.isoformat()}, WARNING, found.isoformat())


def _arabic(text: str) -> str:
    """二〇二二年十一月三日 → 2022年11月3日."""
    if not _CHINESE.search(text):
        return text
    text = _TENS.sub(_ten, text)
    return "".join(_DIGITS.get(char, char) for char in text)


def _ten(match: re.Match[str]) -> str:
    tens, ten, ones = match.groups()
    value = {"十": 1, "廿": 2, "卅": 3}[ten] if tens is None else int(_DIGITS[tens])
    return f"{value}{_DIGITS[ones] if ones else 0}"


def read_month_or_day(reader: DateReader, cell: Cell) -> str | Flaw | None:
    """Like `reader.read`, but a date without a day is nothing: it cannot be compared with a birth date."""
    found = reader.read(cell)
    if isinstance(found, Flaw) and found.code in {"date_no_day", "date_no_month"}:
        return None
    return found
