"""Leaving, transfers, mergers of units and of people: nothing is left behind, everything that follows is recorded."""

from typing import Any

import pytest

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import MemberStatus
from members.logic.ledger import Act, Line, Place
from members.models import Confirmation, Holding, Member, Store, Voucher
from members.operations import life
from members.operations.equipment.carrying import carry_members, hand_over
from members.operations.equipment.returning import take_back
from members.operations.equipment.reversing import reverse
from members.operations.equipment.transfers import receive, send
from members.operations.units import close_unit, merge_units, split_unit
from members.queries.equipment.recount import ledger_faults
from members.queries.obstacles import obstacles_to_leaving, obstacles_to_transfer
from tests.cast import Cast
from tests.members.equipment import stage


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    return scene


@pytest.fixture(autouse=True)
def _adds_up(scene: stage.Scene) -> object:
    yield
    assert ledger_faults() == []


def leave(scene: stage.Scene) -> None:
    life.change_status(actor=scene.captain, member_id=scene.zhang.pk, status=MemberStatus.LEFT, reason="迁往外地")


def give_back(scene: stage.Scene) -> None:
    held = {one.pk: (one.quantity, 0) for one in Holding.objects.filter(member=scene.zhang, quantity__gt=0)}
    take_back(actor=scene.captain, store_id=scene.store.pk, holdings=held, token=stage.token())


def test_nobody_leaves_with_things_that_must_come_back(scene: stage.Scene) -> None:
    with pytest.raises(Refusal, match="R-001") as refused:
        leave(scene)
    assert refused.value.code == "member.obstacles"
    assert "装备室" in str(refused.value)
    assert obstacles_to_leaving([scene.li.pk]) == {}
    give_back(scene)
    leave(scene)


def test_what_need_not_come_back_leaves_the_books_with_the_member(scene: stage.Scene) -> None:
    give_back(scene)
    cap = stage.kind(scene.cast, "帽子", returnable=False)
    stage.fill(scene.store, Line(cap.pk, 1))
    stage.give(scene.store, scene.zhang, Line(cap.pk))
    leave(scene)
    assert stage.in_hands(scene.zhang, cap) == 0
    assert Voucher.objects.filter(act=Act.DISPOSAL).count() == 1


def test_within_the_reach_of_the_store_things_go_along(scene: stage.Scene) -> None:
    target = scene.cast.units["sg12"].pk
    assert obstacles_to_transfer([scene.zhang.pk], target) == {}
    life.transfer(actor=scene.captain, member_id=scene.zhang.pk, unit_id=target, reason="住址变动")
    held = Holding.objects.filter(member=scene.zhang, quantity__gt=0)
    assert set(held.values_list("unit", "store", "quantity")) == {
        (target, scene.store.pk, 2),
        (target, scene.store.pk, 1),
    }
    carried = Voucher.objects.get(act=Act.CARRY)
    assert (carried.unit_id, carried.reason) == (target, "住址变动")
    with pytest.raises(Refusal) as refused:
        reverse(actor=SYSTEM, voucher_id=carried.pk, reason="x", token=stage.token())
    assert refused.value.code == "equipment.carried"


def test_out_of_reach_things_keep_the_member_or_are_handed_over(scene: stage.Scene) -> None:
    target = scene.cast.units["sg21"].pk
    actor = scene.cast.actor("captain_sg")
    with pytest.raises(Refusal, match="R-001") as refused:
        life.transfer(actor=actor, member_id=scene.zhang.pk, unit_id=target, reason="住址变动")
    assert refused.value.code == "member.obstacles"
    with pytest.raises(Refusal) as refused:
        life.transfer(actor=actor, member_id=scene.zhang.pk, unit_id=target, reason="住址变动", carry=True)
    assert refused.value.code == "equipment.no_store"
    room = stage.store(scene.cast, "sg2", "二大队装备室")
    life.transfer(actor=actor, member_id=scene.zhang.pk, unit_id=target, reason="住址变动", carry=True)
    held = Holding.objects.filter(member=scene.zhang, quantity__gt=0)
    assert set(held.values_list("unit", "store")) == {(target, room.pk)}
    assert Voucher.objects.filter(act=Act.CARRY).count() == 2


def test_who_holds_nothing_of_that_store_hands_nothing_over(scene: stage.Scene) -> None:
    give_back(scene)
    stage.store(scene.cast, "sg2", "二大队装备室")
    target = scene.cast.units["sg21"].pk
    life.transfer(
        actor=scene.cast.actor("captain_sg"), member_id=scene.zhang.pk, unit_id=target, reason="住址变动", carry=True
    )
    assert not Voucher.objects.filter(act=Act.CARRY).exists(), "no voucher without movements"


def test_handing_over_needs_the_right_in_the_store_that_gives(scene: stage.Scene) -> None:
    stage.store(scene.cast, "sg2")
    with pytest.raises(Refusal, match="装备室") as refused:
        carry_members(
            actor=scene.cast.actor("captain_sg11"),
            member_ids=[scene.zhang.pk],
            unit_id=scene.cast.units["sg21"].pk,
            reason="x",
        )
    assert refused.value.code == "equipment.giver"


