"""Resident identity numbers: GB 11643-1999, with the check character of ISO 7064 MOD 11-2.

A number is 6 digits of area, 8 of birth date, 3 of sequence (odd for men, even for women) and a check character.
The area never rejects: a county code that was abolished decades ago is still printed on cards, so an unknown
province only warns. Numbers of 15 digits (before 1999, births of 19yy) are converted.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from members.logic.flaws import WARNING, Cell, Flaw, cell_text
from members.logic.text import ascii_form

MIN_AGE: Final = 16
"""Younger people are rejected."""
ADULT_AGE: Final = 18
"""People between `MIN_AGE` and this age are taken with a warning."""
MAX_AGE: Final = 100
"""Older people are rejected: the number is mistyped far more often than the person is that old."""

MALE: Final = "1"
"""Codes of GB/T 2261.1."""
FEMALE: Final = "2"

# First two digits, GB/T 2260, with 81–83 for residents of Hong Kong, Macao and Taiwan.
PROVINCES: Final = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)
LENGTH: Final = 18
_OLD_LENGTH: Final = 15
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
CHECK_CHARACTERS: Final = "10X98765432"

_SEPARATORS: Final = re.compile(r"[\s\-‐-―−_.·,，、'‘’`]+")
_SCIENTIFIC: Final = re.compile(r"^\d(\.\d+)?[Ee]\+?\d{1,2}$")
_CHARACTERS: Final = frozenset("0123456789X")
_COMMON_DAYS: Final = frozenset(f"{dt.date(2001, 1, 1) + dt.timedelta(days=day):%m%d}" for day in range(365))
DESTROYED_FROM: Final = 1e15
"""Excel keeps 15 digits of a number; from here on an identity number has lost its last ones."""


class Identity(NamedTuple):
    """A valid number and what follows from it."""

    number: str
    sex: str
    birth_date: dt.date
    warning: Flaw | None = None


def check_character(first17: str) -> str:
    """The 18th character for 17 digits."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=False)) % 11]


def from_15_digits(number: str) -> str:
    """The 18-character form of a 15-digit number: the century 19 and a check character are added."""
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_character(first17)


