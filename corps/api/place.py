"""The unit a list of the API is about."""

from django.utils.translation import gettext as _
from rest_framework.request import Request

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, require, scope_of, see_unit


def place_asked(request: Request, permission: Permission) -> Node:
    """The unit named by `?unit=`, or the only one in which the caller holds the right. Raises `Refusal` for several.

    Raises `Http404` for a unit the caller does not see, `PermissionDenied` for one without the right.
    """
    actor = actor_of(request)
    if code := request.query_params.get("unit"):
        unit = see_unit(actor, code)
        require(actor, permission, unit.id)
        return unit
    scope = scope_of(actor, permission)
    roots = [root.id for root in scope.tree.roots()] if scope.everything else list(scope.roots)
    if len(roots) != 1:
        raise Refusal(
            _("It is not clear which unit is meant."),
            code="unit.needed",
            place="unit",
            remedy=_("Name the unit by its code: ?unit=…"),
        )
    return scope.tree.nodes[roots[0]]
