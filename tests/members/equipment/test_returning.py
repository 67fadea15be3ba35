"""What comes out of hands: returned good or broken, lost, replaced; with every refusal."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.errors import Refusal
from members.logic.ledger import Line, Place
from members.models import Confirmation, Holding, Movement
from members.operations.equipment.issuing import issue_to_unit
from members.operations.equipment.returning import replace, report_damage, report_loss, take_back
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 3), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    return scene


def test_good_things_lie_in_the_store_again_and_broken_ones_apart(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    token = stage.token()
    for _press in range(2):
        take_back(actor=scene.captain, store_id=scene.store.pk, holdings={held.pk: (1, 1)}, token=token)
    assert stage.in_store(scene.store, scene.vest) == 18
    assert stage.in_store(scene.store, scene.vest, Place.DAMAGED) == 1
    assert stage.in_hands(scene.zhang, scene.vest) == 1


def test_more_than_somebody_has_does_not_come_back(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    for good, broken in ((4, 0), (3, 1), (-1, 2), (0, 0)):
        with pytest.raises(Refusal, match="张伟") as refused:
            take_back(
                actor=scene.captain,
                store_id=scene.store.pk,
                holdings={held.pk: (good, broken)},
                token=stage.token(),
            )
        assert (refused.value.code, refused.value.params["left"]) == ("equipment.not_enough", 3)
    with pytest.raises(Refusal) as refused:
        take_back(actor=scene.captain, store_id=scene.store.pk, holdings={}, token=stage.token())
    assert refused.value.code == "equipment.nothing"
    with pytest.raises(Refusal) as refused:
        take_back(actor=scene.captain, store_id=scene.store.pk, holdings={0: (1, 0)}, token=stage.token())
    assert refused.value.code == "equipment.line_unknown"


def test_what_lies_in_a_store_is_in_nobodys_hands(scene: stage.Scene) -> None:
    lying = Holding.objects.get(store=scene.store, place=Place.STORE, kind=scene.vest)
    with pytest.raises(Refusal) as refused:
        take_back(actor=scene.captain, store_id=scene.store.pk, holdings={lying.pk: (1, 0)}, token=stage.token())
    assert refused.value.code == "equipment.wrong_place"


def test_things_come_back_to_a_store_above_or_below_the_holder_only(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    near, far = stage.store(scene.cast, "sg11"), stage.store(scene.cast, "zx")
    take_back(actor=scene.cast.actor("captain_sg11"), store_id=near.pk, holdings={held.pk: (1, 0)}, token=stage.token())
    assert stage.in_store(near, scene.vest) == 1
    with pytest.raises(Refusal) as refused:
        take_back(
            actor=scene.cast.actor("captain_zx"), store_id=far.pk, holdings={held.pk: (1, 0)}, token=stage.token()
        )
    assert refused.value.code == "equipment.out_of_reach"


def test_a_unit_gives_back_what_it_used(scene: stage.Scene) -> None:
    issue_to_unit(
        actor=scene.captain,
        store_id=scene.store.pk,
        unit_id=scene.cast.units["sg12"].pk,
        lines=[Line(scene.vest.pk, 2)],
        token=stage.token(),
    )
    used = Holding.objects.get(place=Place.USE, kind=scene.vest)
    take_back(actor=scene.captain, store_id=scene.store.pk, holdings={used.pk: (2, 0)}, token=stage.token())
    assert stage.in_store(scene.store, scene.vest) == 17


def test_damage_and_loss_need_a_reason_and_the_right_where_things_count(scene: stage.Scene) -> None:
    held = stage.holding(scene.zhang, scene.vest)
    below = scene.cast.actor("captain_sg11")
    with pytest.raises(Refusal) as refused:
        report_loss(actor=below, holding_id=held.pk, quantity=1, reason=" ", token=stage.token())
    assert refused.value.code == "reason.missing"
    lost = report_loss(actor=below, holding_id=held.pk, quantity=1, reason="巡逻时遗失", token=stage.token())
    assert lost.unit_id == scene.zhang.unit_id
    report_damage(actor=scene.captain, holding_id=held.pk, quantity=1, reason="拉链坏", token=stage.token())
    assert stage.in_hands(scene.zhang, scene.vest) == 1
    assert stage.in_store(scene.store, scene.vest, Place.DAMAGED) == 1
    with pytest.raises(PermissionDenied):
        report_loss(
            actor=scene.cast.actor("commissar_sg"), holding_id=held.pk, quantity=1, reason="x", token=stage.token()
        )
    with pytest.raises(Http404):
        report_loss(
            actor=scene.cast.actor("captain_zx"), holding_id=held.pk, quantity=1, reason="x", token=stage.token()
        )
    damaged = Holding.objects.get(place=Place.DAMAGED)
    with pytest.raises(Refusal) as refused:
        report_damage(actor=scene.captain, holding_id=damaged.pk, quantity=1, reason="x", token=stage.token())
    assert refused.value.code == "equipment.wrong_place"


def test_a_replacement_is_one_voucher_with_both_ways(scene: stage.Scene) -> None:
    old = stage.holding(scene.zhang, scene.radio)
    other = stage.article(scene.radio, "R-002")
    with pytest.raises(Refusal) as refused:
        replace(
            actor=scene.captain, holding_id=old.pk, article_id=other.pk, lost=True, reason="丢失", token=stage.token()
        )
    assert refused.value.code == "equipment.article_elsewhere"
    stage.fill(scene.store, Line(scene.radio.pk, article_id=other.pk))
    voucher = replace(
        actor=scene.captain, holding_id=old.pk, article_id=other.pk, lost=True, reason="丢失", token=stage.token()
    )
    assert Movement.objects.filter(voucher=voucher).count() == 2
    assert stage.holding(scene.zhang, scene.radio).article == other
    assert not Holding.objects.filter(article=scene.radio_1, quantity__gt=0).exists()
    assert Confirmation.objects.filter(voucher=voucher, member=scene.zhang).exists()
    vest = stage.holding(scene.zhang, scene.vest)
    replace(actor=scene.captain, holding_id=vest.pk, reason="破损", token=stage.token())
    assert stage.in_hands(scene.zhang, scene.vest) == 3
    assert stage.in_store(scene.store, scene.vest, Place.DAMAGED) == 1


def test_only_what_a_member_holds_is_replaced(scene: stage.Scene) -> None:
    lying = Holding.objects.get(store=scene.store, place=Place.STORE, kind=scene.vest)
    with pytest.raises(Refusal) as refused:
        replace(actor=scene.captain, holding_id=lying.pk, reason="破损", token=stage.token())
    assert refused.value.code == "equipment.wrong_place"


def test_a_holding_elsewhere_is_not_seen(scene: stage.Scene) -> None:
    room = stage.store(scene.cast, "zx")
    stage.fill(room, Line(scene.vest.pk, 1))
    far = person(scene.cast.units["zx11"].pk, "王芳")
    stage.give(room, far, Line(scene.vest.pk))
    with pytest.raises(Http404):
        replace(actor=scene.captain, holding_id=stage.holding(far, scene.vest).pk, reason="破损", token=stage.token())