def test_a_merger_of_units_carries_stores_and_holdings(scene: stage.Scene) -> None:
    own = stage.store(scene.cast, "sg11", "柜")
    stage.store(scene.cast, "sg12", "柜")
    stage.fill(own, Line(scene.vest.pk, 4))
    source, target = scene.cast.units["sg11"].pk, scene.cast.units["sg12"].pk
    merge_units(actor=scene.cast.actor("liaison_sg"), source_id=source, target_id=target, reason="合并")
    own.refresh_from_db()
    assert (own.unit_id, own.name != "柜", own.name.startswith("柜")) == (target, True, True)
    assert not Holding.objects.filter(unit=source, quantity__gt=0).exists()
    assert stage.in_store(own, scene.vest) == 4
    assert Holding.objects.get(member=scene.zhang, kind=scene.vest, quantity__gt=0).unit_id == target


def test_a_unit_with_things_on_their_way_is_not_merged(scene: stage.Scene) -> None:
    own = stage.store(scene.cast, "sg11", "柜")
    stage.fill(own, Line(scene.vest.pk, 4))
    voucher = send(
        actor=scene.captain,
        from_store_id=own.pk,
        to_store_id=scene.store.pk,
        lines=[Line(scene.vest.pk, 4)],
        token=stage.token(),
    )
    merge: dict[str, Any] = {
        "source_id": scene.cast.units["sg11"].pk,
        "target_id": scene.cast.units["sg12"].pk,
        "reason": "合并",
    }
    with pytest.raises(Refusal, match="装备室") as refused:
        merge_units(actor=scene.cast.actor("liaison_sg"), **merge)
    assert refused.value.code == "equipment.on_the_way"
    (line,) = voucher.movements.all()
    receive(actor=scene.captain, voucher_id=voucher.pk, arrived={line.pk: (4, 0)}, token=stage.token())
    merge_units(actor=scene.cast.actor("liaison_sg"), **merge)


def test_a_split_takes_only_members_whose_things_stay_supplied(scene: stage.Scene) -> None:
    own = stage.store(scene.cast, "sg11", "柜")
    stage.fill(own, Line(scene.vest.pk, 4))
    stage.give(own, scene.li, Line(scene.vest.pk))
    split: dict[str, Any] = {
        "actor": scene.cast.actor("liaison_sg"),
        "unit_id": scene.cast.units["sg11"].pk,
        "name": "三中队",
        "short_name": "三中队",
        "code": "sg13",
    }
    with pytest.raises(Refusal, match="李娜") as refused:
        split_unit(**split, member_ids=[scene.li.pk, scene.zhang.pk])
    assert refused.value.code == "unit.equipment"
    done = split_unit(**split, member_ids=[scene.zhang.pk])
    assert set(Holding.objects.filter(member=scene.zhang, quantity__gt=0).values_list("unit", flat=True)) == {
        done.unit.pk
    }


def test_a_unit_whose_store_holds_something_is_not_closed(scene: stage.Scene) -> None:
    Member.objects.filter(pk=scene.li.pk).update(unit=scene.cast.units["sg2"])
    room = stage.store(scene.cast, "sg21")
    stage.fill(room, Line(scene.vest.pk, 4))
    with pytest.raises(Refusal, match="4") as refused:
        close_unit(actor=scene.cast.actor("liaison_sg"), unit_id=scene.cast.units["sg21"].pk, reason="撤销")
    assert refused.value.code == "unit.in_use"


def test_two_records_of_one_person_hold_together(scene: stage.Scene) -> None:
    scene.vest.most_per_member = 3
    scene.vest.save()
    stage.give(scene.store, scene.li, Line(scene.vest.pk))
    hand_over(actor=SYSTEM, from_member_id=scene.zhang.pk, to_member_id=scene.li.pk, reason="同一人")
    assert (stage.in_hands(scene.zhang, scene.vest), stage.in_hands(scene.li, scene.vest)) == (0, 3)
    assert stage.in_hands(scene.li, scene.radio) == 1
    assert Confirmation.objects.filter(member=scene.li, confirmed_at=None).count() == 2
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    with pytest.raises(Refusal, match="李娜") as refused:
        hand_over(actor=SYSTEM, from_member_id=scene.zhang.pk, to_member_id=scene.li.pk)
    assert refused.value.code == "equipment.most_per_member"


def test_broken_things_of_a_merged_unit_lie_in_its_store(scene: stage.Scene) -> None:
    own = stage.store(scene.cast, "sg11", "柜")
    stage.fill(own, Line(scene.vest.pk, 4))
    stage.give(own, scene.li, Line(scene.vest.pk, 2))
    held = stage.holding(scene.li, scene.vest)
    take_back(actor=scene.captain, store_id=own.pk, holdings={held.pk: (0, 2)}, token=stage.token())
    target = scene.cast.units["sg12"].pk
    merge_units(
        actor=scene.cast.actor("liaison_sg"),
        source_id=scene.cast.units["sg11"].pk,
        target_id=target,
        reason="合并",
    )
    assert stage.in_store(Store.objects.get(pk=own.pk), scene.vest, Place.DAMAGED) == 2
    assert Holding.objects.get(store=own, place=Place.DAMAGED, quantity__gt=0).unit_id == target
