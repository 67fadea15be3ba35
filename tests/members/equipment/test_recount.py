"""The ledger counted once more: it adds up, and whatever was falsified is found."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from corps.actors import SYSTEM
from members.logic.ledger import Line
from members.models import Member
from members.operations.equipment.transfers import send
from members.queries.equipment.recount import ledger_faults, sentence
from members.tasks import check_ledger
from tests.cast import Cast
from tests.members.equipment import stage


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    below = stage.store(cast, "sg11")
    send(
        actor=SYSTEM,
        from_store_id=scene.store.pk,
        to_store_id=below.pk,
        lines=[Line(scene.vest.pk, 1)],
        token=stage.token(),
    )
    return scene


def falsify(statement: str, values: list[Any]) -> None:
    """Change the books behind the triggers' back, as somebody with the database in hand could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in (("holding", "only_by_movements"), ("movement", "append_only_rows")):
            cursor.execute(f"ALTER TABLE members_{table} DISABLE TRIGGER {trigger}")
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in (("holding", "only_by_movements"), ("movement", "append_only_rows")):
            cursor.execute(f"ALTER TABLE members_{table} ENABLE ALWAYS TRIGGER {trigger}")


def told() -> str:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_ledger", stdout=out)
    return out.getvalue()


def test_a_ledger_that_adds_up(scene: stage.Scene) -> None:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    assert "4" in out.getvalue() or "5" in out.getvalue()
    assert ledger_faults() == []


def test_an_empty_ledger_adds_up(cast: Cast) -> None:
    call_command("check_ledger", stdout=io.StringIO())


def test_a_falsified_holding_is_found(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    falsify("UPDATE members_holding SET quantity = 5 WHERE id = %s", [held.pk])
    (fault,) = ledger_faults()
    assert (fault.code, fault.member, fault.kind, fault.counted, fault.booked) == ("quantity", "张伟", "反光背心", 2, 5)
    assert "张伟" in told()
    check_ledger()


def test_a_holding_that_vanished_is_found(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.radio)
    falsify("DELETE FROM members_holding WHERE id = %s", [held.pk])
    assert [(fault.code, fault.number) for fault in ledger_faults()] == [("quantity", "R-001")]


def test_a_falsified_day_is_found(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    falsify("UPDATE members_holding SET last_on = %s WHERE id = %s", [stage.days_ago(3), held.pk])
    assert [fault.code for fault in ledger_faults()] == ["date"]


def test_a_falsified_movement_is_found_on_both_sides(scene: stage.Scene) -> None:
    falsify(
        "UPDATE members_movement SET quantity = 30 WHERE to_member_id = %s AND article_id IS NULL", [scene.zhang.pk]
    )
    faults = ledger_faults()
    assert {fault.code for fault in faults} == {"negative", "quantity"}
    assert all(sentence(fault) for fault in faults)


def test_hands_that_are_gone_or_elsewhere_are_found(scene: stage.Scene) -> None:
    Member.objects.filter(pk=scene.zhang.pk).update(unit=scene.cast.units["sg12"])
    assert {fault.code for fault in ledger_faults()} == {"elsewhere"}
    Member.objects.filter(pk=scene.zhang.pk).update(status="left")
    assert {fault.code for fault in ledger_faults()} == {"gone"}
    assert "张伟" in told()
