"""The check: counts cells from the facts by another road than the drain and compares. It mends nothing.

Every cell is counted over all facts of its subtree, not from cells below it. One transaction with one snapshot: facts,
cells and keys that wait are those of one moment, so a cell that differs and for which no key waits is wrong.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import structlog
from django.db import connection, transaction
from django.utils import timezone

from corps.operations.context import acting
from corps.operations.trail import record
from corps.queries.scope import Tree, current_tree
from stats.catalogue import COLUMNS, SOURCES
from stats.catalogue.columns import SERVED_PART
from stats.logic.months import month_of, next_month
from stats.logic.people import set_of, unpack
from stats.models import Changed, Discrepancy
from stats.models.discrepancies import Table
from stats.operations.rollups import stock_checking
from stats.operations.rollups.days import bit_sql
from stats.operations.rollups.differences import Difference, Found, sentence_of
from stats.operations.rollups.lock import HOLD_CELLS, require_system
from stats.operations.rollups.statements import NAME_LIST, NAMES

if TYPE_CHECKING:
    from corps.actors import Actor

Key: TypeAlias = tuple[int, dt.date]

MEMBERS: Final = "members"
DAYS: Final = "days"
#: What may have been written when a month has other people now.
COUNTS_PEOPLE: Final = (Changed.ATTENDANCE, Changed.TREE)
#: Months of units a nightly check looks at: about thirty cells and a set each.
SAMPLE: Final = 200
#: Stocks of kinds of units a check looks at, of all their time: one for so many months of units.
STOCK_SHARE: Final = 5
#: Alarms are for people; beyond this many one says nothing new.
MOST_ALARMS: Final = 500

_log = structlog.get_logger(__name__)


def check(*, actor: "Actor", sample: int | None = SAMPLE) -> Found:
    """Compare the cells and the set of `sample` months of units, and some stocks, or all with None. Writes nothing."""
    require_system(actor)
    # Only the outermost transaction can choose; a test's own has no neighbours.
    outermost = not connection.in_atomic_block
    found = Found()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # Before anything is read, for then the snapshot is taken: to one that is older than the tables of a
            # rebuild, these are empty.
            cursor.execute(HOLD_CELLS)
        tree = current_tree()
        waiting = _Waiting(tree)
        for month, units in _portions(tree, sample):
            portion = _Portion(tree, month, units)
            _compare_cells(portion, waiting, found)
            _compare_sets(portion, waiting, found)
            _compare_days(portion, waiting, found)
        stocks = stock_checking.everything() if sample is None else stock_checking.drawn(max(2, sample // STOCK_SHARE))
        stock_checking.compare(tree, stocks, waiting.stock, found)
    found.differences.sort(key=lambda one: (one.table, one.unit_id, one.day, one.column))
    return found


def watch(*, actor: "Actor", sample: int | None = SAMPLE) -> Found:
    """Check, and raise an alarm for each difference: a row that officers see, an entry of the action log, an error in
    the logs. Open alarms are looked at again first, and settled where stored and counted are equal now.
    """
    _look_again(actor)
    found = check(actor=actor, sample=sample)
    if found.differences:
        _raise_alarms(actor, found.differences)
    return found


class _Waiting:
    """Stored figures that are to be counted again and may differ meanwhile; without a tree: none."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.cells: dict[str, set[Key]] = {"own": set(), "total": set()}
        self.months: set[Key] = set()
        #: Bits of the days of a unit's month on which somebody else may have served.
        self.days: dict[Key, int] = defaultdict(int)
        if tree is not None:
            self._read(tree)

        self.stock = stock_checking.Waiting(tree)

    def _read(self, tree: Tree) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT unit_id, day, source FROM stats_dirty")
            for unit_id, day, source in cursor.fetchall():
                if source != Changed.TREE:
                    self.cells["own"].add((unit_id, day))
                if source == Changed.ATTENDANCE:
                    self.days[unit_id, month_of(day)] |= 1 << (day.day - 1)
                for node in tree.path(unit_id):
                    self.cells["total"].add((node.id, day))
                    if source in COUNTS_PEOPLE:
                        self.months.add((node.id, month_of(day)))

    def __contains__(self, alarm: Discrepancy) -> bool:
        key = (alarm.unit_id, alarm.day)
        match alarm.table:
            case Table.SET:
                return key in self.months
            case Table.DAYS:
                return key in self.days
            case Table.STOCK:
                return stock_checking.row_of(alarm) in self.stock
            case _:
                return key in self.cells[alarm.table]


class _Portion:
    """A month of some units (`units` None: of all): where its facts and stored rows lie."""

    def __init__(self, tree: Tree, month: dt.date, units: set[int] | None) -> None:
        self.tree, self.units = tree, units
        self.first, self.end = month, next_month(month)
        self.below = None if units is None else sorted({below for unit in units for below in tree.within(unit)})

    def asks(self, unit_id: int) -> bool:
        return self.units is None or unit_id in self.units

    def read(self, statement: str, unit: str, day: str, units: Collection[int] | None) -> list[Any]:
        """Rows of the month, of these units; `unit` and `day` are the columns they go by."""
        where = f"{day} >= %(first)s AND {day} < %(end)s"
        if units is not None:
            where += f" AND {unit} = ANY(%(units)s)"
        values = {"first": self.first, "end": self.end, "units": None if units is None else list(units)}
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("{where}", where), values)
            return list(cursor.fetchall())


