"""Resident identity numbers: GB 11643-1999, with the check character of ISO 7064 MOD 11-2.

A number is 6 digits of area, 8 of birth date, 3 of sequence (odd for men, even for women) and a check character.
The area never rejects: a county code that was abolished decades ago is still printed on cards, so an unknown
province only warns. Numbers of 15 digits (before 1999, births of 19yy) are converted.
"""

import datetime as dt
import re
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
_ASCII_DIGITS: Final = frozenset("0123456789")
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


class _Areas(dict[str, int]):
    """First six digits → weighted sum; -1 when they are no digits. The sum of an unknown province is marked."""

    def __missing__(self, area: str) -> int:
        total = -1
        if _ASCII_DIGITS.issuperset(area):
            total = sum(int(digit) * weight for digit, weight in zip(area, WEIGHTS, strict=False))
            if area[:2] not in PROVINCES:
                total += _MARK
        self[area] = total
        return total


class _Tails(dict[str, int]):
    """Last four characters → weighted sum; -1 when they are malformed. Three zeros, Excel's trace, are marked."""

    def __missing__(self, tail: str) -> int:
        total = -1
        if _ASCII_DIGITS.issuperset(tail[:3]) and (tail[3] == "X" or tail[3] in _ASCII_DIGITS):
            total = sum(int(digit) * weight for digit, weight in zip(tail[:3], WEIGHTS[14:17], strict=True))
            total += 10 if tail[3] == "X" else int(tail[3])
            if tail.endswith("000"):
                total += _MARK
        self[tail] = total
        return total


# A multiple of 11 larger than any sum: it marks what only the slow way may judge and leaves the remainder alone.
_MARK: Final = 11 * 100


class IdentityReader:
    """Reads numbers against one day. One instance serves one file: it remembers areas, birthdays and tails.

    The sum of all weighted characters, check character included, is 1 modulo 11 for a right number, so three
    remembered partial sums replace eighteen multiplications.
    """

    def __init__(self, today: dt.date, *, min_age: int = MIN_AGE, max_age: int = MAX_AGE) -> None:
        self.today = today
        self.min_age = min_age
        self.max_age = max_age
        self._areas = _Areas()
        self._tails = _Tails()
        self._births: dict[str, tuple[int, str, Flaw | None]] = {}

    def read(self, cell: Cell) -> str | Flaw | None:
        """The number in its 18-character form, a flaw, or None for a blank cell."""
        if type(cell) is str and len(cell) == LENGTH:
            total = self._areas[cell[:6]]
            birth = self._births.get(cell[6:14]) or self._birth(cell[6:14])
            tail = self._tails[cell[14:]]
            if birth[2] is None and 0 <= total < _MARK and 0 <= tail < _MARK and (total + birth[0] + tail) % 11 == 1:
                return cell
        return self._read_slowly(cell)

    def birth_date(self, number: str) -> str:
        """ISO birth date of a number that `read` returned."""
        return self._births[number[6:14]][1]

    def _birth(self, digits: str) -> tuple[int, str, Flaw | None]:
        found = self._judge_birth(digits)
        self._births[digits] = found
        return found

    def _judge_birth(self, digits: str) -> tuple[int, str, Flaw | None]:
        if not _ASCII_DIGITS.issuperset(digits):
            return -1, "", Flaw("identity_malformed", {})
        total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS[6:14], strict=True))
        try:
            birth_date = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return total, "", Flaw("identity_birth_date", {})
        if birth_date > self.today:
            return total, "", Flaw("identity_birth_future", {})
        age = age_on(birth_date, self.today)
        flaw = None
        if age < self.min_age:
            flaw = Flaw("identity_too_young", {"age": age, "minimum": self.min_age})
        elif age > self.max_age:
            flaw = Flaw("identity_too_old", {"age": age})
        elif age < ADULT_AGE:
            flaw = Flaw("identity_minor", {"age": age}, WARNING)
        return total, birth_date.isoformat(), flaw

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
        area, tail = self._areas[number[:6]], self._tails[number[14:]]
        birth_total, _, birth_flaw = self._births.get(number[6:14]) or self._birth(number[6:14])
        flaw = None
        if area < 0 or tail < 0 or birth_total < 0:
            flaw = Flaw("identity_malformed", {})
        elif birth_flaw is not None and birth_flaw.severity != WARNING:
            flaw = birth_flaw
        elif (area + birth_total + tail) % 11 != 1:
            flaw = Flaw("identity_destroyed" if tail >= _MARK else "identity_check_character", {})
        elif birth_flaw is not None:
            flaw = Flaw(birth_flaw.code, birth_flaw.params, WARNING, number)
        elif area >= _MARK:
            flaw = Flaw("identity_area", {"area": number[:6]}, WARNING, number)
        elif tail >= _MARK:
            flaw = Flaw("identity_zeros", {}, WARNING, number)
        return flaw or number


def _washed(cell: Cell) -> str | Flaw | None:
    """The characters of the number alone, a flaw when Excel destroyed it, None for a blank cell."""
    if isinstance(cell, str):
        text = ascii_form(cell).removesuffix(".0")
        if _SCIENTIFIC.match(text.replace(" ", "")):
            return Flaw("identity_destroyed", {})
        # A Cyrillic letter and the sign of multiplication pass for an X.
        return _SEPARATORS.sub("", text).upper().replace("Х", "X").replace("×", "X") or None
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, float | int):
        return Flaw("identity_malformed", {})
    if abs(cell) >= DESTROYED_FROM:
        return Flaw("identity_destroyed", {})
    return cell_text(float(cell))


def sex_of(number: str) -> str:
    """The code of GB/T 2261.1, from the 17th digit."""
    return MALE if number[16] in "13579" else FEMALE


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
    return Identity(number, sex_of(number), dt.date.fromisoformat(reader.birth_date(number)), warning)
