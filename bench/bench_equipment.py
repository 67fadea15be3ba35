"""Equipment at the size of a city: 1,219 units, 124,000 members, a ledger of a million movements.

A full kit of four kinds, vests by size and radios by number, goes to 10,000 members in one list, beside the bare COPY
of the same ledger rows into a table with the same columns, indexes, checks and foreign keys but none of our triggers.
The stock report of the whole corps stands beside summing the ledger for the same table.
"""

import datetime as dt
import statistics
from functools import partial
from operator import truediv
from typing import Any, Final
from uuid import uuid4

from django.db import connection, transaction

from bench.equipment import DAYS, FIRST, SIZES, Equipped, equip
from bench.report import Report, interleaved, seconds
from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Unit
from corps.queries.scope import current_tree
from members.models import Member
from members.operations.equipment.issuing import issue_kit
from members.queries.equipment.missing import EQUIPPED
from stats.operations import rollups
from stats.operations.rollups import Found
from stats.operations.rollups.stock_checking import Waiting, compare, drawn
from stats.queries.stock import Item, stock_of

LIST: Final = 10_000
ROUNDS: Final = 3
PEER: Final = "bench_movement"
BARE: Final = "bench_movement_bare"

# Long after the last movement; amid the ledger on the day that reads most: the day before a year ends; early in it.
DAYS_ASKED: Final = (
    ("as of today", dt.date(2026, 11, 22)),
    ("amid the ledger", dt.date(2024, 12, 30)),
    ("near its beginning", FIRST + dt.timedelta(days=45)),
)

# The same table for the corps and its detachments, from the ledger.
_SUMMED: Final = """
WITH heads AS (
    SELECT u.id AS unit_id, d.id AS head_id FROM corps_unit u
    JOIN corps_unit d ON d.tree_id = u.tree_id AND u.lft BETWEEN d.lft AND d.rght AND d.level <= 2
), summed AS (
    SELECT unit_id, kind_id, size, place, sum(change) AS change FROM (
        SELECT to_unit_id AS unit_id, kind_id, size, to_place AS place, quantity AS change
        FROM members_movement WHERE to_unit_id IS NOT NULL AND "on" <= %(day)s
        UNION ALL
        SELECT from_unit_id, kind_id, size, from_place, -quantity
        FROM members_movement WHERE from_unit_id IS NOT NULL AND "on" <= %(day)s
    ) AS sides GROUP BY unit_id, kind_id, size, place
)
SELECT head_id, kind_id, size, place, sum(change)::bigint
FROM summed JOIN heads USING (unit_id) GROUP BY head_id, kind_id, size, place HAVING sum(change) <> 0
"""


