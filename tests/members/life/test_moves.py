"""Bulk moves: preview, apply, undo, and what changed in between."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import MemberStatus, MoveState, MoveVerdict, TransferState
from members.models import HomePeriod, Member, Move, TeamMembership
from members.operations import people, units
from members.operations.moves import (
    accept_move,
    apply_move,
    ask_move,
    discard_move,
    prepare_move,
    return_move,
    undo_move,
)
from members.operations.transfers import ask_transfer
from tests.cast import Cast, assemble
from tests.members.life import cases
from tests.members.life.test_transfers import named, tried
from tests.members.roster import person


def prepare(cast: Cast, members: list[Member], actor: str = "captain_sg", target: str = "sg12") -> Move:
    return prepare_move(
        actor=cast.actor(actor),
        unit_id=cast.units["sg1"].pk,
        target_id=cast.units[target].pk,
        member_ids=[one.pk for one in members],
        reason="并队",
    )


def verdicts(move: Move) -> dict[str, str]:
    return {row.member.name: row.verdict for row in move.rows.select_related("member")}


def test_the_preview_names_who_goes_and_what_stands_in_the_way(cast: Cast) -> None:
    goes, left = person(cast.units["sg11"].pk, "张一"), person(cast.units["sg11"].pk, "张二", status="left")
    there = person(cast.units["sg12"].pk, "张三")
    move = prepare(cast, [goes, left, there])
    assert verdicts(move) == {"张一": MoveVerdict.MOVES, "张二": MoveVerdict.BLOCKED, "张三": MoveVerdict.BLOCKED}
    assert all(row.obstacle for row in move.rows.filter(verdict=MoveVerdict.BLOCKED))
    assert (move.counts["moves"], move.counts["blocked"]) == (1, 2)
    assert Member.objects.get(pk=goes.pk).unit == cast.units["sg11"]


def test_applying_moves_them_with_history_and_undoing_puts_everybody_back(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二三"]
    TeamMembership.objects.create(member=members[0], unit=cast.units["sg12"])
    request = ask_transfer(
        actor=cast.actor("captain_sg"), member_id=members[1].pk, unit_id=cast.units["zx11"].pk, reason="搬家"
    )
    move = apply_move(actor=cast.actor("captain_sg"), move_id=prepare(cast, members).pk)
    assert move.state == MoveState.APPLIED
    assert Member.objects.filter(unit=cast.units["sg12"]).count() == 3
    assert HomePeriod.objects.filter(unit=cast.units["sg11"]).count() == 3
    assert not TeamMembership.objects.exists()
    request.refresh_from_db()
    assert request.state == TransferState.WITHDRAWN
    move = undo_move(actor=cast.actor("captain_sg"), move_id=move.pk)
    assert move.state == MoveState.UNDONE
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 3
    assert not HomePeriod.objects.exists()
    assert TeamMembership.objects.get().unit == cast.units["sg12"]
    assert set(verdicts(move).values()) == {MoveVerdict.BACK}


def test_who_changed_since_stays_and_is_named(cast: Cast) -> None:
    edited, moved = person(cast.units["sg11"].pk, "张一"), person(cast.units["sg11"].pk, "张二")
    later, calm = person(cast.units["sg11"].pk, "张三"), person(cast.units["sg11"].pk, "张四")
    captain = cast.actor("captain_sg")
    move = prepare(cast, [edited, moved, later, calm])
    people.edit(actor=captain, member_id=edited.pk, particulars={"employer": "新厂"})
    people.transfer(actor=captain, member_id=moved.pk, unit_id=cast.units["sg21"].pk, reason="搬家")
    move = apply_move(actor=captain, move_id=move.pk)
    assert verdicts(move) == {
        "张一": MoveVerdict.BLOCKED,
        "张二": MoveVerdict.BLOCKED,
        "张三": MoveVerdict.MOVES,
        "张四": MoveVerdict.MOVES,
    }
    people.edit(actor=captain, member_id=later.pk, particulars={"employer": "新厂"})
    move = undo_move(actor=captain, move_id=move.pk)
    assert verdicts(move)["张三"] == MoveVerdict.KEPT
    assert verdicts(move)["张四"] == MoveVerdict.BACK
    assert Member.objects.get(pk=later.pk).unit == cast.units["sg12"]
    assert Member.objects.get(pk=calm.pk).unit == cast.units["sg11"]
    assert (move.counts["kept"], move.counts["back"]) == (1, 1)


def test_refusals(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张一")
    with pytest.raises(Refusal) as refused:
        prepare(cast, [])
    assert refused.value.code == "move.number"
    with pytest.raises(Http404):
        prepare(cast, [member], target="zx11")
    with pytest.raises(PermissionDenied):
        prepare(cast, [member], actor="inspector_sg")
    with pytest.raises(Http404):
        prepare(cast, [person(cast.units["sg21"].pk, "张二")])
    move = prepare(cast, [member])
    discard_move(actor=cast.actor("captain_sg"), move_id=move.pk)
    with pytest.raises(Refusal) as refused:
        apply_move(actor=cast.actor("captain_sg"), move_id=move.pk)
    assert refused.value.code == "move.settled"
    applied = apply_move(actor=cast.actor("captain_sg"), move_id=prepare(cast, [member]).pk)
    Move.objects.filter(pk=applied.pk).update(undo_until=timezone.now())
    with pytest.raises(Refusal) as refused:
        undo_move(actor=cast.actor("captain_sg"), move_id=applied.pk)
    assert refused.value.code == "move.undo"


def test_a_move_of_hundreds_takes_as_many_statements_as_one_of_two(cast: Cast) -> None:
    taken = []
    for number in (2, 200):
        members = [person(cast.units["sg11"].pk, f"张{one}") for one in range(number)]
        with CaptureQueriesContext(connection) as statements:
            move = prepare(cast, members)
            apply_move(actor=cast.actor("captain_sg"), move_id=move.pk)
            undo_move(actor=cast.actor("captain_sg"), move_id=move.pk)
        taken.append(len(statements))
    # The first one reads the tree as well.
    assert taken[1] <= taken[0]
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 202


def test_the_pages_lead_from_the_roster_to_the_undo(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二"]
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    ids = "&".join(f"id={one.pk}" for one in members)
    assert client.get(f"/u/sg1/moves/new/?{ids}").status_code == 200
    asked = client.post(f"/u/sg1/moves/new/?{ids}", {"unit": "sg12", "reason": "并队"})
    move = Move.objects.get()
    assert asked.headers["Location"] == f"/moves/{move.pk}/"
    assert "张一" in client.get(f"/moves/{move.pk}/").content.decode()
    client.post(f"/moves/{move.pk}/apply/")
    assert Member.objects.filter(unit=cast.units["sg12"]).count() == 2
    client.post(f"/moves/{move.pk}/undo/")
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 2
    by_filter = client.post("/u/sg1/moves/new/?all=1&occupation=guard", {"unit": "sg12", "reason": "并队"})
    assert Move.objects.latest("pk").rows.count() == 2, by_filter


@pytest.mark.parametrize("rows", [1, 50])
def test_lists_take_as_many_queries_for_one_as_for_fifty(cast: Cast, rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows - 1):
        cases.move(cast, "sg11", "张一")
    move = cases.move(cast, "sg11", *(f"张{number}" for number in range(rows)))
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    for page, queries in (("/u/sg11/moves/", 5), (f"/moves/{move.pk}/", 6)):
        client.get(page)
        with django_assert_num_queries(queries):
            client.get(page)


@pytest.mark.django_db(transaction=True)
def test_a_bulk_move_against_an_edit_by_hand() -> None:
    cast = assemble()
    for _round in range(5):
        members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二三"]
        move = prepare(cast, members)
        tried(
            partial(apply_move, actor=named("captain_sg"), move_id=move.pk),
            partial(people.edit, actor=named("captain_hy"), member_id=members[1].pk, particulars={"employer": "新厂"}),
        )
        move.refresh_from_db()
        members[1].refresh_from_db()
        assert (move.state, members[1].employer) == (MoveState.APPLIED, "新厂")
        row = move.rows.get(member=members[1])
        went = row.verdict == MoveVerdict.MOVES
        assert members[1].unit == cast.units["sg12" if went else "sg11"]
        assert went or row.obstacle
        assert Member.objects.filter(pk__in=[members[0].pk, members[2].pk], unit=cast.units["sg12"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_bulk_move_against_leaving() -> None:
    cast = assemble()
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二三"]
    move = prepare(cast, members)
    tried(
        partial(apply_move, actor=named("captain_sg"), move_id=move.pk),
        partial(
            people.change_status,
            actor=named("captain_hy"),
            member_id=members[0].pk,
            status=MemberStatus.LEFT,
            reason="搬走",
        ),
    )
    members[0].refresh_from_db()
    assert members[0].status == MemberStatus.LEFT


#: Who has no right in a unit of others is not even told that it exists.
UNSEEN = (PermissionDenied, Http404)


def asked(cast: Cast, members: list[Member]) -> Move:
    """Several of a squad shall go to another district, whose captain is asked."""
    prepared = prepare_move(
        actor=cast.actor("captain_sg"),
        unit_id=cast.units["sg1"].pk,
        target_id=cast.units["zx11"].pk,
        member_ids=[one.pk for one in members],
        reason="拆迁安置",
        asking=True,
    )
    return ask_move(actor=cast.actor("captain_sg"), move_id=prepared.pk)


def test_who_does_not_decide_for_the_other_unit_asks_it_once_for_all(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二三"]
    move = asked(cast, members)
    assert move.state == MoveState.ASKED
    for act in (apply_move, accept_move):
        with pytest.raises((*UNSEEN, Refusal)):
            act(actor=cast.actor("captain_sg"), move_id=move.pk)
    # An answer takes days: who is edited meanwhile goes all the same, who has left does not.
    people.edit(actor=cast.actor("captain_sg"), member_id=members[0].pk, particulars={"employer": "新厂"})
    people.change_status(
        actor=cast.actor("captain_sg"), member_id=members[1].pk, status=MemberStatus.LEFT, reason="搬走"
    )
    move = accept_move(actor=cast.actor("captain_zx"), move_id=move.pk)
    assert (move.state, move.answered_by) == (MoveState.APPLIED, cast.accounts["captain_zx"])
    assert verdicts(move) == {"张一": MoveVerdict.MOVES, "张二": MoveVerdict.BLOCKED, "张三": MoveVerdict.MOVES}
    assert Member.objects.filter(unit=cast.units["zx11"]).count() == 2
    assert HomePeriod.objects.filter(unit=cast.units["sg11"]).count() == 2
    for name in ("captain_sg", "captain_zx"):
        with pytest.raises(UNSEEN):
            undo_move(actor=cast.actor(name), move_id=move.pk)
    undo_move(actor=cast.actor("captain_hy"), move_id=move.pk)
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 3


def test_a_move_that_was_asked_for_is_returned_or_withdrawn(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二"]
    move = asked(cast, members)
    with pytest.raises(Refusal):
        return_move(actor=cast.actor("captain_zx"), move_id=move.pk, remark=" ")
    with pytest.raises(UNSEEN):
        return_move(actor=cast.actor("captain_sg"), move_id=move.pk, remark="满员")
    returned = return_move(actor=cast.actor("captain_zx"), move_id=move.pk, remark="已满员")
    assert (returned.state, returned.remark) == (MoveState.RETURNED, "已满员")
    with pytest.raises(Refusal) as refused:
        accept_move(actor=cast.actor("captain_zx"), move_id=move.pk)
    assert refused.value.code == "move.settled"
    again = asked(cast, members)
    with pytest.raises(UNSEEN):
        discard_move(actor=cast.actor("captain_zx"), move_id=again.pk)
    assert discard_move(actor=cast.actor("captain_sg"), move_id=again.pk).state == MoveState.DISCARDED
    # What is asked no longer is nobody else's to read.
    with pytest.raises(Http404):
        accept_move(actor=cast.actor("captain_zx"), move_id=again.pk)
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 2


def test_a_prepared_move_is_nothing_the_other_unit_sees(cast: Cast) -> None:
    prepared = prepare_move(
        actor=cast.actor("captain_sg"),
        unit_id=cast.units["sg1"].pk,
        target_id=cast.units["zx11"].pk,
        member_ids=[person(cast.units["sg11"].pk, "张一").pk],
        reason="拆迁安置",
        asking=True,
    )
    with pytest.raises(Http404):
        accept_move(actor=cast.actor("captain_zx"), move_id=prepared.pk)
    with pytest.raises(UNSEEN):
        apply_move(actor=cast.actor("captain_sg"), move_id=prepared.pk)


def test_the_pages_ask_and_answer(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二"]
    giving, taking = Client(), Client()
    giving.force_login(cast.accounts["captain_sg"])
    taking.force_login(cast.accounts["captain_zx"])
    ids = "&".join(f"id={one.pk}" for one in members)
    giving.post(f"/u/sg1/moves/new/?{ids}", {"unit": "长湖中队", "reason": "拆迁安置"})
    move = Move.objects.get()
    page = f"/moves/{move.pk}/"
    assert f"{page}ask/" in giving.get(page).content.decode()
    assert taking.get(page).status_code == 404
    giving.post(f"{page}ask/")
    assert f"{page}accept/" not in giving.get(page).content.decode()
    for shown in (taking.get("/u/zx/transfers/"), taking.get("/u/zx/"), taking.get("/u/zx/moves/")):
        assert page in shown.content.decode()
    answer = taking.get(page).content.decode()
    assert f"{page}accept/" in answer
    assert f"/members/{members[0].pk}/" not in answer
    taking.post(f"{page}accept/")
    assert Member.objects.filter(unit=cast.units["zx11"]).count() == 2
    assert taking.get(page).status_code == 200


def test_requests_for_many_follow_units_that_are_merged(cast: Cast) -> None:
    move = asked(cast, [person(cast.units["sg11"].pk, "张一")])
    units.merge_units(actor=SYSTEM, source_id=cast.units["zx11"].pk, target_id=cast.units["zx9"].pk, reason="合并")
    move.refresh_from_db()
    assert move.target == cast.units["zx9"]
    accept_move(actor=cast.actor("captain_zx"), move_id=move.pk)
    assert Member.objects.get(name="张一").unit == cast.units["zx9"]
