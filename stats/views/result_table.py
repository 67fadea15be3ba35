"""The table of results: the unit as total with what it is compared with, itself, and the units below it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from corps.queries.scope import Node
from stats.catalogue import Measure
from stats.logic.periods import Period
from stats.queries.figures import Value
from stats.queries.results import Results, change
from stats.views.asking import OVERVIEW, Asked, facts_url
from stats.views.words import period_words, versus

_TILES: Final = ("attended", "shifts", "disputes", "publicity_sessions", "people")


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


def table(found: Results, shown: Sequence[Measure], asked: Asked, chosen: Measure) -> dict[str, Any]:
    """`heads` are groups with how many columns each spans, `measures` the columns, `lines` the rows."""
    return {
        "heads": [
            {"name": group.label, "span": len(list(members))}
            for group, members in groupby(shown, key=lambda measure: measure.group)
        ],
        "measures": [
            {
                "name": measure.name,
                "unit": measure.unit,
                "definition": measure.definition,
                "url": f"{asked.query(measure=measure.code)}#trend",
                "chosen": measure is chosen,
            }
            for measure in shown
        ],
        "lines": _lines(found, shown, asked),
        "left_out": len(found.measures) - len(shown),
    }


def _lines(found: Results, shown: Sequence[Measure], asked: Asked) -> list[dict[str, Any]]:
    """The total with what it is compared with, the unit itself, the units below."""
    unit, period = found.unit, found.period
    lines = [_line("total", _("Total"), _cells(found, shown, found.total, unit, period))]
    words = (versus(period.kind, unfinished=found.unfinished), _("Year on year"))
    for comparison, word in zip(found.comparisons, words, strict=False):
        named = comparison.period.named()
        lines += [
            _line("before", period_words(named), _cells(found, shown, comparison.values, unit, named)),
            _line("change", word, [_change(measure, comparison.values, found.total) for measure in shown]),
        ]
    if found.own:
        lines.append(_line("own", _("The unit itself"), _cells(found, shown, found.own, unit, period, own=True)))
    for one in found.lines:
        address = f"{reverse('results', args=[one.node.code])}{asked.query()}"
        lines.append(_line("part", one.node.short_name, _cells(found, shown, one.values, one.node, period), address))
    return lines


def _line(kind: str, label: str, cells: list[dict[str, Any]], url: str = "") -> dict[str, Any]:
    return {"kind": kind, "label": label, "cells": cells, "url": url}


def _cells(
    found: Results,
    shown: Sequence[Measure],
    values: Mapping[str, Value],
    unit: Node,
    period: Period,
    *,
    own: bool = False,
) -> list[dict[str, Any]]:
    """Figures with the way to their facts; `later` where one takes a moment."""
    cells = []
    for measure in shown:
        value = values.get(measure.code)
        cells.append(
            {
                "value": value,
                "digits": measure.digits,
                "url": facts_url(unit.code, measure, period, own=own) if value else "",
                "later": value is None and measure.code in found.later and not own,
            }
        )
    return cells


def _change(measure: Measure, before: Mapping[str, Value], now: Mapping[str, Value]) -> dict[str, Any]:
    """The change in per cent; of a rate in per cent how many points it rose."""
    old, new = before.get(measure.code), now.get(measure.code)
    if not measure.percent:
        return {"change": change(old, new), "points": False}
    return {"change": None if old is None or new is None else new - old, "points": True}


def tiles(found: Results, asked: Asked) -> list[dict[str, Any]]:
    """The figures of the unit that come first on a phone: five of the table's."""
    by_code = {measure.code: measure for measure in found.measures}
    chosen = [by_code[code] for code in _TILES if code in by_code] if asked.group == OVERVIEW else []
    others = [one for one in found.measures if one not in chosen and not one.percent and found.total.get(one.code)]
    return [_tile(found, measure) for measure in [*chosen, *others][: len(_TILES)]]


def _tile(found: Results, measure: Measure) -> dict[str, Any]:
    value = found.total.get(measure.code)
    rates = [change(comparison.values.get(measure.code), value) for comparison in found.comparisons]
    return {
        "name": measure.name,
        "value": value,
        "unit": measure.unit,
        "digits": measure.digits,
        "change": rates[0] if rates else None,
        "versus": versus(found.period.kind, unfinished=found.unfinished),
        "year": rates[1] if len(rates) > 1 else None,
        "href": facts_url(found.unit.code, measure, found.period) if value else "",
    }
