"""The drain: takes keys that wait, counts their cells again, and everything above them that changes by it.

One transaction per batch. A batch that is rolled back leaves its keys where they were; one that runs twice writes
nothing the second time, because cells are counted from the facts and not changed by differences.
"""

import datetime as dt
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction

from corps.queries.scope import current_tree
from stats.models import Changed
from stats.operations.rollups import cells, sets, stock
from stats.operations.rollups.days import count_days
from stats.operations.rollups.lock import require_system, take_rollups, try_rollups
from stats.operations.rollups.statements import GROUPS
from stats.operations.rollups.telling import tell_of

if TYPE_CHECKING:
    from corps.actors import Actor

BATCH = 10_000
#: Seconds after which open pages are told while keys keep coming, as at the beginning of a shift in a whole city.
TELL_EVERY = 1.0

_ANY = "SELECT EXISTS (SELECT FROM stats_dirty) OR EXISTS (SELECT FROM stats_stockdirty)"

_TAKE = """
WITH next AS MATERIALIZED (
    SELECT id FROM stats_dirty ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM stats_dirty d USING next WHERE d.id = next.id RETURNING d.unit_id, d.day, d.source
)
SELECT source, unit_id, day, count(*) FROM taken GROUP BY source, unit_id, day
"""


@dataclass(slots=True)
class Drained:
    """What a drain did: rows of keys taken, cells written, the seconds spent on cells and on sets, and the days of
    every unit whose totals changed and that open pages have not been told of.

    `busy` is true when another drain or a rebuild was at work, which then does it.
    """

    taken: int = 0
    cells: int = 0
    busy: bool = False
    cells_took: float = 0.0
    sets_took: float = 0.0
    touched: dict[int, set[dt.date]] = field(default_factory=lambda: defaultdict(set))


def drain(*, actor: "Actor", limit: int = BATCH, wait: bool = False) -> Drained:
    """Count one batch of at most `limit` keys, and as many of stock. With `wait` it waits for another drain, else it
    answers `busy`.
    """
    require_system(actor)
    with transaction.atomic():
        done = Drained()
        if wait:
            take_rollups()
        elif not try_rollups():
            done.busy = True
            return done
        keys = _take(limit, done)
        if keys:
            _count(keys, done)
        taken = stock.take(limit)
        if taken.rows:
            done.taken += taken.rows
            done.cells += stock.count_stock(current_tree(), taken)
        return done


def drain_all(*, actor: "Actor", wait: bool = False) -> Drained:
    """Drain until nothing waits, and tell open pages. When nothing waits it costs one tiny query."""
    require_system(actor)
    done = Drained()
    told = time.monotonic()
    while _something_waits():
        batch = drain(actor=actor, wait=wait)
        done.taken += batch.taken
        done.cells += batch.cells
        for unit_id, days in batch.touched.items():
            done.touched[unit_id] |= days
        if batch.busy or not batch.taken:
            # What another transaction holds is taken at the next beat.
            done.busy = batch.busy
            break
        if time.monotonic() - told >= TELL_EVERY:
            _tell(done)
            told = time.monotonic()
    _tell(done)
    return done


def _tell(done: Drained) -> None:
    if done.touched:
        tell_of(done.touched)
        done.touched.clear()


def _something_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ANY)
        (waits,) = cursor.fetchone()
    return bool(waits)


def _take(limit: int, done: Drained) -> dict[str, set[cells.Key]]:
    keys: dict[str, set[cells.Key]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        for source, unit_id, day, rows in cursor.fetchall():
            keys[source].add((unit_id, day))
            done.taken += rows
    return keys


def _count(keys: dict[str, set[cells.Key]], done: Drained) -> None:
    # Read after the tree is held, so it stays as it is read.
    tree = current_tree()
    different: set[cells.Key] = set()
    began = time.perf_counter()
    hours = keys.pop(Changed.HOURS, set())
    for source in GROUPS:
        wanted = keys.get(source, set())
        different |= cells.count_own(source, wanted | hours if source == Changed.ATTENDANCE else wanted)
    cells.drop_empty(different)
    totals = cells.add_up(tree, different | keys.get(Changed.TREE, set()))
    done.cells_took = time.perf_counter() - began
    # Also where no cell changed: as many people may be other people.
    others = count_days(keys.get(Changed.ATTENDANCE, set()))
    people = sets.count_people(tree, others | sets.months_of(keys.get(Changed.TREE, ())))
    done.sets_took = time.perf_counter() - began - done.cells_took
    done.cells = len(different) + len(totals) + len(people)
    for unit_id, day in (*totals, *people):
        done.touched[unit_id].add(day)
