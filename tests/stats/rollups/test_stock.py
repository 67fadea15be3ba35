"""Stock by unit, kind, size and place: whatever is moved, in any order and however it is drained, is the ledger's."""

import datetime as dt
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corps.actors import SYSTEM
from corps.operations import tree
from stats.models import Discrepancy, StockDirty, TotalStock
from stats.operations import rollups
from stats.operations.rollups.stock_checking import everything
from stats.queries.stock import Stock, stock_of
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.rollups import stock_acts
from tests.stats.rollups.stock_acts import LEDGER_ACTS, OUTSIDE, STOCK_DAYS, Ledger, movement, receive, shelf, write
from tests.stats.rollups.test_properties import Undo, do

pytestmark = pytest.mark.django_db

STEPS = st.lists(st.sampled_from([*LEDGER_ACTS, "drain", "drain_some"]), min_size=5, max_size=25)
DAY = dt.date(2026, 3, 14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=STEPS, rebuilt=st.booleans())
def test_stock_equals_a_recount(cast: Cast, seed: int, steps: list[str], rebuilt: bool) -> None:
    with pytest.raises(Undo), transaction.atomic():
        play(cast, Ledger(Random(seed)), steps, rebuilt=rebuilt)


def play(cast: Cast, world: Ledger, steps: list[str], *, rebuilt: bool) -> None:
    """Do the steps, compare, and roll everything back."""
    for name in ("enrol", "goods", "goods", "pass_on"):
        world.act(name)
    for step in steps:
        do(world, step)
    # Amid all this: what waits is known to wait, and everything else is right.
    assert rollups.check(actor=SYSTEM, sample=None).differences == []
    if rebuilt:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        rollups.rebuild(actor=SYSTEM)
    else:
        rollups.drain_all(actor=SYSTEM)
    stock_acts.assert_equal()
    assert rollups.check(actor=SYSTEM, sample=20).differences == []
    for day in (STOCK_DAYS[0], STOCK_DAYS[2], DAY):
        for code in ("hy", "sg", "sg11"):
            unit_id = cast.units[code].pk
            assert flat(stock_of([unit_id], day)[unit_id]) == stock_acts.on_day(unit_id, day)
    raise Undo


def flat(stock: Stock) -> dict[tuple[int, str, str], int]:
    """Pieces by (kind, size, place)."""
    return {(item.kind_id, item.size, place): number for item, cell in stock.items() for place, number in cell.items()}


def test_a_list_of_thousands_notes_a_key_for_each_unit_and_kind(cast: Cast) -> None:
    """A list for many members in one statement writes as many keys as units have kinds, not as movements."""
    kinds = stock_acts.kinds()[:2]
    store = cast.units["sg"].pk
    people = [person(cast.units[code].pk, "王芳") for code in ("sg11", "sg12", "sg21") for _number in range(10)]
    by = stock_acts.voucher(store, DAY)
    write(movement(by, kind.pk, 30, OUTSIDE, shelf(store)) for kind in kinds)
    rollups.drain_all(actor=SYSTEM)
    here = shelf(store)
    write(movement(by, kind.pk, 1, here, ("member", here[1], one.unit_id, one.pk)) for kind in kinds for one in people)
    assert StockDirty.objects.count() == 4 * len(kinds)
    rollups.drain_all(actor=SYSTEM)
    stock_acts.assert_equal()


def test_a_unit_takes_its_stock_along(cast: Cast) -> None:
    kind = stock_acts.kinds()[1]
    receive(cast.units["sg11"].pk, DAY, kind.pk, 7)
    rollups.drain_all(actor=SYSTEM)
    tree.move_unit(actor=SYSTEM, unit_id=cast.units["sg1"].pk, parent_id=cast.units["zx"].pk)
    rollups.drain_all(actor=SYSTEM)
    stock_acts.assert_equal()
    units = [cast.units[code].pk for code in ("sg", "zx", "hy")]
    assert [sum(map(len, stock_of(units, DAY)[unit].values())) for unit in units] == [0, 1, 1]


