"""Numbers and times as readers expect them, in both languages."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from yiwu import formatting


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0, 0, "0"), (124000, 0, "124,000"), (-1234.5, 0, "−1,235"), (0.25, 1, "0.3"), (2.5, 0, "3"), (-0.04, 1, "0.0")],
)
def test_exact(value: float, digits: int, text: str) -> None:
    assert formatting.exact(value, digits) == text


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (9999, "9,999", "9,999"),
        (10_000, "1 万", "10 k"),
        (124_000, "12.4 万", "124 k"),
        (99_999_999, "1 亿", "100 M"),
        (8_000_000, "800 万", "8 M"),
        (-124_000, "−12.4 万", "−124 k"),
    ],
)
def test_headline(value: int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert formatting.headline(value) == chinese
    with translation.override("en"):
        assert formatting.headline(value) == english


def test_a_headline_that_is_short_enough_keeps_its_decimals() -> None:
    assert formatting.headline(0.25, 1) == "0.3"
    assert formatting.headline(12.5) == "13"


@pytest.mark.parametrize(("value", "text"), [(12.44, "+12.4"), (-3, "−3.0"), (0, "0.0"), (0.04, "0.0"), (-0.04, "0.0")])
def test_signed(value: float, text: str) -> None:
    assert formatting.signed(value) == text


def test_a_moment_is_shown_in_local_time() -> None:
    late = dt.datetime(2022, 11, 3, 17, 30, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        assert formatting.day(late) == "2022年11月4日"
        assert formatting.day_short(late) == "11-04 周五"
        assert formatting.moment(late) == "2022年11月4日 01:30"
    with translation.override("en"):
        assert formatting.moment(late) == "4 Nov 2022 01:30"


def test_this_years_moments_leave_the_year_out() -> None:
    now = timezone.localtime()
    with translation.override("zh-hans"):
        assert formatting.moment(now).startswith(f"{now.month:02d}-{now.day:02d} 周")


def test_a_date_stays_the_date() -> None:
    with translation.override("zh-hans"):
        assert formatting.day(dt.date(2021, 12, 5)) == "2021年12月5日"
