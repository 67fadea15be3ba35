"""The facts behind a figure: the same declarations that roll-ups count by, as queries."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from corps.models.scope import InUnits
from stats.catalogue import Adds, Measure, Part, Source


def facts_behind(
    measure: Measure, unit_ids: Collection[int], first: dt.date, end: dt.date
) -> list[tuple[Source, "QuerySet[Any]"]]:
    """By source, the facts that `measure` counts in these very units in [first, end); give a subtree's ids for a total.

    Of a stock: who had joined before `end` and had not left before it. Of a ratio: the facts of its numerator. Of what
    is counted directly: nothing. The rows are not scoped to an actor: intersect with `visible_to`.
    """
    if measure.adds_up is Adds.RATIO:
        from stats.catalogue import MEASURES

        measure = MEASURES[measure.numerator]
    if measure.adds_up is Adds.STOCK:
        return _people_at(measure, unit_ids, end)
    by_source: dict[str, tuple[Source, Q]] = {}
    for part in measure.parts:
        condition = part.condition_q & _adds_something(part)
        if part.source.code in by_source:
            condition = by_source[part.source.code][1] | condition
        by_source[part.source.code] = (part.source, condition)
    return [
        (
            source,
            _rows(source).filter(InUnits("unit_id", unit_ids), condition, fact_day__gte=first, fact_day__lt=end),
        )
        for source, condition in by_source.values()
    ]


def _adds_something(part: Part) -> Q:
    """A fact whose amount is 0 stands behind no figure of amounts."""
    return Q(**{f"{part.amount}__gt": 0}) if part.amount else Q()


def _rows(source: Source) -> "QuerySet[Any]":
    """The facts of a source with `fact_day`, the day each counts on."""
    rows: QuerySet[Any] = apps.get_model(source.model)._default_manager.all()
    found: QuerySet[Any] = rows.annotate(fact_day=source.day_expression)
    return found


def _people_at(measure: Measure, unit_ids: Collection[int], end: dt.date) -> list[tuple[Source, "QuerySet[Any]"]]:
    joined = next(part for part in measure.parts if part.sign > 0)
    departed = next(part for part in measure.parts if part.sign < 0)
    came = Q()
    for part in measure.parts:
        if part.sign > 0:
            came |= part.condition_q
    gone = Q(**{f"{name}__in": list(values) for name, values in departed.source.where.items()})
    rows = _rows(joined.source).annotate(gone_on=departed.source.day_expression)
    return [
        (
            joined.source,
            rows.filter(InUnits("unit_id", unit_ids), came, fact_day__lt=end).exclude(gone, gone_on__lt=end),
        )
    ]
