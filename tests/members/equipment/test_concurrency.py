"""Two press at once: threads with their own connections, all from the same moment."""

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.apps import apps

from corps.actors import SYSTEM
from members.enums import MemberStatus
from members.logic.ledger import Act, Line
from members.models import Confirmation, Holding, Member, Movement, Voucher
from members.operations import life
from members.operations.equipment.confirming import confirm_by_sheet, confirm_own
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue, issue_kit
from members.operations.equipment.returning import take_back
from members.operations.equipment.reversing import reverse
from members.operations.equipment.transfers import receive, send
from members.queries.equipment.recount import ledger_faults
from tests.cast import assemble
from tests.members.equipment import stage
from tests.members.roster import person
from tests.together import at_once, count_ways

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 6


@pytest.fixture
def scene() -> stage.Scene:
    return stage.build(assemble())


def give(
    scene: stage.Scene, member: Member, *lines: Line, token: uuid.UUID | None = None, extra_reason: str = ""
) -> Voucher:
    return issue(
        actor=SYSTEM,
        store_id=scene.store.pk,
        member_lines={member.pk: lines},
        token=token or stage.token(),
        extra_reason=extra_reason,
    )


def test_the_last_radio_goes_to_one(scene: stage.Scene) -> None:
    people = [person(scene.cast.units["sg11"].pk, f"队员{number}") for number in range(CROWD)]
    radio = Line(scene.radio.pk, article_id=scene.radio_1.pk)
    ended = count_ways(at_once(*[partial(give, scene, one, radio) for one in people]))
    assert ended == {"done": 1, "equipment.article_elsewhere": CROWD - 1}
    assert Holding.objects.filter(article=scene.radio_1, quantity__gt=0).count() == 1
    assert Voucher.objects.filter(act=Act.ISSUE).count() == 1


def test_the_last_vests_do_not_run_below_zero(scene: stage.Scene) -> None:
    people = [person(scene.cast.units["sg11"].pk, f"队员{number}") for number in range(CROWD)]
    ended = count_ways(at_once(*[partial(give, scene, one, Line(scene.vest.pk, 6)) for one in people]))
    assert ended == {"done": 3, "equipment.not_enough": CROWD - 3}
    assert stage.in_store(scene.store, scene.vest) == 2


def test_a_double_issue_is_refused_to_all_but_one(scene: stage.Scene) -> None:
    stage.entitle(scene.vest)
    ended = count_ways(at_once(*[partial(give, scene, scene.zhang, Line(scene.vest.pk)) for _press in range(CROWD)]))
    assert ended == {"done": 1, "equipment.double": CROWD - 1}


def test_what_one_member_may_hold_is_kept_by_the_database_also_with_a_reason(scene: stage.Scene) -> None:
    scene.vest.most_per_member = 2
    scene.vest.save()
    extra = partial(give, scene, scene.zhang, Line(scene.vest.pk), extra_reason="夜间另配一件")
    ended = count_ways(at_once(*[partial(extra) for _press in range(CROWD)]))
    assert ended == {"done": 2, "equipment.most_per_member": CROWD - 2}


def test_the_same_form_sent_at_once_is_one_voucher(scene: stage.Scene) -> None:
    token = stage.token()
    ended = count_ways(
        at_once(*[partial(give, scene, scene.zhang, Line(scene.vest.pk), token=token) for _press in range(CROWD)])
    )
    assert ended == {"done": CROWD}
    assert Voucher.objects.filter(act=Act.ISSUE).count() == 1
    assert stage.in_hands(scene.zhang, scene.vest) == 1


def test_a_kit_and_single_issues_at_once_give_nobody_twice(scene: stage.Scene) -> None:
    stage.entitle(scene.vest)
    people = [person(scene.cast.units["sg11"].pk, f"队员{number}") for number in range(CROWD)]
    ids = [one.pk for one in people]
    kit = partial(issue_kit, actor=SYSTEM, store_id=scene.store.pk)
    works: list[Callable[[], object]] = [
        partial(kit, member_ids=ids, token=stage.token()),
        partial(kit, member_ids=ids[::-1], token=stage.token()),
        *(partial(give, scene, one, Line(scene.vest.pk)) for one in people[::-1]),
    ]
    ended = count_ways(at_once(*works))
    assert set(ended) <= {"done", "equipment.double", "equipment.nothing_missing"}
    assert {stage.in_hands(one, scene.vest) for one in people} == {1}
    assert ledger_faults() == []


def test_two_taps_and_a_signed_sheet_confirm_once(scene: stage.Scene) -> None:
    scene.zhang.account = scene.cast.accounts["member_sg11"]
    scene.zhang.save()
    voucher = give(scene, scene.zhang, Line(scene.vest.pk))
    asked = Confirmation.objects.get()
    works: list[Callable[[], object]] = [
        partial(confirm_own, actor=scene.cast.actor("member_sg11"), confirmation_id=asked.pk) for _tap in range(3)
    ]
    works.append(partial(confirm_by_sheet, actor=scene.captain, voucher_id=voucher.pk, member_ids=[scene.zhang.pk]))
    assert count_ways(at_once(*works)) == {"done": 4}
    # One change of the row, however many pressed.
    events = apps.get_model("members", "ConfirmationEvent").objects
    assert events.filter(pgh_obj_id=asked.pk, confirmed_at__isnull=False).count() == 1


