"""Kinds of incident: the corps' own words, what they count as, and the common ones to begin with."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from incidents.enums import IncidentCategory
from incidents.logic.default_kinds import DEFAULT_KINDS
from incidents.models import IncidentKind
from incidents.operations.cleaning import InvalidIncident
from incidents.operations.kinds import add_kind, edit_kind, plant_default_kinds, restore_kind, retire_kind
from incidents.queries.kinds import grid_id_of, kind_id_of, kinds_of
from tests.cast import Cast
from tests.incidents.log import incident, kind_of


def test_the_common_kinds_are_planted_once_and_cover_every_category(cast: Cast) -> None:
    officer, corps_id = cast.actor("liaison_hy"), cast.units["hy"].corps_id
    assert plant_default_kinds(actor=officer, corps_id=corps_id) == len(DEFAULT_KINDS)
    assert plant_default_kinds(actor=officer, corps_id=corps_id) == 0
    assert {kind.category for kind in kinds_of(corps_id)} == set(IncidentCategory.values)
    assert (
        len({kind.code for kind in DEFAULT_KINDS}) == len({kind.name for kind in DEFAULT_KINDS}) == len(DEFAULT_KINDS)
    )


def test_own_kinds_are_left_alone_when_the_common_ones_are_planted(cast: Cast) -> None:
    corps_id = cast.units["hy"].corps_id
    own = add_kind(actor=SYSTEM, corps_id=corps_id, code="my", name="纠纷调解", category="dispute")
    other = add_kind(actor=SYSTEM, corps_id=corps_id, code="clue", name="线索", category="clue")
    assert plant_default_kinds(actor=SYSTEM, corps_id=corps_id) == len(DEFAULT_KINDS) - 2
    assert {own.name, other.name} <= {kind.name for kind in kinds_of(corps_id)}


@pytest.mark.parametrize(("name", "error"), [("captain_hy", PermissionDenied), ("liaison_sg", Http404)])
def test_the_top_unit_decides(cast: Cast, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        add_kind(actor=cast.actor(name), corps_id=cast.units["hy"].corps_id, code="x", name="x", category="other")
    assert IncidentKind.objects.count() == 0


def test_what_a_kind_counts_as_stays_once_it_was_used(cast: Cast) -> None:
    officer = cast.actor("liaison_hy")
    kind = kind_of(cast, "missing")
    edit_kind(actor=officer, kind_id=kind.pk, name="寻人", category="rescue", asks_quantity="")
    edit_kind(actor=officer, kind_id=kind.pk, name="寻人", category="missing", asks_quantity="人数")
    incident(cast, kind="missing", quantity=2)
    for values in ({"category": "rescue", "asks_quantity": "人数"}, {"category": "missing", "asks_quantity": ""}):
        with pytest.raises(Refusal) as refused:
            edit_kind(actor=officer, kind_id=kind.pk, name="寻人", **values)
        assert refused.value.code == "incident_kind.in_use"
    renamed = edit_kind(actor=officer, kind_id=kind.pk, name="走失寻回", category="missing", asks_quantity="寻回人数")
    assert renamed.name == "走失寻回"


def test_out_of_use_and_back(cast: Cast) -> None:
    officer, kind = cast.actor("liaison_hy"), kind_of(cast, "other")
    retire_kind(actor=officer, kind_id=kind.pk, reason="不再使用")
    assert kind.pk not in {one.pk for one in kinds_of(kind.corps_id)}
    assert kind.pk in {one.pk for one in kinds_of(kind.corps_id, retired=True)}
    restore_kind(actor=officer, kind_id=kind.pk)
    assert kind.pk in {one.pk for one in kinds_of(kind.corps_id)}


def test_wrong_words_are_named(cast: Cast) -> None:
    corps_id = cast.units["hy"].corps_id
    for code in ("", "有汉字", "a" * 21, "A b"):
        with pytest.raises(InvalidIncident) as caught:
            add_kind(actor=SYSTEM, corps_id=corps_id, code=code, name="某", category="other")
        assert set(caught.value.problems) == {"code"}
    with pytest.raises(InvalidIncident) as caught:
        add_kind(actor=SYSTEM, corps_id=corps_id, code="x", name=" ", category="nothing", asks_quantity="长" * 41)
    assert set(caught.value.problems) == {"name", "category", "asks_quantity"}
    kind_of(cast)
    for code, name, place in (("dispute", "新", "code"), ("new", "纠纷调解", "name")):
        with pytest.raises(Refusal) as refused:
            add_kind(actor=SYSTEM, corps_id=corps_id, code=code, name=name, category="other")
        assert (refused.value.code, refused.value.place) == ("incident_kind.exists", place)


def test_codes_of_nobody_lead_nowhere(cast: Cast) -> None:
    corps_id = cast.units["hy"].corps_id
    assert kind_id_of(corps_id, "dispute") == 0
    assert kind_id_of(corps_id, kind_of(cast).code) == kind_of(cast).pk
    assert grid_id_of(corps_id, "none") == 0
