"""Who served on which days of a month, by a unit's own facts: days are counted again, the others of the month stay.

Without this every correction of a day would read the facts of its whole month to learn who is still in the month's set.
"""

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db import connection

from stats.catalogue.columns import SERVED_PART
from stats.logic.months import next_month
from stats.operations.rollups.arrays import array_of
from stats.operations.rollups.cells import Key

_SOURCE: Final = SERVED_PART.source


def bit_sql(day: str) -> str:
    """The bit of a day, an SQL expression, in its month: 1 for the first."""
    return f"1 << (extract(day FROM {day})::integer - 1)"


_BIT: Final = bit_sql(_SOURCE.day_sql)
_ARRAYS: Final = (
    "array_agg(p.member_id ORDER BY p.member_id) AS members, array_agg(p.days ORDER BY p.member_id) AS days"
)

# What stood for other days of the month, and what the facts say of these.
_SOME_DAYS: Final = f"""
    SELECT k.unit_id, k.month, n.members, n.days
    FROM (
        SELECT unit_id, date_trunc('month', day::timestamp)::date AS month, bit_or({bit_sql("day")}) AS bits,
            array_agg(day) AS days
        FROM unnest(%(units)s::bigint[], %(days)s::date[]) AS d (unit_id, day) GROUP BY 1, 2
    ) AS k
    CROSS JOIN LATERAL (
        SELECT {_ARRAYS}
        FROM (
            SELECT served.member_id, bit_or(served.days) AS days
            FROM (
                SELECT s.member_id, s.days & ~k.bits AS days
                FROM stats_ownmonth AS stood CROSS JOIN unnest(stood.members, stood.days) AS s (member_id, days)
                WHERE stood.unit_id = k.unit_id AND stood.month = k.month AND s.days & ~k.bits <> 0
                UNION ALL
                SELECT {_SOURCE.table}.member_id, {_BIT}
                FROM {_SOURCE.table}
                WHERE {_SOURCE.unit_sql} = k.unit_id AND {_SOURCE.day_sql} = ANY(k.days)
                    AND {SERVED_PART.condition_sql}
            ) AS served GROUP BY served.member_id
        ) AS p
    ) AS n
"""
_WHOLE_MONTH: Final = f"""
    SELECT u.unit_id, %(month)s::date AS month, n.members, n.days
    FROM unnest(%(units)s::bigint[]) AS u (unit_id)
    LEFT JOIN (
        SELECT p.unit_id, {_ARRAYS}
        FROM (
            SELECT w.unit_id, {_SOURCE.table}.member_id, bit_or({_BIT}) AS days
            FROM unnest(%(units)s::bigint[]) AS w (unit_id)
            JOIN {_SOURCE.table} ON {_SOURCE.unit_sql} = w.unit_id
                AND {_SOURCE.day_sql} >= %(month)s AND {_SOURCE.day_sql} < %(after)s
            WHERE {SERVED_PART.condition_sql} GROUP BY 1, 2
        ) AS p GROUP BY p.unit_id
    ) AS n USING (unit_id)
"""


def _merged(counted: str) -> str:
    """Write what differs; the rows are those that have other people now."""
    return f"""
WITH merged AS (
    MERGE INTO stats_ownmonth AS o
    USING ({counted}) AS c ON o.unit_id = c.unit_id AND o.month = c.month
    WHEN MATCHED AND c.members IS NULL THEN DELETE
    WHEN MATCHED AND (o.members, o.days) IS DISTINCT FROM (c.members, c.days)
        THEN UPDATE SET members = c.members, days = c.days
    WHEN NOT MATCHED AND c.members IS NOT NULL
        THEN INSERT (unit_id, month, members, days) VALUES (c.unit_id, c.month, c.members, c.days)
    RETURNING o.unit_id, o.month, old.members IS DISTINCT FROM new.members AS others
)
SELECT unit_id, month FROM merged WHERE others
"""


def count_days(keys: Collection[Key]) -> set[Key]:
    """Count who served on these (unit, day) pairs again; returns the (unit, month) pairs that have other people now."""
    if not keys:
        return set()
    # In the order of the index, so that neighbours are read together.
    units, days = zip(*sorted(keys), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_merged(_SOME_DAYS), {"units": array_of(units), "days": array_of(days)})
        return set(cursor.fetchall())


def count_month(units: Collection[int], month: dt.date) -> None:
    """Count who served in all days of the month that begins with this day again, of all these units."""
    with connection.cursor() as cursor:
        cursor.execute(
            _merged(_WHOLE_MONTH), {"units": array_of(sorted(units)), "month": month, "after": next_month(month)}
        )
