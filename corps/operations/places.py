"""Stations, sites and grids.

Who may write them, with `place.edit`: a site, whoever holds the right in its unit; a grid, in the unit that looks
after it or, where none does, after the nearest grid above it, at last in the corps' top unit; a station guides units
all over the corps, so in the top unit. Changing what a place hangs on needs the right on both sides.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.enums import GridLevel, SiteKind, StationKind
from corps.errors import Refusal
from corps.models import Grid, Site, Station, Unit
from corps.operations.acts import Act
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.policies import places as policy
from corps.policies.tree import check_open
from corps.queries.places import grid_unit_id, root_id
from corps.queries.scope import require

if TYPE_CHECKING:
    from corps.actors import Actor


class StationParticulars(TypedDict, total=False):
    """What is told of a station; what is left out is empty."""

    kind: Required[StationKind]
    name: Required[str]
    code: Required[str]
    parent_id: int | None
    division_code: str
    address: str
    phone: str
    latitude: float | None
    longitude: float | None


def add_station(
    *, actor: "Actor", corps_id: int, reason: str = "", **particulars: Unpack[StationParticulars]
) -> Station:
    """Enter a police station, or a police post under one. Raises `Refusal`."""
    station = Station(corps_id=corps_id)
    with _acting(actor, "station.add", root_id(corps_id), reason):
        policy.check_code_free(Station, particulars["code"].strip())
        return _write_station(station, **particulars)


def edit_station(
    *, actor: "Actor", station_id: int, reason: str = "", **particulars: Unpack[StationParticulars]
) -> Station:
    """Write a station's particulars as a whole. Raises `Refusal`."""
    station = _station(station_id)
    with _acting(actor, "station.edit", root_id(station.corps_id), reason):
        policy.check_code_free(Station, particulars["code"].strip(), but=station.pk)
        if particulars["kind"] == StationKind.POLICE_POST and station.posts.exists():
            raise Refusal(
                _("%(station)s has police posts of its own.") % {"station": station.name},
                code="station.has_posts",
                place="kind",
                remedy=_("Put its police posts under another station first."),
            )
        return _write_station(station, **particulars)


def remove_station(*, actor: "Actor", station_id: int, reason: str) -> None:
    """Delete a station that guides no unit and has no police post. Raises `Refusal`."""
    station = _station(station_id)
    with _acting(actor, "station.remove", root_id(station.corps_id), reason):
        _delete(station, _("It guides units, or police posts hang under it. Take these from it first."))


class SiteParticulars(TypedDict, total=False):
    """What is told of a site; what is left out is empty."""

    kind: Required[SiteKind]
    name: Required[str]
    address: str
    latitude: float | None
    longitude: float | None


def add_site(*, actor: "Actor", unit_id: int, reason: str = "", **particulars: Unpack[SiteParticulars]) -> Site:
    """Enter a site in the care of an open unit. Raises `Refusal`."""
    with _acting(actor, "site.add", unit_id, reason):
        hold_tree()
        return _write_site(Site(unit=_open_unit(unit_id)), **particulars)


def edit_site(
    *, actor: "Actor", site_id: int, unit_id: int, reason: str = "", **particulars: Unpack[SiteParticulars]
) -> Site:
    """Write a site's particulars, also the unit that looks after it. Raises `Refusal`."""
    site = _site(site_id)
    with _acting(actor, "site.edit", site.unit_id, reason):
        hold_tree()
        if unit_id != site.unit_id:
            require(actor, Permission.PLACE_EDIT, unit_id)
            site.unit = _open_unit(unit_id)
        return _write_site(site, **particulars)


def use_site(*, actor: "Actor", site_id: int, active: bool, reason: str = "") -> Site:
    """Put a site out of use, or back into use where its unit is open. Raises `Refusal`."""
    site = _site(site_id)
    with _acting(actor, "site.use", site.unit_id, reason):
        hold_tree()
        if active:
            _open_unit(site.unit_id)
        site.active = active
        site.save(update_fields=["active"])
        return site


def remove_site(*, actor: "Actor", site_id: int, reason: str) -> None:
    """Delete a site that nothing refers to. Raises `Refusal`."""
    site = _site(site_id)
    with _acting(actor, "site.remove", site.unit_id, reason):
        _delete(site, _("It stands in records. Put it out of use instead."))


