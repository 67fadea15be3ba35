"""What captains type into the quick row, in the ways people write weekdays, times and names."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duties.logic.typed import Unreadable, read_number, read_teams, read_times, read_weekdays


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1-5", [0, 1, 2, 3, 4]),
        ("135", [0, 2, 4]),
        ("1、3，5", [0, 2, 4]),
        ("一三五", [0, 2, 4]),
        ("周一至周五", [0, 1, 2, 3, 4]),
        ("星期六、日", [5, 6]),
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("mwf", [0, 2, 4]),
        ("周末", [5, 6]),
        ("每天", [0, 1, 2, 3, 4, 5, 6]),
        ("6-1", [0, 5, 6]),
        ("3 3 3", [2]),
    ],
)
def test_weekdays(text: str, days: list[int]) -> None:
    assert read_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "8", "0", "1-", "-3", "1-9", "明天", "1--3", "x"])
def test_what_is_no_weekday_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_weekdays(text)


@pytest.mark.parametrize(
    ("text", "starts", "minutes"),
    [
        ("1930-2130", dt.time(19, 30), 120),
        ("19:30-21:30", dt.time(19, 30), 120),
        ("19：30—21：30", dt.time(19, 30), 120),
        ("19-21", dt.time(19), 120),
        ("19点-21点", dt.time(19), 120),
        ("730 800", dt.time(7, 30), 30),
        ("22-6", dt.time(22), 480),
        ("0-24", dt.time(0), 1440),
        ("8-8", dt.time(8), 1440),
        ("0700", dt.time(7), None),
    ],
)
def test_times(text: str, starts: dt.time, minutes: int | None) -> None:
    assert read_times(text) == (starts, minutes)


@pytest.mark.parametrize("text", ["", "25", "19:70", "19-", "-21", "晚上", "1930-2130-2230", "24:30-2"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_times(text)


def test_names_make_teams() -> None:
    assert read_teams("张伟 lm") == [["张伟", "lm"]]
    assert read_teams("zw、wf / ln，lm；cx") == [["zw", "wf"], ["ln", "lm"], ["cx"]]
    assert read_teams("zw zw") == [["zw"]]
    assert read_teams(" / ；") == []


@pytest.mark.parametrize(("text", "number"), [("4", 4), ("４", 4), (" 12人 ", 12)])
def test_numbers(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "four", "-1", "1.5", "1000"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


@given(st.text(max_size=30))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    for read in (read_weekdays, read_times, read_number):
        try:
            read(text)
        except Unreadable:
            continue
    assert all(name for team in read_teams(text) for name in team)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(1, 1440))
def test_a_written_span_is_read_back(hour: int, minute: int, length: int) -> None:
    ends = (hour * 60 + minute + length) % 1440
    assert read_times(f"{hour:02d}{minute:02d}-{ends // 60:02d}{ends % 60:02d}") == (dt.time(hour, minute), length)
