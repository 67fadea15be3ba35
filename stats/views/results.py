"""The results of a unit: the table of the unit and those below it, its trend, its league, and the facts behind it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, local_today
from corps.queries.units import level_names
from corps.views.pages import frame, refused, rights, unit_door
from stats.catalogue import MEASURES, Adds, Group, Measure
from stats.catalogue import measures_of as measures_of_group
from stats.exports.results import ACTION, export_results
from stats.logic.periods import FIRST_YEAR, Kind, Period, around, label, run_up, short_label, step_of
from stats.queries.alarms import alarm_rates
from stats.queries.figures import Value, series
from stats.queries.results import (
    Results,
    change,
    comparable,
    counts_people,
    is_slow,
    measure_of,
    of_children,
    period_of,
    range_of,
    results_of,
)

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OVERVIEW: Final = "overview"
EVERYTHING: Final = "all"
#: What the overview shows, in the order of the catalogue.
OVERVIEW_CODES: Final = frozenset(
    {
        *("attended", "patrol_force", "hours", "served"),
        *("shifts", "security_sessions"),
        *("disputes", "clues", "cases", "assists", "hazards", "rescues", "helps"),
        *("publicity_sessions", "leaflets"),
        *("people", "joined"),
    }
)
_TILES: Final = ("attended", "shifts", "disputes", "publicity_sessions", "people")
_TREND_STEPS: Final = {Kind.DAY: 31, Kind.WEEK: 13, Kind.MONTH: 13, Kind.QUARTER: 9}
_TREND_MONTHS: Final = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader of results asked for; `trouble` says why it was not what they wrote."""

    period: Period
    group: str
    measure: Measure | None
    everything: bool
    trouble: Refusal | None = None


@require_GET
@unit_door(Permission.RESULT_VIEW)
def results(request: HttpRequest, unit: Node) -> HttpResponse:
    """The table, the trend and the league of a unit over a period."""
    asked = asked_for(request)
    today = local_today()
    found = results_of(unit, asked.period, chosen_measures(asked), today, at_once="now" in request.GET)
    shown = with_something(found, asked)
    chosen = asked.measure or shown[0]
    values = {
        **_times(asked, found, today),
        "trouble": asked.trouble,
        "asked": asked,
        "groups": _group_chips(asked),
        "heads": heads_of(shown),
        "measures": [_head(measure, asked, chosen) for measure in shown],
        "lines": _lines(unit, found, shown, asked),
        "left_out": len(found.measures) - len(shown),
        "everything_url": _query(asked, everything="1"),
        "tiles": _tiles(unit, found, asked),
        "chosen": chosen,
        "trend": _trend(unit, chosen, asked.period, today),
        "league": _league(unit, chosen, found),
        "alarms": alarm_rates(unit, asked.period),
        "later_url": _query(asked, now="1") if found.later else "",
        "counting": found.counting,
        "export_url": f"{reverse('results_export', args=[unit.code])}{_query(asked)}",
        "level_name": level_names(unit.corps_id).get(unit.level, ""),
        **rights(actor_of(request), unit.id, Permission.RESULT_EXPORT),
    }
    answer = render(request, "stats/results.html", frame(request, unit, "results", **values))
    answer.status_code = 400 if asked.trouble else 200
    return answer


