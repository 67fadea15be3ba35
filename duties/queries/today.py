"""Today at a glance: how many shifts a unit and everything below it has, who is needed, who came, who is there now."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Window
from django.utils import timezone

from corps.permissions import Permission
from corps.queries.scope import Node, scope_of
from duties.enums import SERVED, ShiftState
from duties.models import Shift

if TYPE_CHECKING:
    from corps.actors import Actor

# A shift that nobody closed for longer than this is looked for on the page of duties.
RECENT_DAYS = 92

_COUNT = """
SELECT s.unit_id, count(*), count(*) FILTER (WHERE s.starts_at <= %(now)s AND s.ends_at > %(now)s),
    sum(s.needed), sum(planned.number), sum(came.number), sum(came.here),
    coalesce(sum(greatest(s.needed - planned.number, 0))
        FILTER (WHERE s.ends_at > %(now)s AND s.state = 'planned'), 0)
FROM duties_shift s
CROSS JOIN LATERAL (SELECT count(*) AS number FROM duties_assignment a WHERE a.shift_id = s.id AND a.active) AS planned
CROSS JOIN LATERAL (
    SELECT count(*) AS number, count(*) FILTER (WHERE t.checked_out_at IS NULL AND t.period @> %(now)s) AS here
    FROM duties_attendance t WHERE t.shift_id = s.id AND t.current AND t.status = ANY(%(served)s)
) AS came
WHERE s.unit_id = ANY(%(units)s) AND s.day >= %(yesterday)s AND s.day <= %(today)s AND s.state <> 'cancelled'
    AND (s.day = %(today)s OR s.ends_at > %(now)s)
GROUP BY s.unit_id
"""

_CAME = """
SELECT shift_id, count(*), count(*) FILTER (WHERE checked_out_at IS NULL AND period @> %s)
FROM duties_attendance WHERE shift_id = ANY(%s) AND current AND status = ANY(%s) GROUP BY shift_id
"""


@dataclass(slots=True)
class DayTally:
    """Shifts of a day: all and running ones, people needed, planned, who came, who is there now, who is missing."""

    shifts: int = 0
    running: int = 0
    needed: int = 0
    planned: int = 0
    came: int = 0
    here: int = 0
    gap: int = 0

    def add(self, other: "DayTally") -> None:
        """Count the other ones as well."""
        for name in DayTally.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Today:
    """`total` of the unit with everything below it; `below` by unit straight below, in tree order, where there are
    shifts.
    """

    total: DayTally
    below: list[tuple[Node, DayTally]]


@dataclass(frozen=True, slots=True)
class Unclosed:
    """Shifts that are over and wait to be closed: how many, and the oldest of them."""

    number: int
    rows: list[Shift]


def tally_of_today(actor: "Actor", unit: Node) -> Today:
    """The shifts of today and those that still run since yesterday, counted at their organisers; one query."""
    scope = scope_of(actor, Permission.DUTY_VIEW)
    now = timezone.now()
    today = timezone.localdate(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "units": [identifier for identifier in scope.tree.within(unit.id) if identifier in scope],
                "now": now,
                "today": today,
                "yesterday": today - dt.timedelta(days=1),
                "served": [status.value for status in SERVED],
            },
        )
        found = {unit_id: DayTally(*(int(number) for number in numbers)) for unit_id, *numbers in cursor.fetchall()}
    total = DayTally()
    for tally in found.values():
        total.add(tally)
    below = []
    for child in scope.tree.children(unit.id):
        tally = DayTally()
        for identifier in scope.tree.within(child.id):
            if identifier in found:
                tally.add(found[identifier])
        if tally.shifts:
            below.append((child, tally))
    return Today(total, below)


def who_came(shift_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each of the shifts with any, how many came and how many are there now. Shifts the caller has read rightly."""
    if not shift_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [timezone.now(), list(shift_ids), [status.value for status in SERVED]])
        return {shift_id: (came, here) for shift_id, came, here in cursor.fetchall()}


def unclosed_shifts(actor: "Actor", unit: Node, *, limit: int = 3) -> Unclosed:
    """Shifts of the unit and everything below it that are over, of the last three months, and that the actor may
    close; oldest first.
    """
    scope = scope_of(actor, Permission.DUTY_RECORD)
    units = [identifier for identifier in scope.tree.within(unit.id) if identifier in scope]
    now = timezone.now()
    today = timezone.localdate(now)
    rows = Shift.objects.organised_by(units).filter(
        state=ShiftState.PLANNED, day__gte=today - dt.timedelta(days=RECENT_DAYS), day__lte=today, ends_at__lte=now
    )
    shown = list(
        rows.annotate(whole=Window(Count("pk")))
        .select_related("unit", "kind", "site")
        .order_by("day", "starts_at", "id")[:limit]
    )
    return Unclosed(shown[0].whole if shown else 0, shown)
