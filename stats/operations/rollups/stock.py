"""Counting stock again: own rows from the movements, then totals by day, level by level, then their months and years.

As with cells (docs/adr/0010): nothing is added to what stands, so counting twice or breaking off does no harm.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from django.db import connection

from corps.queries.scope import Tree
from members.enums import EquipmentPlace
from stats.models.stock import Span
from stats.operations.rollups.arrays import array_of

PLACES: Final = tuple(place.value for place in EquipmentPlace)
_LIST: Final = ", ".join(PLACES)


class Key(NamedTuple):
    """A unit's kind on a day, or in the month or year that begins on it; all its sizes."""

    unit_id: int
    kind_id: int
    day: dt.date


# -- what stands is made equal to what was counted ---------------------------------------------------------------------


def _merged(table: str, key: Sequence[str], counted: str, standing: str) -> str:
    """Write what differs; `standing` selects the keys of rows that may have to go. Answers (unit, kind, first day)."""
    names = ", ".join(key)
    values = ", ".join(f"coalesce({place}, 0) AS {place}" for place in PLACES)
    nothing = " AND ".join(f"s.{place} = 0" for place in PLACES)
    return f"""
MERGE INTO {table} AS t
USING (SELECT {names}, {values} FROM ({counted}) AS c FULL JOIN ({standing}) AS e USING ({names})) AS s
ON {" AND ".join(f"t.{name} = s.{name}" for name in key)}
WHEN MATCHED AND {nothing} THEN DELETE
WHEN MATCHED AND ({", ".join(f"t.{place}" for place in PLACES)})
    IS DISTINCT FROM ({", ".join(f"s.{place}" for place in PLACES)})
    THEN UPDATE SET {", ".join(f"{place} = s.{place}" for place in PLACES)}
WHEN NOT MATCHED AND NOT ({nothing})
    THEN INSERT ({names}, {_LIST}) VALUES ({", ".join(f"s.{name}" for name in (*key, *PLACES))})
RETURNING t.unit_id, t.kind_id, t.{"day" if "day" in key else "start"}
"""


_OWN_KEY: Final = ("unit_id", "kind_id", "day", "size")
_TOTAL_KEY: Final = ("unit_id", "span", "start", "kind_id", "size")
_SUMS: Final = ", ".join(f"sum({place})::integer AS {place}" for place in PLACES)


def _side(side: str, sign: str, keys: str) -> str:
    return (
        f'SELECT m.{side}_unit_id AS unit_id, m.kind_id, m."on" AS day, m.size, m.{side}_place AS place,'
        f" {sign}m.quantity AS change FROM members_movement m"
        + (
            f' JOIN {keys} AS k ON m.{side}_unit_id = k.unit_id AND m.kind_id = k.kind_id AND m."on" = k.day'
            if keys
            else f" WHERE m.{side}_unit_id IS NOT NULL"
        )
    )


def movements_by_day(keys: str = "") -> str:
    """What movements come to by unit, kind, day and size: all of them, or those that the relation `keys` names."""
    changes = ", ".join(f"sum(change) FILTER (WHERE place = '{place}')::integer AS {place}" for place in PLACES)
    return (
        f"SELECT unit_id, kind_id, day, size, {changes}"
        f" FROM ({_side('to', '', keys)} UNION ALL {_side('from', '-', keys)}) AS sides"
        " GROUP BY unit_id, kind_id, day, size"
    )


_KEYS: Final = "unnest(%(units)s::bigint[], %(kinds)s::bigint[], %(days)s::date[])"
_KEYED: Final = f"WITH keys AS MATERIALIZED (SELECT * FROM {_KEYS} AS k (unit_id, kind_id, day))\n"

_OWN: Final = _KEYED + _merged(
    "stats_ownstock",
    _OWN_KEY,
    movements_by_day("keys"),
    "SELECT o.unit_id, o.kind_id, o.day, o.size FROM keys JOIN stats_ownstock o USING (unit_id, kind_id, day)",
)

