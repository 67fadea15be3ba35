"""The set-based checks of staged rows, each one statement: duplicates, people of other units, what would change."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from members.models import Merger
from members.operations.imports.columns import COLUMNS, IDENTITY, SEARCH_WORDS, StagedColumn, changed_keys, links_now

ANALYZE_FROM = 100
"""Rows from which fresh statistics are worth their time.

Without them the planner may take the import for one row and compare every row with every other: a table that every
import fills and empties is mostly empty when statistics are gathered by themselves, and 1,600 rows took minutes.
"""

_PROBLEM_HEAD = 'INSERT INTO members_rowproblem (import_id, sheet, "row", "column", code, shown, params, fatal)'

_DUPLICATES = (
    """
WITH firsts AS (
    SELECT identity_index, min(ARRAY[sheet::int, "row"]) AS place FROM members_stagedrow
     WHERE import_id = %(id)s AND verdict = 'new' GROUP BY identity_index HAVING count(*) > 1
), again AS (
    UPDATE members_stagedrow s SET verdict = 'rejected' FROM firsts f
     WHERE s.import_id = %(id)s AND s.verdict = 'new' AND s.identity_index = f.identity_index
       AND ARRAY[s.sheet::int, s."row"] <> f.place
    RETURNING s.sheet, s."row", f.place
)
"""
    + _PROBLEM_HEAD
    + """
SELECT %(id)s, sheet, "row", 'identity',
       CASE WHEN place[1] = sheet THEN 'identity_again' ELSE 'identity_again_elsewhere' END, '',
       jsonb_build_object('first', place[2], 'sheet', place[1]), true FROM again
"""
)

_OUTSIDE = (
    """
WITH outside AS (
    UPDATE members_stagedrow s SET verdict = 'rejected' FROM members_member m
     WHERE s.import_id = %(id)s AND s.verdict = 'new' AND m.identity_index = s.identity_index
       AND NOT m.unit_id = ANY(%(scope)s)
    RETURNING s.sheet, s."row"
)
"""
    + _PROBLEM_HEAD
    + """
SELECT %(id)s, sheet, "row", 'identity', 'person_elsewhere', '', '{}', true FROM outside
"""
)

# Few records are merged, so they are looked up from their side.
_MERGED = (
    """
WITH merged AS (
    UPDATE members_stagedrow s SET verdict = 'rejected'
      FROM members_merger g JOIN members_member m ON m.id = g.merged_id
     WHERE s.import_id = %(id)s AND s.verdict = 'new' AND m.identity_index = s.identity_index
    RETURNING s.sheet, s."row"
)
"""
    + _PROBLEM_HEAD
    + """
SELECT %(id)s, sheet, "row", 'identity', 'person_merged', '', '{}', true FROM merged
"""
)

_NO_UNIT = (
    """
WITH homeless AS (
    UPDATE members_stagedrow SET verdict = 'rejected'
     WHERE import_id = %(id)s AND verdict = 'new' AND unit_id IS NULL
    RETURNING sheet, "row"
)
"""
    + _PROBLEM_HEAD
    + """
SELECT %(id)s, sheet, "row", 'unit', 'unit_missing', '', '{}', true FROM homeless
"""
)

# Nobody leaves, or goes to a unit that the store does not supply, with things that must come back.
_HOLDS = (
    """
WITH holding AS (
    UPDATE members_stagedrow s SET verdict = 'rejected'
     WHERE s.import_id = %(id)s AND s.verdict = 'changed' AND s.changed_fields && '{unit,status}' AND EXISTS (
        SELECT FROM members_holding h JOIN members_equipmentkind k ON k.id = h.kind_id AND k.returnable
          JOIN members_store store ON store.id = h.store_id JOIN corps_unit supplied ON supplied.id = store.unit_id
          LEFT JOIN corps_unit home ON home.id = s.unit_id
         WHERE h.member_id = s.member_id AND h.quantity > 0 AND (
            ('status' = ANY(s.changed_fields) AND s.status IN ('left', 'refused'))
            OR ('unit' = ANY(s.changed_fields)
                AND NOT (home.tree_id = supplied.tree_id AND home.lft BETWEEN supplied.lft AND supplied.rght))))
    RETURNING s.sheet, s."row", s.status IN ('left', 'refused') AND 'status' = ANY(s.changed_fields) AS leaves
)
"""
    + _PROBLEM_HEAD
    + """