def _portions(tree: Tree, sample: int | None) -> Iterator[tuple[dt.date, set[int] | None]]:
    """Months with their units: all that is stored or recorded, or some of both.

    Of the first month drawn, the units above the drawn ones as well: few of all cells, and the most looked at.
    """
    with connection.cursor() as cursor:
        if sample is None:
            cursor.execute(_ALL_DAYS)
            months = sorted({month_of(day) for (day,) in cursor.fetchall()})
            yield from ((month, None) for month in months)
            return
        drawn: dict[dt.date, set[int]] = defaultdict(set)
        for statement in _DRAWS:
            cursor.execute(statement, {"number": max(1, sample // len(_DRAWS))})
            for unit_id, day in cursor.fetchall():
                drawn[month_of(day)].add(unit_id)
    for units in [*drawn.values()][:1]:
        units |= {node.id for unit_id in units for node in tree.path(unit_id)}
    yield from drawn.items()


_ALL_DAYS = " UNION ".join(
    [
        *(f"SELECT {source.day_sql} FROM {source.table}" for source in SOURCES.values()),
        *(f"SELECT day FROM {table}" for table in ("stats_ownday", "stats_totalday")),
        "SELECT month FROM stats_monthset",
        "SELECT month FROM stats_ownmonth",
    ]
)


def _draw(unit: str, day: str, table: str) -> str:
    """Some rows of a table, spread over it: blocks are drawn, so that no large table is read whole."""
    share = (
        "least(100, 400.0 * %(number)s / greatest(1,"
        f" (SELECT reltuples FROM pg_class WHERE oid = '{table}'::regclass)))"
    )
    return f"SELECT {unit}, {day} FROM {table} TABLESAMPLE SYSTEM ({share}) ORDER BY random() LIMIT %(number)s"


_DRAWS = (
    _draw("unit_id", "day", "stats_ownday"),
    _draw("unit_id", "day", "stats_totalday"),
    _draw("unit_id", "month", "stats_monthset"),
    _draw("unit_id", "month", "stats_ownmonth"),
    *(_draw(source.unit_sql, source.day_sql, source.table) for source in SOURCES.values()),
)


def _compare_cells(portion: _Portion, waiting: _Waiting, found: Found) -> None:
    own = _by_facts(portion)
    for table, counted in (("own", own), ("total", _sum_above(portion.tree, own))):
        stored = {
            (unit_id, day): dict(zip(NAMES, (value or 0 for value in values), strict=True))
            for unit_id, day, *values in portion.read(
                f"SELECT unit_id, day, {NAME_LIST} FROM stats_{table}day WHERE {{where}}",
                "unit_id",
                "day",
                portion.units,
            )
        }
        for key in {key for key in stored.keys() | counted.keys() if portion.asks(key[0])}:
            if key in waiting.cells[table]:
                found.waiting += 1
                continue
            found.compared += 1
            found.differences += _differing(table, key, stored.get(key), counted.get(key))


def _by_facts(portion: _Portion) -> dict[Key, dict[str, int]]:
    """Own cells by the facts, with everything below the units: each column of each source is one plain sum."""
    cells: dict[Key, dict[str, int]] = defaultdict(dict)
    for source in SOURCES.values():
        parts = [(column.name, part) for column in COLUMNS.values() for part in column.parts if part.source is source]
        terms = ", ".join(
            f"sum(CASE WHEN {part.condition_sql} THEN {part.amount or 1} ELSE 0 END)::bigint" for _name, part in parts
        )
        statement = (
            f"SELECT {source.unit_sql}, {source.day_sql}, {terms} FROM {source.table} WHERE {{where}} GROUP BY 1, 2"
        )
        for unit_id, day, *values in portion.read(statement, source.unit_sql, source.day_sql, portion.below):
            if any(values):
                cell = cells[unit_id, day]
                for (name, part), value in zip(parts, values, strict=True):
                    cell[name] = cell.get(name, 0) + part.sign * value
    return cells


def _sum_above(tree: Tree, own: dict[Key, dict[str, int]]) -> dict[Key, dict[str, int]]:
    totals: dict[Key, dict[str, int]] = defaultdict(dict)
    for (unit_id, day), cell in own.items():
        for node in tree.path(unit_id):
            total = totals[node.id, day]
            for name, value in cell.items():
                total[name] = total.get(name, 0) + value
    return totals


def _differing(table: str, key: Key, stored: dict[str, int] | None, counted: dict[str, int] | None) -> list[Difference]:
    found = []
    for name in NAMES:
        one = None if stored is None else stored.get(name, 0)
        other = None if counted is None else counted.get(name, 0)
        if (one or 0) != (other or 0):
            found.append(Difference(table, *key, name, one, other))
    return found


_PEOPLE = (
    f"SELECT {SERVED_PART.source.unit_sql}, array_agg(DISTINCT member_id) FROM {SERVED_PART.source.table}"
    f" WHERE {{where}} AND {SERVED_PART.condition_sql} GROUP BY 1"
)


def _compare_sets(portion: _Portion, waiting: _Waiting, found: Found) -> None:
    counted: dict[int, int] = defaultdict(int)
    source = SERVED_PART.source
    for unit_id, members in portion.read(_PEOPLE, source.unit_sql, source.day_sql, portion.below):
        people = set_of(members)
        for node in portion.tree.path(unit_id):
            counted[node.id] |= people
    stored = {
        unit_id: (unpack(members), number)
        for unit_id, members, number in portion.read(
            "SELECT unit_id, members, number FROM stats_monthset WHERE {where}", "unit_id", "month", portion.units
        )
    }
    for unit_id in {one for one in stored.keys() | counted.keys() if portion.asks(one)}:
        if (unit_id, portion.first) in waiting.months:
            found.waiting += 1
            continue
        found.compared += 1
        people, number = stored.get(unit_id, (0, None))
        expected = counted.get(unit_id, 0)
        if people != expected or (number or 0) != expected.bit_count():
            found.differences.append(
                Difference("set", unit_id, portion.first, MEMBERS, number, expected.bit_count() or None)
            )


_SERVED_DAYS = (
    f"SELECT {SERVED_PART.source.unit_sql}, member_id, bit_or({bit_sql(SERVED_PART.source.day_sql)})"
    f" FROM {SERVED_PART.source.table} WHERE {{where}} AND {SERVED_PART.condition_sql} GROUP BY 1, 2"
)


def _compare_days(portion: _Portion, waiting: _Waiting, found: Found) -> None:
    """Who served on which days; a difference says for how many days of people."""
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    source = SERVED_PART.source
    for unit_id, member_id, days in portion.read(_SERVED_DAYS, source.unit_sql, source.day_sql, portion.units):
        counted[unit_id][member_id] = days
    stored = {
        unit_id: dict(zip(members, days, strict=True))
        for unit_id, members, days in portion.read(
            "SELECT unit_id, members, days FROM stats_ownmonth WHERE {where}", "unit_id", "month", portion.units
        )
    }
    for unit_id in {one for one in stored.keys() | counted.keys() if portion.asks(one)}:
        left_out = waiting.days.get((unit_id, portion.first), 0)
        found.compared += 1
        here, there = (_without(days.get(unit_id, {}), left_out) for days in (stored, counted))
        if here != there:
            numbers = (sum(map(int.bit_count, days.values())) or None for days in (here, there))
            found.differences.append(Difference(Table.DAYS, unit_id, portion.first, DAYS, *numbers))


def _without(days: dict[int, int], left_out: int) -> dict[int, int]:
    return {member_id: bits & ~left_out for member_id, bits in days.items() if bits & ~left_out}


def _look_again(actor: "Actor") -> None:
    """Compare the cells of open alarms once more."""
    open_ones = list(Discrepancy.objects.filter(settled_at=None))
    if not open_ones:
        return
    by_month: dict[dt.date, set[int]] = defaultdict(set)
    for alarm in open_ones:
        if alarm.table != Table.STOCK:
            by_month[month_of(alarm.day)].add(alarm.unit_id)
    stocks = stock_checking.asked_by(alarm for alarm in open_ones if alarm.table == Table.STOCK)
    found = Found()
    with transaction.atomic():
        tree = current_tree()
        # A cell that is to be counted again is not settled yet.
        waiting = _Waiting(tree)
        for month, units in by_month.items():
            portion = _Portion(tree, month, units)
            _compare_cells(portion, _Waiting(), found)
            _compare_sets(portion, _Waiting(), found)
            _compare_days(portion, _Waiting(), found)
        stock_checking.compare(tree, stocks, stock_checking.Waiting(), found)
    differing = {(one.table, one.unit_id, one.day, one.column) for one in found.differences}
    settled = [
        alarm.pk
        for alarm in open_ones
        if (alarm.table, alarm.unit_id, alarm.day, alarm.column) not in differing and alarm not in waiting
    ]
    with acting(actor=actor, action="stats.settle"):
        Discrepancy.objects.filter(pk__in=settled, settled_at=None).update(settled_at=timezone.now())


def _raise_alarms(actor: "Actor", differences: list[Difference]) -> None:
    """Write what is not written yet; the log has an entry for each run that found anything.

    What is left of a unit that is no more can only stand in the logs.
    """
    tree = current_tree()
    with acting(actor=actor, action="stats.alarm"):
        alarms = [
            Discrepancy(
                table=one.table,
                unit_id=one.unit_id,
                day=one.day,
                column=one.column,
                stored=one.stored,
                counted=one.counted,
            )
            for one in [one for one in differences if one.unit_id in tree][:MOST_ALARMS]
        ]
        Discrepancy.objects.bulk_create(alarms, ignore_conflicts=True)
        first = [sentence_of(one) for one in differences[:5]]
        record(actor=actor, action="stats.alarm", detail={"differences": len(differences), "first": first})
    _log.error("rollups_differ", differences=len(differences), first=first)
