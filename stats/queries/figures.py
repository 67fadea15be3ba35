"""Figures: measures of units for a period, read from the units' own rows of the roll-ups.

A period is half-open: `end` is the first day that no longer belongs to it. Flows are sums of its days, stocks what
there is at its end, distinct people the union of its months and of the days of broken ones. Ratios follow from these,
and what stands in small tables is counted there.

Who may see which unit is the business of whoever asks: units are given explicitly.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from django.db import connection

from corps.queries.scope import current_tree
from stats.catalogue import MEASURES, Adds, Measure
from stats.logic.months import bits_by_month, broken_days, next_month, whole_months
from stats.logic.people import set_of, unpack
from stats.queries import trained
from stats.queries.direct import direct_figures

Value: TypeAlias = int | float | None
Figures: TypeAlias = dict[tuple[int, str], Value]


def figures(unit_ids: Collection[int], measures: Iterable[Measure | str], first: dt.date, end: dt.date) -> Figures:
    """The figure of every unit and measure in [first, end), by (unit id, code): 0 where nothing was counted.

    Ratios are unrounded and None where the denominator is 0; hours are a fraction. Raises `KeyError` for an unknown
    code.
    """
    asked = [MEASURES[one] if isinstance(one, str) else one for one in measures]
    needed = _with_parts_of_ratios(asked)
    units = list(dict.fromkeys(unit_ids))
    found: Figures = {(unit_id, measure.code): 0 for unit_id in units for measure in needed.values()}
    if units:
        _add_flows(found, units, _of(needed, Adds.FLOW), first, end)
        _add_stocks(found, units, _of(needed, Adds.STOCK), end)
        _add_distinct(found, units, _of(needed, Adds.DISTINCT), first, end)
        _add_direct(found, units, _of(needed, Adds.DIRECT), end)
        for measure in _of(needed, Adds.RATIO):
            for unit_id in units:
                found[unit_id, measure.code] = _ratio(found, unit_id, measure)
    return {(unit_id, measure.code): found[unit_id, measure.code] for unit_id in units for measure in asked}


def figures_of(unit_id: int, measures: Iterable[Measure | str], first: dt.date, end: dt.date) -> dict[str, Value]:
    """The figures of one unit by code."""
    return {code: value for (_unit, code), value in figures([unit_id], measures, first, end).items()}


def series(
    unit_id: int, measures: Iterable[Measure | str], steps: Sequence[tuple[dt.date, dt.date]]
) -> dict[str, list[Value]]:
    """By code, the figures of one unit for each of the consecutive periods `steps` ([first, end) pairs), in order.

    Flows, stocks and training of all steps take one query each, however many steps (of training, sixty at once).
    """
    asked = [MEASURES[one] if isinstance(one, str) else one for one in measures]
    needed = _with_parts_of_ratios(asked)
    found: list[Figures] = [{(unit_id, code): 0 for code in needed} for _step in steps]
    if steps:
        _series_of_flows(found, unit_id, _of(needed, Adds.FLOW), steps)
        _series_of_stocks(found, unit_id, _of(needed, Adds.STOCK), steps)
        distinct, direct = _of(needed, Adds.DISTINCT), _of(needed, Adds.DIRECT)
        in_training = [measure for measure in direct if measure.direct in trained.CODES]
        direct = [measure for measure in direct if measure not in in_training]
        _series_of_training(found, unit_id, in_training, steps)
        for number, (first, end) in enumerate(steps):
            _add_distinct(found[number], [unit_id], distinct, first, end)
            _add_direct(found[number], [unit_id], direct, end)
            for measure in _of(needed, Adds.RATIO):
                found[number][unit_id, measure.code] = _ratio(found[number], unit_id, measure)
    return {measure.code: [step[unit_id, measure.code] for step in found] for measure in asked}


def _with_parts_of_ratios(asked: Iterable[Measure]) -> dict[str, Measure]:
    needed: dict[str, Measure] = {}
    for measure in asked:
        needed[measure.code] = measure
        if measure.adds_up is Adds.RATIO:
            for code in (measure.numerator, measure.denominator):
                needed[code] = MEASURES[code]
    return needed


def _of(needed: dict[str, Measure], adds_up: Adds) -> list[Measure]:
    return [measure for measure in needed.values() if measure.adds_up is adds_up]


def _columns(measures: Iterable[Measure]) -> list[str]:
    return list(dict.fromkeys(column for measure in measures for column in measure.columns))


def _sums(columns: Iterable[str]) -> str:
    return ", ".join(f"coalesce(sum(t.{column}), 0)::bigint" for column in columns)


def _value(measure: Measure, sums: dict[str, int]) -> int | float:
    total = sum(sums[column] for column in measure.columns)
    return total if measure.divisor == 1 else total / measure.divisor


def _ratio(found: Figures, unit_id: int, measure: Measure) -> float | None:
    above, below = found[unit_id, measure.numerator], found[unit_id, measure.denominator]
    if not below or above is None:
        return None
    return above * (100 if measure.percent else 1) / below


def _add_flows(found: Figures, units: list[int], measures: list[Measure], first: dt.date, end: dt.date) -> None:
    columns = _columns(measures)
    if not columns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.unit_id, {_sums(columns)} FROM stats_totalday t"
            " WHERE t.unit_id = ANY(%s) AND t.day >= %s AND t.day < %s GROUP BY t.unit_id",
            [units, first, end],
        )
        for unit_id, *values in cursor.fetchall():
            sums = dict(zip(columns, values, strict=True))
            for measure in measures:
                found[unit_id, measure.code] = _value(measure, sums)


# Repeats the condition of the partial index, so that only days on which somebody came or went are read.
_CAME_OR_WENT = "(t.joined IS NOT NULL OR t.departed IS NOT NULL)"


def _add_stocks(found: Figures, units: list[int], measures: list[Measure], end: dt.date) -> None:
    columns = _columns(measures)
    if not columns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.unit_id, {_sums(columns)} FROM stats_totalday t"
            f" WHERE t.unit_id = ANY(%s) AND t.day < %s AND {_CAME_OR_WENT} GROUP BY t.unit_id",
            [units, end],
        )
        for unit_id, *values in cursor.fetchall():
            sums = dict(zip(columns, values, strict=True))
            for measure in measures:
                found[unit_id, measure.code] = _value(measure, sums)


def _series_of_flows(
    found: list[Figures], unit_id: int, measures: list[Measure], steps: Sequence[tuple[dt.date, dt.date]]
) -> None:
    columns = _columns(measures)
    if not columns:
        return
    with connection.cursor() as cursor:
        # One range of the index for all steps; what lies between two steps is left out by the join.
        cursor.execute(
            f"SELECT s.place, {_sums(columns)}"
            " FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY AS s (first, after, place)"
            " JOIN stats_totalday t ON t.day >= s.first AND t.day < s.after"
            " WHERE t.unit_id = %s AND t.day >= %s AND t.day < %s GROUP BY s.place",
            [
                [first for first, _end in steps],
                [end for _first, end in steps],
                unit_id,
                min(first for first, _end in steps),
                max(end for _first, end in steps),
            ],
        )
        for place, *values in cursor.fetchall():
            sums = dict(zip(columns, values, strict=True))
            for measure in measures:
                found[place - 1][unit_id, measure.code] = _value(measure, sums)


def _series_of_stocks(
    found: list[Figures], unit_id: int, measures: list[Measure], steps: Sequence[tuple[dt.date, dt.date]]
) -> None:
    columns = _columns(measures)
    if not columns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.place, {_sums(columns)}"
            " FROM unnest(%s::date[]) WITH ORDINALITY AS s (after, place) JOIN stats_totalday t ON t.day < s.after"
            f" WHERE t.unit_id = %s AND {_CAME_OR_WENT} GROUP BY s.place",
            [[end for _first, end in steps], unit_id],
        )
        for place, *values in cursor.fetchall():
            sums = dict(zip(columns, values, strict=True))
            for measure in measures:
                found[place - 1][unit_id, measure.code] = _value(measure, sums)


def _series_of_training(
    found: list[Figures], unit_id: int, measures: list[Measure], steps: Sequence[tuple[dt.date, dt.date]]
) -> None:
    if measures:
        counted = trained.series(current_tree().within(unit_id), [end for _first, end in steps])
        for place, numbers in enumerate(counted):
            for measure in measures:
                found[place][unit_id, measure.code] = numbers[measure.direct]


def _add_distinct(found: Figures, units: list[int], measures: list[Measure], first: dt.date, end: dt.date) -> None:
    if not measures:
        return
    if first.day == 1 and end == next_month(first):
        numbers = _numbers_of_month(units, first)
    else:
        numbers = {unit_id: people.bit_count() for unit_id, people in people_who_served(units, first, end).items()}
    for measure in measures:
        for unit_id in units:
            found[unit_id, measure.code] = numbers.get(unit_id, 0)


def _add_direct(found: Figures, units: list[int], measures: list[Measure], end: dt.date) -> None:
    counted = direct_figures([measure.direct for measure in measures], units, end)
    for measure in measures:
        for unit_id, number in counted[measure.direct].items():
            found[unit_id, measure.code] = number


def _numbers_of_month(units: list[int], month: dt.date) -> dict[int, int]:
    """Of one month the size of the set is stored beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id, number FROM stats_monthset WHERE unit_id = ANY(%s) AND month = %s", [units, month]
        )
        return dict(cursor.fetchall())


