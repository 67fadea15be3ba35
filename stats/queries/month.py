"""The running month of a unit: its headline figures beside last month, a year of months, and the units below it.

Everything is read from the unit's own rows of the roll-ups and those of the units straight below it. Who may see which
unit is the business of whoever asks.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corps.queries.scope import Node, Tree
from stats.catalogue import MEASURES, Measure
from stats.logic.periods import Kind, Period, around, run_up
from stats.models import MonthSet
from stats.queries.figures import Value, figures, figures_of, series
from stats.queries.results import is_slow

#: What stands large on the first page; all of them are announced to open pages (`stats.catalogue.FIRST_PAGE`).
HEADLINES: Final = ("attended", "shifts", "hours", "incidents", "served")
LEAGUE_BY: Final = "attended"
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of the running month. `before` is the same days of last month, None where that would take a moment;
    `trend` are the months up to this one, oldest first.
    """

    measure: Measure
    value: Value
    before: Value
    trend: Sequence[Value]


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """`period` is the whole month, `counted` what has come of it, `compared` the days of last month beside that;
    `months` are the months of the trends with this one as the last.
    """

    period: Period
    counted: Period
    compared: Period
    months: list[Period]
    headlines: list[Headline]

    @property
    def unfinished(self) -> bool:
        """Whether days of the month are still to come."""
        return self.counted != self.period

    @property
    def anything(self) -> bool:
        """Whether there is any figure in all these months."""
        return any(value for one in self.headlines for value in one.trend)

    def of(self, code: str) -> Headline:
        """The headline of a measure."""
        return next(one for one in self.headlines if one.measure.code == code)


def month_so_far(unit: Node, today: dt.date) -> MonthSoFar:
    """The running month of the unit with everything below it."""
    period = around(Kind.MONTH, today)
    counted, compared = period.until(today), period.previous()
    if counted != period:
        # What is not over is compared with as many days; on its last day a month is compared with a whole one.
        compared = compared.beginning(counted.days)
    months = run_up(period, MONTHS)
    trends = series(unit.id, [code for code in HEADLINES if code != "served"], [(one.first, one.end) for one in months])
    trends["served"] = _served_by_month(unit.id, months)
    quick = [code for code in HEADLINES if not is_slow(unit, MEASURES[code], compared)]
    before = figures_of(unit.id, quick, compared.first, compared.end)
    headlines = [Headline(MEASURES[code], trends[code][-1], before.get(code), trends[code]) for code in HEADLINES]
    return MonthSoFar(period, counted, compared, months, headlines)


def _served_by_month(unit_id: int, months: Sequence[Period]) -> list[Value]:
    rows = MonthSet.objects.filter(unit_id=unit_id, month__gte=months[0].first, month__lt=months[-1].end)
    numbers = dict(rows.values_list("month", "number"))
    return [numbers.get(month.first, 0) for month in months]


def league_of(tree: Tree, unit: Node, period: Period) -> list[tuple[Node, int]]:
    """The open units straight below with their person-times of the period, the largest first."""
    children = [node for node in tree.children(unit.id) if not node.closed]
    found = figures([node.id for node in children], [LEAGUE_BY], period.first, period.end)
    rows = [(node, int(found[node.id, LEAGUE_BY] or 0)) for node in children]
    return sorted(rows, key=lambda row: -row[1])
