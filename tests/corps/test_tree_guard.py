"""The database protects the tree by itself: no lock, no structural write; no broken tree gets past the commit."""

import pytest
from django.db import IntegrityError, connection, transaction

from corps.actors import SYSTEM
from corps.models import Grid, Unit
from corps.operations import tree
from corps.operations.tree import lock_tree
from corps.queries.tree_faults import tree_faults
from tests.cast import SINCE, Cast, assemble

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed."""
    return assemble()


def write(sql: str, *, locked: bool) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if locked:
            lock_tree()
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE corps_unit SET rght = rght + 100 WHERE code = 'sg1'",
        "UPDATE corps_unit SET parent_id = (SELECT id FROM corps_unit WHERE code = 'zx') WHERE code = 'sg1'",
        "UPDATE corps_unit SET level = 2 WHERE code = 'sg1'",
        "DELETE FROM corps_unit WHERE code = 'sg12'",
        (
            "INSERT INTO corps_unit (corps_id, parent_id, level, name, short_name, code, division_code, active_from,"
            " tree_id, lft, rght, depth) SELECT corps_id, id, 4, 'x', 'x', 'x', '', now(), tree_id, lft + 1, lft + 2,"
            " depth + 1 FROM corps_unit WHERE code = 'sg11'"
        ),
    ],
)
def test_structure_is_not_written_without_the_lock(cast: Cast, sql: str) -> None:
    with pytest.raises(IntegrityError, match="only under its lock"):
        write(sql, locked=False)
    assert tree_faults() == []
    assert Unit.objects.count() == 11


def test_stock_mptt_cannot_write_around_the_operations(cast: Cast) -> None:
    unit = cast.unit("sg1")
    with pytest.raises(IntegrityError, match="only under its lock"), transaction.atomic():
        unit.move_to(cast.unit("zx"))
    with pytest.raises(IntegrityError, match="only under its lock"), transaction.atomic():
        cast.unit("sg12").delete()
    assert tree_faults() == []


def test_other_columns_are_written_without_the_lock(cast: Cast) -> None:
    Unit.objects.filter(code="sg1").update(name="青山街道大队")
    unit = cast.unit("sg1")
    unit.division_code = "430407"
    unit.save()
    assert cast.unit("sg1").division_code == "430407"


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE corps_unit SET lft = lft + 100, rght = rght + 100 WHERE code = 'sg1'", "at the wrong place"),
        ("UPDATE corps_unit SET rght = rght + 1 WHERE code = 'hy'", "ends at the wrong place"),
        ("UPDATE corps_unit SET depth = 7 WHERE code = 'sg12'", "wrong depth"),
        ("UPDATE corps_unit SET tree_id = 99 WHERE code = 'sg12'", "another tree"),
        ("UPDATE corps_unit SET level = 3 WHERE code = 'sg12'", "not of a lower level"),
        ("UPDATE corps_unit SET lft = lft + 1, rght = rght + 1", "not a proper root"),
        (
            "UPDATE corps_unit SET parent_id = (SELECT id FROM corps_unit WHERE code = 'zx') WHERE code = 'sg1'",
            "wrong",
        ),
        ("DELETE FROM corps_unit WHERE code = 'sg12'", "wrong place"),
        ("UPDATE corps_unit SET active_until = '2030-01-01' WHERE code = 'sg1'", "open under a closed superior"),
    ],
)
def test_a_broken_tree_is_refused_at_the_commit(cast: Cast, sql: str, what: str) -> None:
    with pytest.raises(IntegrityError, match=what):
        write(sql, locked=True)
    assert tree_faults() == []


def test_crossing_siblings_are_noticed(cast: Cast) -> None:
    """All numbers distinct, each inside its superior, and still no tree: two siblings overlap."""
    sql = (
        "UPDATE corps_unit SET rght = CASE code WHEN 'sg11' THEN {1} WHEN 'sg12' THEN {0} ELSE rght END,"
        " lft = CASE code WHEN 'sg12' THEN {2} ELSE lft END WHERE code IN ('sg11', 'sg12')"
    )
    first, second = cast.unit("sg11"), cast.unit("sg12")
    with pytest.raises(IntegrityError, match="wrong place"):
        write(sql.format(second.rght, second.lft, first.rght), locked=True)


def test_the_lock_ends_with_the_savepoint_that_took_it(cast: Cast) -> None:
    with transaction.atomic():
        point = transaction.savepoint()
        lock_tree()
        transaction.savepoint_rollback(point)
        with pytest.raises(IntegrityError, match="only under its lock"), transaction.atomic():
            Unit.objects.filter(code="sg1").update(lft=1)


def test_a_second_root_of_a_corps_is_refused(cast: Cast) -> None:
    root = Unit(corps=cast.units["hy"].corps, level=1, name="x", short_name="x", code="x", active_from=SINCE)
    with transaction.atomic():
        lock_tree()
        with pytest.raises(IntegrityError, match="one_root_per_corps"), transaction.atomic():
            root.save()


def test_grids_lie_in_grids_of_the_level_above(cast: Cast) -> None:
    corps = cast.units["hy"].corps
    first = Grid.objects.create(corps=corps, level=1, name="一", code="1")
    second = Grid.objects.create(corps=corps, level=2, name="二", code="2", parent=first)
    with pytest.raises(IntegrityError, match="level above"):
        Grid.objects.create(corps=corps, level=3, name="三", code="3", parent=first)
    other = tree.found_corps(actor=SYSTEM, code="other", name="另", level_names=[], founded_on=SINCE).corps
    with pytest.raises(IntegrityError, match="level above"):
        Grid.objects.create(corps=other, level=2, name="二", code="4", parent=first)
    Grid.objects.create(corps=corps, level=3, name="三", code="5", parent=second)
    with pytest.raises(IntegrityError):
        Grid.objects.filter(pk=second.pk).update(level=1, parent=None)
