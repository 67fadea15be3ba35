"""The running month on the first page: five figures that live, a year of months, and the units below in order."""

from typing import Any

from django.urls import reverse

from corps.queries.scope import Node, current_tree
from stats.catalogue import MEASURES
from stats.logic.periods import Kind, short_label
from stats.queries.month import LEAGUE_BY, Headline, MonthSoFar, league_of
from stats.queries.results import change
from stats.views.results import facts_url, in_chinese, period_words, versus

LEAGUE_SHOWN = 15


def month_figures(unit: Node, so_far: MonthSoFar, may: dict[str, bool], since: str) -> dict[str, Any]:
    """What the part of figures shows."""
    return {
        "unit": unit,
        "period": so_far.period,
        "period_label": period_words(so_far.period),
        "anything": so_far.anything,
        "headlines": [_headline(unit, so_far, one) for one in so_far.headlines],
        "results_url": reverse("results", args=[unit.code]),
        **may,
    }


def _headline(unit: Node, so_far: MonthSoFar, one: Headline) -> dict[str, Any]:
    unfinished = so_far.compared.days < so_far.period.days
    rate = change(one.before, one.value)
    return {
        "name": one.measure.name,
        "value": one.value,
        "unit": one.measure.unit,
        "digits": one.measure.digits,
        "change": rate,
        "versus": versus(Kind.MONTH, unfinished=unfinished),
        "trend": [value or 0 for value in one.trend],
        "href": facts_url(unit.code, one.measure, so_far.period),
        # Where no rate can be given: what there was instead.
        "same_days": one.before if rate is None else None,
        "whole_month": one.trend[-2] if one.before is None and len(one.trend) > 1 else None,
        "live": f"{unit.id}:{one.measure.code}",
    }


def trend(unit: Node, so_far: MonthSoFar) -> dict[str, Any]:
    """`trend` of person-times over the months, and `month_league` of the units straight below."""
    one = so_far.of(LEAGUE_BY)
    chinese = in_chinese()
    measure = MEASURES[LEAGUE_BY]
    rows = league_of(current_tree(), unit, so_far.period)
    query = f"?period={so_far.period.code}"
    shown = [
        (node.short_name, number, f"{reverse('results', args=[node.code])}{query}")
        for node, number in rows[:LEAGUE_SHOWN]
        if number
    ]
    return {
        "trend": {
            "categories": [short_label(month, chinese=chinese) for month in so_far.months],
            "series": [{"name": str(measure.name), "values": [int(value or 0) for value in one.trend]}],
            "title": measure.name,
            "unit": str(measure.unit),
        }
        if so_far.anything
        else None,
        "month_league": {
            "rows": shown,
            "unit": measure.unit,
            "idle": sum(1 for _node, number in rows if not number),
            "rest": max(0, sum(1 for _node, number in rows if number) - LEAGUE_SHOWN),
        },
    }
