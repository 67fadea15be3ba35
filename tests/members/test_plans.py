"""What triggers plan for one row, a connection keeps: it must do for very many."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import F
from psycopg import Cursor
from psycopg.errors import Diagnostic

from corps import plans
from corps.actors import SYSTEM
from corps.models import Unit
from members.logic.ledger import Line
from members.models import Member
from members.operations.equipment.issuing import issue
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person

ONE_BY_ONE = 7


@pytest.fixture
def told(db: None) -> Iterator[list[str]]:
    """The plans of all statements from now on, those inside triggers included, as PostgreSQL tells them."""
    found: list[str] = []

    def listen(notice: Diagnostic) -> None:
        found.append(notice.message_primary or "")

    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        for name, value in (
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_nested_statements", "on"),
            ("client_min_messages", "log"),
        ):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        raw: Cursor[object] = cursor.cursor
        raw.connection.add_notice_handler(listen)
    yield found
    raw.connection.remove_notice_handler(listen)


def joins_of_old_and_new(told: list[str]) -> list[str]:
    """The plans that read a statement's old rows and put its new ones beside them."""
    return [one for one in told if one.count("Named Tuplestore Scan") > 1 and " JOIN " in one]


def test_a_change_of_many_after_changes_of_one(cast: Cast, told: list[str]) -> None:
    people = [person(cast.units["sg11"].pk, f"队员{number}") for number in range(40)]
    for one in people[:ONE_BY_ONE]:
        Member.objects.filter(pk=one.pk).update(status="suspended")
    told.clear()
    assert Member.objects.update(status="active") >= len(people)
    found = joins_of_old_and_new(told)
    # History, the periods of life, and the days to be counted again.
    assert len(found) == 3
    for plan in found:
        assert re.search("(Hash|Merge)( Full)? Join", plan), plan


def test_units_that_are_renumbered_after_one_was_changed(cast: Cast, told: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT corps_lock_tree()")
    for _time in range(ONE_BY_ONE):
        Unit.objects.filter(code="sg11").update(rght=F("rght"))
    told.clear()
    assert Unit.objects.update(rght=F("rght")) == len(cast.units)
    found = joins_of_old_and_new(told)
    # History, and totals and stocks of units that change their superior; the guard of the tree is passed by its lock.
    assert len(found) == 3
    for plan in found:
        assert re.search("(Hash|Merge)( Full)? Join", plan), plan


def test_a_list_for_many_after_receipts_of_one(cast: Cast, told: list[str]) -> None:
    scene = stage.build(cast)
    stage.fill(scene.store, Line(scene.vest.pk, 1_000))
    people = [person(cast.units["sg11"].pk, f"队员{number}") for number in range(300)]
    for one in people[:ONE_BY_ONE]:
        stage.give(scene.store, one, Line(scene.vest.pk))
    told.clear()
    lines = {one.pk: [Line(scene.vest.pk)] for one in people[ONE_BY_ONE:]}
    issue(actor=SYSTEM, store_id=scene.store.pk, member_lines=lines, token=stage.token())
    (plan,) = [one for one in told if "Scan on sides" in one or "CTE net" in one]
    assert "Hash Join" in plan, plan


def test_no_trigger_keeps_a_plan_for_old_and_new_rows(db: None) -> None:
    """It is planned each time, joins without a nested loop, or joins fully, which has no nested loop."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND proconfig IS NULL"
            r" AND prosrc ~ '(old_\w+( \w+)? JOIN new_|new_\w+( \w+)? JOIN old_)' AND prosrc !~ 'EXECUTE \$'"
        )
        assert cursor.fetchall() == []


def test_functions_that_were_written_anew_are_mended(db: None) -> None:
    before = configured()
    assert len(before) > 20
    assert set(before.values()) == {"enable_nestloop=off"}
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER FUNCTION {next(iter(before))} RESET ALL")
    assert configured() != before
    plans.keep_nested_loops_out(using="default")
    assert configured() == before


def configured() -> dict[str, str]:
    """What is set for each function that joins old and new rows of history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text, array_to_string(proconfig, ' ') FROM pg_proc"
            " WHERE prosrc LIKE '%old_values JOIN new_values%'"
        )
        return dict(cursor.fetchall())
