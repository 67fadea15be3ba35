"""Stock of units at the end of a day, read from the units' own rows of the roll-ups; the ledger is not summed.

Who may see which unit is the business of whoever asks: units are given explicitly.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from django.db import connection

from corps.queries.scope import current_tree
from members.enums import EquipmentPlace
from stats.models.stock import Span

PLACES: Final = tuple(place.value for place in EquipmentPlace)


class Item(NamedTuple):
    """A kind of equipment in a size; "" where the kind has none."""

    kind_id: int
    size: str


Amounts: TypeAlias = dict[str, int]
"""Pieces by place, places without any left out."""
Stock: TypeAlias = dict[Item, Amounts]

_SUMS: Final = ", ".join(f"sum({place})::integer" for place in PLACES)
# Whole years, whole months of the day's year, days of its month: three ranges of the primary key for each unit.
_AS_OF: Final = f"""
SELECT unit_id, kind_id, size, {_SUMS}
FROM (
    SELECT * FROM stats_totalstock
    WHERE unit_id = ANY(%(units)s) AND span = {Span.YEAR} AND start < %(year)s
    UNION ALL
    SELECT * FROM stats_totalstock
    WHERE unit_id = ANY(%(units)s) AND span = {Span.MONTH} AND start >= %(year)s AND start < %(month)s
    UNION ALL
    SELECT * FROM stats_totalstock
    WHERE unit_id = ANY(%(units)s) AND span = {Span.DAY} AND start >= %(month)s AND start <= %(day)s
) AS rows GROUP BY unit_id, kind_id, size
"""
_COUNTING: Final = "SELECT EXISTS (SELECT FROM stats_stockdirty WHERE day <= %s AND unit_id = ANY(%s))"


def stock_of(unit_ids: Collection[int], day: dt.date) -> dict[int, Stock]:
    """What each unit with everything below it has at the end of `day`; every unit asked for has an entry."""
    found: dict[int, Stock] = {unit_id: {} for unit_id in unit_ids}
    if not found:
        return found
    values: dict[str, Any] = {
        "units": list(found),
        "year": day.replace(month=1, day=1),
        "month": day.replace(day=1),
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AS_OF, values)
        for unit_id, kind_id, size, *amounts in cursor.fetchall():
            here = {place: amount for place, amount in zip(PLACES, amounts, strict=True) if amount}
            if here:
                found[unit_id][Item(kind_id, size)] = here
    return found


def without(total: Stock, parts: Collection[Stock]) -> Stock:
    """What is left of a total without its parts: what belongs to the unit itself."""
    left: dict[Item, Amounts] = {item: dict(amounts) for item, amounts in total.items()}
    for part in parts:
        for item, amounts in part.items():
            mine = left.setdefault(item, {})
            for place, amount in amounts.items():
                mine[place] = mine.get(place, 0) - amount
    shorn = {item: {place: amount for place, amount in amounts.items() if amount} for item, amounts in left.items()}
    return {item: amounts for item, amounts in shorn.items() if amounts}


def by_kind(stock: Mapping[Item, Amounts]) -> dict[int, Amounts]:
    """Pieces by kind and place, whatever their size."""
    found: dict[int, Amounts] = {}
    for item, amounts in stock.items():
        mine = found.setdefault(item.kind_id, {})
        for place, amount in amounts.items():
            mine[place] = mine.get(place, 0) + amount
    return found


def is_counting(unit_id: int, day: dt.date) -> bool:
    """Whether movements in the unit or below it, of that day or before, wait to be counted."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTING, [day, current_tree().within(unit_id)])
        (counting,) = cursor.fetchone()
    return bool(counting)