def add_grid(
    *,
    actor: "Actor",
    corps_id: int,
    level: GridLevel,
    name: str,
    code: str,
    parent_id: int | None = None,
    unit_id: int | None = None,
    reason: str = "",
) -> Grid:
    """Enter a grid inside one of the level above. Raises `Refusal`."""
    grid = Grid(corps_id=corps_id, level=level, code=code.strip(), parent_id=parent_id, unit_id=unit_id)
    with _acting(actor, "grid.add", grid_unit_id(grid), reason):
        hold_tree()
        policy.check_code_free(Grid, grid.code)
        return _write_grid(grid, name)


def edit_grid(
    *,
    actor: "Actor",
    grid_id: int,
    name: str,
    code: str,
    parent_id: int | None = None,
    unit_id: int | None = None,
    reason: str = "",
) -> Grid:
    """Write a grid's name, code, place and unit; its level stays. Raises `Refusal`."""
    grid = _grid(grid_id)
    with _acting(actor, "grid.edit", grid_unit_id(grid), reason):
        hold_tree()
        policy.check_code_free(Grid, code.strip(), but=grid.pk)
        grid.code, grid.parent_id, grid.unit_id = code.strip(), parent_id, unit_id
        require(actor, Permission.PLACE_EDIT, grid_unit_id(grid))
        return _write_grid(grid, name)


def remove_grid(*, actor: "Actor", grid_id: int, reason: str) -> None:
    """Delete a grid that has no grids inside and stands in no record. Raises `Refusal`."""
    grid = _grid(grid_id)
    with _acting(actor, "grid.remove", grid_unit_id(grid), reason):
        remedy = _(
            "Grids lie inside it, members live in it, or it stands in records."
            " Move the first two; with records it stays."
        )
        _delete(grid, remedy)


def _acting(actor: "Actor", action: str, unit_id: int, reason: str) -> AbstractContextManager[Act]:
    return acting(actor=actor, action=action, reason=reason, permission=Permission.PLACE_EDIT, unit_id=unit_id)


def _write_station(
    station: Station,
    *,
    kind: StationKind,
    name: str,
    code: str,
    parent_id: int | None = None,
    division_code: str = "",
    address: str = "",
    phone: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Station:
    station.kind, station.name, station.code = kind, name.strip(), code.strip()
    station.division_code, station.address, station.phone = division_code, address.strip(), phone.strip()
    station.latitude, station.longitude = latitude, longitude
    station.parent = None if parent_id is None else _station(parent_id)
    policy.check_named(station.name, station.code)
    policy.check_station_parent(station.kind, station.parent, station.corps_id)
    policy.check_coordinates(station.latitude, station.longitude)
    policy.check_division_code(station.division_code)
    station.save()
    return station


def _write_site(
    site: Site,
    *,
    kind: SiteKind,
    name: str,
    address: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Site:
    site.kind, site.name, site.address = kind, name.strip(), address.strip()
    site.latitude, site.longitude = latitude, longitude
    policy.check_named(site.name)
    policy.check_coordinates(site.latitude, site.longitude)
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        raise Refusal(
            _("%(unit)s has a site of this kind called %(name)s already.")
            % {"unit": site.unit.name, "name": site.name},
            code="site.exists",
            place="name",
            remedy=_("Give it another name, or use the one that exists."),
        ) from error
    return site


def _write_grid(grid: Grid, name: str) -> Grid:
    parent = None if grid.parent_id is None else _grid(grid.parent_id)
    policy.check_named(name.strip(), grid.code)
    policy.check_grid_parent(grid.level, parent, grid.corps_id)
    if grid.unit_id is not None:
        policy.check_grid_unit(_open_unit(grid.unit_id), grid.corps_id)
    grid.name = name.strip()
    grid.save()
    return grid


def _delete(place: Station | Site | Grid, remedy: str) -> None:
    try:
        place.delete()
    except ProtectedError as error:
        raise Refusal(
            _("%(name)s is in use and was not removed.") % {"name": place.name},
            code="place.in_use",
            place=place.name,
            remedy=remedy,
        ) from error


def _station(station_id: int) -> Station:
    station = Station.objects.filter(pk=station_id).first()
    if station is None:
        raise Http404("no such station")
    return station


def _site(site_id: int) -> Site:
    site: Site | None = Site.objects.filter(pk=site_id).select_related("unit").first()
    if site is None:
        raise Http404("no such site")
    return site


def _grid(grid_id: int) -> Grid:
    grid = Grid.objects.filter(pk=grid_id).first()
    if grid is None:
        raise Http404("no such grid")
    return grid


def _open_unit(unit_id: int) -> Unit:
    unit: Unit | None = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise Http404("no such unit")
    check_open(unit)
    return unit