def test_a_unit_leaves_while_movements_of_its_superior_wait(cast: Cast) -> None:
    """What waits twice for the superior is counted both ways, though its own row comes out as it was."""
    kind = stock_acts.kinds()[1]
    above, below = cast.units["sg1"].pk, cast.units["sg11"].pk
    receive(above, DAY, kind.pk, 3)
    receive(below, DAY, kind.pk, 7)
    rollups.drain_all(actor=SYSTEM)
    by = stock_acts.voucher(above, DAY)
    write([movement(by, kind.pk, 1, shelf(above), OUTSIDE), movement(by, kind.pk, 1, OUTSIDE, shelf(above))])
    tree.move_unit(actor=SYSTEM, unit_id=below, parent_id=cast.units["sg2"].pk)
    assert set(StockDirty.objects.filter(unit_id=above).values_list("below", flat=True)) == {False, True}
    rollups.drain_all(actor=SYSTEM)
    stock_acts.assert_equal()
    (standing,) = stock_of([above], DAY)[above].values()
    assert standing["store"] == 3


def test_a_day_costs_few_rows_however_old_the_ledger(cast: Cast) -> None:
    """Five years of daily receipts: the report reads years, months and days of one month."""
    kind, unit = stock_acts.kinds()[1], cast.units["sg11"].pk
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=number) for number in range(0, 1826, 3)]
    by = stock_acts.voucher(unit, days[0])
    write(movement(by, kind.pk, 1, OUTSIDE, shelf(unit), on=day) for day in days)
    rollups.drain_all(actor=SYSTEM)
    stock_acts.assert_equal()
    last = dt.date(2025, 12, 30)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stats_totalstock")
    assert sum(day <= last for day in days) == next(iter(stock_of([unit], last)[unit].values()))["store"]
    rows = TotalStock.objects.filter(unit_id=unit)
    assert rows.filter(span=1).count() == len(days)
    read = rows.filter(span=3, start__lt=dt.date(2025, 1, 1)).count()
    read += rows.filter(span=2, start__gte=dt.date(2025, 1, 1), start__lt=dt.date(2025, 12, 1)).count()
    read += rows.filter(span=1, start__gte=dt.date(2025, 12, 1), start__lte=last).count()
    assert read <= 4 + 11 + 31


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("UPDATE stats_totalstock SET store = store + 1 WHERE span = 3 AND unit_id = %s", "year"),
        ("DELETE FROM stats_totalstock WHERE span = 2 AND unit_id = %s", "month"),
        ("UPDATE stats_totalstock SET member = 5 WHERE span = 1 AND unit_id = %s", "day"),
        ("UPDATE stats_ownstock SET store = 0, use = 7 WHERE unit_id <> %s", "own"),
    ],
)
def test_a_wrong_figure_is_found_alarmed_and_settled(cast: Cast, change: str, column: str) -> None:
    kind = stock_acts.kinds()[1]
    receive(cast.units["sg11"].pk, DAY, kind.pk, 7)
    rollups.drain_all(actor=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute(change, [cast.units["hy"].pk])
    found = rollups.watch(actor=SYSTEM, sample=None).differences
    assert found
    assert {one.column.split(":")[0] for one in found} == {column}
    assert Discrepancy.objects.filter(settled_at=None).count() == len(found)
    rollups.rebuild(actor=SYSTEM)
    assert rollups.watch(actor=SYSTEM, sample=None).differences == []
    assert not Discrepancy.objects.filter(settled_at=None).exists()


def test_a_check_asks_for_every_kind_of_the_ledger(cast: Cast) -> None:
    kinds = stock_acts.kinds()
    receive(cast.units["sg11"].pk, DAY, kinds[0].pk, 2, "L")
    receive(cast.units["sg11"].pk, DAY, kinds[1].pk, 2)
    assert set(everything()) == {kinds[0].pk, kinds[1].pk}
