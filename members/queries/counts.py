"""How many members every unit has: one GROUP BY over the leaves of the truth, then one pass up the tree in memory.

Nothing is cached: the count is exact at every read, 1,219 units over 124,000 members cost about the bare GROUP BY (see
`./dev bench tree`), and a key that would notice every change of the roster would itself be a row that all writers wait
for.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from corps.permissions import Permission
from corps.queries.scope import Tree, scope_of
from members.enums import ON_THE_ROSTER

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(slots=True)
class Counts:
    """Members of a unit (`own`) and of the unit with all below it (`below`), by status."""

    own_by_status: dict[str, int] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)

    @property
    def own(self) -> int:
        """Members at home in the unit itself; who has applied or has left is none."""
        return sum(self.own_by_status.get(status, 0) for status in ON_THE_ROSTER)

    @property
    def subtree(self) -> int:
        """Members at home in the unit or below it, each person once; who has applied or has left is none."""
        return sum(self.by_status.get(status, 0) for status in ON_THE_ROSTER)


def member_counts(actor: "Actor", unit_id: int | None = None) -> dict[int, Counts]:
    """Counts of every unit where the actor may see members, of those within `unit_id` if it is given.

    Units without members are in the answer too; a unit outside the scope is not.
    """
    scope = scope_of(actor, Permission.MEMBER_VIEW)
    asked = scope.tree.ids if unit_id is None else scope.tree.within(unit_id)
    visible = [identifier for identifier in asked if identifier in scope]
    everything = scope.everything and unit_id is None
    return roll_up(scope.tree, visible, _grouped(None if everything else visible))


def roll_up(tree: Tree, unit_ids: Collection[int], grouped: Collection[tuple[int, str, int]]) -> dict[int, Counts]:
    """Add every unit's own numbers to its superiors'. `unit_ids` stand in tree order, `grouped` is (unit, status,
    number).
    """
    counts = {identifier: Counts() for identifier in unit_ids}
    for unit_id, status, number in grouped:
        found = counts.get(unit_id)
        # A unit created since the tree was read is in the next answer.
        if found is not None:
            found.own_by_status[status] = number
            found.by_status[status] = number
    nodes = tree.nodes
    # Backwards in tree order a unit comes after everything below it, so its sum is complete when it is handed up.
    for identifier in reversed(list(counts)):
        parent_id = nodes[identifier].parent_id
        parent = counts.get(parent_id) if parent_id is not None else None
        if parent is not None:
            sums = parent.by_status
            for status, number in counts[identifier].by_status.items():
                sums[status] = sums.get(status, 0) + number
    return counts


def _grouped(unit_ids: list[int] | None) -> list[tuple[int, str, int]]:
    where = "" if unit_ids is None else "WHERE unit_id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, status, count(*) FROM members_member {where} GROUP BY unit_id, status",  # noqa: S608
            None if unit_ids is None else [unit_ids],
        )
        return list(cursor.fetchall())
