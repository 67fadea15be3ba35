"""Alarms of the statistics that are still open: stored figures that a check found to differ from the facts."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from corps.queries.scope import Node, current_tree
from stats.models import Discrepancy

if TYPE_CHECKING:
    from corps.actors import Actor


def open_alarms(actor: "Actor", unit: Node) -> "QuerySet[Any]":
    """Open alarms of the unit and everything below it that the actor may see; the newest first."""
    found: QuerySet[Any] = (
        Discrepancy.objects.visible_to(actor)
        .in_units(current_tree().within(unit.id))
        .filter(settled_at=None)
        .select_related("unit")
    )
    return found
