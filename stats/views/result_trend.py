"""Beside the table: how one measure ran up to the period, and the units below by it."""

import datetime as dt
from typing import Any, Final

from django.utils.translation import gettext as _

from corps.languages import in_chinese
from corps.queries.scope import Node
from stats.catalogue import Adds, Measure
from stats.logic.periods import Kind, Period, around, run_up, short_label, step_of
from stats.queries.figures import Value, series
from stats.queries.results import Results, change, comparable, counts_people, is_slow, of_children
from stats.views.asking import facts_url

_STEPS: Final = {Kind.DAY: 31, Kind.WEEK: 13, Kind.MONTH: 13, Kind.QUARTER: 9}
_MONTHS: Final = 13


def trend(unit: Node, measure: Measure, period: Period, today: dt.date) -> dict[str, Any]:
    """A line of the measure up to the period, of a year or a range within it; where there is none, `missing` says why.

    `last_unfinished` where the last step is not over.
    """
    if not comparable(measure):
        return {"missing": _("This figure is known as of today only; it has no trend.")}
    steps = [one for one in _steps(measure, period) if one.first <= today]
    if len(steps) < 2:
        return {"missing": _("So far there is a single point; a trend begins with the second.")}
    values = series(unit.id, [measure], [(one.first, one.end) for one in steps])[measure.code]
    return {
        "categories": [_label(one, first=one is steps[0]) for one in steps],
        "series": [{"name": measure.name, "values": values}],
        "last_unfinished": steps[-1].last > today,
    }


def _steps(measure: Measure, period: Period) -> list[Period]:
    if counts_people(measure) and period.kind in {Kind.DAY, Kind.WEEK, Kind.RANGE}:
        # Distinct people are kept by month; every day would be counted from the facts for itself.
        return run_up(around(Kind.MONTH, period.last), _MONTHS)
    if period.kind in _STEPS:
        return run_up(period, _STEPS[period.kind])
    kind = Kind.MONTH if period.kind == Kind.YEAR else step_of(period)
    steps, one = [], around(kind, period.first)
    while one.first < period.end:
        steps.append(Period(one.kind, max(one.first, period.first), min(one.end, period.end)))
        one = one.next()
    return steps


def _label(step: Period, *, first: bool) -> str:
    """The year stands beside the first step and wherever a year begins."""
    chinese = in_chinese()
    if step.kind in {Kind.MONTH, Kind.QUARTER} and (first or step.first.month == 1):
        year = f"{step.first:%y}年" if chinese else f"{step.first:%Y} "
        return f"{year}{short_label(step, chinese=chinese)}"
    return short_label(step, chinese=chinese)


def league(measure: Measure, found: Results) -> dict[str, Any] | None:
    """The units below by the measure, largest first; None where there is nothing to compare."""
    known = [(line.node, value) for line in found.lines if (value := line.values.get(measure.code)) is not None]
    if len(found.lines) < 2 or not any(value for _node, value in known):
        return None
    before, year = (_of_children(found.unit, one.period, measure) for one in (found.previous, found.year_before))
    known.sort(key=lambda one: -one[1])
    rows = [
        {
            "name": node.short_name,
            "value": value,
            "url": facts_url(node.code, measure, found.period) if value else "",
            "before": before.get(node.id),
            "change": change(before.get(node.id), value),
            "year": year.get(node.id),
            "year_change": change(year.get(node.id), value),
        }
        for node, value in known
    ]
    # Shares of people who may serve in two units, and of ratios, would be shares of nothing.
    add_up = not (measure.adds_up is Adds.RATIO or counts_people(measure))
    bars = [(row["name"], round(value), row["url"]) for row, (_node, value) in zip(rows, known, strict=True)]
    return {"rows": rows, "bars": bars if add_up else []}


def _of_children(unit: Node, period: Period, measure: Measure) -> dict[int, Value]:
    """One measure of the units below in a period compared with; {} where it is not known or takes a moment."""
    if not comparable(measure) or is_slow(unit, measure, period):
        return {}
    return of_children(unit, period, measure)
