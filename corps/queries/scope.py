"""Public reads about rights and the shape of the tree; `corps.models.scope` holds the machinery."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.models.scope import Node, Scope, Tree, current_tree, local_today, scope_of, steady_tree
from corps.permissions import Permission

if TYPE_CHECKING:
    from corps.actors import Actor

__all__ = [
    "Node",
    "Scope",
    "Tree",
    "allowed",
    "current_tree",
    "local_today",
    "only_a_member",
    "require",
    "scope_of",
    "see_unit",
    "steady_tree",
]


def allowed(actor: "Actor", permission: Permission, unit_id: int) -> bool:
    """Whether `actor` may do `permission` in the unit."""
    return unit_id in scope_of(actor, permission)


def require(actor: "Actor", permission: Permission, unit_id: int) -> None:
    """Outside what the actor sees at all: `Http404`. Seen, but without the right: `PermissionDenied`."""
    if allowed(actor, permission, unit_id):
        return
    if unit_id in scope_of(actor, Permission.UNIT_VIEW):
        raise PermissionDenied(f"{permission} in unit {unit_id}")
    raise Http404("no such unit")


def only_a_member(actor: "Actor") -> bool:
    """Whether nothing is open to the actor but what every member may: such an account lives on its own page."""
    more = (Permission.MEMBER_VIEW, Permission.TRAIL_VIEW, Permission.ADMIN_SITE)
    return bool(scope_of(actor, Permission.UNIT_VIEW)) and not any(scope_of(actor, one) for one in more)


def see_unit(actor: "Actor", code: str) -> Node:
    """The unit with this code if the actor may see it, else `Http404`."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    for node in scope.tree.nodes.values():
        if node.code == code and node.id in scope:
            return node
    raise Http404("no such unit")
