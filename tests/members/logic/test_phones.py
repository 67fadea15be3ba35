"""Phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.logic.flaws import WARNING, Flaw
from members.logic.phones import read_any_phone, read_mobile


@pytest.mark.parametrize(
    "cell",
    [
        "13812345678",
        " 13812345678 ",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "8613812345678",
        "008613812345678",
        "１３８１２３４５６７８",
        "'13812345678",
        "13812345678.0",
        13812345678.0,
        13812345678,
        "13812345678；",
        "138\u200b12345678",
        "(+86)13812345678",
    ],
)
def test_mobile_numbers(cell: object) -> None:
    assert read_mobile(cell) == "13812345678"  # type: ignore[arg-type]
    assert read_any_phone(cell) == "13812345678"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0734-8123456", "0734-8123456"),
        ("07348123456", "0734-8123456"),
        ("(0734)8123456", "0734-8123456"),
        ("0734 8123456", "0734-8123456"),
        ("8123456", "8123456"),
        ("0734-8123456-801", "0734-8123456-801"),
        ("010-62345678转12", "010-62345678-12"),
    ],
)
def test_land_lines_serve_in_an_emergency_only(cell: str, expected: str) -> None:
    assert read_any_phone(cell) == expected
    flaw = read_mobile(cell)
    assert isinstance(flaw, Flaw)
    assert flaw.code == "phone_land_line"


@pytest.mark.parametrize("cell", ["1381234567", "138123456789", "12812345678", "电话", 1.5, True, "1" * 200])
def test_anything_else_is_refused(cell: object) -> None:
    for reader in (read_mobile, read_any_phone):
        flaw = reader(cell)  # type: ignore[arg-type]
        assert isinstance(flaw, Flaw)
        assert flaw.code == "phone_malformed"


def test_the_first_of_several_is_taken_with_a_warning() -> None:
    flaw = read_mobile("13812345678/13912345678")
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == ("phone_several", WARNING, "13812345678")
    assert read_mobile("13812345678、13812345678") == "13812345678"


@pytest.mark.parametrize("cell", ["", "无", "-", None])
def test_blank_cells_are_nothing(cell: object) -> None:
    assert read_mobile(cell) is None  # type: ignore[arg-type]


@given(st.one_of(st.text(), st.text("0123456789-+() 转"), st.floats(), st.integers(), st.none()))
def test_nothing_in_a_cell_raises(cell: object) -> None:
    for reader in (read_mobile, read_any_phone):
        assert reader(cell) is None or isinstance(reader(cell), str | Flaw)  # type: ignore[arg-type]
