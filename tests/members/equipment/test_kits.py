"""A whole kit for many members: what each lacks by the entitlements, in one voucher."""

from decimal import Decimal
from typing import Any

import pytest

from corps.errors import Refusal
from corps.models import Speciality, UnitSpeciality
from corps.queries.scope import local_today
from members.enums import MemberStatus
from members.logic.ledger import Line
from members.models import Confirmation, FunctionalGroup, GroupMembership, Movement, Requirement
from members.operations.equipment.issuing import issue_kit
from members.queries.equipment.holdings import value_at_risk
from members.queries.equipment.missing import entitled, missing, missing_counts
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.entitle(scene.vest)
    return scene


def test_the_largest_entitlement_whose_conditions_all_hold_counts(scene: stage.Scene) -> None:
    cast, people = scene.cast, [scene.zhang.pk, scene.li.pk]
    patrol = FunctionalGroup.objects.create(corps_id=scene.vest.corps_id, name="巡逻组")
    speciality = Speciality.objects.create(corps_id=scene.vest.corps_id, name="夜巡")
    light, torch, car = stage.kind(cast, "肩灯"), stage.kind(cast, "手电"), stage.kind(cast, "巡逻车", active=False)
    stage.entitle(scene.vest, 2, group=patrol)
    stage.entitle(light, unit=cast.units["sg1"], role="safety")
    stage.entitle(torch, speciality=speciality)
    stage.entitle(car)
    stage.entitle(light, 9, unit=cast.units["zx"])
    assert entitled(member_ids=people) == {(one, scene.vest.pk): 1 for one in people}
    GroupMembership.objects.create(member=scene.zhang, group=patrol)
    scene.zhang.roles = ["safety"]
    scene.zhang.save()
    UnitSpeciality.objects.create(unit=cast.units["sg11"], speciality=speciality)
    assert entitled(member_ids=people) == {
        (scene.zhang.pk, scene.vest.pk): 2,
        (scene.zhang.pk, light.pk): 1,
        (scene.zhang.pk, torch.pk): 1,
        (scene.li.pk, scene.vest.pk): 1,
        (scene.li.pk, torch.pk): 1,
    }


def test_who_holds_less_than_entitled_lacks_the_difference(scene: stage.Scene) -> None:
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    person(scene.cast.units["sg11"].pk, "停职", status=MemberStatus.SUSPENDED)
    (lack,) = missing(unit_ids=[scene.cast.units["sg11"].pk])
    assert (lack.member_id, lack.kind_id, lack.entitled, lack.held, lack.quantity) == (
        scene.li.pk,
        scene.vest.pk,
        1,
        0,
        1,
    )
    assert missing_counts(unit_ids=[scene.cast.units["sg11"].pk]) == {
        scene.cast.units["sg11"].pk: {scene.vest.pk: (1, 1)}
    }
    assert missing(member_ids=[scene.zhang.pk]) == []


def test_a_kit_gives_each_what_is_missing_in_one_voucher(scene: stage.Scene) -> None:
    shirt = stage.kind(scene.cast, "制服", sizes=["M", "L"])
    stage.entitle(shirt)
    stage.entitle(scene.radio)
    two = stage.article(scene.radio, "R-002")
    stage.fill(
        scene.store,
        Line(shirt.pk, 5, "M"),
        Line(shirt.pk, 5, "L"),
        Line(scene.radio.pk, article_id=two.pk),
        on=stage.days_ago(20),
    )
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    token = stage.token()
    for _press in range(2):
        voucher = issue_kit(
            actor=scene.captain,
            store_id=scene.store.pk,
            member_ids=[scene.zhang.pk, scene.li.pk],
            sizes={shirt.pk: "M"},
            own_sizes={(scene.li.pk, shirt.pk): "L"},
            token=token,
        )
    given = set(
        Movement.objects.filter(voucher=voucher).values_list("to_member", "kind", "size", "article", "quantity")
    )
    # In the order of names: 李娜 comes before 张伟.
    assert given == {
        (scene.li.pk, scene.vest.pk, "", None, 1),
        (scene.li.pk, shirt.pk, "L", None, 1),
        (scene.zhang.pk, shirt.pk, "M", None, 1),
        (scene.li.pk, scene.radio.pk, "", scene.radio_1.pk, 1),
        (scene.zhang.pk, scene.radio.pk, "", two.pk, 1),
    }
    assert Confirmation.objects.filter(voucher=voucher).count() == 2
    with pytest.raises(Refusal) as refused:
        issue_kit(actor=scene.captain, store_id=scene.store.pk, member_ids=[scene.zhang.pk], token=stage.token())
    assert refused.value.code == "equipment.nothing_missing"


def test_the_size_last_held_is_taken_where_none_is_given(scene: stage.Scene) -> None:
    shirt = stage.kind(scene.cast, "制服", sizes=["M", "L"])
    stage.fill(scene.store, Line(shirt.pk, 5, "L"))
    stage.give(scene.store, scene.zhang, Line(shirt.pk, 1, "L"))
    stage.entitle(shirt, 2)
    people: dict[str, Any] = {"member_ids": [scene.zhang.pk, scene.li.pk], "kind_ids": [shirt.pk]}
    with pytest.raises(Refusal, match="李娜") as refused:
        issue_kit(actor=scene.captain, store_id=scene.store.pk, token=stage.token(), **people)
    assert (refused.value.code, "张伟" in str(refused.value)) == ("equipment.wrong_size", False)
    with pytest.raises(Refusal) as refused:
        issue_kit(actor=scene.captain, store_id=scene.store.pk, token=stage.token(), sizes={shirt.pk: "XXXL"}, **people)
    assert refused.value.code == "equipment.wrong_size"
    people["member_ids"] = [scene.zhang.pk]
    issue_kit(actor=scene.captain, store_id=scene.store.pk, token=stage.token(), **people)
    assert stage.in_hands(scene.zhang, shirt) == 2


def test_all_that_a_store_is_short_of_is_named_at_once(scene: stage.Scene) -> None:
    light = stage.kind(scene.cast, "肩灯")
    stage.entitle(light)
    stage.entitle(scene.radio)
    with pytest.raises(Refusal, match="肩灯") as refused:
        issue_kit(
            actor=scene.captain,
            store_id=scene.store.pk,
            member_ids=[scene.zhang.pk, scene.li.pk],
            token=stage.token(),
        )
    assert refused.value.code == "equipment.not_enough"
    assert refused.value.params["short"] == {f"{light.pk}:": 2, f"{scene.radio.pk}:": 1}


def test_a_kit_asks_what_its_kinds_require(scene: stage.Scene) -> None:
    scene.vest.requirement = Requirement.objects.create(corps_id=scene.vest.corps_id, name="成年", min_age=90)
    scene.vest.save()
    with pytest.raises(Refusal) as refused:
        issue_kit(actor=scene.captain, store_id=scene.store.pk, member_ids=[scene.zhang.pk], token=stage.token())
    assert refused.value.code == "equipment.requirement"


def test_what_is_in_hands_is_worth_something(scene: stage.Scene) -> None:
    scene.vest.value = Decimal(45)
    scene.vest.save()
    two = Line(scene.vest.pk, 2)
    stage.give(scene.store, scene.zhang, two, on=stage.days_ago(5), due_on=stage.days_ago(1), extra_reason="备用")
    stage.give(scene.store, scene.li, Line(scene.vest.pk))
    (found,) = value_at_risk([scene.cast.units["sg11"].pk], local_today())
    assert (found.quantity, found.value, found.overdue, found.overdue_value) == (3, Decimal(135), 2, Decimal(90))
