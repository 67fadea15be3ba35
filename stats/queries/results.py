"""A unit's results over a period: the unit as total, the units below it, and what they are compared with."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.db import connection
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.queries.scope import Node, current_tree
from stats.catalogue import MEASURES, Adds, Measure, adds_up_over_units
from stats.logic import periods
from stats.logic.months import broken_days
from stats.logic.periods import Period, PeriodFault
from stats.queries.figures import Value, figures

Values: TypeAlias = Mapping[str, Value]

#: From so many units on, people of broken months are counted after the page has been shown: it takes some tenths of a
#: second.
MANY_UNITS: Final = 200

_DIRTY = "SELECT EXISTS (SELECT FROM stats_dirty WHERE day < %s AND unit_id = ANY(%s))"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the unit came to in another period; `period` holds as many days as have come of the one asked for."""

    period: Period
    values: Values


@dataclass(frozen=True, slots=True)
class Line:
    """A unit straight below and what it came to."""

    node: Node
    values: Values


@dataclass(frozen=True, slots=True)
class Results:
    """What was asked for: `counted` is the part of `period` that has come, and what comparisons are made with.

    `own` is what the unit did without any unit below it, where that can be told apart: lines and own add up to the
    total. `later` are codes of measures that were left out because they take a moment. `counting`: facts have been
    written that are not in the figures yet.
    """

    unit: Node
    period: Period
    counted: Period
    measures: Sequence[Measure]
    total: Values
    lines: Sequence[Line]
    own: Values
    previous: Comparison
    year_before: Comparison
    later: frozenset[str]
    counting: bool

    @property
    def unfinished(self) -> bool:
        """Whether days of the period are still to come."""
        return self.counted != self.period

    @property
    def comparisons(self) -> list[Comparison]:
        """The period before and the year before, which of a year are one; none before the period has begun."""
        if not self.counted.days:
            return []
        same = self.year_before.period == self.previous.period
        return [self.previous] if same else [self.previous, self.year_before]


def period_of(text: str) -> Period:
    """The period that `text` names (see `stats.logic.periods`). Raises `Refusal` with the code `period.format`."""
    try:
        return periods.read(text[:60])
    except PeriodFault as fault:
        raise _refusal(fault) from None


def range_of(first: dt.date | None, last: dt.date | None) -> Period:
    """From one day to another, both included. Raises `Refusal` for days that are none and for the wrong order."""
    if first is None or last is None:
        raise Refusal(
            _("A range needs two days."),
            code="period.format",
            place="period",
            remedy=_("Choose its first and its last day."),
        )
    try:
        return periods.between(first, last)
    except PeriodFault as fault:
        raise _refusal(fault) from None


def _refusal(fault: PeriodFault) -> Refusal:
    text = {"text": fault.text[:40]}
    form = _(
        "Write a day as 2022-11-03, a week as 2022-W44, a month as 2022-11, a quarter as 2022-Q4, a year as 2022,"
        " a range as 2022-01-01..2022-03-15."
    )
    sentences = {
        "format": (_("“%(text)s” is no period.") % text, form),
        "date": (_("“%(text)s” does not exist in the calendar.") % text, form),
        "order": (
            _("The last day of “%(text)s” lies before its first.") % text,
            _("Please exchange the two days."),
        ),
        "years": (
            _("“%(text)s” lies too far away.") % text,
            _("Choose days from the year 2000 to the year 2199."),
        ),
        "long": (_("“%(text)s” is longer than ten years.") % text, _("Please choose a shorter range.")),
    }
    message, remedy = sentences[fault.code]
    return Refusal(message, code="period.format", place="period", remedy=remedy)


