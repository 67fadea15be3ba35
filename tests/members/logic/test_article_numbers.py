"""Numbers of things as people type them."""

import pytest

from members.logic.article_numbers import MOST, WrongNumbers, numbers_of


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", []),
        ("A7", ["A7"]),
        ("001–003、A7", ["001", "002", "003", "A7"]),
        ("001-003", ["001", "002", "003"]),
        ("BH-7", ["BH-7"]),
        ("BH-09..BH-11", ["BH-09", "BH-10", "BH-11"]),
        ("湘D·0098至0101", ["湘D·0098", "湘D·0099", "湘D·0100", "湘D·0101"]),
        ("R1～R2\nR5;R6", ["R1", "R2", "R5", "R6"]),
    ],
)
def test_ranges_are_written_out(typed: str, found: list[str]) -> None:
    assert numbers_of(typed) == found


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("009–001", "range"),
        ("A001–B009", "range"),
        ("1–9999999", "many"),
        (f"1–{MOST}、0", "many"),
        ("X" * 41, "long"),
        ("A1、A1", "twice"),
        ("1–3、2", "twice"),
    ],
)
def test_what_is_no_list_of_numbers_is_named(typed: str, code: str) -> None:
    with pytest.raises(WrongNumbers) as wrong:
        numbers_of(typed)
    assert wrong.value.code == code