@require_POST
@unit_door(Permission.RESULT_EXPORT, refused_as=ACTION)
def export(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """The table the address asks for as a workbook."""
    try:
        asked = asked_for(request, strict=True)
    except Refusal as refusal:
        return refused(request, refusal, reverse("results", args=[unit.code]))
    found = results_of(unit, asked.period, chosen_measures(asked), local_today())
    made = export_results(actor=actor_of(request), found=found, measures=with_something(found, asked))
    disposition = content_disposition_header(as_attachment=True, filename=made.name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(made.content, content_type=WORKBOOK, headers=headers)


def asked_for(request: HttpRequest, *, strict: bool = False) -> Asked:
    """What the address asks for: `period`, or `since` and `until`; `group`, `measure`, `all`.

    What makes no sense is answered by the running month, and `trouble` says so; with `strict` it is raised.
    """
    trouble: Refusal | None = None
    period, measure = around(Kind.MONTH, local_today()), None
    try:
        period = _period(request) or period
        if code := request.GET.get("measure", ""):
            measure = measure_of(code)
    except Refusal as refusal:
        if strict:
            raise
        trouble = refusal
    group = request.GET.get("group", OVERVIEW)
    known = {OVERVIEW, EVERYTHING, *(one.value for one in Group)}
    return Asked(period, group if group in known else OVERVIEW, measure, "all" in request.GET, trouble)


def _period(request: HttpRequest) -> Period | None:
    if text := request.GET.get("period", "").strip():
        return period_of(text)
    since, until = (request.GET.get(name, "").strip() for name in ("since", "until"))
    return range_of(_day(since), _day(until)) if since or until else None


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def chosen_measures(asked: Asked) -> list[Measure]:
    """The measures of the group that was asked for, in the order of the catalogue."""
    if asked.group == EVERYTHING:
        return list(MEASURES.values())
    if asked.group == OVERVIEW:
        return [measure for measure in MEASURES.values() if measure.code in OVERVIEW_CODES]
    return measures_of_group(Group(asked.group))


def with_something(found: Results, asked: Asked) -> list[Measure]:
    """The measures that have anything now or in the periods compared; all of the overview, and all when asked."""
    if asked.everything or asked.group == OVERVIEW:
        return list(found.measures)
    rows = (found.total, found.previous.values, found.year_before.values)
    shown = [
        measure
        for measure in found.measures
        if measure.code in found.later or any(values.get(measure.code) for values in rows)
    ]
    return shown or list(found.measures)


def in_chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def period_words(period: Period) -> str:
    """The period in the reader's language."""
    return label(period, chinese=in_chinese())


def versus(kind: Kind, *, unfinished: bool) -> str:
    """What a change is a change against, in words."""
    words = {
        Kind.DAY: _("against the day before"),
        Kind.WEEK: _("against the same days of last week") if unfinished else _("against last week"),
        Kind.MONTH: _("against the same days of last month") if unfinished else _("against last month"),
        Kind.QUARTER: _("against the same days of last quarter") if unfinished else _("against last quarter"),
        Kind.YEAR: _("against the same days of last year") if unfinished else _("against last year"),
        Kind.RANGE: _("against as many days before"),
    }
    return words[kind]


# -- addresses ----------------------------------------------------------------------------------------------------


def _query(asked: Asked, **other: str) -> str:
    """`?…` with what is asked for and what is to be different; an empty value takes a word away."""
    values = {
        "period": asked.period.code,
        "group": asked.group if asked.group != OVERVIEW else "",
        "measure": asked.measure.code if asked.measure else "",
        "all": "1" if asked.everything else "",
        **{("all" if name == "everything" else name): value for name, value in other.items()},
    }
    return "?" + urlencode({name: value for name, value in values.items() if value})


def facts_url(code: str, measure: Measure, period: Period) -> str:
    """The facts behind a figure of the unit with this code."""
    return f"{reverse('result_facts', args=[code, measure.code])}?period={period.code}"


# -- when ---------------------------------------------------------------------------------------------------------


def _times(asked: Asked, found: Results, today: dt.date) -> dict[str, Any]:
    period = asked.period
    before, after = period.previous(), period.next()
    kinds = {
        Kind.DAY: pgettext("kind of period", "Day"),
        Kind.WEEK: pgettext("kind of period", "Week"),
        Kind.MONTH: pgettext("kind of period", "Month"),
        Kind.QUARTER: pgettext("kind of period", "Quarter"),
        Kind.YEAR: pgettext("kind of period", "Year"),
    }
    # A change of the kind keeps to what was looked at: its last day that has come.
    anchor = max(period.first, min(period.last, today))
    return {
        "period": period,
        "period_label": period_words(period),
        "kinds": [
            {"label": word, "url": _query(asked, period=around(kind, anchor).code), "active": period.kind == kind}
            for kind, word in kinds.items()
        ],
        "before_url": _query(asked, period=before.code) if before.first.year >= FIRST_YEAR else "",
        "after_url": _query(asked, period=after.code) if after.first <= today else "",
        "since": period.first.isoformat(),
        "until": period.last.isoformat(),
        "is_range": period.kind == Kind.RANGE,
        "unfinished": found.counted != period,
        "begun": found.counted.days > 0,
        "until_day": today,
    }


# -- the table ----------------------------------------------------------------------------------------------------


def _group_chips(asked: Asked) -> list[dict[str, Any]]:
    chips = [(OVERVIEW, _("Overview")), *((group.value, group.label) for group in Group)]
    return [
        {
            "label": word,
            "url": _query(asked, group=code if code != OVERVIEW else "", measure="", everything=""),
            "active": asked.group == code,
        }
        for code, word in [*chips, (EVERYTHING, _("Everything"))]
    ]


def heads_of(measures: Iterable[Measure]) -> list[dict[str, Any]]:
    """Groups of the measures with how many columns each spans, for merged heads."""
    heads: list[dict[str, Any]] = []
    for measure in measures:
        if heads and heads[-1]["group"] is measure.group:
            heads[-1]["span"] += 1
        else:
            heads.append({"group": measure.group, "name": measure.group.label, "span": 1})
    return heads


def _head(measure: Measure, asked: Asked, chosen: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "definition": measure.definition,
        "url": f"{_query(asked, measure=measure.code)}#trend",
        "chosen": measure is chosen,
    }


def _lines(unit: Node, found: Results, measures: Sequence[Measure], asked: Asked) -> list[dict[str, Any]]:
    """Rows of the table: the total with what it is compared with, the unit itself, the units below."""
    unfinished = found.counted != found.period
    rows = [_row("total", _("Total"), found.total, measures, found, code=unit.code)]
    if found.counted.days > 0:
        comparisons = [(found.previous, versus(asked.period.kind, unfinished=unfinished))]
        if found.year_before.period != found.previous.period:
            comparisons.append((found.year_before, _("Year on year")))
        for comparison, word in comparisons:
            note = period_words(comparison.period.named())
            rows.append(
                _row("before", note, comparison.values, measures, found, period=comparison.period, code=unit.code)
            )
            rows.append(_change_row(word, comparison.values, found, measures))
    if found.own:
        rows.append(_row("own", _("The unit itself"), found.own, measures, found))
    for line in found.lines:
        url = f"{reverse('results', args=[line.node.code])}{_query(asked)}"
        rows.append(_row("part", line.node.short_name, line.values, measures, found, code=line.node.code, url=url))
    return rows


def _row(
    kind: str,
    word: str,
    values: Mapping[str, Value],
    measures: Sequence[Measure],
    found: Results,
    *,
    code: str = "",
    url: str = "",
    period: Period | None = None,
) -> dict[str, Any]:
    within = period.named() if period else found.period
    base = reverse("result_facts", args=[code, "-"]).removesuffix("-/") if code else ""
    cells = []
    for measure in measures:
        value = values.get(measure.code)
        cells.append(
            {
                "value": value,
                "digits": measure.digits,
                "url": f"{base}{measure.code}/?period={within.code}" if base and value else "",
                "later": value is None and measure.code in found.later and kind != "own",
            }
        )
    return {"kind": kind, "label": word, "url": url, "cells": cells}


def _change_row(word: str, before: Mapping[str, Value], found: Results, measures: Sequence[Measure]) -> dict[str, Any]:
    cells = []
    for measure in measures:
        old, new = before.get(measure.code), found.total.get(measure.code)
        if measure.percent:
            points = new - old if old is not None and new is not None else None
            cells.append({"change": points, "points": True})
        else:
            cells.append({"change": change(old, new), "points": False})
    return {"kind": "change", "label": word, "cells": cells}


def _tiles(unit: Node, found: Results, asked: Asked) -> list[dict[str, Any]]:
    """The figures of the unit that come first on a phone: five of the table's."""
    by_code = {measure.code: measure for measure in found.measures}
    chosen = [by_code[code] for code in _TILES if code in by_code] if asked.group == OVERVIEW else []
    for measure in found.measures:
        if len(chosen) >= len(_TILES):
            break
        if measure not in chosen and not measure.percent and found.total.get(measure.code):
            chosen.append(measure)
    unfinished = found.counted != found.period
    tiles = []
    for measure in chosen:
        value = found.total.get(measure.code)
        year = (
            change(found.year_before.values.get(measure.code), value)
            if found.previous.period != found.year_before.period
            else None
        )
        tiles.append(
            {
                "name": measure.name,
                "value": round(value, measure.digits) if value is not None else None,
                "unit": measure.unit,
                "change": change(found.previous.values.get(measure.code), value),
                "versus": versus(asked.period.kind, unfinished=unfinished),
                "year": year,
                "href": facts_url(unit.code, measure, found.period) if value else "",
            }
        )
    return tiles


# -- trend and league ---------------------------------------------------------------------------------------------


def _trend(unit: Node, measure: Measure, period: Period, today: dt.date) -> dict[str, Any] | None:
    """A line of the measure up to the period, of a year or a range within it; None without two points."""
    if not comparable(measure):
        return None
    steps = [one for one in _steps(measure, period) if one.first <= today]
    if len(steps) < 2:
        return None
    values = series(unit.id, [measure], [(one.first, one.end) for one in steps])[measure.code]
    chinese = in_chinese()
    return {
        "categories": [_step_label(one, chinese=chinese, first=one is steps[0]) for one in steps],
        "series": [{"name": measure.name, "values": [_rounded(measure, value) for value in values]}],
        "last_unfinished": steps[-1].last > today,
    }


def _steps(measure: Measure, period: Period) -> list[Period]:
    if counts_people(measure) and period.kind in {Kind.DAY, Kind.WEEK, Kind.RANGE}:
        # Distinct people are kept by month; every day would be counted from the facts for itself.
        return run_up(around(Kind.MONTH, period.last), _TREND_MONTHS)
    if period.kind in _TREND_STEPS:
        return run_up(period, _TREND_STEPS[period.kind])
    kind = Kind.MONTH if period.kind == Kind.YEAR else step_of(period)
    steps, one = [], around(kind, period.first)
    while one.first < period.end:
        steps.append(Period(one.kind, max(one.first, period.first), min(one.end, period.end)))
        one = one.next()
    return steps


def _step_label(step: Period, *, chinese: bool, first: bool) -> str:
    """The year stands beside the first step and wherever a year begins."""
    if step.kind in {Kind.MONTH, Kind.QUARTER} and (first or step.first.month == 1):
        year = f"{step.first:%y}年" if chinese else f"{step.first:%Y} "
        return f"{year}{short_label(step, chinese=chinese)}"
    return short_label(step, chinese=chinese)


def _rounded(measure: Measure, value: Value) -> Value:
    return None if value is None else round(value, measure.digits)


def _league(unit: Node, measure: Measure, found: Results) -> dict[str, Any] | None:
    """The units below by the measure, largest first; None where there is nothing to compare."""
    if len(found.lines) < 2 or measure.code not in {one.code for one in found.measures}:
        return None
    slow = not comparable(measure) or any(
        is_slow(unit, measure, one) for one in (found.previous.period, found.year_before.period)
    )
    before = {} if slow else of_children(unit, found.previous.period, measure)
    year = {} if slow else of_children(unit, found.year_before.period, measure)
    known = [(line.node, value) for line in found.lines if (value := line.values.get(measure.code)) is not None]
    known.sort(key=lambda one: -one[1])
    if not any(value for _node, value in known):
        return None
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
    shares = not (measure.adds_up is Adds.RATIO or counts_people(measure))
    bars = [(row["name"], round(value), row["url"]) for row, (_node, value) in zip(rows, known, strict=True)]
    return {"rows": rows, "shares": shares, "bars": bars}
