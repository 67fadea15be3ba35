"""Counting people of months again: who served in a unit on any day, and above it the union of the sets below."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeAlias

from django.db import connection

from corps.queries.scope import Tree
from stats.logic.months import month_of
from stats.logic.people import pack_keys, size, unite
from stats.operations.rollups.arrays import array_of, array_of_bytes

Key: TypeAlias = tuple[int, dt.date]

_OWN = """
SELECT k.unit_id, k.month, o.members
FROM unnest(%s::bigint[], %s::date[]) AS k (unit_id, month)
JOIN stats_ownmonth o ON o.unit_id = k.unit_id AND o.month = k.month
"""
_BELOW = """
SELECT k.unit_id, k.month, s.members
FROM unnest(%s::bigint[], %s::date[]) AS k (unit_id, month)
JOIN corps_unit u ON u.parent_id = k.unit_id
JOIN stats_monthset s ON s.unit_id = u.id AND s.month = k.month
"""
_STORED = """
SELECT s.unit_id, s.month, s.members
FROM unnest(%s::bigint[], %s::date[]) AS k (unit_id, month)
JOIN stats_monthset s ON s.unit_id = k.unit_id AND s.month = k.month
"""
_WRITE = """
INSERT INTO stats_monthset (unit_id, month, members, number)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bytea[], %s::integer[])
ON CONFLICT (unit_id, month) DO UPDATE SET members = excluded.members, number = excluded.number
"""
_DELETE = """
DELETE FROM stats_monthset s USING unnest(%s::bigint[], %s::date[]) AS k (unit_id, month)
WHERE s.unit_id = k.unit_id AND s.month = k.month
"""


def months_of(keys: Iterable[tuple[int, dt.date]]) -> set[Key]:
    """The (unit, month) pairs in which (unit, day) pairs lie."""
    return {(unit_id, month_of(day)) for unit_id, day in keys}


def count_people(tree: Tree, keys: Collection[Key]) -> set[Key]:
    """Make the sets of (unit, month) pairs again, and upwards from every set that changed; returns those."""
    by_depth: dict[int, set[Key]] = defaultdict(set)
    for unit_id, month in keys:
        if unit_id in tree:
            by_depth[len(tree.path(unit_id)) - 1].add((unit_id, month))
    different: set[Key] = set()
    for depth in range(max(by_depth, default=-1), -1, -1):
        here = sorted(by_depth.pop(depth, ()))
        if not here:
            continue
        changed = _count(here)
        different |= changed
        for unit_id, month in changed:
            parent_id = tree.nodes[unit_id].parent_id
            if parent_id is not None:
                by_depth[depth - 1].add((parent_id, month))
    return different


def _count(keys: list[Key]) -> set[Key]:
    units, months = _arrays(keys)
    parts: dict[Key, list[bytes]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [units, months])
        for unit_id, month, members in cursor.fetchall():
            parts[unit_id, month].append(pack_keys(members))
        cursor.execute(_BELOW, [units, months])
        for unit_id, month, members in cursor.fetchall():
            parts[unit_id, month].append(bytes(members))
        cursor.execute(_STORED, [units, months])
        stored = {(unit_id, month): bytes(members) for unit_id, month, members in cursor.fetchall()}
        packed = {key: unite(sets) for key, sets in parts.items()}
        written = [key for key, content in packed.items() if stored.get(key) != content]
        gone = [key for key in stored if key not in packed]
        if written:
            contents = [packed[key] for key in written]
            cursor.execute(_WRITE, [*_arrays(written), array_of_bytes(contents), array_of(map(size, contents))])
        if gone:
            cursor.execute(_DELETE, _arrays(gone))
    return {*written, *gone}


def _arrays(keys: Collection[Key]) -> list[str]:
    return [array_of(unit_id for unit_id, _month in keys), array_of(month for _unit, month in keys)]
