"""What pages about incidents need beside the incidents: what a form offers, places of a map, remarks of a list."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import formats, timezone

from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.places import guiding_stations, sites_of
from corps.queries.scope import Node, Tree, current_tree, scope_of
from duties.enums import ShiftState
from duties.models import Shift
from incidents.enums import EntryKind
from incidents.models import Incident, IncidentKind, LogEntry

if TYPE_CHECKING:
    from corps.actors import Actor

UNITS_OFFERED = 300
PLACES_SHOWN = 400
SHIFTS_OFFERED = 60
LATELY = dt.timedelta(days=7)
# Those who gather for a shift may already meet with something.
AROUND_SHIFT = dt.timedelta(hours=2)


def kinds_for(corps_id: int, incident: Incident | None = None) -> list[IncidentKind]:
    """The corps' kinds in use in the order they were set up, and the present one of `incident`."""
    chosen = Q(active=True) | (Q(pk=incident.kind_id) if incident is not None else Q(pk=None))
    return list(IncidentKind.objects.filter(chosen, corps=corps_id).order_by("pk"))


def units_for(actor: "Actor", unit: Node) -> list[tuple[int, str]]:
    """The unit and units below it where the actor may record, whole levels at a time up to a length one can read."""
    scope = scope_of(actor, Permission.INCIDENT_RECORD)
    tree = scope.tree
    inside = [tree.nodes[one] for one in tree.within(unit.id) if one in scope]
    below = [node for node in inside if node.id == unit.id or not node.closed]
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
    located = sites_of(actor, around).filter(active=True, latitude__isnull=False)
    # The own ones first: around a squad of a large brigade there are more than a map shows.
    sites = located.order_by(InUnits("unit_id", tree.within(unit.id)).desc(), "pk")[:PLACES_SHOWN]
    stations = [one for one in guiding_stations(unit.id) if one.latitude is not None]
    return [
        {"name": one.name, "kind": kind, "latitude": one.latitude, "longitude": one.longitude}
        for kind, rows in (("station", stations), ("site", sites))
        for one in rows
    ]


def return_remarks(incident_ids: Iterable[int]) -> dict[int, str]:
    """Why each was returned the last time, by the incident's key."""
    entries = LogEntry.objects.filter(incident_id__in=list(incident_ids), kind=EntryKind.RETURNED).order_by("pk")
    return dict(entries.values_list("incident_id", "text"))


def shifts_for(actor: "Actor", unit: Node, kept: Shift | None = None) -> list[tuple[int, str]]:
    """Shifts of the unit and below that began within the last week, the latest first, and the one that was chosen."""
    now = timezone.now()
    lately = Q(starts_at__range=(now - LATELY, now + AROUND_SHIFT), unit__in=current_tree().within(unit.id))
    rows = Shift.objects.visible_to(actor).filter(lately).exclude(state=ShiftState.CANCELLED).select_related("kind")
    found = list(rows.order_by("-starts_at", "-pk")[:SHIFTS_OFFERED])
    if kept is not None and kept not in found:
        found.append(kept)
    return [(one.pk, _shift_line(one)) for one in found]


def shift_asked(actor: "Actor", shift_id: int | None) -> Shift | None:
    """The shift a new incident shall belong to, if the actor may see it and it was not cancelled."""
    if shift_id is None:
        return None
    rows = Shift.objects.visible_to(actor).exclude(state=ShiftState.CANCELLED).select_related("kind")
    found: Shift | None = rows.filter(pk=shift_id).first()
    return found


def _shift_line(shift: Shift) -> str:
    return f"{formats.date_format(timezone.localtime(shift.starts_at), 'SHORT_DATETIME_FORMAT')} {shift.kind.name}"


def _from(tree: Tree, top: Node, node: Node) -> str:
    """The unit's name with those between it and `top`: several squads of a detachment may be called alike."""
    path = [one for one in tree.path(node.id) if one.level >= top.level]
    return " › ".join(one.short_name for one in path[1:]) or node.name
