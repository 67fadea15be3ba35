"""Numbers of things as they are typed: single ones, and ranges such as 001–050 or BH-7..BH-12."""

import re
from collections.abc import Sequence
from typing import Final

MOST: Final = 5_000
LONGEST: Final = 40

_RANGE: Final = re.compile(r"(?P<head>.*?)(?P<first>\d+)\s*(?:–|—|－|~|～|\.\.|至|到)\s*(?P<again>.*?)(?P<last>\d+)")
_PLAIN_RANGE: Final = re.compile(r"(?P<head>)(?P<first>\d+)-(?P<again>)(?P<last>\d+)")
_BETWEEN: Final = re.compile(r"[,，、;；\n\r\t]+")


class WrongNumbers(ValueError):
    """What was typed is no list of numbers; `part` is the piece, `code` one of `range`, `long`, `many`, `twice`."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(f"{code}: {part}")
        self.code, self.part = code, part


def numbers_of(typed: str) -> list[str]:
    """The numbers that were typed, ranges written out with the leading zeros of their first number.

    A hyphen makes a range only between two plain numbers (001-050), because numbers carry hyphens themselves. Raises
    `WrongNumbers`.
    """
    found: list[str] = []
    for part in (piece.strip() for piece in _BETWEEN.split(typed)):
        if part:
            found += _written_out(part)
        if len(found) > MOST:
            raise WrongNumbers("many", part)
    return checked_numbers(found)


def checked_numbers(found: Sequence[str]) -> list[str]:
    """The numbers, each not too long and none twice. Raises `WrongNumbers`."""
    seen: set[str] = set()
    for number in found:
        if len(number) > LONGEST:
            raise WrongNumbers("long", number)
        if number in seen:
            raise WrongNumbers("twice", number)
        seen.add(number)
    return list(found)


def _written_out(part: str) -> list[str]:
    match = _PLAIN_RANGE.fullmatch(part) or _RANGE.fullmatch(part)
    if match is None:
        return [part]
    head, again = match["head"], match["again"]
    first, last = int(match["first"]), int(match["last"])
    if again not in {"", head} or last < first:
        raise WrongNumbers("range", part)
    if last - first >= MOST:
        raise WrongNumbers("many", part)
    width = len(match["first"])
    return [f"{head}{number:0{width}d}" for number in range(first, last + 1)]
