"""Transfers that take equipment along: directly, asked for, for many at once, and undone; by every door."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from corps.errors import Refusal
from corps.models import Appointment
from members.enums import MoveState, MoveVerdict, TransferState
from members.logic.ledger import Act, Line
from members.models import Holding, Member, Move, Store, TransferRequest, Voucher
from members.operations.equipment.returning import take_back
from members.operations.moves import accept_move, apply_move, ask_move, prepare_move, undo_move
from members.operations.transfers import accept_transfer, ask_transfer
from members.queries.equipment.recount import ledger_faults
from tests.cast import Cast
from tests.members.equipment import stage

REASON = "住址变动"


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    return scene


@pytest.fixture(autouse=True)
def _adds_up(scene: stage.Scene) -> object:
    yield
    assert ledger_faults() == []


@pytest.fixture
def far(cast: Cast) -> Store:
    """A store of another detachment."""
    return stage.store(cast, "zx1", "蒸湘装备室")


def held(member: Member) -> set[tuple[str, str, int]]:
    """By store and by the unit in which it counts."""
    rows = Holding.objects.filter(member=member, quantity__gt=0)
    return set(rows.values_list("store__name", "unit__code", "quantity"))


def books() -> Counter[tuple[Any, ...]]:
    """Everything that is anywhere."""
    rows = Holding.objects.filter(quantity__gt=0)
    names = ("place", "store", "unit", "member", "kind", "size", "article", "due_on")
    return Counter({tuple(row[name] for name in names): row["quantity"] for row in rows.values(*names, "quantity")})


def ask(scene: stage.Scene, actor: str = "captain_sg1", **more: Any) -> TransferRequest:
    target = scene.cast.units["zx11"].pk
    return ask_transfer(
        actor=scene.cast.actor(actor), member_id=scene.zhang.pk, unit_id=target, reason=REASON, carry=True, **more
    )


def move(scene: stage.Scene, *, actor: str = "captain_hy", target: str = "zx11", **more: Any) -> Move:
    return prepare_move(
        actor=scene.cast.actor(actor),
        unit_id=scene.cast.units["sg1"].pk,
        target_id=scene.cast.units[target].pk,
        member_ids=[scene.zhang.pk, scene.li.pk],
        reason="并队",
        carry=True,
        **more,
    )


def test_accepting_hands_over_what_the_other_unit_was_asked_to_take_along(scene: stage.Scene, far: Store) -> None:
    request = ask(scene)
    assert held(scene.zhang) == {("装备室", "sg11", 2), ("装备室", "sg11", 1)}, "nothing goes before the answer"
    done = accept_transfer(actor=scene.cast.actor("captain_zx"), request_id=request.pk)
    assert done.state == TransferState.ACCEPTED
    assert held(scene.zhang) == {(far.name, "zx11", 2), (far.name, "zx11", 1)}
    assert set(Voucher.objects.filter(act=Act.CARRY).values_list("reason", flat=True)) == {REASON}
    assert stage.in_store(scene.store, scene.vest) == 18


def test_what_cannot_be_handed_over_is_not_asked_for(scene: stage.Scene, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        ask(scene)
    assert refused.value.code == "equipment.no_store"
    stage.store(cast, "zx1")
    with pytest.raises(Refusal, match="装备室") as refused:
        ask(scene, actor="captain_sg11")
    assert refused.value.code == "equipment.giver"
    assert not TransferRequest.objects.exists()


def test_who_asked_must_still_be_allowed_to_give_when_it_is_answered(scene: stage.Scene, far: Store) -> None:
    request = ask(scene)
    Appointment.objects.filter(account=scene.cast.actor("captain_sg1")).delete()
    before = books()
    with pytest.raises(Refusal, match="装备室") as refused:
        accept_transfer(actor=scene.cast.actor("captain_zx"), request_id=request.pk)
    assert refused.value.code == "equipment.giver"
    assert books() == before
    assert Member.objects.get(pk=scene.zhang.pk).unit == scene.cast.units["sg11"]


def test_many_take_their_things_along_and_undoing_gives_every_store_back_its_own(
    scene: stage.Scene, far: Store
) -> None:
    detachment = stage.store(scene.cast, "sg", "支队装备室")
    stage.fill(detachment, Line(scene.vest.pk, 5))
    stage.give(detachment, scene.li, Line(scene.vest.pk, 3))
    before = books()
    ready = move(scene)
    assert (ready.counts["moves"], ready.counts["blocked"]) == (2, 0)
    assert books() == before
    applied = apply_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    assert held(scene.zhang) == {(far.name, "zx11", 2), (far.name, "zx11", 1)}
    assert held(scene.li) == {(far.name, "zx11", 3)}
    assert applied.carried is not None
    undone = undo_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    assert (undone.state, undone.counts["back"], undone.counts["kept"]) == (MoveState.UNDONE, 2, 0)
    assert books() == before


def test_who_gave_something_back_since_stays_and_keeps_the_rest(scene: stage.Scene, far: Store) -> None:
    ready = move(scene)
    apply_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    radio = stage.holding(scene.zhang, scene.radio)
    take_back(actor=scene.cast.actor("captain_zx"), store_id=far.pk, holdings={radio.pk: (1, 0)}, token=stage.token())
    undone = undo_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    assert (undone.counts["back"], undone.counts["kept"]) == (1, 1)
    row = undone.rows.get(verdict=MoveVerdict.KEPT)
    assert (row.member, bool(row.obstacle)) == (scene.zhang, True)
    assert not Voucher.objects.exclude(movements__isnull=False).exists(), "no voucher without movements"
    assert held(scene.zhang) == {(far.name, "zx11", 2)}


def test_who_was_given_more_since_stays_and_is_named(scene: stage.Scene, far: Store) -> None:
    ready = move(scene)
    apply_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    stage.fill(far, Line(scene.vest.pk, 4))
    zhang = Member.objects.get(pk=scene.zhang.pk)
    stage.give(far, zhang, Line(scene.vest.pk, 1))
    undone = undo_move(actor=scene.cast.actor("captain_hy"), move_id=ready.pk)
    assert (undone.counts["back"], undone.counts["kept"]) == (1, 1)
    assert far.name in undone.rows.get(verdict=MoveVerdict.KEPT).obstacle
    assert held(scene.zhang) == {(far.name, "zx11", 3), (far.name, "zx11", 1)}


def test_another_unit_takes_many_with_their_things(scene: stage.Scene, far: Store) -> None:
    ready = move(scene, actor="captain_sg1", asking=True)
    ask_move(actor=scene.cast.actor("captain_sg1"), move_id=ready.pk)
    accept_move(actor=scene.cast.actor("captain_zx"), move_id=ready.pk)
    assert held(scene.zhang) == {(far.name, "zx11", 2), (far.name, "zx11", 1)}


def test_many_are_not_prepared_where_no_store_takes_their_things(scene: stage.Scene) -> None:
    with pytest.raises(Refusal) as refused:
        move(scene)
    assert refused.value.code == "equipment.no_store"
    assert not Move.objects.exists()


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actor(name))
    return client


@pytest.mark.parametrize("carry", [True, False])
def test_the_page_of_one_member_asks_and_does(scene: stage.Scene, far: Store, *, carry: bool) -> None:
    client, address = signed_in(scene.cast, "captain_hy"), f"/members/{scene.zhang.pk}/transfer/"
    assert "装备随人移交" in client.get(address).content.decode()
    answer = client.post(address, {"unit": "zx11", "reason": REASON, **({"carry": "on"} if carry else {})})
    assert answer.status_code == (302 if carry else 200)
    assert (far.name in {name for name, _unit, _number in held(scene.zhang)}) is carry
    if not carry:
        assert "装备随人移交" in answer.content.decode(), "the refusal names the remedy"


def test_the_roster_moves_many_with_their_things(scene: stage.Scene, far: Store) -> None:
    client = signed_in(scene.cast, "captain_hy")
    address = f"/u/sg1/moves/new/?id={scene.zhang.pk}&id={scene.li.pk}"
    answer = client.post(address, {"unit": "zx11", "reason": REASON, "carry": "on"})
    assert answer.status_code == 302, answer.content.decode()
    assert "装备随人移交" in client.get(answer["Location"]).content.decode()
    assert Move.objects.get().carry
    assert Move.objects.get().counts["blocked"] == 0


def test_the_api_transfers_asks_and_prepares_with_things(scene: stage.Scene, far: Store) -> None:
    client = signed_in(scene.cast, "captain_sg1")
    asked = {"member": scene.zhang.pk, "unit": "zx11", "reason": REASON, "carry": True}
    answer = client.post("/api/v1/transfers/", asked, "application/json")
    assert (answer.status_code, answer.json()["carry"]) == (201, True)
    prepared = {"unit": "sg1", "target": "zx11", "members": [scene.li.pk], "reason": REASON, "asking": True}
    answer = client.post("/api/v1/moves/", {**prepared, "carry": True}, "application/json")
    assert (answer.status_code, answer.json()["carry"]) == (201, True)
    city = signed_in(scene.cast, "captain_hy")
    there = {"unit": "zx11", "reason": REASON}
    refused = city.post(f"/api/v1/members/{scene.zhang.pk}/transfer/", there, "application/json")
    assert refused.json()["code"] == "member.obstacles"
    bad = city.post(f"/api/v1/members/{scene.zhang.pk}/transfer/", {**there, "carry": "perhaps"}, "application/json")
    assert bad.status_code == 400
    done = city.post(f"/api/v1/members/{scene.zhang.pk}/transfer/", {**there, "carry": True}, "application/json")
    assert done.status_code == 200
    assert {name for name, _unit, _number in held(scene.zhang)} == {far.name}


def test_the_admin_page_transfers_with_things(scene: stage.Scene, far: Store) -> None:
    client = signed_in(scene.cast, "liaison_hy")
    address = f"/admin/members/member/{scene.zhang.pk}/transfer/"
    values = {"unit": scene.cast.units["zx11"].pk, "reason": REASON}
    assert client.post(address, values).status_code == 200
    assert client.post(address, {**values, "carry": "on"}).status_code == 302
    assert {name for name, _unit, _number in held(scene.zhang)} == {far.name}