def age_on(birth_date: dt.date, today: dt.date) -> int:
    """Completed years."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


# Larger than the sum of any number: it marks a part that only the slow way may judge.
_MARK: Final = 10_000


class _Sums(dict[str, int]):
    """A part of the number → its weighted sum, `_MARK` for a part that needs a closer look."""

    def __init__(self, start: int, plain: Callable[[str], bool]) -> None:
        super().__init__()
        self._weights = WEIGHTS[start:]
        self._plain = plain

    def __missing__(self, part: str) -> int:
        total = _MARK
        if _CHARACTERS.issuperset(part) and "X" not in part[:-1] and self._plain(part):
            values = (10 if char == "X" else int(char) for char in part)
            total = sum(value * weight for value, weight in zip(values, self._weights, strict=False))
        self[part] = total
        return total


class IdentityReader:
    """Reads numbers against one day. One instance serves one file: it remembers what parts of numbers amount to.

    The sum of all weighted characters, check character included, is 1 modulo 11 for a right number. Four remembered
    partial sums (area, year, day, tail) replace eighteen multiplications; a number with an unusual part is judged
    step by step.
    """

    def __init__(self, today: dt.date, *, min_age: int = MIN_AGE, max_age: int = MAX_AGE) -> None:
        self.today = today
        self.min_age = min_age
        self.max_age = max_age
        # Whoever was born in these years is of age and not too old on any day of this year.
        years = range(today.year - max_age, today.year - ADULT_AGE)
        self._areas = _Sums(0, lambda area: area[:2] in PROVINCES and area[5] != "X")
        self._years = _Sums(6, lambda year: "X" not in year and int(year) in years)
        self._days = _Sums(10, _COMMON_DAYS.__contains__)
        self._tails = _Sums(14, lambda tail: not tail.endswith("000"))

    def read(self, cell: Cell) -> str | Flaw | None:
        """The number in its 18-character form, a flaw, or None for a blank cell."""
        if type(cell) is str and len(cell) == LENGTH:
            total = self._areas[cell[:6]] + self._years[cell[6:10]] + self._days[cell[10:14]] + self._tails[cell[14:]]
            if total < _MARK and total % 11 == 1:
                return cell
        return self._read_slowly(cell)

    def _read_slowly(self, cell: Cell) -> str | Flaw | None:
        number = _washed(cell)
        if number is None or isinstance(number, Flaw):
            return number
        if len(number) == _OLD_LENGTH and number.isdecimal():
            number = from_15_digits(number)
        if len(number) != LENGTH:
            return Flaw("identity_length", {"length": len(number)})
        return self._judge(number)

    def _judge(self, number: str) -> str | Flaw:
        if not _CHARACTERS.issuperset(number) or "X" in number[:-1]:
            return Flaw("identity_malformed", {})
        flaw = self._birth_flaw(number[6:14])
        if flaw is not None and flaw.severity != WARNING:
            return flaw
        zeros = number.endswith("000")
        if check_character(number[:17]) != number[17]:
            return Flaw("identity_destroyed" if zeros else "identity_check_character", {})
        if flaw is not None:
            return Flaw(flaw.code, flaw.params, WARNING, number)
        if number[:2] not in PROVINCES:
            return Flaw("identity_area", {"area": number[:6]}, WARNING, number)
        return Flaw("identity_zeros", {}, WARNING, number) if zeros else number

    def _birth_flaw(self, digits: str) -> Flaw | None:
        try:
            birth_date = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return Flaw("identity_birth_date", {})
        if birth_date > self.today:
            return Flaw("identity_birth_future", {})
        age = age_on(birth_date, self.today)
        if age < self.min_age:
            return Flaw("identity_too_young", {"age": age, "minimum": self.min_age})
        if age > self.max_age:
            return Flaw("identity_too_old", {"age": age})
        return Flaw("identity_minor", {"age": age}, WARNING) if age < ADULT_AGE else None


def _washed(cell: Cell) -> str | Flaw | None:
    """The characters of the number alone, a flaw when Excel destroyed it, None for a blank cell."""
    if isinstance(cell, str):
        text = ascii_form(cell)
        if _SCIENTIFIC.match(text.replace(" ", "")):
            return Flaw("identity_destroyed", {})
        number = _plain(text)
        # Where a sheet wrote a whole number with decimals, these go; in a number that is complete with its last nought
        # the point is as stray as any other.
        return number if len(number) == LENGTH else _plain(text.removesuffix(".0")) or None
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, float | int):
        return Flaw("identity_malformed", {})
    if abs(cell) >= DESTROYED_FROM:
        return Flaw("identity_destroyed", {})
    return cell_text(float(cell))


def _plain(text: str) -> str:
    """Without separators; a Cyrillic letter and the sign of multiplication pass for an X."""
    return _SEPARATORS.sub("", text).upper().replace("Х", "X").replace("×", "X")


def sex_of(number: str) -> str:
    """The code of GB/T 2261.1, from the 17th digit."""
    return MALE if number[16] in "13579" else FEMALE


def birth_date_of(number: str) -> dt.date:
    """The birth date in a valid number."""
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def parse_identity(cell: Cell, today: dt.date) -> Identity | Flaw | None:
    """One number by itself, for forms and the API: the number with its sex and birth date, a flaw, or None.

    A warning (a minor, an unknown area) comes with the identity, an error instead of it.
    """
    reader = IdentityReader(today)
    number = reader.read(cell)
    warning = None
    if isinstance(number, Flaw):
        if number.severity != WARNING or not isinstance(number.value, str):
            return number
        warning, number = number, number.value
    if number is None:
        return None
    return Identity(number, sex_of(number), birth_date_of(number), warning)
