"""Kinds of duty: data of the corps, with defaults for what corps commonly do."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations.default_kinds import DEFAULTS
from duties.operations.kinds import add_kind, edit_kind, plant_default_kinds, restore_kind, retire_kind
from duties.policies.kinds import check_kind_values
from duties.queries.kinds import kinds_of
from tests.cast import Cast
from tests.duties.scenes import kind_of, planned

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "name": "夜市巡防",
    "category": DutyCategory.NIGHT,
    "mechanism": Mechanism.STANDBY,
    "needed": 4,
    "starts": dt.time(20),
    "minutes": 180,
}


def test_a_kind_is_added_edited_retired_and_taken_up_again(cast: Cast) -> None:
    officer = cast.actor("liaison_hy")
    corps_id = cast.units["hy"].corps_id
    kind = add_kind(actor=officer, corps_id=corps_id, code="night-market", **VALUES)
    edit_kind(actor=officer, kind_id=kind.pk, **{**VALUES, "name": "夜市巡逻", "category": DutyCategory.PATROL})
    retire_kind(actor=officer, kind_id=kind.pk)
    kind.refresh_from_db()
    assert (kind.name, kind.category, kind.active) == ("夜市巡逻", "patrol", False)
    assert restore_kind(actor=officer, kind_id=kind.pk).active


def test_kinds_are_decided_at_the_top(cast: Cast) -> None:
    for name, error in (("captain_hy", PermissionDenied), ("liaison_sg", Http404), ("nobody", Http404)):
        with pytest.raises(error):
            add_kind(actor=cast.actor(name), corps_id=cast.units["hy"].corps_id, code="x", **VALUES)
    with pytest.raises(Http404):
        edit_kind(actor=SYSTEM, kind_id=10**9, **VALUES)
    with pytest.raises(Http404):
        add_kind(actor=SYSTEM, corps_id=10**9, code="x", **VALUES)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"code": ""}, "code"),
        ({"code": "夜"}, "code"),
        ({"code": "x" * 21}, "code"),
        ({"name": " "}, "name"),
        ({"name": "长" * 41}, "name"),
        ({"needed": 0}, "needed"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
    ],
)
def test_kinds_that_cannot_be(cast: Cast, values: dict[str, Any], place: str) -> None:
    with pytest.raises(Refusal) as caught:
        add_kind(actor=SYSTEM, corps_id=cast.units["hy"].corps_id, **{"code": "night", **VALUES, **values})
    assert (caught.value.code, caught.value.place) == ("duty_kind.invalid", place)


def test_codes_and_names_stand_once(cast: Cast) -> None:
    corps_id = cast.units["hy"].corps_id
    add_kind(actor=SYSTEM, corps_id=corps_id, code="night", **VALUES)
    for code, name, place in (("night", "别的", "code"), ("other", VALUES["name"], "name")):
        with pytest.raises(Refusal) as caught:
            add_kind(actor=SYSTEM, corps_id=corps_id, code=code, **{**VALUES, "name": name})
        assert (caught.value.code, caught.value.place) == ("duty_kind.exists", place)


def test_what_shifts_count_as_stays(cast: Cast) -> None:
    kind = kind_of(cast)
    planned(cast)
    same = {name: getattr(kind, name) for name in ("name", "category", "mechanism", "needed", "starts", "minutes")}
    with pytest.raises(Refusal) as caught:
        edit_kind(actor=SYSTEM, kind_id=kind.pk, **{**same, "category": DutyCategory.NIGHT})
    assert caught.value.code == "duty_kind.category_stays"
    assert edit_kind(actor=SYSTEM, kind_id=kind.pk, **{**same, "mechanism": Mechanism.JOINT}).mechanism == "joint"


def test_the_customary_kinds_cover_every_category_and_mechanism(cast: Cast) -> None:
    corps_id = cast.units["hy"].corps_id
    own = add_kind(actor=SYSTEM, corps_id=corps_id, code="patrol", **VALUES)
    named = add_kind(actor=SYSTEM, corps_id=corps_id, code="mine", **{**VALUES, "name": "护学岗（上学）"})
    made = plant_default_kinds(actor=cast.actor("liaison_hy"), corps_id=corps_id)
    assert len(made) == len(DEFAULTS) - 2
    assert plant_default_kinds(actor=SYSTEM, corps_id=corps_id) == []
    kinds = list(DutyKind.objects.filter(corps_id=corps_id))
    assert {kind.category for kind in kinds} == set(DutyCategory.values)
    assert {kind.mechanism for kind in kinds} == set(Mechanism.values)
    own.refresh_from_db()
    assert own.name == VALUES["name"]
    assert named in kinds
    for kind in kinds:
        check_kind_values(kind)
    assert all(kind.needed >= 6 for kind in kinds if kind.category == DutyCategory.SCHOOL and kind != named)


def test_defaults_have_each_code_and_name_once() -> None:
    assert len({default.code for default in DEFAULTS}) == len({default.name for default in DEFAULTS}) == len(DEFAULTS)


def test_whoever_sees_a_unit_knows_the_kinds_of_its_corps(cast: Cast) -> None:
    kind = kind_of(cast)
    assert list(kinds_of(cast.actor("member_sg11"))) == [kind]
    assert list(kinds_of(cast.actor("nobody"))) == []
