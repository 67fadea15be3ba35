"""Alarm figures of the police: of a unit's area, its sub-areas and months, and how they changed in a year.

A unit's figure is its own where the police counted it as a whole, else the sum of the units below it. A rate of change
is given only where both years are known for the same areas and months: anything else compares what is not alike.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max, QuerySet
from django.shortcuts import get_object_or_404

from corps.models.scope import InUnits
from corps.queries.scope import Node, current_tree
from stats.enums import AlarmKind
from stats.logic.alarm_rates import Sum, rate, summed
from stats.logic.periods import Period
from stats.models import AlarmFigure, AlarmImport
from stats.queries.alarm_sentences import note_sentence, problem_sentence

if TYPE_CHECKING:
    from corps.actors import Actor

Months = tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Alarms in some months and in the same months a year before; `change` in per cent, None where not comparable."""

    now: int | None
    before: int | None
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class KindRate:
    """A kind of alarm with its rate."""

    kind: AlarmKind
    rate: Rate


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A unit: one figure a month (None where none is known), their sum and its rate."""

    node: Node
    counts: tuple[int | None, ...]
    rate: Rate


@dataclass(frozen=True, slots=True)
class AlarmTable:
    """Areas × months of one kind: the total of the unit first, then the units below that have figures."""

    kind: AlarmKind
    months: Months
    total: AreaRow
    rows: tuple[AreaRow, ...]


class Alarms:
    """The figures of a unit and everything below it for some months and the same months a year before: one query."""

    def __init__(self, unit: Node, months: Months, kinds: Sequence[AlarmKind] | None = None) -> None:
        self.unit = unit
        self.months = months
        self._tree = current_tree()
        earlier = [year_before(month) for month in months]
        found = AlarmFigure.objects.filter(
            InUnits("unit_id", self._tree.within(unit.id)), month__in={*months, *earlier}
        )
        if kinds is not None:
            found = found.filter(kind__in=kinds)
        self._figures: dict[tuple[str, dt.date], dict[int, int]] = {}
        for kind, month, unit_id, count in found.values_list("kind", "month", "unit_id", "count"):
            self._figures.setdefault((kind, month), {})[unit_id] = count

    def table(self, kind: AlarmKind) -> AlarmTable:
        """Areas × months of a kind."""
        rows = [self._row(node, kind) for node in self._tree.children(self.unit.id)]
        known = tuple(row for row in rows if any(count is not None for count in row.counts))
        return AlarmTable(kind, self.months, self._row(self.unit, kind), known)

    def kinds(self) -> list[KindRate]:
        """The kinds that have figures in these months, in their own order, each with the unit's rate."""
        present = {kind for kind, month in self._figures if month in self.months}
        return [KindRate(kind, self._row(self.unit, kind).rate) for kind in AlarmKind if kind in present]

    def _row(self, node: Node, kind: AlarmKind) -> AreaRow:
        now = [self._sum(node.id, kind, month) for month in self.months]
        before = [self._sum(node.id, kind, year_before(month)) for month in self.months]
        return AreaRow(node, tuple(one.alarms if one else None for one in now), _rate(now, before))

    def _sum(self, unit_id: int, kind: AlarmKind, month: dt.date) -> Sum | None:
        figures = self._figures.get((kind.value, month))
        if not figures:
            return None
        return summed(unit_id, figures, lambda one: (node.id for node in self._tree.children(one)))


def _rate(now: Sequence[Sum | None], before: Sequence[Sum | None]) -> Rate:
    counted = [one.alarms for one in now if one]
    earlier = [was.alarms for one, was in zip(now, before, strict=True) if one and was]
    alike = all(
        one is None or (was is not None and one.areas == was.areas) for one, was in zip(now, before, strict=True)
    )
    sum_now = sum(counted) if counted else None
    sum_before = sum(earlier) if earlier else None
    comparable = alike and sum_now is not None and sum_before is not None
    return Rate(sum_now, sum_before, rate(sum_before or 0, sum_now or 0) if comparable else None)


def year_before(month: dt.date) -> dt.date:
    """The same month of the year before."""
    return month.replace(year=month.year - 1)


def months_of_year(unit: Node, year: int) -> Months:
    """The months of a year for which the unit or a unit below it has figures."""
    within = current_tree().within(unit.id)
    found = AlarmFigure.objects.filter(unit__in=within, month__year=year)
    return tuple(found.order_by("month").values_list("month", flat=True).distinct())


