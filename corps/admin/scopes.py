"""Who asks, and where they may what: looked up once per request, since a page asks a hundred times."""

from typing import Any

from django.http import HttpRequest

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Scope, scope_of


def scope_for(request: HttpRequest, permission: Permission) -> Scope:
    """`scope_of` for the officer, remembered on the request: every look-up would ask for the version of the tree."""
    remembered: dict[Any, Scope] = request.__dict__.setdefault("_scopes", {})
    if permission not in remembered:
        remembered[permission] = scope_of(actor_of(request), permission)
    return remembered[permission]
