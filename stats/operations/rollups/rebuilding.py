"""Counting everything again, set by set: for a restored database, a changed catalogue, or a city's worth of old facts.

Cells are built beside the standing ones and take their place at the end, so readers wait for a moment only and see the
old figures or the new ones. What is written meanwhile notes its keys as always and is drained afterwards.

To a transaction whose snapshot is older than the new tables these would be empty, so a check waits for a rebuild, and a
rebuild for a check (`lock.HOLD_CELLS`).
"""

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import LockNotAvailable

from corps.queries.scope import Tree, current_tree
from stats.catalogue.columns import SERVED_PART
from stats.logic.months import month_of, next_month
from stats.operations.rollups import sets
from stats.operations.rollups.days import count_month
from stats.operations.rollups.lock import REPLACE_CELLS, TAKE_CELLS, require_system, take_rollups
from stats.operations.rollups.statements import GROUPS, NAME_LIST, NAMES, cast, columns_of, counted_everywhere
from stats.operations.rollups.stock import rebuild_stock

if TYPE_CHECKING:
    from corps.actors import Actor

# For this transaction only: hashes of a whole city's days in memory instead of on disk.
_SETTINGS = ("SET LOCAL work_mem = '512MB'", "SET LOCAL maintenance_work_mem = '512MB'", "SET LOCAL jit = off")

#: How long the swap makes readers wait at most before it lets them pass, and how long it then waits itself.
PATIENCE_MS = 500
PAUSE = 2.0

# After so many months the table of sets has grown out of what the planner knows of it.
_PLANS_GO_OLD = (1, 6)


@dataclass(slots=True)
class Rebuilt:
    """Rows that stand afterwards, and the seconds that sums and sets took."""

    own: int = 0
    totals: int = 0
    sets: int = 0
    stocks: int = 0
    sums_took: float = 0.0
    sets_took: float = 0.0


def rebuild(*, actor: "Actor") -> Rebuilt:
    """Count all cells, sets and stocks from the facts. Waits for a running drain; the next ones wait for this."""
    require_system(actor)
    done = Rebuilt()
    with transaction.atomic():
        take_rollups()
        tree = current_tree()
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
            cursor.execute(REPLACE_CELLS)
            # Whatever these keys were noted for is committed, so every statement from here on counts it.
            cursor.execute("DELETE FROM stats_dirty")
            done.own = _build_own(cursor)
            done.totals = _build_totals(cursor, tree)
            built = [_furnish(cursor, table) for table in ("stats_ownday", "stats_totalday")]
            done.sums_took = time.perf_counter() - began
            done.sets = _build_sets(cursor, tree)
            done.sets_took = time.perf_counter() - began - done.sums_took
            done.stocks = rebuild_stock(tree)
            _wait_for_readers(cursor)
            for new in built:
                new.take_place(cursor)
    return done


def own_cells() -> str:
    """All own cells, from the facts."""
    joined = ""
    for number, changed in enumerate(GROUPS):
        counted = f"({counted_everywhere(changed)}) AS g{number}"
        joined += f" FULL JOIN {counted} USING (unit_id, day)" if joined else counted
    columns = [f"g{number}.{name}" for number, changed in enumerate(GROUPS) for name in columns_of(changed)]
    return f"SELECT unit_id, day, {', '.join(columns)} FROM {joined}"


def _build_own(cursor: CursorWrapper) -> int:
    """A table beside the standing one. CREATE TABLE AS, because only that may read with several processes."""
    # Groups are nearly as many as facts: read in the order of an index, they need no hash, and neither do tables and
    # indexes that are made of them.
    cursor.execute("SET LOCAL enable_hashagg = off")
    # Whoever was replaced stands in the facts, but in no column.
    cursor.execute(
        f"CREATE TABLE stats_ownday_new AS SELECT unit_id, day, {NAME_LIST} FROM ({own_cells()}) AS o"
        f" WHERE num_nonnulls({NAME_LIST}) > 0"
    )
    written = int(cursor.rowcount)
    cursor.execute("SET LOCAL enable_hashagg = DEFAULT")
    return written