def years_with_alarms(unit: Node) -> list[int]:
    """The years for which the unit or a unit below it has figures, the latest first."""
    found = AlarmFigure.objects.filter(unit__in=current_tree().within(unit.id))
    return list(found.order_by("-month__year").values_list("month__year", flat=True).distinct())


def alarm_rates(unit: Node, period: Period) -> list[KindRate]:
    """Every kind's rate over the whole months that lie in a period; [] where none does or nothing is known."""
    months = whole_months(period.first, period.end)
    return Alarms(unit, months).kinds() if months else []


def whole_months(first: dt.date, end: dt.date) -> Months:
    """The months that lie wholly in [first, end), by their first days."""
    month = first if first.day == 1 else _next_month(first)
    months: list[dt.date] = []
    while (following := _next_month(month)) <= end:
        months.append(month)
        month = following
    return tuple(months)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def alarm_figures(actor: "Actor", unit: Node) -> "QuerySet[AlarmFigure]":
    """Figures of a unit and everything below it that the actor may see."""
    found: QuerySet[AlarmFigure] = AlarmFigure.objects.visible_to(actor).in_units(current_tree().within(unit.id))
    return found


# -- imports ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of an import beside what stands there: `old` is None where nothing does."""

    unit: Node
    kind: str
    month: dt.date
    old: int | None
    new: int
    place: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem in words."""

    sheet: str
    row: int
    column: str
    found: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would write, or has written: changes of standing figures first told apart from new ones."""

    new: list[Change]
    changed: list[Change]
    same: list[Change]
    problems: list[Trouble]
    notes: list[str]


def see_alarm_import(actor: "Actor", import_id: int) -> AlarmImport:
    """The import, if the actor may import alarm figures in its unit. Raises `Http404`."""
    rows = AlarmImport.objects.visible_to(actor).select_related("uploaded_by", "unit")
    found: AlarmImport = get_object_or_404(rows, pk=import_id)
    return found


def alarm_imports(actor: "Actor", unit: Node, most: int) -> list[AlarmImport]:
    """The latest imports into a unit and those below it."""
    rows = AlarmImport.objects.visible_to(actor).in_units(current_tree().within(unit.id))
    return list(rows.select_related("uploaded_by", "unit").defer("lines", "problems", "notes", "replaced")[:most])


def preview_of(one: AlarmImport) -> Preview:
    """What the import says, beside what stands there now, or, once applied, beside what stood there before."""
    tree = current_tree()
    old = _old(one)
    new: list[Change] = []
    changed: list[Change] = []
    same: list[Change] = []
    for unit_id, kind, month, count, sheet, row, column in one.lines:
        if unit_id not in tree:
            continue
        was = old.get((unit_id, kind, month))
        change = Change(
            tree.nodes[unit_id],
            str(AlarmKind(kind).label),
            dt.date.fromisoformat(month),
            was,
            count,
            f"{sheet} {column}{row}".strip(),
        )
        (new if was is None else same if was == count else changed).append(change)
    problems = [
        Trouble(sheet, row, column, found, *problem_sentence(code, params))
        for sheet, row, column, found, code, params in one.problems
    ]
    notes = [
        f"{sheet}：{note_sentence(code, params)}" if sheet else note_sentence(code, params)
        for sheet, code, params in one.notes
    ]
    return Preview(new, changed, same, problems, notes)


def _old(one: AlarmImport) -> dict[tuple[int, str, str], int]:
    if one.replaced:
        return {(unit, kind, month): count for unit, kind, month, count, _source in one.replaced if count is not None}
    units = {line[0] for line in one.lines}
    months = {line[2] for line in one.lines}
    rows = AlarmFigure.objects.filter(unit__in=units, month__in=months).values_list("unit_id", "kind", "month", "count")
    return {(unit, kind, month.isoformat()): count for unit, kind, month, count in rows}


def latest_month(unit: Node) -> dt.date | None:
    """The last month for which the unit or a unit below it has figures."""
    found: dict[str, Any] = AlarmFigure.objects.filter(unit__in=current_tree().within(unit.id)).aggregate(
        last=Max("month")
    )
    month: dt.date | None = found["last"]
    return month