def people_who_served(units: Sequence[int], first: dt.date, end: dt.date) -> dict[int, int]:
    """For each unit the set (see `stats.logic.people`) of members who served in [first, end) in it or below it."""
    people = dict.fromkeys(units, 0)
    months = whole_months(first, end)
    with connection.cursor() as cursor:
        if months is not None:
            cursor.execute(
                "SELECT unit_id, members FROM stats_monthset WHERE unit_id = ANY(%s) AND month >= %s AND month < %s",
                [list(units), *months],
            )
            for unit_id, members in cursor.fetchall():
                people[unit_id] |= unpack(members)
    days = {month: bits for period in broken_days(first, end) for month, bits in bits_by_month(*period).items()}
    if days:
        for unit_id, served in _served_on(units, days).items():
            people[unit_id] |= served
    return people


def _served_on(units: Sequence[int], days: dict[dt.date, int]) -> dict[int, int]:
    """Who served on these days of months; the own people of all units below are read once."""
    tree = current_tree()
    within = {unit_id: tree.within(unit_id) for unit_id in units}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.unit_id, array_agg(s.member_id) FROM unnest(%s::date[], %s::integer[]) AS m (month, bits)"
            " JOIN stats_ownmonth o ON o.month = m.month AND o.unit_id = ANY(%s)"
            " CROSS JOIN unnest(o.members, o.days) AS s (member_id, days)"
            " WHERE s.days & m.bits <> 0 GROUP BY o.unit_id",
            [list(days), list(days.values()), sorted({below for ids in within.values() for below in ids})],
        )
        own = {unit_id: set_of(members) for unit_id, members in cursor.fetchall()}
    found = dict.fromkeys(units, 0)
    for unit_id, below in within.items():
        for identifier in below:
            found[unit_id] |= own.get(identifier, 0)
    return found
