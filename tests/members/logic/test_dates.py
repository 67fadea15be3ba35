"""Dates in the ways people write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.logic.dates import DateReader
from members.logic.flaws import ERROR, WARNING, Flaw

TODAY = dt.date(2026, 11, 21)
DAYS = st.dates(dt.date(1950, 1, 1), TODAY)


def read(cell: object, **options: bool) -> object:
    return DateReader(TODAY, **options).read(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "2022-11-3",
        "2022-11-03",
        "2022.11.3",
        "2022．11．3",
        "2022/11/03",
        "20221103",
        "2022年11月3日",
        "2022年11月3号",
        "2022 年 11 月 3 日",
        "２０２２年１１月３日",
        "二〇二二年十一月三日",
        "二零二二年十一月三日",
        "2022-11-03 00:00:00",
        "2022/11/3 0:00",
        "2022-11-03T08:30:00",
        "'2022-11-3",
        "2022\\11\\3",
        "2022、11、3",
        "2022年11月3",
        "2022-11-03 周四",
        "2022年11月3日 星期四",
        "2022—11—3",
        44868.0,
        44868,
        44868.75,
        "44868",
        20221103.0,
        dt.date(2022, 11, 3),
        dt.datetime.fromisoformat("2022-11-03T23:59:00"),
    ],
)
def test_every_usual_way_is_read(cell: object) -> None:
    assert read(cell) == "2022-11-03"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("二〇二一年十月三十一日", "2021-10-31"),
        ("一九九八年二月二十日", "1998-02-20"),
        ("二零二二年十二月廿三日", "2022-12-23"),
    ],
)
def test_chinese_numerals(cell: str, expected: str) -> None:
    assert read(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code", "value"),
    [
        ("2022年11月", "date_no_day", "2022-11-01"),
        ("2022-11", "date_no_day", "2022-11-01"),
        ("2022年11月份", "date_no_day", "2022-11-01"),
        ("202211", "date_no_day", "2022-11-01"),
        (202211.0, "date_no_day", "2022-11-01"),
        (2022.11, "date_no_day", "2022-11-01"),
        ("2022年", "date_no_month", "2022-01-01"),
        (2022.0, "date_no_month", "2022-01-01"),
        ("22.11.3", "date_two_digit_year", "2022-11-03"),
        ("98-5-1", "date_two_digit_year", "1998-05-01"),
        ("22年11月3日", "date_two_digit_year", "2022-11-03"),
    ],
)
def test_what_is_incomplete_is_taken_with_a_warning(cell: object, code: str, value: str) -> None:
    flaw = read(cell)
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == (code, WARNING, value)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("11/3/2022", "date_ambiguous"),
        ("10/11/12", "date_ambiguous"),
        (2022.1, "date_ambiguous"),
        ("2022-13-1", "date_impossible"),
        ("2022-2-30", "date_impossible"),
        ("20221301", "date_impossible"),
        ("13/13/2022", "date_impossible"),
        ("2026-11-22", "date_future"),
        ("1899-12-31", "date_implausible"),
        ("2199-01-01", "date_implausible"),
        ("去年", "date_unreadable"),
        ("2022年初", "date_unreadable"),
        ("2022-11-3至2023-11-3", "date_unreadable"),
        (True, "date_unreadable"),
        (dt.time(8, 30), "date_unreadable"),
        (7.0, "date_unreadable"),
        ("2" * 100, "date_unreadable"),
    ],
)
def test_what_nobody_can_tell_is_refused(cell: object, code: str) -> None:
    flaw = read(cell)
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == (code, ERROR, None)


def test_only_one_order_is_possible_beyond_twelve() -> None:
    assert read("11/23/2022") == "2022-11-23"
    assert read("23/11/2022") == "2022-11-23"
    assert read("5/5/2022") == "2022-05-05"


def test_dates_that_may_lie_ahead() -> None:
    assert read("2027-06-30", future=True) == "2027-06-30"
    flaw = read("27.6.30", future=True)
    assert isinstance(flaw, Flaw)
    assert flaw.value == "2027-06-30"


def test_both_systems_of_serial_numbers() -> None:
    assert read(43406.0, epoch_1904=True) == "2022-11-03"
    assert read(44868.0) == "2022-11-03"


@pytest.mark.parametrize("cell", ["", " ", "无", "/", "—", None])
def test_blank_cells_are_nothing(cell: object) -> None:
    assert read(cell) is None


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00"]))
def test_round_trip(day: dt.date, form: str) -> None:
    assert read(day.strftime(form)) == day.isoformat()


@given(DAYS)
def test_serial_numbers_round_trip(day: dt.date) -> None:
    assert read(float((day - dt.date(1899, 12, 30)).days)) == day.isoformat()


@given(
    st.one_of(st.text(), st.text("0123456789-./年月日 "), st.floats(), st.integers(), st.datetimes(), st.timedeltas())
)
def test_nothing_in_a_cell_raises(cell: object) -> None:
    found = read(cell)
    assert found is None or isinstance(found, str | Flaw)