# A total of a day is the unit's own row and the totals straight below.
_DAY: Final = _KEYED + _merged(
    "stats_totalstock",
    _TOTAL_KEY,
    f"""
        SELECT k.unit_id, {Span.DAY}::smallint AS span, k.day AS start, k.kind_id, p.size, {_SUMS}
        FROM keys k CROSS JOIN LATERAL (
            SELECT size, {_LIST} FROM stats_ownstock o
            WHERE o.unit_id = k.unit_id AND o.kind_id = k.kind_id AND o.day = k.day
            UNION ALL
            SELECT size, {_LIST} FROM stats_totalstock t
            WHERE t.unit_id = ANY(ARRAY(SELECT u.id FROM corps_unit u WHERE u.parent_id = k.unit_id))
                AND t.span = {Span.DAY} AND t.start = k.day AND t.kind_id = k.kind_id
        ) AS p GROUP BY k.unit_id, k.day, k.kind_id, p.size
        """,
    f"""
        SELECT t.unit_id, t.span, t.start, t.kind_id, t.size FROM keys k JOIN stats_totalstock t
        ON t.unit_id = k.unit_id AND t.span = {Span.DAY} AND t.start = k.day AND t.kind_id = k.kind_id
        """,
)


def _longer(span: Span, part: Span, word: str) -> str:
    """Rows of months from days, of years from months, of the same unit."""
    return _KEYED + _merged(
        "stats_totalstock",
        _TOTAL_KEY,
        f"""
            SELECT k.unit_id, {span}::smallint AS span, k.day AS start, k.kind_id, t.size, {_SUMS}
            FROM keys k JOIN stats_totalstock t ON t.unit_id = k.unit_id AND t.span = {part}
                AND t.start >= k.day AND t.start < k.day + interval '1 {word}' AND t.kind_id = k.kind_id
            GROUP BY k.unit_id, k.day, k.kind_id, t.size
            """,
        f"""
            SELECT t.unit_id, t.span, t.start, t.kind_id, t.size FROM keys k JOIN stats_totalstock t
            ON t.unit_id = k.unit_id AND t.span = {span} AND t.start = k.day AND t.kind_id = k.kind_id
            """,
    )


_MONTH: Final = _longer(Span.MONTH, Span.DAY, "month")
_YEAR: Final = _longer(Span.YEAR, Span.MONTH, "year")

# -- the drain ---------------------------------------------------------------------------------------------------------

_TAKE: Final = """
WITH next AS MATERIALIZED (
    SELECT id FROM stats_stockdirty ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM stats_stockdirty d USING next WHERE d.id = next.id RETURNING d.unit_id, d.kind_id, d.day, d.below
)
SELECT unit_id, kind_id, day, NOT bool_and(below), bool_or(below), count(*) FROM taken GROUP BY unit_id, kind_id, day
"""


class Taken(NamedTuple):
    """Keys that waited: those with movements, those below which something changed, and how many rows.

    A key may be of both: its own row may stay as it is while a unit below has gone.
    """

    own: set[Key]
    below: set[Key]
    rows: int


def take(limit: int) -> Taken:
    """Take at most `limit` waiting keys; whoever calls holds the roll-ups' lock."""
    taken = Taken(set(), set(), 0)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        for unit_id, kind_id, day, own, below, rows in cursor.fetchall():
            key = Key(unit_id, kind_id, day)
            if own:
                taken.own.add(key)
            if below:
                taken.below.add(key)
            taken = taken._replace(rows=taken.rows + rows)
    return taken


def count_stock(tree: Tree, taken: Taken) -> int:
    """Count what was taken again, and everything above it that changes by it; returns how many keys are different."""
    different = _run(_OWN, taken.own)
    days = add_up(tree, different | taken.below)
    months = _run(_MONTH, {Key(unit_id, kind_id, day.replace(day=1)) for unit_id, kind_id, day in days})
    _run(_YEAR, {Key(unit_id, kind_id, month.replace(month=1)) for unit_id, kind_id, month in months})
    return len(different) + len(days)


