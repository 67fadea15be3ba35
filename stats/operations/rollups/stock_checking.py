"""Comparing stored stock with the ledger, by another road than the drain: every row from all movements below its unit.

Called by the check of the roll-ups, in its snapshot.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from django.db import connection

from corps.queries.scope import Tree
from stats.models import Discrepancy
from stats.models.discrepancies import Table
from stats.models.stock import Span
from stats.operations.rollups.differences import Difference, Found
from stats.operations.rollups.stock import PLACES, Key

#: A row of `stats_ownstock` (span "own") or `stats_totalstock`, without its place.
Row: TypeAlias = tuple[str, int, dt.date, int, str]
Cells: TypeAlias = dict[Row, Counter[str]]
#: By kind, the units whose stock is compared; None for all of them.
Asked: TypeAlias = Mapping[int, set[int] | None]

OWN: Final = "own"
_SPANS: Final = {Span.DAY: "day", Span.MONTH: "month", Span.YEAR: "year"}
_PLACE_LIST: Final = ", ".join(PLACES)

_LEDGER: Final = """
SELECT unit_id, day, size, place, sum(change)
FROM (
    SELECT to_unit_id AS unit_id, "on" AS day, size, to_place AS place, quantity AS change
    FROM members_movement WHERE kind_id = %(kind)s AND to_unit_id = ANY(%(below)s)
    UNION ALL
    SELECT from_unit_id, "on", size, from_place, -quantity
    FROM members_movement WHERE kind_id = %(kind)s AND from_unit_id = ANY(%(below)s)
) AS sides GROUP BY unit_id, day, size, place
"""
_STORED: Final = f"""
SELECT 'own', unit_id, day, kind_id, size, {_PLACE_LIST}
FROM stats_ownstock WHERE kind_id = %(kind)s AND unit_id = ANY(%(units)s)
UNION ALL
SELECT CASE span {" ".join(f"WHEN {span} THEN '{word}'" for span, word in _SPANS.items())} END, unit_id, start, kind_id,
    size, {_PLACE_LIST}
FROM stats_totalstock WHERE kind_id = %(kind)s AND unit_id = ANY(%(units)s)
"""
# Blocks are drawn, so that no large table is read whole.
_DRAW: Final = """
SELECT DISTINCT unit_id, kind_id FROM (
    (SELECT unit_id, kind_id FROM stats_totalstock TABLESAMPLE SYSTEM (least(100, 40000.0 / greatest(1,
        (SELECT reltuples FROM pg_class WHERE oid = 'stats_totalstock'::regclass)))) ORDER BY random() LIMIT %(number)s)
    UNION ALL
    (SELECT coalesce(to_unit_id, from_unit_id), kind_id FROM members_movement TABLESAMPLE SYSTEM (least(100,
        40000.0 / greatest(1, (SELECT reltuples FROM pg_class WHERE oid = 'members_movement'::regclass))))
        ORDER BY random() LIMIT %(number)s)
) AS drawn
"""
_ALL_KINDS: Final = """
SELECT kind_id FROM stats_ownstock UNION SELECT kind_id FROM stats_totalstock UNION SELECT kind_id FROM members_movement
"""


class Waiting:
    """Rows of stock that are to be counted again; without a tree: none."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.own: set[Key] = set()
        self.totals: set[Key] = set()
        if tree is None:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT unit_id, kind_id, day, bool_and(below) FROM stats_stockdirty GROUP BY 1, 2, 3")
            for unit_id, kind_id, day, below in cursor.fetchall():
                if not below:
                    self.own.add(Key(unit_id, kind_id, day))
                for node in tree.path(unit_id):
                    for start in (day, day.replace(day=1), day.replace(month=1, day=1)):
                        self.totals.add(Key(node.id, kind_id, start))

    def __contains__(self, row: Row) -> bool:
        span, unit_id, day, kind_id, _size = row
        # A day that begins a month stands for the month as well: a few rows too many are left out.
        return Key(unit_id, kind_id, day) in (self.own if span == OWN else self.totals)


def drawn(number: int) -> Asked:
    """Some kinds of some units, drawn from what is stored and from the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, {"number": max(1, number // 2)})
        return _by_kind(cursor.fetchall())


def everything() -> Asked:
    """All kinds of all units."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL_KINDS)
        return {kind_id: None for (kind_id,) in cursor.fetchall()}


def asked_by(alarms: Iterable[Discrepancy]) -> Asked:
    """What open alarms are about."""
    return _by_kind((alarm.unit_id, row_of(alarm)[3]) for alarm in alarms)


def _by_kind(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    units: dict[int, set[int]] = defaultdict(set)
    for unit_id, kind_id in pairs:
        units[kind_id].add(unit_id)
    return units


def row_of(alarm: Discrepancy) -> Row:
    """The row an alarm of stock is about."""
    span, kind, size, _place = alarm.column.split(":")
    return span, alarm.unit_id, alarm.day, int(kind), size


def compare(tree: Tree, asked: Asked, waiting: Waiting, found: Found) -> None:
    """Add to `found` what was compared, what was left out because it waits, and what differs.

    The column of a difference is `span:kind:size:place`.
    """
    for kind_id, wanted in asked.items():
        units = set(tree.ids) if wanted is None else wanted
        counted, stored = _counted(tree, kind_id, units), _stored(kind_id, units, everywhere=wanted is None)
        for row in counted.keys() | stored.keys():
            if row in waiting:
                found.waiting += 1
            else:
                found.compared += 1
                found.differences += _differing(row, stored.get(row), counted.get(row))


def _differing(row: Row, stored: Counter[str] | None, counted: Counter[str] | None) -> list[Difference]:
    span, unit_id, day, kind_id, size = row
    found = []
    for place in PLACES:
        one, other = (None if cell is None else cell[place] for cell in (stored, counted))
        if (one or 0) != (other or 0):
            column = f"{span}:{kind_id}:{size}:{place}"
            found.append(Difference(Table.STOCK.value, unit_id, day, column, one, other))
    return found


def _counted(tree: Tree, kind_id: int, units: set[int]) -> Cells:
    """Every row of the units by the movements of all units below them."""
    below = sorted({one for unit_id in units if unit_id in tree for one in tree.within(unit_id)})
    cells: Cells = defaultdict(Counter)
    above: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER, {"kind": kind_id, "below": below})
        for unit_id, day, size, place, change in cursor.fetchall():
            if unit_id not in above:
                above[unit_id] = [node.id for node in tree.path(unit_id) if node.id in units]
            if unit_id in units:
                cells[OWN, unit_id, day, kind_id, size][place] += change
            for start, word in ((day, "day"), (day.replace(day=1), "month"), (day.replace(month=1, day=1), "year")):
                for identifier in above[unit_id]:
                    cells[word, identifier, start, kind_id, size][place] += change
    return {row: cell for row, cell in cells.items() if any(cell.values())}


def _stored(kind_id: int, units: set[int], *, everywhere: bool) -> Cells:
    statement = _STORED.replace(" AND unit_id = ANY(%(units)s)", "") if everywhere else _STORED
    with connection.cursor() as cursor:
        cursor.execute(statement, {"kind": kind_id, "units": sorted(units)})
        return {
            (span, unit_id, day, kind, size): Counter(dict(zip(PLACES, values, strict=True)))
            for span, unit_id, day, kind, size, *values in cursor.fetchall()
        }
