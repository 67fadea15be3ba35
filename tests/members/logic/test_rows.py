"""Batches of rows: values, problems, rows that are no people."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from members.logic.roster_columns import KEYS, POSITION, Context
from members.logic.rows import Batch, RowCleaner

TODAY = dt.date(2026, 11, 21)
MAPPING = {1: "name", 2: "identity", 3: "sex", 4: "birth_date", 5: "phone", 6: "occupation", 7: "unit", 8: "remarks"}
WEI = ["1", "张伟", "430405198001011239", "男", "1980-01-01", "13812345678", "保安", "长湖中队", ""]


def clean(*rows: list[Any]) -> Batch:
    return RowCleaner(MAPPING, Context(TODAY)).clean(range(3, 3 + len(rows)), rows)


def varied(**cells: Any) -> list[Any]:
    row = list(WEI)
    for place, key in MAPPING.items():
        if key in cells:
            row[place] = cells[key]
    return row


def test_a_good_row() -> None:
    batch = clean(WEI)
    assert batch.problems == []
    assert batch.rejected == []
    (row,) = batch.rows
    assert len(row) == len(KEYS) + 1
    assert row[0] == 3
    values = dict(zip(KEYS, row[1:], strict=True))
    assert {key: value for key, value in values.items() if value is not None} == {
        "name": "张伟",
        "identity": "430405198001011239",
        "sex": "1",
        "birth_date": "1980-01-01",
        "phone": "13812345678",
        "occupation": "guard",
        "unit": "长湖中队",
    }


def test_sex_and_birth_date_follow_from_the_identity_number() -> None:
    (row,) = clean(varied(sex="", birth_date="")).rows
    assert row[1 + POSITION["sex"]] == "1"
    assert row[1 + POSITION["birth_date"]] == "1980-01-01"


def test_contradictions_are_told_and_the_number_is_followed() -> None:
    batch = clean(varied(sex="女", birth_date="1981-01-01"))
    assert [
        (problem.column, problem.code, problem.shown, problem.params, problem.fatal) for problem in batch.problems
    ] == [
        ("sex", "sex_contradiction", "女", {"expected": "男"}, False),
        ("birth_date", "birth_contradiction", "1981-01-01", {"expected": "1980-01-01"}, False),
    ]
    assert batch.rows[0][1 + POSITION["sex"]] == "1"


def test_a_birth_month_and_an_unknown_sex_contradict_nothing() -> None:
    assert clean(varied(birth_date="1980年1月", sex="未知")).problems == []


def test_errors_reject_a_row_and_keep_what_was_right() -> None:
    batch = clean(WEI, varied(identity="430405198001011238", phone="1381234"), WEI)
    assert [row[0] for row in batch.rows] == [3, 5]
    (rejected,) = batch.rejected
    assert rejected[:3] == (4, "张伟", None)
    assert rejected[1 + POSITION["unit"]] == "长湖中队"
    assert [(problem.row, problem.column, problem.code, problem.fatal) for problem in batch.problems] == [
        (4, "identity", "identity_check_character", True),
        (4, "phone", "phone_malformed", True),
    ]


def test_what_identifies_a_person_is_masked_in_problems() -> None:
    batch = clean(
        varied(identity="430405198001011238", phone="138123456789", remarks="x" * 201), varied(phone="1381234")
    )
    shown = {problem.column: problem.shown for problem in batch.problems}
    assert shown["identity"] == "430***********1238"
    assert "12345" not in shown["phone"]


def test_required_and_wanted_cells() -> None:
    batch = clean(varied(name="", phone=""), varied(identity=" "))
    assert [(problem.row, problem.column, problem.code, problem.fatal) for problem in batch.problems] == [
        (3, "name", "required", True),
        (3, "phone", "wanted", False),
        (4, "identity", "required", True),
    ]


def test_rows_that_are_no_people_are_passed_over() -> None:
    nothing = [""] * len(WEI)
    batch = clean(
        ["", *[" "] * 8],
        ["7", *nothing[1:]],
        ["填表人：李芳", *nothing[1:]],
        ["", "合计", "32人", *nothing[3:]],
        ["序号", "姓名", "身份证号", "性别", "", "", "", "", ""],
        ["", "", "", "", "", "", "", "长湖中队", ""],
        WEI,
    )
    assert batch.rejected == []
    assert batch.problems == []
    assert [row[0] for row in batch.rows] == [9]
    assert batch.skipped == [
        (5, "row_note", "填表人：李芳"),
        (6, "row_note", "合计 32人"),
        (7, "row_header_again", ""),
        (8, "row_no_person", "长湖中队"),
    ]


def test_a_person_is_never_taken_for_a_note() -> None:
    batch = clean(
        varied(name="合小计", identity="bad"),
        varied(name="统一", identity=""),
        ["负责人", "张伟", "", "", "", "13812345678", "", "", ""],
    )
    assert batch.skipped == []
    assert len(batch.rejected) == 3
    assert clean(["负责人：张伟", *[""] * 8]).skipped == [(3, "row_note", "负责人：张伟")]


def test_cells_of_every_kind() -> None:
    batch = clean(
        varied(
            birth_date=dt.datetime.fromisoformat("1980-01-01T00:00:00"),
            phone=13812345678.0,
            unit=430405.0,
            remarks=12.0,
            sex=1.0,
        )
    )
    assert batch.problems == []
    assert batch.rows[0][1 + POSITION["unit"]] == "430405"
    assert batch.rows[0][1 + POSITION["remarks"]] == "12"


CELLS = st.one_of(st.text(max_size=20), st.floats(), st.booleans(), st.none(), st.datetimes(), st.just("张伟"))


@given(st.lists(st.lists(CELLS, min_size=9, max_size=9), max_size=8))
def test_every_row_is_accounted_for(rows: list[list[Any]]) -> None:
    batch = clean(*rows)
    numbers = (
        [row[0] for row in batch.rows] + [row[0] for row in batch.rejected] + [number for number, *_ in batch.skipped]
    )
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(range(3, 3 + len(rows)))
    assert {problem.row for problem in batch.problems if problem.fatal} == {row[0] for row in batch.rejected}
    for row in batch.rows:
        assert row[1 + POSITION["name"]]
        assert row[1 + POSITION["identity"]]
