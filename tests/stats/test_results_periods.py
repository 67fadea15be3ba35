"""Periods: what they are called, what lies before them, and what is none."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.logic.periods import (
    FIRST_YEAR,
    Kind,
    Period,
    PeriodFault,
    around,
    between,
    label,
    read,
    run_up,
    short_label,
    step_of,
)

KINDS = (Kind.DAY, Kind.WEEK, Kind.MONTH, Kind.QUARTER, Kind.YEAR)
days = st.dates(dt.date(2001, 1, 1), dt.date(2198, 12, 31))


@pytest.mark.parametrize(
    ("word", "first", "last", "chinese", "english"),
    [
        ("2022-11-03", "2022-11-03", "2022-11-03", "2022年11月3日 周四", "Thu 3 Nov 2022"),
        (
            "2022-W44",
            "2022-10-31",
            "2022-11-06",
            "2022年第44周（10月31日至11月6日）",
            "Week 44 of 2022 (31 Oct – 6 Nov)",
        ),
        (
            "2020-W53",
            "2020-12-28",
            "2021-01-03",
            "2020年第53周（12月28日至2021年1月3日）",
            "Week 53 of 2020 (28 Dec – 3 Jan 2021)",
        ),
        ("2022-02", "2022-02-01", "2022-02-28", "2022年2月", "Feb 2022"),
        ("2022-Q4", "2022-10-01", "2022-12-31", "2022年第四季度", "Q4 2022"),
        ("2022", "2022-01-01", "2022-12-31", "2022年", "2022"),
        ("2022-01-01..2022-03-15", "2022-01-01", "2022-03-15", "2022年1月1日至3月15日", "1 Jan – 15 Mar 2022"),
        (
            "2021-12-01..2022-01-31",
            "2021-12-01",
            "2022-01-31",
            "2021年12月1日至2022年1月31日",
            "1 Dec 2021 – 31 Jan 2022",
        ),
    ],
)
def test_a_word_names_a_period(word: str, first: str, last: str, chinese: str, english: str) -> None:
    period = read(word)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (label(period, chinese=True), label(period, chinese=False)) == (chinese, english)
    assert period.code == word


@pytest.mark.parametrize(
    ("word", "previous", "year_before"),
    [
        ("2022-03-01", "2022-02-28", "2021-03-01"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2022-W01", "2021-W52", "2021-W01"),
        ("2020-W53", "2020-W52", "2019-W52"),
        ("2022-01", "2021-12", "2021-01"),
        ("2022-Q1", "2021-Q4", "2021-Q1"),
        ("2022", "2021", "2021"),
        # Whole months are compared with as many months, other ranges with as many days.
        ("2022-03-01..2022-04-30", "2022-01-01..2022-02-28", "2021-03-01..2021-04-30"),
        ("2022-03-10..2022-03-19", "2022-02-28..2022-03-09", "2021-03-10..2021-03-19"),
        ("2024-02-01..2024-02-28", "2024-01-04..2024-01-31", "2023-02-01..2023-02-28"),
    ],
)
def test_what_a_period_is_compared_with(word: str, previous: str, year_before: str) -> None:
    period = read(word)
    assert (period.previous().code, period.year_before().code) == (previous, year_before)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("2026-13", "date"),
        ("2026-00", "date"),
        ("2026-02-30", "date"),
        ("2021-W53", "date"),
        ("2021-W00", "date"),
        ("2026-Q5", "format"),
        ("1999-12", "years"),
        ("9999", "years"),
        ("0000-01-01..2022-01-01", "date"),
        ("2022-03-15..2022-01-01", "order"),
        ("2001-01-01..2022-01-01", "long"),
        ("2022-01-01..", "format"),
        ("..", "format"),
        ("", "format"),
        ("last month", "format"),
        ("２０２２", "format"),
        ("2022-11-03\n2022", "format"),
        ("2022-1-3", "format"),
        ("'; DROP TABLE", "format"),
    ],
)
def test_odd_words_name_none_and_say_why(word: str, code: str) -> None:
    with pytest.raises(PeriodFault) as fault:
        read(word)
    assert fault.value.code == code


@given(st.sampled_from(KINDS), days)
def test_periods_of_a_kind_follow_each_other_without_a_gap(kind: Kind, day: dt.date) -> None:
    period = around(kind, day)
    assert period.first <= day < period.end
    assert read(period.code) == period
    assert period.previous().end == period.first
    assert period.next().first == period.end
    assert period.next().previous() == period
    assert period.year_before().end <= period.first or kind == Kind.WEEK


@given(days, st.integers(0, 3000))
def test_any_range_is_written_and_read_again(first: dt.date, length: int) -> None:
    last = min(first + dt.timedelta(days=length), dt.date(2199, 12, 31))
    period = between(first, last)
    assert (period.first, period.last) == (first, last)
    assert read(period.code) == period
    assert period.previous().end == period.first
    if period.first.year > FIRST_YEAR:
        assert period.year_before().first.year == first.year - 1


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    with suppress(PeriodFault):
        assert read(text).days > 0


def test_a_range_of_exactly_a_month_is_the_month() -> None:
    assert between(dt.date(2022, 2, 1), dt.date(2022, 2, 28)).kind == Kind.MONTH
    assert between(dt.date(2022, 1, 1), dt.date(2022, 12, 31)).kind == Kind.YEAR
    assert between(dt.date(2022, 4, 1), dt.date(2022, 6, 30)).code == "2022-Q2"


def test_an_unfinished_period_is_compared_with_as_many_days() -> None:
    month = read("2022-11")
    so_far = month.until(dt.date(2022, 11, 3))
    assert (so_far.first, so_far.last) == (dt.date(2022, 11, 1), dt.date(2022, 11, 3))
    assert so_far.code == "2022-11"
    before = month.previous().beginning(so_far.days)
    assert (before.first, before.last) == (dt.date(2022, 10, 1), dt.date(2022, 10, 3))
    assert (before.named().code, month.named().code) == ("2022-10-01..2022-10-03", "2022-11")
    assert month.until(dt.date(2023, 1, 1)) == month
    assert month.until(dt.date(2022, 9, 9)).days == 0
    assert read("2022-02").beginning(31).days == 28


def test_a_trend_has_a_readable_number_of_points() -> None:
    assert [step_of(read(word)) for word in ("2022-11", "2022-Q4", "2022", "2017-01-01..2021-12-31")] == [
        Kind.DAY,
        Kind.WEEK,
        Kind.MONTH,
        Kind.YEAR,
    ]
    assert [one.code for one in run_up(read("2022-02"), 4)] == ["2021-11", "2021-12", "2022-01", "2022-02"]
    assert len(run_up(read("2001"), 12)) == 2


@pytest.mark.parametrize(
    ("word", "chinese", "english"),
    [
        ("2022-11-03", "11-03", "11-03"),
        ("2022-W44", "44周", "W44"),
        ("2022-11", "11月", "Nov"),
        ("2022-Q4", "四季度", "Q4"),
    ],
)
def test_short_labels(word: str, chinese: str, english: str) -> None:
    period = read(word)
    assert (short_label(period, chinese=True), short_label(period, chinese=False)) == (chinese, english)


def test_a_range_lies_around_no_day() -> None:
    with pytest.raises(ValueError, match="range"):
        around(Kind.RANGE, dt.date(2022, 1, 1))
    assert isinstance(around(Kind.DAY, dt.date(2022, 1, 1)), Period)
