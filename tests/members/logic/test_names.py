"""Names of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.logic.flaws import WARNING, Flaw
from members.logic.names import read_name


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("张伟", "张伟"),
        ("张 伟", "张伟"),
        ("张\u3000伟", "张伟"),
        ("张\xa0 伟", "张伟"),
        (" 张伟\n", "张伟"),
        ("张\u200b伟", "张伟"),
        ("'张伟", "张伟"),
        ("欧阳修远", "欧阳修远"),
        ("买买提·艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("王䶮", "王䶮"),
        ("𠮷田", "𠮷田"),
        ("李〇", "李〇"),
        ("John  Smith", "John Smith"),
        ("O'Neil Jean-Luc", "O'Neil Jean-Luc"),
        ("Ｊｏｈｎ", "John"),
    ],
)
def test_names_are_put_right(cell: str, expected: str) -> None:
    assert read_name(cell) == expected


@pytest.mark.parametrize(
    "cell", ["张", "张伟1", "张伟（队长）", "13812345678", 5.0, True, "姓名", "合计", "··", "-张伟"]
)
def test_what_is_no_name_is_refused(cell: object) -> None:
    flaw = read_name(cell)  # type: ignore[arg-type]
    assert isinstance(flaw, Flaw)
    assert flaw.code == "name_malformed"


def test_formulas_and_endless_names() -> None:
    assert isinstance(flaw := read_name("=A1"), Flaw)
    assert flaw.code == "formula_text"
    assert isinstance(flaw := read_name("艾" * 51), Flaw)
    assert flaw.code == "text_too_long"


def test_characters_of_a_private_font_warn() -> None:
    flaw = read_name("王\ue863")
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == ("name_private_character", WARNING, "王\ue863")


@pytest.mark.parametrize("cell", ["", " ", "无", "/", None])
def test_blank_cells_are_nothing(cell: object) -> None:
    assert read_name(cell) is None  # type: ignore[arg-type]


@given(st.one_of(st.text(), st.floats(), st.dates(), st.none()))
def test_nothing_in_a_cell_raises(cell: object) -> None:
    assert read_name(cell) is None or isinstance(read_name(cell), str | Flaw)  # type: ignore[arg-type]
