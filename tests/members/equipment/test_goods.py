"""Goods received by quantity and by number, disposal, repair, stock-taking with its differences."""

import pytest

from corps.errors import Refusal
from members.logic.ledger import Act, Line, Place
from members.models import Article, EquipmentKind, Holding, Movement, Voucher
from members.operations.equipment.goods import count_stock, dispose, receive_goods
from members.operations.equipment.repairs import back_from_repair, send_to_repair
from members.operations.equipment.returning import report_damage
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    return stage.build(cast)


def lying(scene: stage.Scene, place: Place = Place.STORE) -> Holding:
    return Holding.objects.get(store=scene.store, kind=scene.vest, place=place, quantity__gt=0)


def test_goods_come_in_by_quantity_and_by_number(scene: stage.Scene) -> None:
    token = stage.token()
    for _press in range(2):
        voucher = receive_goods(
            actor=scene.captain,
            store_id=scene.store.pk,
            lines=[Line(scene.vest.pk, 5)],
            numbers={scene.radio.pk: "R-002..R-004、R-009"},
            token=token,
            reason="区分局配发",
        )
    assert voucher.act == Act.RECEIPT
    assert stage.in_store(scene.store, scene.vest) == 25
    assert stage.in_store(scene.store, scene.radio) == 5
    assert Article.objects.count() == 5


