"""Nested sets in plain Python: what is wrong with a numbering, and what the right one would be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Row(NamedTuple):
    """A unit as the table has it."""

    id: int
    parent_id: int | None
    corps_id: int
    level: int
    code: str
    closed: bool
    tree_id: int
    lft: int
    rght: int
    depth: int


class Place(NamedTuple):
    """Where a unit stands in the nested sets."""

    tree_id: int
    lft: int
    rght: int
    depth: int


class FaultKind(StrEnum):
    """What can be wrong. The first four are facts about superiors, the others numbers that follow from them."""

    CYCLE = "cycle"
    LEVEL = "level"
    CORPS = "corps"
    CLOSED = "closed"
    ROOT = "root"
    TREE = "tree"
    DEPTH = "depth"
    EDGES = "edges"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one unit; `found` and `expected` are for the reader."""

    kind: FaultKind
    code: str
    found: str = ""
    expected: str = ""


def find_faults(rows: Iterable[Row]) -> list[Fault]:
    """Compare every unit with its superior and with the one right numbering of its tree."""
    units = {row.id: row for row in rows}
    placed = number(units.values())
    faults = _root_faults(units)
    for row in units.values():
        if row.id not in placed:
            faults.append(Fault(FaultKind.CYCLE, row.code))
            continue
        faults += _against_superior(row, units.get(row.parent_id) if row.parent_id is not None else None)
        faults += _against_numbering(row, placed[row.id])
    return faults


def number(rows: Iterable[Row]) -> dict[int, Place]:
    """The right place of every unit that can be reached from a root; siblings stay in the order they have.

    A root keeps its tree number, except where another root has the same: that one gets a number of its own.
    """
    children: dict[int | None, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.lft, row.code)):
        children.setdefault(row.parent_id, []).append(row)
    roots = children.get(None, [])
    used: set[int] = set()
    next_free = max((root.tree_id for root in roots), default=0) + 1
    places: dict[int, Place] = {}
    for root in roots:
        tree_id = root.tree_id
        if tree_id in used:
            tree_id, next_free = next_free, next_free + 1
        used.add(tree_id)
        _walk(root, tree_id, children, places)
    return places


def _walk(root: Row, tree_id: int, children: Mapping[int | None, list[Row]], places: dict[int, Place]) -> None:
    """Depth first without recursion: `open_units` holds the units that have begun and not ended."""
    edge = 1
    open_units = [(root, edge, iter(children.get(root.id, ())))]
    while open_units:
        row, lft, rest = open_units[-1]
        edge += 1
        child = next(rest, None)
        if child is not None:
            open_units.append((child, edge, iter(children.get(child.id, ()))))
        else:
            open_units.pop()
            places[row.id] = Place(tree_id, lft, edge, len(open_units))


def _root_faults(units: Mapping[int, Row]) -> list[Fault]:
    faults = []
    seen: dict[int, str] = {}
    for row in units.values():
        if row.parent_id is None:
            first = seen.setdefault(row.corps_id, row.code)
            if first != row.code:
                faults.append(Fault(FaultKind.ROOT, row.code, expected=first))
    return faults


def _against_superior(row: Row, parent: Row | None) -> list[Fault]:
    if parent is None:
        return []
    faults = []
    if row.level <= parent.level:
        faults.append(Fault(FaultKind.LEVEL, row.code, found=str(row.level), expected=f"{parent.code} {parent.level}"))
    if row.corps_id != parent.corps_id:
        faults.append(Fault(FaultKind.CORPS, row.code, expected=parent.code))
    if parent.closed and not row.closed:
        faults.append(Fault(FaultKind.CLOSED, row.code, expected=parent.code))
    return faults


def _against_numbering(row: Row, place: Place) -> list[Fault]:
    faults = []
    if row.tree_id != place.tree_id:
        faults.append(Fault(FaultKind.TREE, row.code, str(row.tree_id), str(place.tree_id)))
    if row.depth != place.depth:
        faults.append(Fault(FaultKind.DEPTH, row.code, str(row.depth), str(place.depth)))
    if (row.lft, row.rght) != (place.lft, place.rght):
        faults.append(Fault(FaultKind.EDGES, row.code, f"{row.lft}–{row.rght}", f"{place.lft}–{place.rght}"))
    return faults