def _build_totals(cursor: CursorWrapper, tree: Tree) -> int:
    """Leaves have their own cells as totals; then every level adds up its own cells and the totals below."""
    depths: dict[int, list[int]] = {}
    for unit_id in tree.ids:
        depths.setdefault(len(tree.path(unit_id)), []).append(unit_id)
    parents = {node.parent_id for node in tree.nodes.values()}
    leaves = [unit_id for unit_id in tree.ids if unit_id not in parents]
    cursor.execute(
        f"CREATE TABLE stats_totalday_new AS SELECT unit_id, day, {NAME_LIST} FROM stats_ownday_new"
        " WHERE unit_id = ANY(%s)",
        [leaves],
    )
    written = int(cursor.rowcount)
    sums = ", ".join(f"sum({name})::{cast(name)}" for name in NAMES)
    for depth in sorted(depths, reverse=True):
        inner = [unit_id for unit_id in depths[depth] if unit_id in parents]
        if not inner:
            continue
        cursor.execute(
            f"INSERT INTO stats_totalday_new (unit_id, day, {NAME_LIST})"
            f" SELECT unit_id, day, {sums} FROM ("
            f" SELECT unit_id, day, {NAME_LIST} FROM stats_ownday_new WHERE unit_id = ANY(%(inner)s)"
            f" UNION ALL SELECT u.parent_id, t.day, {', '.join(f't.{name}' for name in NAMES)}"
            " FROM corps_unit u JOIN stats_totalday_new t ON t.unit_id = u.id WHERE u.parent_id = ANY(%(inner)s)"
            ") AS p GROUP BY unit_id, day",
            {"inner": inner},
        )
        written += int(cursor.rowcount)
    return written


def _build_sets(cursor: CursorWrapper, tree: Tree) -> int:
    """Month by month, writing only what differs."""
    source = SERVED_PART.source
    cursor.execute(
        f"SELECT min({source.day_sql}), max({source.day_sql}) FROM {source.table} WHERE {SERVED_PART.condition_sql}"
    )
    first, last = cursor.fetchone()
    cursor.execute("SELECT DISTINCT month FROM stats_monthset UNION SELECT month FROM stats_ownmonth")
    months: set[dt.date] = {month for (month,) in cursor.fetchall()}
    if first is not None:
        month = month_of(first)
        while month <= last:
            months.add(month)
            month = next_month(month)
    for number, month in enumerate(sorted(months)):
        if number in _PLANS_GO_OLD:
            cursor.execute("ANALYZE stats_ownmonth, stats_monthset")
        count_month(tree.ids, month)
        sets.count_people(tree, [(unit_id, month) for unit_id in tree.ids])
    # Of units that are no more nothing is left but what a trigger should have cleared.
    for table in ("stats_ownmonth", "stats_monthset"):
        cursor.execute(f"DELETE FROM {table} WHERE unit_id <> ALL(%s)", [tree.ids])
    cursor.execute("SELECT count(*) FROM stats_monthset")
    return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class _Built:
    """A table that stands beside `table`, with its keys and indexes: (name, whether primary, its constraint)."""

    table: str
    indexes: tuple[tuple[str, bool, str | None], ...]

    def take_place(self, cursor: CursorWrapper) -> None:
        """Give it the names of the standing one, which is dropped."""
        new = f"{self.table}_new"
        cursor.execute(f"DROP TABLE {self.table}")
        for name, primary, constraint in self.indexes:
            cursor.execute(f"ALTER INDEX {name}_new RENAME TO {name}")
            if primary:
                cursor.execute(f"ALTER TABLE {new} ADD CONSTRAINT {constraint} PRIMARY KEY USING INDEX {name}")
        cursor.execute(f"ALTER TABLE {new} RENAME TO {self.table}")


def _furnish(cursor: CursorWrapper, table: str) -> _Built:
    """Give the new table the indexes and settings of the standing one."""
    new = f"{table}_new"
    cursor.execute(
        "SELECT c.relname, i.indisprimary, n.conname, pg_get_indexdef(c.oid) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint n ON n.conindid = c.oid"
        " WHERE i.indrelid = %s::regclass",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _primary, _constraint, definition in indexes:
        cursor.execute(
            definition.replace(f"INDEX {name} ON", f"INDEX {name}_new ON").replace(f".{table} USING", f".{new} USING")
        )
    cursor.execute(f"ALTER TABLE {new} ALTER COLUMN unit_id SET NOT NULL, ALTER COLUMN day SET NOT NULL")
    cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
    (options,) = cursor.fetchone()
    if options:
        cursor.execute(f"ALTER TABLE {new} SET ({', '.join(options)})")
    cursor.execute(f"ANALYZE {new}")
    return _Built(table, tuple((name, primary, constraint) for name, primary, constraint, _definition in indexes))


def _wait_for_readers(cursor: CursorWrapper) -> None:
    """Have the standing tables alone. Asked for again and again: whoever comes to read waits behind whoever asks, so
    that one long reader, such as a backup, would keep every page waiting.
    """
    cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
    while True:
        try:
            with transaction.atomic():
                cursor.execute(TAKE_CELLS)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(PAUSE)
        else:
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
            return