def add_up(tree: Tree, keys: Collection[Key]) -> set[Key]:
    """Add totals of days up again, and upwards from every one that changed; returns the keys of those."""
    by_depth: dict[int, set[Key]] = defaultdict(set)
    depths = {unit_id: len(tree.path(unit_id)) for unit_id in {key.unit_id for key in keys} if unit_id in tree}
    for key in keys:
        if key.unit_id in depths:
            by_depth[depths[key.unit_id]].add(key)
    different: set[Key] = set()
    for depth in range(max(by_depth, default=0), 0, -1):
        changed = _run(_DAY, by_depth.pop(depth, set()))
        different |= changed
        for unit_id, kind_id, day in changed:
            parent_id = tree.nodes[unit_id].parent_id
            if parent_id is not None:
                by_depth[depth - 1].add(Key(parent_id, kind_id, day))
    return different


def _run(statement: str, keys: Iterable[Key]) -> set[Key]:
    # In the order of the index, so that neighbours are read and written together.
    ordered = sorted(keys)
    if not ordered:
        return set()
    units, kinds, days = zip(*ordered, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"units": array_of(units), "kinds": array_of(kinds), "days": array_of(days)})
        return {Key(*row) for row in cursor.fetchall()}


# -- everything again --------------------------------------------------------------------------------------------------

_ALL_OWN: Final = _merged(
    "stats_ownstock", _OWN_KEY, movements_by_day(), f"SELECT {', '.join(_OWN_KEY)} FROM stats_ownstock"
)
_STANDING: Final = f"SELECT {', '.join(_TOTAL_KEY)} FROM stats_totalstock WHERE span = %(span)s"
# Every own row for the unit itself and for each of those above it.
_ALL_DAYS: Final = _merged(
    "stats_totalstock",
    _TOTAL_KEY,
    f"""
    SELECT a.above AS unit_id, {Span.DAY}::smallint AS span, o.day AS start, o.kind_id, o.size, {_SUMS}
    FROM stats_ownstock o JOIN unnest(%(units)s::bigint[], %(above)s::bigint[]) AS a (unit_id, above) USING (unit_id)
    GROUP BY a.above, o.day, o.kind_id, o.size
    """,
    _STANDING,
)


def _all(span: Span, part: Span, word: str) -> str:
    return _merged(
        "stats_totalstock",
        _TOTAL_KEY,
        f"""
        SELECT unit_id, {span}::smallint AS span, date_trunc('{word}', start::timestamp)::date AS start, kind_id, size,
            {_SUMS}
        FROM stats_totalstock WHERE span = {part} GROUP BY 1, 3, 4, 5
        """,
        _STANDING,
    )


def rebuild_stock(tree: Tree) -> int:
    """Count all stock from all movements and write what differs; returns how many rows of totals stand.

    Whoever calls holds the roll-ups' lock. Readers see the old rows until the transaction ends.
    """
    pairs = [(unit_id, node.id) for unit_id in tree.ids for node in tree.path(unit_id)]
    units, above = zip(*pairs, strict=True) if pairs else ((), ())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM stats_stockdirty")
        # Each step reads what the one before it has written, which the planner may still take for nothing.
        cursor.execute(_ALL_OWN)
        cursor.execute("ANALYZE stats_ownstock")
        cursor.execute(_ALL_DAYS, {"units": array_of(units), "above": array_of(above), "span": Span.DAY})
        cursor.execute("ANALYZE stats_totalstock")
        cursor.execute(_all(Span.MONTH, Span.DAY, "month"), {"span": Span.MONTH})
        cursor.execute(_all(Span.YEAR, Span.MONTH, "year"), {"span": Span.YEAR})
        cursor.execute("ANALYZE stats_ownstock, stats_totalstock")
        cursor.execute("SELECT count(*) FROM stats_totalstock")
        return int(cursor.fetchone()[0])
