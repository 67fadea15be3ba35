"""The running month on the first page: five figures that live, a year of months, and the units below in order."""

from typing import Any

from django.urls import reverse

from corps.languages import in_chinese
from corps.queries.scope import Node, current_tree
from stats.logic.periods import Kind, short_label
from stats.queries.month import LEAGUE_BY, Headline, MonthSoFar, league_of
from stats.queries.results import change
from stats.views.asking import facts_url
from stats.views.words import period_words, versus

LEAGUE_SHOWN = 15


def month_part(unit: Node, so_far: MonthSoFar, may: dict[str, bool]) -> dict[str, Any]:
    """What the part of the month shows."""
    return {
        "unit": unit,
        "period": so_far.period,
        "period_label": period_words(so_far.period),
        "headlines": [_headline(unit, so_far, one) for one in so_far.headlines] if so_far.anything else [],
        "results_url": reverse("results", args=[unit.code]),
        "trend": _trend(so_far),
        "league": _league(unit, so_far),
        **may,
    }


def _headline(unit: Node, so_far: MonthSoFar, one: Headline) -> dict[str, Any]:
    rate = change(one.before, one.value)
    return {
        "name": one.measure.name,
        "value": one.value,
        "unit": one.measure.unit,
        "digits": one.measure.digits,
        "change": rate,
        "versus": versus(Kind.MONTH, unfinished=so_far.unfinished),
        "trend": [value or 0 for value in one.trend],
        "href": facts_url(unit.code, one.measure, so_far.period),
        # Where no rate can be given: what there was instead.
        "same_days": one.before if rate is None else None,
        "whole_month": one.trend[-2] if one.before is None and len(one.trend) > 1 else None,
        "live": f"{unit.id}:{one.measure.code}",
    }


def _trend(so_far: MonthSoFar) -> dict[str, Any]:
    """Person-times over the months."""
    one = so_far.of(LEAGUE_BY)
    chinese = in_chinese()
    return {
        "categories": [short_label(month, chinese=chinese) for month in so_far.months],
        "series": [{"name": one.measure.name, "values": [value or 0 for value in one.trend]}],
        "title": one.measure.name,
        "unit": one.measure.unit,
    }


def _league(unit: Node, so_far: MonthSoFar) -> dict[str, Any]:
    """The units straight below by their person-times, how many more there are, and how many have none yet."""
    query = f"?period={so_far.period.code}"
    found = league_of(current_tree(), unit, so_far.period)
    active = [(node, number) for node, number in found if number]
    return {
        "rows": [
            (node.short_name, number, f"{reverse('results', args=[node.code])}{query}")
            for node, number in active[:LEAGUE_SHOWN]
        ],
        "unit": so_far.of(LEAGUE_BY).measure.unit,
        "idle": len(found) - len(active),
        "rest": max(0, len(active) - LEAGUE_SHOWN),
    }
