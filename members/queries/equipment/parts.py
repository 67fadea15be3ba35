"""Lists that are walked unit by unit, in the order of the tree: a page of a city reads what its first units need."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias, TypeVar

from corps.queries.scope import Node, current_tree

#: Units that one statement is asked about.
UNITS_AT_ONCE: Final = 60

Row = TypeVar("Row")
#: Rows of units in their order: at most so many (None: all) after so many.
Fetch: TypeAlias = "Callable[[Sequence[int], int | None, int], Sequence[Row]]"


def page_of(unit: Node, fetch: "Fetch[Row]", *, after: str, size: int) -> tuple[list[Row], str]:
    """A page of the list of `unit` and everything below it, and the cursor of the page after it, empty at the end."""
    parts = _parts(unit)
    part, skip = _position(after)
    rows: list[Row] = []
    places: list[tuple[int, int]] = []
    while part < len(parts) and len(rows) <= size:
        found = fetch(parts[part], size + 1 - len(rows), skip)
        rows += found
        places += [(part, skip + number) for number in range(len(found))]
        part, skip = part + 1, 0
    if len(rows) <= size:
        return rows, ""
    return rows[:size], "{}-{}".format(*places[size])


def all_of(unit: Node, fetch: "Fetch[Row]") -> Iterator[Row]:
    """The whole list, for an export."""
    for part in _parts(unit):
        yield from fetch(part, None, 0)


def _parts(unit: Node) -> list[Sequence[int]]:
    ids = current_tree().within(unit.id)
    return [ids[start : start + UNITS_AT_ONCE] for start in range(0, len(ids), UNITS_AT_ONCE)]


def _position(cursor: str) -> tuple[int, int]:
    """Part of the units, and rows of it that were shown before."""
    part, _dash, skip = cursor.partition("-")
    numbers = [int(word) if word.isascii() and word.isdigit() and len(word) <= 9 else 0 for word in (part, skip)]
    return numbers[0], numbers[1]
