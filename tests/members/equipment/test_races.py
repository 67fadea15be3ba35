"""Stock-taking, reversals, transfers and stores that close, all at the same moment as something else."""

from collections.abc import Callable
from functools import partial

import pytest

from corps.actors import SYSTEM
from members.logic.ledger import Line
from members.models import Article, Holding, Movement, Store, Voucher
from members.operations.equipment.goods import count_stock, receive_goods
from members.operations.equipment.kinds import edit_kind, edit_store
from members.operations.equipment.returning import report_loss, take_back
from members.operations.equipment.reversing import reverse
from members.operations.equipment.transfers import receive, send
from members.queries.equipment.recount import ledger_faults
from tests.cast import assemble
from tests.members.equipment import stage
from tests.together import at_once, count_ways

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 6


@pytest.fixture
def scene() -> stage.Scene:
    return stage.build(assemble())


def test_who_counts_what_the_books_never_had_enters_it_once(scene: stage.Scene) -> None:
    for number in range(3):
        light = stage.kind(scene.cast, f"肩灯{number}")
        count = partial(
            count_stock, actor=SYSTEM, store_id=scene.store.pk, counted={(light.pk, ""): 5}, reason="年度盘点"
        )
        assert count_ways(at_once(*[partial(count, token=stage.token()) for _press in range(CROWD)])) == {"done": CROWD}
        assert stage.in_store(scene.store, light) == 5
    assert ledger_faults() == []


def test_a_count_beside_an_issue_leaves_what_was_counted_or_what_was_then_issued(scene: stage.Scene) -> None:
    count = partial(
        count_stock, actor=SYSTEM, store_id=scene.store.pk, counted={(scene.vest.pk, ""): 15}, reason="月度盘点"
    )
    works: list[Callable[[], object]] = [
        partial(count, token=stage.token()),
        partial(stage.give, scene.store, scene.zhang, Line(scene.vest.pk, 3)),
        partial(count, token=stage.token()),
        partial(stage.give, scene.store, scene.li, Line(scene.vest.pk, 3)),
    ]
    assert count_ways(at_once(*works)) == {"done": 4}
    assert stage.in_store(scene.store, scene.vest) in {15, 12, 9}
    assert ledger_faults() == []


def test_nothing_comes_into_a_store_that_goes_out_of_use(scene: stage.Scene) -> None:
    for number in range(4):
        room = stage.store(scene.cast, "sg1", f"临时点{number}")
        works: list[Callable[[], object]] = [
            partial(edit_store, actor=SYSTEM, store_id=room.pk, active=False),
            partial(
                receive_goods,
                actor=SYSTEM,
                store_id=room.pk,
                lines=[Line(scene.vest.pk, 5)],
                token=stage.token(),
            ),
            partial(
                send,
                actor=SYSTEM,
                from_store_id=scene.store.pk,
                to_store_id=room.pk,
                lines=[Line(scene.vest.pk, 1)],
                token=stage.token(),
            ),
        ]
        ended = count_ways(at_once(*works))
        assert set(ended) <= {"done", "equipment.store_closed", "equipment.store_holds"}
        in_use = Store.objects.get(pk=room.pk).active
        assert in_use == Holding.objects.filter(store=room, quantity__gt=0).exists()


def test_nothing_comes_in_of_a_kind_or_size_that_goes(scene: stage.Scene) -> None:
    for number in range(4):
        shirt = stage.kind(scene.cast, f"作训服{number}", sizes=["M", "L"])
        change = partial(edit_kind, actor=SYSTEM, kind_id=shirt.pk)
        works: list[Callable[[], object]] = [
            partial(change, **({"active": False} if number % 2 else {"sizes": ["M"]})),
            partial(
                receive_goods,
                actor=SYSTEM,
                store_id=scene.store.pk,
                lines=[Line(shirt.pk, 5, "L")],
                token=stage.token(),
            ),
        ]
        ended = count_ways(at_once(*works))
        codes = {"equipment.kind_held", "equipment.size_held", "equipment.kind_retired", "equipment.wrong_size"}
        assert ended["done"] == 1
        assert set(ended) <= {"done", *codes}
        shirt.refresh_from_db()
        offered = shirt.active and "L" in shirt.sizes
        assert offered == Holding.objects.filter(kind=shirt, quantity__gt=0).exists()


