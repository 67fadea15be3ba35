"""Put a whole corps into the database at once: a thousand units in a second instead of one shift of the tree each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.logic.plans import CorpsPlan, UnitPlan, nested_sets
from corps.models import (
    Corps,
    Grid,
    LevelName,
    Post,
    Site,
    Speciality,
    Station,
    Term,
    Unit,
    UnitSpeciality,
    UnitStation,
)
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree import lock_tree

if TYPE_CHECKING:
    from corps.actors import Actor


def plant(*, actor: "Actor", plan: CorpsPlan) -> Unit:
    """Create the corps with its units, stations, sites, grids, posts and terms; return the root.

    For the system and the technical administrator only. Raises `Refusal` when the corps or one of its codes exists.
    """
    if not isinstance(actor, SystemActor) and not actor.is_superuser:
        raise PermissionDenied("planting a corps")
    with acting(actor=actor, action="corps.plant", reason=plan.name):
        lock_tree()
        _check_free(plan)
        corps = Corps.objects.create(
            code=plan.code, name=plan.name, division_code=plan.division_code, founded_on=plan.founded_on
        )
        LevelName.objects.bulk_create(
            LevelName(corps=corps, level=level, name=name) for level, name in plan.level_names.items()
        )
        stations = _stations(corps, plan)
        units = _units(corps, plan, stations)
        _grids(corps, plan, units)
        Site.objects.bulk_create(
            Site(
                unit=units[site.unit],
                kind=site.kind,
                name=site.name,
                address=site.address,
                latitude=site.point.latitude,
                longitude=site.point.longitude,
            )
            for site in plan.sites
        )
        _terms(plan, units)
        with connection.cursor() as cursor:
            # A vacuum before the commit would note these tables as empty, and all that comes next refers to them.
            cursor.execute("ANALYZE corps_unit, corps_grid, corps_site")
        root = units[plan.root.code]
        record(actor=actor, action="corps.plant", unit_id=root.pk, object_type="corps.corps", object_id=corps.pk)
        return root


def _check_free(plan: CorpsPlan) -> None:
    if Corps.objects.filter(code=plan.code).exists():
        raise Refusal(
            _("The corps %(name)s exists already.") % {"name": plan.name},
            code="corps.exists",
            place=plan.code,
            remedy=_(
                "Nothing was changed. To begin again, start with an empty database (in development: ./dev reset)."
            ),
        )
    taken = {
        *Unit.objects.filter(code__in=[unit.code for unit in plan.units]).values_list("code", flat=True),
        *Station.objects.filter(code__in=[station.code for station in plan.stations]).values_list("code", flat=True),
        *Grid.objects.filter(code__in=[grid.code for grid in plan.grids]).values_list("code", flat=True),
    }
    if taken:
        raise Refusal(
            _("The code %(code)s is in use by another corps.") % {"code": min(taken)},
            code="corps.code_taken",
            place=min(taken),
            remedy=_("Nothing was changed. Give the unit, station or grid another code."),
        )


def _stations(corps: Corps, plan: CorpsPlan) -> dict[str, Station]:
    """Police stations first, then the posts under them, which need the keys of the stations."""
    made: dict[str, Station] = {}
    for under in (False, True):
        batch = [
            Station(
                corps=corps,
                kind=station.kind,
                parent=made[station.parent] if station.parent else None,
                name=station.name,
                code=station.code,
                division_code=station.division_code,
                address=station.address,
                latitude=station.point.latitude,
                longitude=station.point.longitude,
            )
            for station in plan.stations
            if bool(station.parent) is under
        ]
        made |= {station.code: station for station in Station.objects.bulk_create(batch)}
    return made


def _units(corps: Corps, plan: CorpsPlan, stations: Mapping[str, Station]) -> dict[str, Unit]:
    """Insert the units with their place in the tree already worked out: level by level, parents before children."""
    places = nested_sets(plan.units)
    tree_id = (Unit.objects.aggregate(last=Max("tree_id"))["last"] or 0) + 1
    made: dict[str, Unit] = {}
    for depth in range(max(place[2] for place in places.values()) + 1):
        batch = [_unit(corps, unit, made.get(unit.parent)) for unit in plan.units if places[unit.code][2] == depth]
        for unit in batch:
            unit.tree_id = tree_id
            unit.lft, unit.rght, unit.depth = places[unit.code]
        made |= {unit.code: unit for unit in Unit.objects.bulk_create(batch)}
    UnitStation.objects.bulk_create(
        UnitStation(unit=made[unit.code], station=stations[code], primary=index == 0)
        for unit in plan.units
        for index, code in enumerate(unit.stations)
    )
    names = sorted({name for unit in plan.units for name in unit.specialities})
    specialities = {
        speciality.name: speciality
        for speciality in Speciality.objects.bulk_create(Speciality(corps=corps, name=name) for name in names)
    }
    UnitSpeciality.objects.bulk_create(
        UnitSpeciality(unit=made[unit.code], speciality=specialities[name])
        for unit in plan.units
        for name in unit.specialities
    )
    return made


def _unit(corps: Corps, plan: UnitPlan, parent: Unit | None) -> Unit:
    return Unit(
        corps=corps,
        parent=parent,
        level=plan.level,
        name=plan.name,
        short_name=plan.short_name,
        code=plan.code,
        division_code=plan.division_code,
        active_from=plan.active_from,
        latitude=plan.point.latitude,
        longitude=plan.point.longitude,
    )


def _grids(corps: Corps, plan: CorpsPlan, units: Mapping[str, Unit]) -> None:
    made: dict[str, Grid] = {}
    for level in sorted({grid.level for grid in plan.grids}):
        batch = [
            Grid(
                corps=corps,
                unit=units[grid.unit],
                parent=made.get(grid.parent),
                level=grid.level,
                name=grid.name,
                code=grid.code,
            )
            for grid in plan.grids
            if grid.level == level
        ]
        made |= {grid.code: grid for grid in Grid.objects.bulk_create(batch)}


def _terms(plan: CorpsPlan, units: Mapping[str, Unit]) -> None:
    wanted = {(term.unit, term.kind, term.title): None for term in plan.terms}
    batch = [Post(unit=units[unit], kind=kind, title=title) for unit, kind, title in wanted]
    posts = dict(zip(wanted, Post.objects.bulk_create(batch), strict=True))
    Term.objects.bulk_create(
        Term(
            post=posts[term.unit, term.kind, term.title],
            holder=term.holder,
            position=term.position,
            starts_on=term.starts_on,
            ends_on=term.ends_on,
        )
        for term in plan.terms
    )
