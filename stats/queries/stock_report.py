"""A unit's stock of equipment as of a day: the unit as total, what is its own, and the units straight below."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from corps.queries.scope import Node, current_tree
from members.models import EquipmentKind
from stats.queries.stock import PLACES, Amounts, Item, Stock, by_kind, is_counting, stock_of, without

ALL: Final = ""
"""No place in particular: the pieces in all of them."""


@dataclass(frozen=True)
class Row:
    """A unit and its stock; `own` means the unit without those below it."""

    node: Node
    stock: Stock
    own: bool = False

    @cached_property
    def kinds(self) -> dict[int, Amounts]:
        """Pieces by kind and place, whatever their size."""
        return by_kind(self.stock)


@dataclass(frozen=True)
class StockReport:
    """What was asked for. `kinds` are those the unit has anything of, in the corps' order; `lines` the units below.

    `counting`: movements have been written that are not in the figures yet.
    """

    unit: Node
    day: dt.date
    kinds: Sequence[EquipmentKind]
    total: Row
    own: Row | None
    lines: Sequence[Row]
    counting: bool

    @property
    def rows(self) -> list[Row]:
        """The total, what is the unit's own, the units below."""
        return [self.total, *([self.own] if self.own else []), *self.lines]

    def items(self, kind: EquipmentKind) -> list[Item]:
        """The sizes of a kind that the unit has, in the kind's order; none for a kind without sizes."""
        sizes = {item.size for item in self.total.stock if item.kind_id == kind.pk} - {""}
        known = [size for size in kind.sizes if size in sizes]
        return [Item(kind.pk, size) for size in [*known, *sorted(sizes - set(known))]]

    def places(self, kind: EquipmentKind) -> list[str]:
        """Where any unit of the report has something of the kind."""
        return [place for place in PLACES if any(row.kinds.get(kind.pk, {}).get(place) for row in self.rows)]

    def value(self, kind: EquipmentKind, amounts: Amounts) -> Decimal:
        """What the pieces are worth, in yuan."""
        return kind.value * pieces(amounts)

    @cached_property
    def worth(self) -> Decimal:
        """What all of it is worth, in yuan."""
        kinds = self.total.kinds
        return sum((self.value(kind, kinds[kind.pk]) for kind in self.kinds), Decimal(0))

    def together(self, *places: str) -> int:
        """Pieces of all kinds in these places."""
        return sum(amounts.get(place, 0) for amounts in self.total.stock.values() for place in places)


def stock_report(unit: Node, day: dt.date) -> StockReport:
    """The report as of the end of `day`. The caller has checked that the reader may see it (`equipment.view`)."""
    children = list(current_tree().children(unit.id))
    found = stock_of([unit.id, *(node.id for node in children)], day)
    total = Row(unit, found[unit.id])
    own = without(total.stock, [found[node.id] for node in children]) if children else {}
    lines = [Row(node, found[node.id]) for node in children if found[node.id] or not node.closed]
    return StockReport(
        unit=unit,
        day=day,
        kinds=_kinds(total.kinds),
        total=total,
        own=Row(unit, own, own=True) if own else None,
        lines=lines,
        counting=is_counting(unit.id, day),
    )


def pieces(amounts: Amounts, place: str = ALL) -> int:
    """Pieces in a place, or in all."""
    return amounts.get(place, 0) if place else sum(amounts.values())


def _kinds(ids: Iterable[int]) -> list[EquipmentKind]:
    return list(EquipmentKind.objects.filter(pk__in=list(ids)).order_by("position", "name"))
