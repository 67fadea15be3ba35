"""Choices, lists, free text, references to units; the text of a cell made plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.logic import cells
from members.logic.flaws import WARNING, Flaw
from members.logic.text import ascii_form, plain
from members.logic.vocabulary import EDUCATION, OCCUPATION, POLITICAL_STATUS, ROLES, SEX, STATUS, Term

ANYTHING = st.one_of(
    st.text(), st.text("、,；/ =-员"), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.none()
)


@pytest.mark.parametrize(
    ("terms", "cell", "expected"),
    [
        (SEX, "男", "1"),
        (SEX, " 女 ", "2"),
        (SEX, "女性", "2"),
        (SEX, 1.0, "1"),
        (SEX, "2", "2"),
        (SEX, "M", "1"),
        (OCCUPATION, "保安员", "guard"),
        (OCCUPATION, "物业", "property"),
        (OCCUPATION, "楼栋长", "building"),
        (OCCUPATION, "店主", "shop"),
        (OCCUPATION, "外卖骑手", "courier"),
        (OCCUPATION, "保安（小区）", "guard"),
        (OCCUPATION, "guard", "guard"),
        (OCCUPATION, "Security guard", "guard"),
        (OCCUPATION, "个 体", "self"),
        (POLITICAL_STATUS, "党员", "party"),
        (POLITICAL_STATUS, "中国共产党党员", "party"),
        (POLITICAL_STATUS, "团员", "league"),
        (POLITICAL_STATUS, "群众", "masses"),
        (POLITICAL_STATUS, "预备党员", "probationary"),
        (EDUCATION, "大学", "bachelor"),
        (EDUCATION, "研究生", "master"),
        (EDUCATION, "专科", "college"),
        (STATUS, "在队", "active"),
        (STATUS, "退队", "left"),
        (STATUS, "请假", "suspended"),
        (STATUS, "试用期", "probation"),
    ],
)
def test_choices_by_label_code_and_everyday_word(terms: tuple[Term, ...], cell: object, expected: str) -> None:
    assert cells.choice(terms)(cell) == expected  # type: ignore[arg-type]


def test_unknown_choices() -> None:
    flaw = cells.choice(POLITICAL_STATUS)("某某党")
    assert isinstance(flaw, Flaw)
    assert flaw.code == "choice_unknown"
    assert "共青团员" in str(flaw.params["expected"])
    flaw = cells.choice(OCCUPATION, otherwise="other")("理发师")
    assert isinstance(flaw, Flaw)
    assert (flaw.severity, flaw.value) == (WARNING, "other")


@pytest.mark.parametrize(
    "cell",
    [
        "情报信息员、纠纷调解员",
        "调解员,信息员",
        "信息员；调解员",
        "信息员/调解员",
        "信息员 调解员",
        "信息员\n调解员",
        "信息员和调解员、",
    ],
)
def test_several_roles_in_one_cell(cell: str) -> None:
    assert cells.choices(ROLES)(cell) == ("information", "mediation")


def test_an_unknown_role_is_named() -> None:
    flaw = cells.choices(ROLES)("信息员、巡逻员")
    assert isinstance(flaw, Flaw)
    assert flaw.params["unknown"] == "巡逻员"


def test_lists_keep_their_order_and_hold_each_word_once() -> None:
    read = cells.text_list(40)
    assert read("驾驶、急救，驾驶；无人机") == ("驾驶", "急救", "无人机")
    assert read("无") is None
    assert read("、") is None
    assert isinstance(flaw := read("长" * 41), Flaw)
    assert flaw.code == "text_too_long"
    assert isinstance(flaw := read("、".join(map(str, range(31)))), Flaw)
    assert flaw.code == "too_many_items"


@pytest.mark.parametrize(
    ("cell", "expected", "kind"),
    [
        ("长湖中队", "长湖中队", "name"),
        ("长湖 中队", "长湖中队", "name"),
        ("hy-0405-01", "HY-0405-01", "code"),
        ("430405", "430405", "code"),
        (430405.0, "430405", "code"),
        ("蒸湘支队 > 长湖大队 > 一中队", "蒸湘支队/长湖大队/一中队", "path"),
        ("蒸湘支队／长湖大队", "蒸湘支队/长湖大队", "path"),
        ("蒸湘支队\\长湖大队/", "蒸湘支队/长湖大队", "path"),
        ("3号楼巡逻队", "3号楼巡逻队", "name"),
    ],
)
def test_references_to_units(cell: object, expected: str, kind: str) -> None:
    assert cells.unit(200)(cell) == expected  # type: ignore[arg-type]
    assert cells.unit_reference_kind(expected) == kind


def test_text_and_its_limits() -> None:
    read = cells.text(5)
    assert read(" 一　二\n三 ") == "一 二 三"
    assert read(12.0) == "12"
    assert isinstance(flaw := read("一二三四五六"), Flaw)
    assert flaw.params == {"length": 6, "limit": 5}
    assert isinstance(flaw := read("=1+1"), Flaw)
    assert flaw.code == "formula_text"


def test_policy_numbers() -> None:
    read = cells.code_text(40)
    assert read("ＰＩ 2022 0001") == "PI20220001"
    assert read('="00123"') == "00123"
    assert isinstance(flaw := read(1.23e17), Flaw)
    assert flaw.code == "number_destroyed"


@given(ANYTHING)
def test_nothing_in_a_cell_raises(cell: object) -> None:
    for read in (
        cells.choice(SEX),
        cells.choices(ROLES),
        cells.text(20),
        cells.code_text(20),
        cells.text_list(10),
        cells.unit(20),
        cells.unit_list(20),
    ):
        assert read(cell) is None or isinstance(read(cell), str | tuple | Flaw)  # type: ignore[arg-type]


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert "\u3000" not in once
    assert "\n" not in once


def test_forms_of_text() -> None:
    assert plain("蒸湘区（西）１２号，３栋") == "蒸湘区（西）12号，3栋"
    assert ascii_form("（西）１２") == "(西)12"
    assert ascii_form("\ufeff'0123") == "0123"