@pytest.mark.parametrize(
    ("typed", "code"), [("R-001", "equipment.number_taken"), ("9–1", "equipment.numbers"), (" ", "equipment.numbers")]
)
def test_numbers_that_are_taken_or_none_are_refused(scene: stage.Scene, typed: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        receive_goods(
            actor=scene.captain, store_id=scene.store.pk, numbers={scene.radio.pk: typed}, token=stage.token()
        )
    assert refused.value.code == code
    assert refused.value.remedy
    assert Article.objects.count() == 1


def test_a_thing_that_left_the_books_comes_back_under_its_number(scene: stage.Scene) -> None:
    radio = Holding.objects.get(article=scene.radio_1)
    dispose(actor=scene.captain, store_id=scene.store.pk, holdings={radio.pk: 1}, reason="报废", token=stage.token())
    receive_goods(actor=scene.captain, store_id=scene.store.pk, numbers={scene.radio.pk: "R-001"}, token=stage.token())
    assert Article.objects.count() == 1
    assert stage.in_store(scene.store, scene.radio) == 1


def test_who_holds_a_number_is_told_only_to_who_sees_that_member(scene: stage.Scene) -> None:
    stranger = person(scene.cast.units["zx11"].pk, "欧阳陌生")
    far = stage.store(scene.cast, "zx1")
    radio = stage.article(scene.radio, "Z-7")
    line = Line(scene.radio.pk, article_id=radio.pk)
    stage.fill(far, line)
    stage.give(far, stranger, line)
    told = {}
    for account in ("captain_sg1", "liaison_hy"):
        with pytest.raises(Refusal) as refused:
            receive_goods(
                actor=scene.cast.actor(account),
                store_id=scene.store.pk,
                numbers={scene.radio.pk: "Z-7"},
                token=stage.token(),
            )
        assert refused.value.code == "equipment.number_taken"
        told[account] = str(refused.value.message)
    assert "欧阳陌生" not in told["captain_sg1"]
    assert str(scene.cast.units["zx11"]) in told["captain_sg1"]
    assert "欧阳陌生" in told["liaison_hy"]


def test_a_number_belongs_to_one_kind(scene: stage.Scene) -> None:
    drone = stage.radio_kind(scene.cast, "无人机")
    radio = Holding.objects.get(article=scene.radio_1)
    dispose(actor=scene.captain, store_id=scene.store.pk, holdings={radio.pk: 1}, reason="报废", token=stage.token())
    with pytest.raises(Refusal) as refused:
        receive_goods(actor=scene.captain, store_id=scene.store.pk, numbers={drone.pk: "R-001"}, token=stage.token())
    assert refused.value.code == "equipment.number_taken"


def test_a_kind_out_of_use_or_without_numbers_is_refused(scene: stage.Scene) -> None:
    EquipmentKind.objects.filter(pk=scene.vest.pk).update(active=False)
    with pytest.raises(Refusal) as refused:
        receive_goods(actor=scene.captain, store_id=scene.store.pk, lines=[Line(scene.vest.pk, 5)], token=stage.token())
    assert refused.value.code == "equipment.kind_retired"
    with pytest.raises(Refusal) as refused:
        receive_goods(actor=scene.captain, store_id=scene.store.pk, numbers={scene.vest.pk: "1"}, token=stage.token())
    assert refused.value.code == "equipment.wrong_kind"


def test_damaged_things_are_mended_or_thrown_away(scene: stage.Scene) -> None:
    report_damage(actor=scene.captain, holding_id=lying(scene).pk, quantity=5, reason="受潮", token=stage.token())
    damaged = lying(scene, Place.DAMAGED)
    send_to_repair(actor=scene.captain, store_id=scene.store.pk, holdings={damaged.pk: 4}, token=stage.token())
    repair = lying(scene, Place.REPAIR)
    back_from_repair(actor=scene.captain, store_id=scene.store.pk, holdings={repair.pk: (3, 1)}, token=stage.token())
    assert stage.in_store(scene.store, scene.vest) == 18
    dispose(actor=scene.captain, store_id=scene.store.pk, holdings={damaged.pk: 2}, reason="报废", token=stage.token())
    assert stage.in_store(scene.store, scene.vest, Place.DAMAGED) == 0
    with pytest.raises(Refusal) as refused:
        send_to_repair(actor=scene.captain, store_id=scene.store.pk, holdings={damaged.pk: 1}, token=stage.token())
    assert refused.value.code == "equipment.not_enough"
    with pytest.raises(Refusal) as refused:
        back_from_repair(
            actor=scene.captain, store_id=scene.store.pk, holdings={lying(scene).pk: (1, 0)}, token=stage.token()
        )
    assert refused.value.code == "equipment.wrong_place"
    other = stage.store(scene.cast, "sg1", "二号库")
    with pytest.raises(Refusal) as refused:
        dispose(
            actor=scene.captain, store_id=other.pk, holdings={lying(scene).pk: 1}, reason="报废", token=stage.token()
        )
    assert refused.value.code == "equipment.other_store"


def test_a_count_moves_the_books_to_what_was_found(scene: stage.Scene) -> None:
    missing_kind = stage.kind(scene.cast, "哨子")
    found = stage.article(scene.radio, "R-007")
    voucher = count_stock(
        actor=scene.captain,
        store_id=scene.store.pk,
        counted={(scene.vest.pk, ""): 18, (missing_kind.pk, ""): 3},
        seen={scene.radio.pk: [found.pk]},
        reason="年终盘点，两件去向不明",
        token=stage.token(),
    )
    assert stage.in_store(scene.store, scene.vest) == 18
    assert stage.in_store(scene.store, missing_kind) == 3
    assert Holding.objects.get(kind=scene.radio, quantity=1).article == found
    assert Movement.objects.filter(voucher=voucher).count() == 4


def test_a_count_without_difference_is_noted_without_a_reason(scene: stage.Scene) -> None:
    voucher = count_stock(
        actor=scene.captain,
        store_id=scene.store.pk,
        counted={(scene.vest.pk, ""): 20},
        seen={scene.radio.pk: [scene.radio_1.pk]},
        token=stage.token(),
    )
    assert voucher.reason
    assert not Movement.objects.filter(voucher=voucher).exists()


def test_wrong_counts_are_refused(scene: stage.Scene) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"counted": {(scene.vest.pk, ""): 19}}, "reason.missing"),
        ({"counted": {(scene.vest.pk, ""): -1}, "reason": "x"}, "equipment.wrong_quantity"),
        ({"counted": {}, "reason": "x"}, "equipment.nothing"),
        ({"counted": {(scene.vest.pk, ""): 19}, "reason": "x", "on": stage.days_ago(31)}, "equipment.backdated"),
    ]
    for values, code in cases:
        with pytest.raises(Refusal) as refused:
            count_stock(actor=scene.captain, store_id=scene.store.pk, token=stage.token(), **values)  # type: ignore[arg-type]
        assert refused.value.code == code
    stage.give(scene.store, scene.li, Line(scene.radio.pk, article_id=scene.radio_1.pk))
    with pytest.raises(Refusal, match="李娜") as refused:
        count_stock(
            actor=scene.captain,
            store_id=scene.store.pk,
            seen={scene.radio.pk: [scene.radio_1.pk]},
            reason="x",
            token=stage.token(),
        )
    assert refused.value.code == "equipment.article_elsewhere"
    assert Voucher.objects.filter(act=Act.COUNT).count() == 0
