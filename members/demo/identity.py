"""Identity and phone numbers that are well formed and belong to nobody.

Identity numbers (GB 11643-1999) end, before the check digit, in a sequence of three digits that tells people of the
same place and day apart. 996 to 999 were set aside for people over a hundred, so nobody born after 1926 was given one:
every number made here uses them. Phone numbers begin with 142, 143 or 154, which fit the mobile format
1[3-9]xxxxxxxxx but which no operator has put into service for people as far as the public lists of prefixes show.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from members.demo.names import MALE

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SEQUENCES = {True: ("997", "999"), False: ("996", "998")}
_PREFIXES = ("142", "143", "154")


def check_digit(body: str) -> str:
    """Compute the eighteenth character from the first seventeen digits (ISO 7064, MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


class Numbers:
    """Gives identity numbers and phone numbers, none of them twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._identities: set[str] = set()
        self._phones: set[str] = set()

    def identity(self, area_code: str, sex: str, draw_birth: Callable[[], date]) -> tuple[str, date]:
        """Give a number of this area and sex and the birth date in it; draws another day when a day is used up."""
        for _attempt in range(1000):
            birth = draw_birth()
            body = f"{area_code}{birth:%Y%m%d}{self._rng.choice(_SEQUENCES[sex == MALE])}"
            if body not in self._identities:
                self._identities.add(body)
                return body + check_digit(body), birth
        raise ValueError(f"no free identity number is left in area {area_code}: too many people for one area")

    def phone(self) -> str:
        """Give a mobile number of eleven digits."""
        while True:
            phone = f"{self._rng.choice(_PREFIXES)}{self._rng.randrange(10**8):08d}"
            if phone not in self._phones:
                self._phones.add(phone)
                return phone
