"""The week of all units below one, counted: how many shifts each day, how many people they need and have."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from corps.permissions import Permission
from corps.queries.scope import Node, scope_of

if TYPE_CHECKING:
    from corps.actors import Actor

_COUNT = """
SELECT s.unit_id, s.day, count(*), sum(s.needed), sum(planned.number),
       coalesce(sum(greatest(s.needed - planned.number, 0)) FILTER (WHERE s.state = 'planned' AND s.ends_at > now()), 0)
FROM duties_shift s
CROSS JOIN LATERAL (SELECT count(*) AS number FROM duties_assignment a WHERE a.shift_id = s.id AND a.active) AS planned
WHERE s.unit_id = ANY(%s) AND s.day >= %s AND s.day < %s AND s.state <> 'cancelled'
GROUP BY s.unit_id, s.day
"""


@dataclass(slots=True)
class Tally:
    """Shifts, people they need and have, and how many are missing where a gap can still be filled."""

    shifts: int = 0
    needed: int = 0
    planned: int = 0
    gap: int = 0

    def add(self, other: "Tally") -> None:
        self.shifts += other.shifts
        self.needed += other.needed
        self.planned += other.planned
        self.gap += other.gap


@dataclass(slots=True)
class BoardRow:
    """A unit straight below with everything under it; `days` has one tally for each day of the week."""

    node: Node
    days: list[Tally] = field(default_factory=lambda: [Tally() for _ in range(7)])


def board_of(actor: "Actor", unit: Node, monday: dt.date) -> list[BoardRow]:
    """A row for every unit straight below that is open or has shifts in the week; one query. Empty for a squad."""
    scope = scope_of(actor, Permission.DUTY_VIEW)
    below = [identifier for identifier in scope.tree.within(unit.id)[1:] if identifier in scope]
    if not below:
        return []
    rows = [BoardRow(node) for node in scope.tree.children(unit.id)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [below, monday, monday + dt.timedelta(days=7)])
        for unit_id, day, *numbers in cursor.fetchall():
            position = scope.tree.nodes[unit_id].position
            row = next(one for one in rows if one.node.position <= position < one.node.end)
            row.days[(day - monday).days].add(Tally(*(int(number) for number in numbers)))
    return [row for row in rows if not row.node.closed or any(tally.shifts for tally in row.days)]