def run(report: Report) -> None:
    """The list, then the report."""
    made: list[Equipped] = []
    took = seconds(lambda: made.append(equip()))
    equipped = made[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM stats_stockdirty")
        (keys,) = cursor.fetchone()
    report.note(f"{equipped.movements:,} movements planted through the triggers in {took:.0f} s, {keys:,} keys noted")
    took = seconds(_drain)
    report.note(f"all of it counted by the drain in {took:.1f} s")
    _reports(report)
    _lists(report, equipped)


def _drain() -> None:
    rollups.drain_all(actor=SYSTEM, wait=True)


# -- the stock report --------------------------------------------------------------------------------------------------


def _reports(report: Report) -> None:
    with connection.cursor() as cursor:
        for table in ("stats_ownstock", "stats_totalstock", "members_movement"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("SELECT (SELECT count(*) FROM stats_ownstock), (SELECT count(*) FROM stats_totalstock)")
        own, totals = cursor.fetchone()
    report.note(f"rows of stock: {own:,} own, {totals:,} totals")
    units = list(Unit.objects.filter(level__lte=Level.DETACHMENT).order_by("id").values_list("id", flat=True))
    took = {}
    for words, day in DAYS_ASKED:
        assert _flat(units, day) == _summed(day)
        took[words] = interleaved(7, {"ours": partial(_ours, units, day), "until": partial(_sum, day)}, warm_up=1)
    # Every day is compared with summing the whole ledger, which is what a report as of today would have to do; and amid
    # the ledger, where they are most of it, with the movements until that day alone.
    whole = took["as of today"]["until"]
    for words, day in DAYS_ASKED:
        ours, until = took[words]["ours"], took[words]["until"]
        measure = report.measure(
            name=f"stock report of the corps, {words} : ledger",
            ours=ours * 1e3,
            reference=whole * 1e3,
            unit="ms",
            at_most=0.02,
        )
        if not measure.reached:
            _explain(report, day)
        if words == "amid the ledger":
            report.measure(
                name="  : the movements until that day",
                ours=ours * 1e3,
                reference=until * 1e3,
                unit="ms",
                at_most=0.02,
            )
        elif words == "near its beginning":
            report.note(_early(day, ours, until))


def _early(day: dt.date, ours: float, until: float) -> str:
    """How the report of an early day compares with summing the few movements there were by then."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FILTER (WHERE "on" <= %s), count(*) FROM members_movement', [day])
        there, all_of_them = cursor.fetchone()
    return (
        f"until {day} the ledger has {there:,} of its {all_of_them:,} movements; summing these alone takes"
        f" {until * 1e3:.0f} ms, {until / ours:.0f} times the report's {ours * 1e3:.1f} ms (no bar: the fewer the"
        " movements, the less is saved)"
    )


def _ours(units: list[int], day: dt.date) -> None:
    stock_of(units, day)


def _sum(day: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SUMMED, {"day": day})
        cursor.fetchall()


def _flat(units: list[int], day: dt.date) -> dict[tuple[int, Item, str], int]:
    return {
        (unit_id, item, place): amount
        for unit_id, stock in stock_of(units, day).items()
        for item, amounts in stock.items()
        for place, amount in amounts.items()
    }


def _summed(day: dt.date) -> dict[tuple[int, Item, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMMED, {"day": day})
        return {(unit_id, Item(kind_id, size), place): n for unit_id, kind_id, size, place, n in cursor.fetchall()}


def _explain(report: Report, day: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + _SUMMED, {"day": day})
        for (line,) in cursor.fetchall()[:6]:
            report.note(line)


# -- a list for 10,000 members ----------------------------------------------------------------------------------------


def _lists(report: Report, equipped: Equipped) -> None:
    """Every round another 10,000 members; what they got goes by COPY into the two bare tables as well."""
    people = list(Member.objects.filter(status__in=EQUIPPED).order_by("unit_id", "id").values_list("id", flat=True))
    ours, guarded, plain, parts = [], [], [], []
    _stand_in(PEER, foreign_keys=True)
    _stand_in(BARE, foreign_keys=False)
    for number in range(ROUNDS):
        made: list[int] = []
        ours.append(seconds(partial(_issue, equipped, people[number * LIST : (number + 1) * LIST], number, made)))
        content = _written(made[0])
        guarded.append(seconds(partial(_copy, PEER, content)))
        plain.append(seconds(partial(_copy, BARE, content)))
        parts.append(seconds(_drain))
        report.note(
            f"{LIST:,} members, {4 * LIST:,} movements: {ours[-1]:.2f} s; bare COPY {guarded[-1]:.2f} s, without"
            f" foreign keys {plain[-1]:.2f} s; counted afterwards in {parts[-1]:.2f} s"
        )
    place = sorted(range(ROUNDS), key=lambda one: ours[one] / guarded[one])[ROUNDS // 2]
    report.measure(
        name="a kit for 10,000 members : bare COPY", ours=ours[place], reference=guarded[place], unit="s", at_most=3
    )
    report.note(f"  without foreign keys: {statistics.median(map(truediv, ours, plain)):.1f} times the COPY (no bar)")
    if ours[place] > 3 * guarded[place]:
        _where_the_time_goes(report)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {PEER} WHERE voucher_id = (SELECT max(voucher_id) FROM {PEER})")
        assert cursor.fetchone() == (4 * LIST,)
    found = Found()
    compare(current_tree(), drawn(20), Waiting(), found)
    report.note(f"compared with the ledger at the end: {found.compared:,} rows of stock")
    report.measure(name="  of these differ", ours=len(found.differences), unit="", at_most=0)


def _issue(equipped: Equipped, members: list[int], number: int, made: list[int]) -> None:
    vest = equipped.kit[0].pk
    voucher = issue_kit(
        actor=SYSTEM,
        store_id=equipped.store.pk,
        member_ids=members,
        own_sizes={(member, vest): SIZES[member % len(SIZES)] for member in members},
        on=FIRST + dt.timedelta(days=DAYS + number),
        token=uuid4(),
    )
    made.append(voucher.pk)


def _stand_in(table: str, *, foreign_keys: bool) -> None:
    """A copy of the ledger: columns, indexes, checks, and foreign keys where asked for; no triggers of ours."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (LIKE members_movement INCLUDING ALL)")
        cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM members_movement")
        if foreign_keys:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'members_movement'::regclass AND contype = 'f'"
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "b_{name}" {definition}')
        cursor.execute(f"VACUUM ANALYZE {table}")


def _written(voucher_id: int) -> bytes:
    """The rows of a voucher, ready to be copied."""
    statement = (
        f"COPY (SELECT * FROM members_movement WHERE voucher_id = {voucher_id} ORDER BY id) TO STDOUT (FORMAT binary)"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)


def _copy(table: str, content: bytes) -> None:
    """In a transaction of its own: its commit checks the foreign keys."""
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(content)


def _where_the_time_goes(report: Report) -> None:
    """What each trigger took in one more round, told by the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, TIMING OFF) INSERT INTO members_movement"
            ' (voucher_id, "on", kind_id, size, quantity, from_place, to_place, to_store_id, to_unit_id)'
            " SELECT voucher_id, \"on\", kind_id, size, quantity, '', 'store', from_store_id, from_unit_id"
            f" FROM {PEER} WHERE voucher_id = (SELECT max(voucher_id) FROM {PEER}) AND article_id IS NULL"
        )
        rows: list[Any] = cursor.fetchall()
        for (line,) in rows:
            if "Trigger" in line or "Time" in line:
                report.note(line)
        transaction.set_rollback(True)