def test_a_reversal_and_a_further_movement_are_decided_one_after_the_other(scene: stage.Scene) -> None:
    for _round in range(4):
        voucher = stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2))
        held = stage.holding(scene.zhang, scene.vest)
        back = partial(take_back, actor=SYSTEM, store_id=scene.store.pk, holdings={held.pk: (2, 0)})
        undo = partial(reverse, actor=SYSTEM, voucher_id=voucher.pk, reason="发错了")
        works: list[Callable[[], object]] = [
            partial(undo, token=stage.token()),
            partial(back, token=stage.token()),
            partial(undo, token=stage.token()),
            partial(back, token=stage.token()),
        ]
        ended = count_ways(at_once(*works))
        assert ended["done"] == 1
        assert set(ended) <= {"done", "equipment.moved_on", "equipment.reversed", "equipment.not_enough"}
        assert stage.in_hands(scene.zhang, scene.vest) == 0
        assert stage.in_store(scene.store, scene.vest) == 20
    assert ledger_faults() == []


def test_a_loss_and_the_reversal_of_its_issue_do_not_both_take_the_radio(scene: stage.Scene) -> None:
    for _round in range(3):
        radio = Line(scene.radio.pk, article_id=scene.radio_1.pk)
        voucher = stage.give(scene.store, scene.zhang, radio)
        held = stage.holding(scene.zhang, scene.radio)
        lose = partial(report_loss, actor=SYSTEM, holding_id=held.pk, quantity=1, reason="巡逻时丢失")
        ended = count_ways(
            at_once(
                *[
                    partial(lose, token=stage.token()),
                    partial(reverse, actor=SYSTEM, voucher_id=voucher.pk, reason="发错了", token=stage.token()),
                ]
            )
        )
        assert ended["done"] == 1
        assert set(ended) <= {"done", "equipment.moved_on", "equipment.article_elsewhere", "equipment.not_enough"}
        if not Holding.objects.filter(article=scene.radio_1, quantity__gt=0).exists():
            lost = Voucher.objects.latest("pk")
            reverse(actor=SYSTEM, voucher_id=lost.pk, reason="找到了", token=stage.token())
            held.refresh_from_db()
            take_back(actor=SYSTEM, store_id=scene.store.pk, holdings={held.pk: (1, 0)}, token=stage.token())
    assert ledger_faults() == []


def test_the_rest_is_received_while_the_first_part_is_reversed(scene: stage.Scene) -> None:
    """Each takes places of both stores, the one from the way, the other onto it: they must not wait in a ring."""
    below = stage.store(scene.cast, "sg11")
    light = stage.kind(scene.cast, "肩灯")
    stage.fill(scene.store, Line(light.pk, 20))
    for _round in range(4):
        sent = send(
            actor=SYSTEM,
            from_store_id=scene.store.pk,
            to_store_id=below.pk,
            lines=[Line(scene.vest.pk, 2), Line(light.pk, 2)],
            token=stage.token(),
        )
        vests, lights = Movement.objects.filter(voucher=sent).order_by("kind_id").values_list("pk", flat=True)
        arrive = partial(receive, actor=SYSTEM, voucher_id=sent.pk)
        first = arrive(arrived={vests: (2, 0)}, token=stage.token())
        works: list[Callable[[], object]] = [
            partial(arrive, arrived={lights: (2, 0)}, token=stage.token()),
            partial(reverse, actor=SYSTEM, voucher_id=first.pk, reason="数错了", token=stage.token()),
            partial(arrive, arrived={lights: (1, 1)}, token=stage.token(), reason="坏了一盏"),
        ]
        ended = count_ways(at_once(*works))
        assert ended["done"] == 2
        assert set(ended) == {"done", "equipment.received"}
        assert ledger_faults() == []
    assert stage.in_store(below, scene.vest) == 0


def test_the_same_numbers_in_another_order_are_one_row_of_things(scene: stage.Scene) -> None:
    numbers = [f"R-{number:03d}" for number in range(100, 160)]
    works = [
        partial(
            receive_goods,
            actor=SYSTEM,
            store_id=scene.store.pk,
            numbers={scene.radio.pk: numbers if press % 2 else numbers[::-1]},
            token=stage.token(),
        )
        for press in range(4)
    ]
    ended = count_ways(at_once(*works))
    assert ended == {"done": 1, "equipment.number_taken": 3}
    assert Article.objects.count() == 61
