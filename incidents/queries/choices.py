"""What the form of an incident offers to choose from, and the places its map shows."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from corps.permissions import Permission
from corps.queries.places import guiding_stations, sites_of
from corps.queries.scope import Node, Tree, scope_of
from incidents.models import Incident, IncidentKind

if TYPE_CHECKING:
    from corps.actors import Actor

UNITS_OFFERED = 300
PLACES_SHOWN = 400


def kinds_for(corps_id: int, incident: Incident | None = None) -> list[IncidentKind]:
    """The corps' kinds in use in the order they were set up, and the present one of `incident`."""
    chosen = Q(active=True) | (Q(pk=incident.kind_id) if incident is not None else Q(pk=None))
    return list(IncidentKind.objects.filter(chosen, corps=corps_id).order_by("pk"))


def units_for(actor: "Actor", unit: Node) -> list[tuple[int, str]]:
    """The unit and units below it where the actor may record, whole levels at a time up to a length one can read."""
    scope = scope_of(actor, Permission.INCIDENT_RECORD)
    tree = scope.tree
    below = [tree.nodes[one] for one in tree.within(unit.id) if one in scope]
    shown = [node for node in below if node.id == unit.id]
    for level in sorted({node.level for node in below}):
        row = [node for node in below if node.level == level and node.id != unit.id]
        if len(shown) + len(row) > UNITS_OFFERED:
            break
        shown += row
    kept = {node.id for node in shown}
    return [(node.id, _from(tree, unit, node)) for node in below if node.id in kept]


def known_places(actor: "Actor", unit: Node) -> list[dict[str, Any]]:
    """Sites and stations with coordinates around the unit: within its superior, as far as the actor may see."""
    tree = scope_of(actor, Permission.UNIT_VIEW).tree
    around = tree.within(unit.parent_id or unit.id)
    sites = sites_of(actor, around).filter(active=True, latitude__isnull=False).order_by("pk")[:PLACES_SHOWN]
    stations = [one for one in guiding_stations(unit.id) if one.latitude is not None]
    return [
        {"name": one.name, "kind": kind, "latitude": one.latitude, "longitude": one.longitude}
        for kind, rows in (("station", stations), ("site", sites))
        for one in rows
    ]


def _from(tree: Tree, top: Node, node: Node) -> str:
    """The unit's name with those between it and `top`: several squads of a detachment may be called alike."""
    path = [one for one in tree.path(node.id) if one.level >= top.level]
    return " › ".join(one.short_name for one in path[1:]) or node.name