SELECT %(id)s, sheet, "row", CASE WHEN leaves THEN 'status' ELSE 'unit' END, 'holds_equipment', '', '{}', true
FROM holding
"""
)


# What the page of an import shows of a row that changes nothing; the rest of such a row is let go.
_SHOWN_OF_SAME = frozenset(("name", "identity_head", "identity_tail", "unit_id"))
_LET_GO = tuple(
    name for name in (*SEARCH_WORDS, *IDENTITY, *(column.column for column in COLUMNS)) if name not in _SHOWN_OF_SAME
)


def _matched(columns: Sequence[StagedColumn]) -> str:
    let_go = ", ".join(f"{name} = CASE WHEN found.same THEN NULL ELSE s.{name} END" for name in _LET_GO)
    return f"""
UPDATE members_stagedrow s SET member_id = found.id, base_revision = found.revision, unit_id = found.unit_id,
       changed_fields = found.changed, verdict = CASE WHEN found.same THEN 'same' ELSE 'changed' END, {let_go}
  FROM (SELECT matched.*, changed = '{{}}' AS same FROM (
        SELECT s.sheet, s."row", m.id, m.revision, coalesce(s.unit_id, m.unit_id) AS unit_id,
               {changed_keys(columns)} AS changed
          FROM members_stagedrow s JOIN members_member m ON m.identity_index = s.identity_index
               {links_now(columns)}
         WHERE s.import_id = %(id)s AND s.verdict = 'new') matched OFFSET 0) found
 WHERE s.import_id = %(id)s AND s.sheet = found.sheet AND s."row" = found."row"
"""


def analyze(rows: int) -> None:
    """Give the planner a picture of freshly staged rows."""
    if rows >= ANALYZE_FROM:
        _run('ANALYZE members_stagedrow (import_id, sheet, "row", verdict, identity_index, member_id)')


def analyze_members(added: int) -> None:
    """Let the planner know of members when most of them are new.

    A vacuum that comes by before the commit sees none of them and notes the table as empty. The commit then looks up
    the member of every row that refers to one by whatever index, all being as good for an empty table: it was seen to
    take six minutes instead of four seconds. Analysing also keeps vacuums away until the commit.
    """
    if added < ANALYZE_FROM:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'members_member'::regclass")
        (known,) = cursor.fetchone()
    if added > known:
        _run("ANALYZE members_member (id)")


def classify(import_id: int, columns: Sequence[StagedColumn], scope: Iterable[int] | None) -> None:
    """Give every staged row its verdict.

    `columns` are those the file brings; `scope` the ids of units in which the actor may import, None for all of them.
    """
    _run(_DUPLICATES, id=import_id)
    if scope is not None:
        _run(_OUTSIDE, id=import_id, scope=sorted(scope))
    if Merger.objects.exists():
        _run(_MERGED, id=import_id)
    _run(_matched(columns), id=import_id)
    reject_holders(import_id)


def reject_holders(import_id: int) -> None:
    """Rows that would take people away from the stores whose things they hold are not taken."""
    _run(_HOLDS, id=import_id)


def give_unit(import_id: int, unit_id: int) -> None:
    """New people without a unit go to this one."""
    _run(
        "UPDATE members_stagedrow SET unit_id = %(unit)s"
        " WHERE import_id = %(id)s AND verdict = 'new' AND unit_id IS NULL",
        id=import_id,
        unit=unit_id,
    )


def homeless(import_id: int, sheets: Sequence[int]) -> int:
    """How many new people of these sheets have no unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM members_stagedrow WHERE import_id = %s AND verdict = 'new' AND unit_id IS NULL"
            " AND sheet = ANY(%s)",
            [import_id, list(sheets)],
        )
        return int(cursor.fetchone()[0])


def reject_homeless(import_id: int) -> None:
    """New people without a unit cannot be taken."""
    _run(_NO_UNIT, id=import_id)


def counts(import_id: int) -> dict[str, Any]:
    """Numbers by verdict, and by unit and verdict: `{"verdicts": {"new": 3}, "units": {"12": {"new": 3}}}`.

    Rows without a unit stand under "0". `warnings` counts rows that are taken with a remark.
    """
    verdicts: dict[str, int] = {"new": 0, "changed": 0, "same": 0, "rejected": 0}
    units: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(unit_id, 0), verdict, count(*) FROM members_stagedrow WHERE import_id = %s GROUP BY 1, 2",
            [import_id],
        )
        for unit_id, verdict, number in cursor.fetchall():
            verdicts[verdict] += number
            units.setdefault(str(unit_id), {})[verdict] = number
        cursor.execute(
            'SELECT count(DISTINCT (sheet, "row")) FROM members_rowproblem WHERE import_id = %s AND NOT fatal',
            [import_id],
        )
        (warnings,) = cursor.fetchone()
    return {"verdicts": verdicts, "units": units, "warnings": warnings}


def _run(sql: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
