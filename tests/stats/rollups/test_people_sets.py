"""Packed sets of people, and the months a period is cut into."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.logic.months import bits_by_month, broken_days, month_of, next_month, whole_months
from stats.logic.people import keys_of, pack, pack_keys, set_of, size, unite, unpack

KEYS = st.sets(st.integers(0, 200_000), max_size=300) | st.sets(st.integers(0, 90), max_size=80)
DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2025, 12, 31))


@given(KEYS)
def test_a_set_comes_back(keys: set[int]) -> None:
    people = set_of(keys)
    assert people.bit_count() == len(keys)
    assert keys_of(people) == sorted(keys)
    assert unpack(pack(people)) == people
    assert pack_keys(sorted(keys)) == pack(people)
    # Never longer than its keys, nor than the bits up to the largest.
    assert len(pack(people)) <= 1 + min(4 * len(keys), max(keys, default=-1) // 8 + 1)


@given(KEYS, KEYS)
def test_union(one: set[int], other: set[int]) -> None:
    assert keys_of(unpack(pack(set_of(one))) | unpack(pack(set_of(other)))) == sorted(one | other)


@given(st.lists(KEYS, min_size=1, max_size=6))
def test_union_of_packed_sets(sets: list[set[int]]) -> None:
    united = unite([pack(set_of(keys)) for keys in sets])
    # Equal sets have equal bytes, however they came about: a drain writes only what differs.
    assert united == pack(set_of(set().union(*sets)))
    assert size(united) == len(set().union(*sets))


@given(DAYS, DAYS)
def test_days_as_bits_by_month(first: dt.date, end: dt.date) -> None:
    days = [
        month + dt.timedelta(number)
        for month, bits in bits_by_month(first, end).items()
        for number in range(31)
        if bits >> number & 1
    ]
    assert days == [first + dt.timedelta(number) for number in range((end - first).days)]


def test_a_negative_key() -> None:
    with pytest.raises(ValueError, match="negative"):
        set_of([3, -1])


@given(DAYS, DAYS)
def test_months_and_broken_days_are_the_period_once(first: dt.date, end: dt.date) -> None:
    days = []
    months = whole_months(first, end) if first < end else None
    for since, until in [*broken_days(first, end), *([months] if months else [])]:
        assert since < until
        days += [since + dt.timedelta(number) for number in range((until - since).days)]
    assert sorted(days) == [first + dt.timedelta(number) for number in range((end - first).days)]
    if months:
        assert months == (month_of(months[0]), month_of(months[1]))
        assert next_month(months[0]) <= months[1]
