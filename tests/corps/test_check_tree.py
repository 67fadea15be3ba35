"""`manage.py check_tree`: finds what is wrong, mends what follows from the superiors, leaves the rest to people."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from corps.logic.tree import FaultKind, Row, find_faults, number
from corps.models import ActionLog
from corps.operations.tree import repair_tree
from corps.queries.tree_faults import tree_faults, unit_rows
from corps.tasks import check_tree
from tests.cast import Cast, assemble


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed."""
    return assemble()


def break_tree(sql: str) -> None:
    """As a restored dump or a superuser without triggers would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)


def test_a_perfect_tree_has_no_faults(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_tree")
    assert "11" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE corps_unit SET lft = 1, rght = 2, depth = 5",
        "UPDATE corps_unit SET tree_id = tree_id + 7 WHERE code IN ('sg1', 'sg11')",
        "UPDATE corps_unit SET parent_id = (SELECT id FROM corps_unit WHERE code = 'zx1') WHERE code = 'sg11'",
        "UPDATE corps_unit SET rght = rght + 4 WHERE code IN ('hy', 'sg')",
    ],
)
def test_numbers_are_repaired_under_the_lock_and_recorded(
    cast: Cast, sql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    break_tree(sql)
    with pytest.raises(CommandError):
        call_command("check_tree")
    assert "sg" in capsys.readouterr().out
    call_command("check_tree", "--repair")
    assert tree_faults() == []
    entry = ActionLog.objects.get(action="tree.repair")
    assert entry.detail["units"] > 0
    root = cast.unit("hy")
    assert (root.lft, root.rght) == (1, 22)
    call_command("check_tree", "--repair")
    assert ActionLog.objects.filter(action="tree.repair").count() == 1


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE corps_unit SET level = 2 WHERE code = 'sg12'", FaultKind.LEVEL),
        (
            "UPDATE corps_unit SET parent_id = (SELECT id FROM corps_unit WHERE code = 'sg11') WHERE code = 'sg'",
            FaultKind.CYCLE,
        ),
        ("UPDATE corps_unit SET active_until = '2030-01-01' WHERE code = 'sg1'", FaultKind.CLOSED),
    ],
)
def test_what_a_program_cannot_know_is_left_as_it_is(cast: Cast, sql: str, kind: FaultKind) -> None:
    break_tree(sql)
    before = unit_rows()
    assert kind in {fault.kind for fault in tree_faults()}
    with pytest.raises(CommandError):
        call_command("check_tree", "--repair")
    assert unit_rows() == before


def test_only_the_administrator_repairs(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        repair_tree(actor=cast.actor("liaison_hy"))
    assert repair_tree(actor=cast.actor("admin")) == []


def test_the_nightly_check_raises_an_alarm(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    check_tree()
    assert "unit_tree_broken" not in caplog.text
    break_tree("UPDATE corps_unit SET depth = 9 WHERE code = 'sg1'")
    check_tree()
    assert "unit_tree_broken" in caplog.text


def test_numbering_keeps_the_order_of_siblings_and_deep_trees_do_not_overflow() -> None:
    rows = [Row(1, None, 1, 1, "a", closed=False, tree_id=1, lft=1, rght=2, depth=0)]
    rows += [Row(n, n - 1, 1, 1 + n, f"u{n}", closed=False, tree_id=1, lft=0, rght=0, depth=0) for n in range(2, 3000)]
    places = number(rows)
    assert places[1] == (1, 1, 2 * len(rows), 0)
    assert places[2999] == (1, 2999, 3000, 2998)
    perfect = [
        row._replace(tree_id=p.tree_id, lft=p.lft, rght=p.rght, depth=p.depth) for row in rows for p in [places[row.id]]
    ]
    assert find_faults(perfect) == []


def test_two_roots_with_one_tree_number_are_told_apart() -> None:
    rows = [
        Row(1, None, 1, 1, "a", closed=False, tree_id=4, lft=1, rght=2, depth=0),
        Row(2, None, 2, 1, "b", closed=False, tree_id=4, lft=1, rght=2, depth=0),
    ]
    assert {fault.kind for fault in find_faults(rows)} == {FaultKind.TREE}
    assert {place.tree_id for place in number(rows).values()} == {4, 5}
