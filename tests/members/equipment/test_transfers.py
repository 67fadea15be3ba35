"""From store to store: on its way, received, short, reversed."""

import pytest
from django.http import Http404

from corps.errors import Refusal
from members.logic.ledger import Act, Line, Place
from members.models import Confirmation, Holding, Member, Movement, Store, Voucher
from members.operations.equipment.confirming import confirm_by_sheet
from members.operations.equipment.returning import take_back
from members.operations.equipment.reversing import reverse
from members.operations.equipment.transfers import receive, send
from tests.cast import Cast
from tests.members.equipment import stage


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    return stage.build(cast)


@pytest.fixture
def below(scene: stage.Scene) -> Store:
    return stage.store(scene.cast, "sg11", "中队柜")


def sent(scene: stage.Scene, below: Store, *lines: Line) -> Voucher:
    return send(
        actor=scene.captain,
        from_store_id=scene.store.pk,
        to_store_id=below.pk,
        lines=list(lines) or [Line(scene.vest.pk, 6)],
        token=stage.token(),
    )


def movement(voucher: Voucher) -> int:
    return Movement.objects.get(voucher=voucher).pk


def test_what_is_sent_is_on_its_way_until_it_is_received(scene: stage.Scene, below: Store) -> None:
    voucher = sent(scene, below)
    on_its_way = Holding.objects.get(place=Place.TRANSIT)
    assert (on_its_way.quantity, on_its_way.store, on_its_way.unit_id) == (6, below, scene.store.unit_id)
    got = receive(
        actor=scene.cast.actor("captain_sg11"),
        voucher_id=voucher.pk,
        arrived={movement(voucher): (6, 0)},
        token=stage.token(),
    )
    assert (got.follows, got.unit_id) == (voucher, below.unit_id)
    assert stage.in_store(below, scene.vest) == 6
    assert stage.in_store(scene.store, scene.vest) == 14


def test_what_did_not_arrive_is_explained_and_leaves_the_books(scene: stage.Scene, below: Store) -> None:
    voucher = sent(scene, below)
    arrived = {movement(voucher): (4, 1)}
    actor = scene.cast.actor("captain_sg11")
    with pytest.raises(Refusal) as refused:
        receive(actor=actor, voucher_id=voucher.pk, arrived=arrived, token=stage.token())
    assert refused.value.code == "reason.missing"
    receive(actor=actor, voucher_id=voucher.pk, arrived=arrived, token=stage.token(), reason="途中丢失一件，一件破损")
    assert stage.in_store(below, scene.vest) == 4
    assert stage.in_store(below, scene.vest, Place.DAMAGED) == 1
    assert not Holding.objects.filter(place=Place.TRANSIT, quantity__gt=0).exists()
    with pytest.raises(Refusal) as refused:
        receive(actor=actor, voucher_id=voucher.pk, arrived=arrived, token=stage.token(), reason="x")
    assert refused.value.code == "equipment.received"


def test_lines_that_are_not_named_stay_on_their_way(scene: stage.Scene, below: Store) -> None:
    voucher = sent(scene, below, Line(scene.vest.pk, 2), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    first, second = Movement.objects.filter(voucher=voucher).order_by("pk")
    actor = scene.cast.actor("captain_sg11")
    for one, quantity in ((first, 2), (second, 1)):
        receive(actor=actor, voucher_id=voucher.pk, arrived={one.pk: (quantity, 0)}, token=stage.token())
    assert (stage.in_store(below, scene.vest), stage.in_store(below, scene.radio)) == (2, 1)


def test_wrong_arrivals_are_refused(scene: stage.Scene, below: Store) -> None:
    voucher, other = sent(scene, below), sent(scene, below)
    actor = scene.cast.actor("captain_sg11")
    for arrived, code in (
        ({movement(voucher): (7, 0)}, "equipment.wrong_quantity"),
        ({movement(voucher): (-1, 0)}, "equipment.wrong_quantity"),
        ({movement(other): (6, 0)}, "equipment.line_unknown"),
        ({}, "equipment.nothing"),
    ):
        with pytest.raises(Refusal) as refused:
            receive(actor=actor, voucher_id=voucher.pk, arrived=arrived, token=stage.token(), reason="x")
        assert refused.value.code == code
    with pytest.raises(Http404):
        receive(
            actor=scene.cast.actor("captain_zx"),
            voucher_id=voucher.pk,
            arrived={movement(voucher): (6, 0)},
            token=stage.token(),
        )


def test_where_things_cannot_be_sent(scene: stage.Scene, below: Store) -> None:
    with pytest.raises(Refusal) as refused:
        sent(scene, scene.store)
    assert refused.value.code == "equipment.same_store"
    below.active = False
    below.save()
    with pytest.raises(Refusal) as refused:
        sent(scene, below)
    assert refused.value.code == "equipment.store_closed"


def test_reversing_puts_everything_back_once(scene: stage.Scene, below: Store) -> None:
    voucher = sent(scene, below)
    token = stage.token()
    for _press in range(2):
        back = reverse(actor=scene.captain, voucher_id=voucher.pk, reason="发错了", token=token)
    assert (back.act, back.reverses) == (Act.REVERSAL, voucher)
    assert stage.in_store(scene.store, scene.vest) == 20
    for wrong, code in ((voucher, "equipment.reversed"), (back, "equipment.reversal")):
        with pytest.raises(Refusal) as refused:
            reverse(actor=scene.captain, voucher_id=wrong.pk, reason="x", token=stage.token())
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        reverse(actor=scene.captain, voucher_id=sent(scene, below).pk, reason="", token=stage.token())
    assert refused.value.code == "reason.missing"


def test_what_moved_on_is_not_reversed(scene: stage.Scene, below: Store) -> None:
    voucher = stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2))
    held = stage.holding(scene.zhang, scene.vest)
    take_back(actor=scene.captain, store_id=scene.store.pk, holdings={held.pk: (1, 0)}, token=stage.token())
    with pytest.raises(Refusal) as refused:
        reverse(actor=scene.captain, voucher_id=voucher.pk, reason="发错了", token=stage.token())
    assert refused.value.code == "equipment.moved_on"


def test_a_return_is_not_reversed_into_hands_that_are_gone(scene: stage.Scene) -> None:
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2))
    held = stage.holding(scene.zhang, scene.vest)
    back = take_back(actor=scene.captain, store_id=scene.store.pk, holdings={held.pk: (2, 0)}, token=stage.token())
    Member.objects.filter(pk=scene.zhang.pk).update(status="left")
    with pytest.raises(Refusal, match="张伟") as refused:
        reverse(actor=scene.captain, voucher_id=back.pk, reason="记错了", token=stage.token())
    assert refused.value.code == "equipment.gone"
    Member.objects.filter(pk=scene.zhang.pk).update(status="suspended")
    reverse(actor=scene.captain, voucher_id=back.pk, reason="记错了", token=stage.token())
    assert stage.in_hands(scene.zhang, scene.vest) == 2


def test_a_reversed_issue_asks_nobody_to_confirm(scene: stage.Scene) -> None:

    voucher = stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    reverse(actor=scene.captain, voucher_id=voucher.pk, reason="发错了", token=stage.token())
    with pytest.raises(Refusal) as refused:
        confirm_by_sheet(actor=scene.captain, voucher_id=voucher.pk, member_ids=[scene.zhang.pk])
    assert refused.value.code == "equipment.reversed"
    assert Confirmation.objects.get().confirmed_at is None
