"""Writing the right numbering over a broken one."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.logic.tree import Fault, FaultKind, find_faults, number
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree.lock import lock_tree
from corps.queries.tree_faults import sentence, unit_rows

if TYPE_CHECKING:
    from corps.actors import Actor

#: Follows from the superiors, so it can be worked out again. The other faults are facts somebody has to decide.
_NUMBERS = {FaultKind.TREE, FaultKind.DEPTH, FaultKind.EDGES}


def repair_tree(*, actor: "Actor", reason: str = "") -> list[Fault]:
    """Renumber all units from their superiors; returns the faults that were found, empty when nothing was to do.

    For the system and the technical administrator only. Raises `Refusal`, changing nothing, when a unit hangs in a
    circle or under a superior it may not have: which of the two is wrong is not for a program to guess. The repair
    stands in the action log.
    """
    if not isinstance(actor, SystemActor) and not actor.is_superuser:
        raise PermissionDenied("repairing the tree")
    with acting(actor=actor, action="tree.repair", reason=reason):
        lock_tree()
        rows = unit_rows()
        faults = find_faults(rows)
        if not faults:
            return []
        undecided = [fault for fault in faults if fault.kind not in _NUMBERS]
        if undecided:
            raise Refusal(
                _("The tree was not repaired. %(fault)s") % {"fault": sentence(undecided[0])},
                code="tree.undecided",
                place=undecided[0].code,
                remedy=_(
                    "Restore the unit's superior, level or corps from a backup or its history, then repair again."
                ),
            )
        places = number(rows)
        wrong = [(row.id, *places[row.id]) for row in rows if places[row.id] != row[6:]]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE corps_unit u SET tree_id = n.tree_id, lft = n.lft, rght = n.rght, depth = n.depth"
                " FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[]) AS n (id, tree_id, lft,"
                " rght, depth)"
                " WHERE u.id = n.id",
                [list(column) for column in zip(*wrong, strict=True)],
            )
        record(
            actor=actor,
            action="tree.repair",
            reason=reason,
            detail={"units": len(wrong), "faults": [f"{fault.kind} {fault.code}" for fault in faults[:100]]},
        )
        return faults
