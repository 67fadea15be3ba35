"""Reads about kinds of duty."""

from typing import TYPE_CHECKING, Any

from corps.permissions import Permission
from corps.queries.scope import scope_of
from duties.models import DutyKind

if TYPE_CHECKING:
    from corps.actors import Actor


def kinds_of(actor: "Actor") -> Any:
    """Kinds of every corps of which the actor sees a unit, also those no longer in use."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    if scope.everything:
        return DutyKind.objects.all()
    return DutyKind.objects.filter(corps_id__in={scope.tree.nodes[identifier].corps_id for identifier in scope.ids})
