"""Counting cells again: own cells from the facts, then totals from own cells and the totals below, level by level."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import TypeAlias

from django.db import connection

from corps.queries.scope import Tree
from stats.operations.rollups.arrays import array_of
from stats.operations.rollups.statements import NAME_LIST, NAMES, cast, changes, columns_of, counted_by_key

Key: TypeAlias = tuple[int, dt.date]

_KEYS = "WITH keys AS (SELECT * FROM unnest(%s::bigint[], %s::date[]) AS k (unit_id, day))"


@cache
def _upsert_own(changed: str) -> str:
    names = columns_of(changed)
    # A key without facts empties these columns of a cell that stands, and makes none that does not.
    return (
        f"{_KEYS}, counted AS ({counted_by_key(changed)})"
        f" INSERT INTO stats_ownday (unit_id, day, {', '.join(names)})"
        f" SELECT keys.unit_id, keys.day, {', '.join(f'c.{name}' for name in names)}"
        " FROM keys LEFT JOIN counted c ON c.unit_id = keys.unit_id AND c.day = keys.day"
        " WHERE c.unit_id IS NOT NULL"
        " OR EXISTS (SELECT FROM stats_ownday o WHERE o.unit_id = keys.unit_id AND o.day = keys.day)"
        f" {changes('stats_ownday', names)}"
    )


_DELETE_EMPTY = f"""
{_KEYS} DELETE FROM stats_ownday o USING keys
WHERE o.unit_id = keys.unit_id AND o.day = keys.day AND num_nonnulls({", ".join(f"o.{name}" for name in NAMES)}) = 0
"""

_SUMS = ", ".join(f"sum(p.{name})::{cast(name)}" for name in NAMES)

_UPSERT_TOTAL = f"""
{_KEYS}
INSERT INTO stats_totalday (unit_id, day, {NAME_LIST})
SELECT keys.unit_id, keys.day, {_SUMS}
FROM keys CROSS JOIN LATERAL (
    SELECT {NAME_LIST} FROM stats_ownday o WHERE o.unit_id = keys.unit_id AND o.day = keys.day
    UNION ALL
    SELECT {NAME_LIST} FROM stats_totalday t
    WHERE t.day = keys.day AND t.unit_id = ANY(ARRAY(SELECT u.id FROM corps_unit u WHERE u.parent_id = keys.unit_id))
) AS p
GROUP BY keys.unit_id, keys.day
{changes("stats_totalday", NAMES)}
"""

_DELETE_TOTAL = f"""
{_KEYS}
DELETE FROM stats_totalday t USING keys
WHERE t.unit_id = keys.unit_id AND t.day = keys.day
  AND NOT EXISTS (SELECT FROM stats_ownday o WHERE o.unit_id = keys.unit_id AND o.day = keys.day)
  AND NOT EXISTS (
    SELECT FROM stats_totalday c
    WHERE c.day = keys.day AND c.unit_id = ANY(ARRAY(SELECT u.id FROM corps_unit u WHERE u.parent_id = keys.unit_id))
  )
RETURNING t.unit_id, t.day
"""


def count_own(changed: str, keys: Collection[Key]) -> set[Key]:
    """Count the columns of one group of sources again for `keys`; returns the keys of cells that are different now."""
    return _run(_upsert_own(changed), keys) if keys else set()


def drop_empty(keys: Collection[Key]) -> None:
    """Delete own cells that hold nothing any more."""
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE_EMPTY, _arrays(keys))


def add_up(tree: Tree, keys: Collection[Key]) -> set[Key]:
    """Add totals up again for `keys` and upwards from every total that changed; returns the keys of those.

    A unit that is no longer in the tree is left out: its cells went with it.
    """
    by_depth: dict[int, set[Key]] = defaultdict(set)
    depths: dict[int, int] = {}
    for key in keys:
        if key[0] in tree:
            by_depth[_depth(tree, key[0], depths)].add(key)
    different: set[Key] = set()
    for depth in range(max(by_depth, default=-1), -1, -1):
        here = by_depth.pop(depth, set())
        if not here:
            continue
        changed = _run(_DELETE_TOTAL, here) | _run(_UPSERT_TOTAL, here)
        different |= changed
        for unit_id, day in changed:
            parent_id = tree.nodes[unit_id].parent_id
            if parent_id is not None:
                by_depth[depth - 1].add((parent_id, day))
    return different


def _depth(tree: Tree, unit_id: int, known: dict[int, int]) -> int:
    if unit_id not in known:
        parent_id = tree.nodes[unit_id].parent_id
        known[unit_id] = 0 if parent_id is None else _depth(tree, parent_id, known) + 1
    return known[unit_id]


def _arrays(keys: Collection[Key]) -> list[str]:
    # In the order of the index, so that neighbours are read and written together.
    ordered = sorted(keys)
    return [array_of(unit_id for unit_id, _day in ordered), array_of(day for _unit, day in ordered)]


def _run(statement: str, keys: Collection[Key]) -> set[Key]:
    with connection.cursor() as cursor:
        cursor.execute(statement, _arrays(keys))
        return set(cursor.fetchall())
