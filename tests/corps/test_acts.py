"""Who may read which part of the trail, in what order, page by page."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.actors import SYSTEM
from corps.operations.trail import record
from corps.operations.tree import rename_unit
from corps.queries.acts import PAGE, Cursor, act_of, acts_in
from tests.cast import Cast


def rename(cast: Cast, actor: str, code: str, name: str) -> None:
    rename_unit(
        actor=cast.actor(actor), unit_id=cast.units[code].pk, name=name, short_name=name, reason="按民政部门批复更名"
    )


@pytest.fixture
def renamed(cast: Cast) -> Cast:
    rename(cast, "liaison_sg", "sg11", "建设新村中队")
    rename(cast, "liaison_hy", "zx11", "长湖新村中队")
    return cast


def test_a_superior_reads_acts_below_with_who_and_why(renamed: Cast) -> None:
    found = acts_in(renamed.actor("captain_sg"), renamed.units["sg"].pk, kinds=["unit.rename"])
    assert [(entry.who, entry.action, entry.reason) for entry in found] == [
        ("liaison sg", "unit.rename", "按民政部门批复更名")
    ]


def test_a_change_in_the_detachment_beside_stays_unseen(renamed: Cast) -> None:
    actor = renamed.actor("captain_sg")
    units = {entry.unit_id for entry in acts_in(actor, renamed.units["sg"].pk)}
    assert renamed.units["zx11"].pk not in units
    with pytest.raises(Http404):
        acts_in(actor, renamed.units["zx"].pk)


def test_seeing_a_unit_is_not_reading_its_trail(renamed: Cast) -> None:
    with pytest.raises(PermissionDenied):
        acts_in(renamed.actor("inspector_sg"), renamed.units["sg"].pk)


def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast) -> None:
    actor, unit = cast.actor("auditor_sg"), cast.units["sg11"]
    for number in range(PAGE + 20):
        record(actor=SYSTEM, action="import.resume", unit_id=unit.pk, reason=str(number))
    seen: list[str] = []
    before: Cursor | None = None
    while True:
        found = acts_in(actor, cast.units["sg"].pk, kinds=["import."], before=before)
        seen += [entry.reason for entry in found[:PAGE]]
        if len(found) <= PAGE:
            break
        before = Cursor(found[PAGE - 1].at, found[PAGE - 1].key)
    assert seen == [str(number) for number in reversed(range(PAGE + 20))]


def test_kind_and_name_narrow_the_list(renamed: Cast) -> None:
    actor, unit_id = renamed.actor("auditor_hy"), renamed.units["hy"].pk
    assert {entry.action for entry in acts_in(actor, unit_id, kinds=["unit.rename"])} == {"unit.rename"}
    assert {entry.who for entry in acts_in(actor, unit_id, who="LIAISON sg")} == {"liaison sg"}
    assert acts_in(actor, unit_id, who="%") == []


def test_an_act_shows_old_and_new(renamed: Cast) -> None:
    [entry] = acts_in(renamed.actor("captain_sg"), renamed.units["sg"].pk, kinds=["unit.rename"])
    assert entry.act is not None
    told, rows = act_of(renamed.actor("captain_sg"), entry.act)
    assert told.reason == "按民政部门批复更名"
    assert (rows.count, rows.first[0].verb) == (1, "update")
    assert ("一中队", "建设新村中队") in [(change.old, change.new) for change in rows.first[0].changes]


def test_an_act_outside_the_scope_is_not_there(renamed: Cast) -> None:
    [entry] = acts_in(renamed.actor("auditor_hy"), renamed.units["zx11"].pk, kinds=["unit.rename"])
    assert entry.act is not None
    for act in (entry.act, uuid.uuid4()):
        with pytest.raises(Http404):
            act_of(renamed.actor("captain_sg"), act)


def test_the_page_needs_as_many_queries_for_fifty_acts_as_for_one(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["auditor_sg"])

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/u/sg/trail/?kind=imports").status_code == 200
        return len(captured)

    client.get("/u/sg/trail/?kind=imports")
    record(actor=SYSTEM, action="import.resume", unit_id=cast.units["sg11"].pk)
    one = queries()
    for _number in range(PAGE):
        record(actor=SYSTEM, action="import.resume", unit_id=cast.units["sg11"].pk)
    assert queries() == one


@pytest.mark.parametrize("position", ["", "nonsense", "2022-11-03~", "2022-11-03T10:00:00~a1", "~"])
def test_a_position_that_is_none_shows_the_first_page(cast: Cast, position: str) -> None:
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    assert client.get("/u/sg/trail/", {"before": position}).status_code == 200
