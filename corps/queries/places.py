"""Reads about stations, sites and grids."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404

from corps.models import Grid, Site, Station, Unit
from corps.permissions import Permission
from corps.queries.scope import scope_of

if TYPE_CHECKING:
    from corps.actors import Actor


def root_id(corps_id: int) -> int:
    """The id of the corps' top unit. Raises `Http404` for an unknown corps."""
    found = Unit.objects.filter(corps_id=corps_id, parent=None).values_list("pk", flat=True).first()
    if found is None:
        raise Http404("no such corps")
    return int(found)


def grid_unit_id(grid: Grid) -> int:
    """The unit whose officers decide about the grid: its own, or that of the nearest grid above, at last the top
    unit.
    """
    unit_id, parent_id = grid.unit_id, grid.parent_id
    while unit_id is None and parent_id is not None:
        above = Grid.objects.filter(pk=parent_id).values_list("unit_id", "parent_id").first()
        if above is None:
            raise Http404("no such grid")
        unit_id, parent_id = above
    return root_id(grid.corps_id) if unit_id is None else unit_id


def sites_of(actor: "Actor", unit_ids: Sequence[int] | None = None) -> "QuerySet[Site]":
    """Sites of the units (by default of all) that the actor may see."""
    sites = Site.objects.visible_to(actor).select_related("unit")
    return sites if unit_ids is None else sites.in_units(unit_ids)


def stations_of(actor: "Actor") -> "QuerySet[Station]":
    """Stations of every corps of which the actor sees a unit: who is guided must be able to name the guide."""
    return Station.objects.filter(corps_id__in=_corps_ids(actor)).select_related("parent")


def guiding_stations(unit_id: int) -> list[Station]:
    """The stations that guide the unit, the leading one first."""
    return list(Station.objects.filter(unit_links__unit_id=unit_id).order_by("-unit_links__primary", "code"))


def grids_of(actor: "Actor") -> "QuerySet[Grid]":
    """Grids of units the actor may see, and those no unit looks after in corps the actor sees."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    grids = Grid.objects.select_related("unit", "parent")
    if scope.everything:
        return grids
    return grids.filter(Q(unit_id__in=scope.ids) | Q(unit=None, corps_id__in=_corps_ids(actor)))


def _corps_ids(actor: "Actor") -> set[int]:
    scope = scope_of(actor, Permission.UNIT_VIEW)
    return {scope.tree.nodes[identifier].corps_id for identifier in scope.ids}