def results_of(
    unit: Node, period: Period, measures: Sequence[Measure], today: dt.date, *, at_once: bool = True
) -> Results:
    """The unit's results. The caller has checked that the reader may see them (`result.view`).

    Unless `at_once`, what takes a moment is left out and named in `later`.
    """
    children = list(current_tree().children(unit.id))
    counted = period.until(today)
    previous, year_before = period.previous(), period.year_before()
    if counted != period:
        # What is not over is compared with as many days; what is over with the whole, though months differ in length.
        previous, year_before = previous.beginning(counted.days), year_before.beginning(counted.days)
    slow = {one: frozenset[str]() if at_once else _slow(unit, measures, one) for one in (period, previous, year_before)}
    quick = [measure for measure in measures if measure.code not in slow[period]]
    found = figures([unit.id, *(node.id for node in children)], quick, period.first, period.end)
    total = _values(found, unit.id, measures)
    lines = [Line(node, _values(found, node.id, measures)) for node in children]
    shown = [line for line in lines if not line.node.closed or any(line.values.values())]
    return Results(
        unit=unit,
        period=period,
        counted=counted,
        measures=measures,
        total=total,
        lines=shown,
        own=_own(total, shown, quick) if children else {},
        previous=_compared(unit, previous, measures, slow[previous]),
        year_before=_compared(unit, year_before, measures, slow[year_before]),
        later=frozenset().union(*slow.values()),
        counting=is_counting(unit, period),
    )


def is_slow(unit: Node, measure: Measure, period: Period) -> bool:
    """Whether the measure's figure takes a moment: distinct people of broken months of many units."""
    many = unit.end - unit.position > MANY_UNITS
    return many and counts_people(measure) and bool(broken_days(period.first, period.end))


def _slow(unit: Node, measures: Iterable[Measure], period: Period) -> frozenset[str]:
    return frozenset(measure.code for measure in measures if is_slow(unit, measure, period))


def counts_people(measure: Measure) -> bool:
    """Whether the measure is a number of distinct people, or a ratio of one."""
    if measure.adds_up is Adds.RATIO:
        return any(MEASURES[code].adds_up is Adds.DISTINCT for code in (measure.numerator, measure.denominator))
    return measure.adds_up is Adds.DISTINCT


def comparable(measure: Measure) -> bool:
    """Whether there is a figure of another time: most of what is counted directly is known as of today only."""
    return measure.adds_up is not Adds.DIRECT or measure.dated


def _compared(unit: Node, period: Period, measures: Iterable[Measure], slow: frozenset[str]) -> Comparison:
    asked = [measure for measure in measures if comparable(measure) and measure.code not in slow]
    found = figures([unit.id], asked, period.first, period.end) if asked else {}
    return Comparison(period, _values(found, unit.id, asked))


def of_children(unit: Node, period: Period, measure: Measure) -> dict[int, Value]:
    """One measure of every unit straight below, by its id."""
    ids = [node.id for node in current_tree().children(unit.id)]
    found = figures(ids, [measure], period.first, period.end) if ids else {}
    return {identifier: found.get((identifier, measure.code)) for identifier in ids}


def is_counting(unit: Node, period: Period) -> bool:
    """Whether facts of the unit, or of units below it, wait to be counted that could change its figures."""
    with connection.cursor() as cursor:
        cursor.execute(_DIRTY, [period.end, current_tree().within(unit.id)])
        (counting,) = cursor.fetchone()
    return bool(counting)


def change(before: Value, now: Value) -> float | None:
    """The change in per cent; None where it makes no sense: nothing before, or nothing known."""
    if not before or now is None:
        return None
    return float((now - before) * 100 / before)


def measures_of(codes: Iterable[str]) -> list[Measure]:
    """The measures with these codes. Raises `Refusal` for a code that is none."""
    return [measure_of(code) for code in codes]


def measure_of(code: str) -> Measure:
    """The measure with this code. Raises `Refusal`."""
    found = MEASURES.get(code)
    if found is None:
        raise Refusal(
            _("There is no measure “%(code)s”.") % {"code": code[:40]},
            code="measure.unknown",
            place="measure",
            remedy=_("The list of measures stands beside the figures."),
        )
    return found


def _values(found: Mapping[tuple[int, str], Value], unit_id: int, measures: Iterable[Measure]) -> dict[str, Value]:
    return {measure.code: found.get((unit_id, measure.code)) for measure in measures}


def _own(total: Values, lines: Iterable[Line], measures: Iterable[Measure]) -> dict[str, Value]:
    """What is left of the total without the lines, for measures that add up over units; {} when nothing is."""
    left: dict[str, Value] = {
        measure.code: round((total[measure.code] or 0) - sum(line.values[measure.code] or 0 for line in lines), 6)
        for measure in measures
        if adds_up_over_units(measure)
    }
    return left if any(left.values()) else {}
