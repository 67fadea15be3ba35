"""Hanging a unit, with everything below it, under another superior."""

from typing import TYPE_CHECKING

from corps.models import Unit
from corps.operations.context import acting
from corps.operations.tree.lock import read_unit, require_superior, take_unit
from corps.permissions import Permission
from corps.policies import tree as policy
from corps.queries.scope import require

if TYPE_CHECKING:
    from corps.actors import Actor


def move_unit(*, actor: "Actor", unit_id: int, parent_id: int, reason: str = "") -> Unit:
    """Move the unit under `parent_id`; members, sites and records hang on units and stay as they are.

    The right is needed in the old superior and in the new one. Moving where it is already changes nothing. Raises
    `Refusal`.
    """
    with acting(actor=actor, action="unit.move", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        parent = read_unit(parent_id)
        require(actor, Permission.UNIT_STRUCTURE, parent.pk)
        policy.check_can_move(unit, parent)
        hang_under(unit, parent)
        return unit


def hang_under(unit: Unit, parent: Unit) -> None:
    """Write the move; the caller holds the lock and has checked. `parent` may be stale after it: read it again."""
    if unit.parent_id == parent.pk:
        return
    unit.parent = parent
    unit.save()
