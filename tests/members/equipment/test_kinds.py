"""Kinds, entitlements and stores: who may change them, and what the ledger forbids."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from corps.errors import Refusal
from members.logic.ledger import Line
from members.models import Entitlement, FunctionalGroup
from members.operations.equipment.kinds import (
    Condition,
    create_kind,
    create_store,
    edit_kind,
    edit_store,
    set_entitlements,
)
from tests.cast import Cast
from tests.members.equipment import stage


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    return stage.build(cast)


def test_a_kind_is_entered_by_the_officer_of_the_corps(scene: stage.Scene) -> None:
    corps_id = scene.vest.corps_id
    made = create_kind(
        actor=scene.cast.actor("liaison_hy"),
        corps_id=corps_id,
        name=" 防刺手套 ",
        counting="counted",
        sizes=["M", " L", "M"],
        value="128.5",
        measure="副",
        most_per_member="2",
        lasts_months="",
    )
    assert (made.name, made.sizes, made.value, made.most_per_member) == ("防刺手套", ["M", "L"], Decimal("128.50"), 2)
    with pytest.raises(PermissionDenied):
        create_kind(actor=scene.cast.actor("captain_hy"), corps_id=corps_id, name="x", counting="counted")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "反光背心"}, "equipment.kind.exists"),
        ({"name": ""}, "equipment.kind.name_missing"),
        ({"value": "a lot"}, "equipment.wrong_value"),
        ({"value": "-1"}, "equipment.wrong_value"),
        ({"value": "NaN"}, "equipment.wrong_value"),
        ({"most_per_member": "0"}, "equipment.wrong_most_per_member"),
        ({"sizes": ["extra large"]}, "equipment.wrong_sizes"),
        ({"counting": "numbered", "sizes": ["L"]}, "equipment.wrong_sizes"),
        ({"requirement_id": 0}, "requirement.unknown"),
    ],
)
def test_wrong_particulars_of_a_kind_are_refused(scene: stage.Scene, values: dict[str, object], code: str) -> None:
    given = {"name": "手套", "counting": "counted", **values}
    with pytest.raises(Refusal) as refused:
        create_kind(actor=scene.cast.actor("liaison_hy"), corps_id=scene.vest.corps_id, **given)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.remedy


def test_a_kind_in_the_books_stays_as_it_is_counted(scene: stage.Scene) -> None:
    officer = scene.cast.actor("liaison_hy")
    shirt = stage.kind(scene.cast, "制服", sizes=["M", "L"])
    stage.fill(scene.store, Line(shirt.pk, 1, "M"))
    edit_kind(actor=officer, kind_id=shirt.pk, sizes=["M", "XL"])
    for kind, values, code in (
        (shirt, {"sizes": ["XL"]}, "equipment.size_held"),
        (scene.vest, {"sizes": ["XL"]}, "equipment.size_held"),
        (scene.vest, {"active": False}, "equipment.kind_held"),
    ):
        with pytest.raises(Refusal) as refused:
            edit_kind(actor=officer, kind_id=kind.pk, **values)
        assert refused.value.code == code


def test_entitlements_are_set_as_a_whole(scene: stage.Scene) -> None:
    officer, unit = scene.cast.actor("liaison_hy"), scene.cast.units["sg1"].pk
    group = FunctionalGroup.objects.create(corps_id=scene.vest.corps_id, name="巡逻组")
    wanted = [Condition(), Condition(2, unit_id=unit), Condition(3, group_id=group.pk)]
    first = set_entitlements(actor=officer, kind_id=scene.vest.pk, conditions=wanted)
    second = set_entitlements(
        actor=officer, kind_id=scene.vest.pk, conditions=[Condition(), Condition(4, unit_id=unit)]
    )
    # What stays is the same row.
    assert {one.pk for one in first} & {one.pk for one in second} == {first[0].pk}
    assert Entitlement.objects.count() == 2
    for conditions in (
        [Condition(0)],
        [Condition(1, unit_id=0)],
        [Condition(1, role="x")],
        [Condition(1), Condition(2)],
    ):
        with pytest.raises(Refusal) as refused:
            set_entitlements(actor=officer, kind_id=scene.vest.pk, conditions=conditions)
        assert refused.value.code == "equipment.wrong_entitlements"


def test_a_store_goes_out_of_use_only_when_all_is_back(scene: stage.Scene) -> None:
    made = create_store(actor=scene.captain, unit_id=scene.store.unit_id, name="二号库", keeper="老王")
    assert edit_store(actor=scene.captain, store_id=made.pk, active=False).active is False
    for values, code in (
        ({"active": False}, "equipment.store_holds"),
        ({"name": "二号库"}, "equipment.store.exists"),
        ({"name": " "}, "equipment.store.name_missing"),
    ):
        with pytest.raises(Refusal) as refused:
            edit_store(actor=scene.captain, store_id=scene.store.pk, **values)
        assert refused.value.code == code
