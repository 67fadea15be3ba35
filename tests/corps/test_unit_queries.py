"""Units as doors and sheets ask for them."""

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from corps.actors import SYSTEM
from corps.logic.unit_names import name_form, spellings
from corps.models.scope import current_tree
from corps.operations import tree
from corps.permissions import Permission
from corps.queries.units import (
    children,
    path_text,
    resolve_unit,
    search_units,
    trail,
    unit_detail,
    unit_lookup,
)
from tests.cast import Cast


def meant(actor: object, text: str) -> list[str]:
    return [node.code for node in resolve_unit(actor, text)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("sg11", ["sg11"]),
        (" SG11 ", ["sg11"]),
        ("ｓｇ１１", ["sg11"]),
        ("长湖大队", ["zx1"]),
        ("一中队", ["sg11", "sg21"]),
        ("第一中队", ["sg11", "sg21"]),
        ("1中队", ["sg11", "sg21"]),
        ("青山大队一中队", ["sg11"]),
        ("青山大队/一中队", ["sg11"]),
        ("石鼓支队 > 青山大队 > 一中队", ["sg11"]),
        ("石鼓支队›人民大队›一中队", ["sg21"]),
        ("衡阳义警总队石鼓支队青山大队-第１中队", ["sg11"]),
        ("石鼓支队一中队", ["sg11", "sg21"]),
        ("蒸湘支队一中队", []),
        ("三中队", []),
        ("", []),
    ],
)
def test_a_text_means_none_one_or_several_units(cast: Cast, text: str, codes: list[str]) -> None:
    assert meant(cast.actor("liaison_hy"), text) == codes


def test_what_a_text_means_depends_on_the_scope(cast: Cast) -> None:
    assert meant(cast.actor("captain_sg1"), "一中队") == ["sg11"]
    assert meant(cast.actor("captain_sg1"), "sg21") == []
    lookup = unit_lookup()
    assert lookup.find("一中队", [cast.units["sg21"].pk]) == [cast.units["sg21"].pk]


def test_closed_units_are_not_meant_unless_asked_for(cast: Cast) -> None:
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg21"].pk, reason="撤销")
    assert meant(SYSTEM, "一中队") == ["sg11"]
    assert unit_lookup().find("sg21", closed=True) == [cast.units["sg21"].pk]


def test_a_code_wins_over_a_name_and_the_lookup_follows_renames(cast: Cast) -> None:
    tree.rename_unit(actor=SYSTEM, unit_id=cast.units["zx9"].pk, name="sg11", short_name="直属")
    assert meant(SYSTEM, "sg11") == ["sg11"]
    assert meant(SYSTEM, "直属") == ["zx9"]
    assert meant(SYSTEM, "直属中队") == []


def test_the_trail_shows_what_lies_above_without_opening_it(cast: Cast) -> None:
    steps = trail(cast.actor("captain_sg1"), cast.units["sg11"].pk)
    assert [(step.node.code, step.visible) for step in steps] == [
        ("hy", False),
        ("sg", False),
        ("sg1", True),
        ("sg11", True),
    ]
    assert path_text(current_tree(), cast.units["sg11"].pk) == "石鼓支队 › 青山大队 › 一中队"
    assert path_text(current_tree(), cast.units["hy"].pk) == "衡阳义警总队"


def test_the_detail_of_a_unit(cast: Cast) -> None:
    detail = unit_detail(cast.actor("captain_sg"), "sg1")
    assert detail.level_name == "大队"
    assert [node.code for node in detail.children] == ["sg11", "sg12"]
    with pytest.raises(Http404):
        unit_detail(cast.actor("captain_sg"), "zx1")
    with pytest.raises(Http404):
        children(cast.actor("captain_sg"), cast.units["zx"].pk)


def test_search_ranks_whole_names_first(cast: Cast) -> None:
    actor = cast.actor("liaison_hy")

    def codes(text: str) -> list[str]:
        return [node.code for node in search_units(actor, text)]

    assert codes("sg1")[0] == "sg1"
    assert codes("长湖") == ["zx1", "zx11"]
    assert codes("石鼓一中队") == []
    assert codes("石鼓支队 青山") == ["sg1", "sg11", "sg12"]
    assert codes("")[:3] == ["hy", "sg", "zx"]
    assert len(search_units(actor, "", limit=2)) == 2
    assert search_units(cast.actor("inspector_sg"), "青山", permission=Permission.MEMBER_EDIT) == []


@given(st.integers(1, 99))
def test_ordinals_have_one_spelling(number: int) -> None:
    form = name_form(f"第{number}中队")
    assert form == name_form(f"{number}中队")
    assert not any(character.isdecimal() for character in form)
    assert name_form(form) == form


def test_spellings_leave_out_any_superior() -> None:
    forms = set(spellings([("总队",), ("石鼓支队", "石鼓"), ("一中队",)]))
    assert forms == {
        "一中队", "石鼓支队一中队", "石鼓一中队", "总队一中队", "总队石鼓支队一中队", "总队石鼓一中队",
    }  # fmt: skip