def test_who_leaves_is_not_given_anything_meanwhile(scene: stage.Scene) -> None:
    leave = partial(
        life.change_status, actor=SYSTEM, member_id=scene.zhang.pk, status=MemberStatus.LEFT, reason="迁往外地"
    )
    for _round in range(4):
        ended = count_ways(at_once(leave, partial(give, scene, scene.zhang, Line(scene.vest.pk))))
        assert ended in ({"done": 1, "equipment.not_on_duty": 1}, {"done": 1, "member.obstacles": 1})
        assert ledger_faults() == []
        if held := Holding.objects.filter(member=scene.zhang, quantity__gt=0).first():
            take_back(
                actor=SYSTEM, store_id=scene.store.pk, holdings={held.pk: (held.quantity, 0)}, token=stage.token()
            )
        if Member.objects.get(pk=scene.zhang.pk).status == MemberStatus.LEFT:
            life.change_status(actor=SYSTEM, member_id=scene.zhang.pk, status=MemberStatus.ACTIVE, reason="", on=None)


def test_leaving_while_being_transferred(scene: stage.Scene) -> None:
    give(scene, scene.zhang, Line(scene.vest.pk, 2))
    held = stage.holding(scene.zhang, scene.vest)
    works: list[Callable[[], object]] = [
        partial(
            life.transfer,
            actor=SYSTEM,
            member_id=scene.zhang.pk,
            unit_id=scene.cast.units["sg12"].pk,
            reason="住址变动",
        ),
        partial(
            life.change_status, actor=SYSTEM, member_id=scene.zhang.pk, status=MemberStatus.LEFT, reason="迁往外地"
        ),
        partial(take_back, actor=SYSTEM, store_id=scene.store.pk, holdings={held.pk: (2, 0)}, token=stage.token()),
        partial(give, scene, scene.zhang, Line(scene.vest.pk)),
    ]
    ended = count_ways(at_once(*works))
    assert set(ended) <= {
        "done",
        "member.obstacles",
        "equipment.not_enough",
        "equipment.not_on_duty",
        "member.nowhere",
    }
    assert ledger_faults() == []
    member = Member.objects.get(pk=scene.zhang.pk)
    assert member.status != MemberStatus.LEFT or stage.in_hands(member, scene.vest) == 0


def test_issue_against_return_never_ends_in_a_failure(scene: stage.Scene) -> None:
    """Two lists name the same people and things in opposite order: without one order they would wait in a ring."""
    people = [person(scene.cast.units["sg11"].pk, f"队员{number}") for number in range(4)]
    light = stage.kind(scene.cast, "肩灯")
    stage.fill(scene.store, Line(light.pk, 20))
    for one in people:
        give(scene, one, Line(scene.vest.pk), Line(light.pk))
    rows = Holding.objects.filter(member__in=people, quantity__gt=0).order_by("-pk")
    back = {held.pk: (1, 0) for held in rows}
    lines = {one.pk: [Line(light.pk), Line(scene.vest.pk)] for one in reversed(people)}
    for _round in range(3):
        works: list[Callable[[], object]] = [
            partial(take_back, actor=SYSTEM, store_id=scene.store.pk, holdings=back, token=stage.token()),
            partial(issue, actor=SYSTEM, store_id=scene.store.pk, member_lines=lines, token=stage.token()),
            partial(take_back, actor=SYSTEM, store_id=scene.store.pk, holdings=back, token=stage.token()),
            partial(issue, actor=SYSTEM, store_id=scene.store.pk, member_lines=lines, token=stage.token()),
        ]
        assert set(count_ways(at_once(*works))) <= {"done", "equipment.not_enough"}
        assert ledger_faults() == []


def test_what_is_sent_is_received_once_and_not_reversed_as_well(scene: stage.Scene) -> None:
    below = stage.store(scene.cast, "sg11")
    voucher = send(
        actor=SYSTEM,
        from_store_id=scene.store.pk,
        to_store_id=below.pk,
        lines=[Line(scene.vest.pk, 6)],
        token=stage.token(),
    )
    arrived = {Movement.objects.get(voucher=voucher).pk: (6, 0)}
    works: list[Callable[[], object]] = [
        partial(receive, actor=SYSTEM, voucher_id=voucher.pk, arrived=arrived, token=stage.token())
        for _press in range(2)
    ]
    works += [
        partial(reverse, actor=SYSTEM, voucher_id=voucher.pk, reason="发错了", token=stage.token())
        for _press in range(2)
    ]
    ended = count_ways(at_once(*works))
    assert ended["done"] == 1
    assert set(ended) <= {"done", "equipment.received", "equipment.moved_on", "equipment.reversed"}
    assert stage.in_store(scene.store, scene.vest) + stage.in_store(below, scene.vest) == 20


def test_the_same_number_received_twice_is_one_thing(scene: stage.Scene) -> None:
    works = [
        partial(
            receive_goods,
            actor=SYSTEM,
            store_id=scene.store.pk,
            numbers={scene.radio.pk: "R-010..R-015"},
            token=stage.token(),
        )
        for _press in range(3)
    ]
    ended = count_ways(at_once(*works))
    assert ended["done"] == 1
    assert set(ended) <= {"done", "equipment.number_taken", "equipment.article_elsewhere"}
    assert stage.in_store(scene.store, scene.radio) == 7
