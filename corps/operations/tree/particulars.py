"""What a unit is called and where it is: names, code, place, specialities, guiding stations, the words for levels.

These writes take the tree lock as well: they write unit rows and the scope version, as structural ones do, and two
kinds of writers that lock the same rows in different order would end in a deadlock.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.enums import Level
from corps.errors import Refusal
from corps.models import LevelName, Speciality, Station, Unit, UnitSpeciality, UnitStation
from corps.operations.context import acting
from corps.operations.tree.lock import require_superior, take_unit
from corps.permissions import Permission
from corps.policies import places as place_policy
from corps.policies import tree as policy

if TYPE_CHECKING:
    from corps.actors import Actor


def rename_unit(*, actor: "Actor", unit_id: int, name: str, short_name: str, reason: str = "") -> Unit:
    """Give the unit another name and short name. Raises `Refusal`."""
    name, short_name = name.strip(), short_name.strip()
    with acting(actor=actor, action="unit.rename", reason=reason, permission=Permission.UNIT_EDIT, unit_id=unit_id):
        unit = take_unit(unit_id)
        policy.check_open(unit)
        policy.check_names(name, short_name)
        policy.check_name_free(unit.parent_id, name, but=unit.pk)
        unit.name, unit.short_name = name, short_name
        unit.save(update_fields=["name", "short_name"])
        return unit


def change_code(*, actor: "Actor", unit_id: int, code: str, reason: str = "") -> Unit:
    """Give the unit another code; siblings stand in the order of their codes, so its place among them follows.

    Addresses and sheets carry the code, so the right is that of the superior's officers. Raises `Refusal`.
    """
    code = code.strip()
    with acting(actor=actor, action="unit.change_code", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        policy.check_open(unit)
        if code != unit.code:
            policy.check_code(code)
            unit.code = code
            unit.save()
        return unit


def edit_unit(
    *,
    actor: "Actor",
    unit_id: int,
    division_code: str,
    latitude: float | None,
    longitude: float | None,
    specialities: Sequence[str],
    station_ids: Sequence[int],
    reason: str = "",
) -> Unit:
    """Write the unit's particulars as a whole. Coordinates are WGS-84; the first of `station_ids` is the leading
    station.

    A speciality the corps does not know yet is added to its list. Raises `Refusal`.
    """
    with acting(actor=actor, action="unit.edit", reason=reason, permission=Permission.UNIT_EDIT, unit_id=unit_id):
        unit = take_unit(unit_id)
        policy.check_open(unit)
        place_policy.check_coordinates(latitude, longitude)
        place_policy.check_division_code(division_code)
        stations = _stations(unit, station_ids)
        unit.division_code, unit.latitude, unit.longitude = division_code, latitude, longitude
        unit.save(update_fields=["division_code", "latitude", "longitude"])
        _write_specialities(unit, specialities)
        _write_stations(unit, stations)
        return unit


def name_level(*, actor: "Actor", root_id: int, level: Level, name: str, reason: str = "") -> None:
    """Set the corps' own word for a level: 总会 instead of 总队. Raises `Refusal`."""
    name = name.strip()
    with acting(
        actor=actor, action="corps.name_level", reason=reason, permission=Permission.UNIT_STRUCTURE, unit_id=root_id
    ):
        root = take_unit(root_id)
        if root.parent_id is not None:
            raise Refusal(
                _("The words for levels belong to the corps as a whole."),
                code="unit.not_root",
                place=root.code,
                remedy=_("Change them at the top unit."),
            )
        if not 0 < len(name) <= 20:
            raise Refusal(
                _("A level needs a name."),
                code="level.name_missing",
                place="name",
                remedy=_("Enter at most %(limit)d characters.") % {"limit": 20},
            )
        LevelName.objects.update_or_create(corps_id=root.corps_id, level=level, defaults={"name": name})


def _stations(unit: Unit, station_ids: Sequence[int]) -> list[Station]:
    """The stations in the order given, each once; all of the unit's own corps."""
    found = Station.objects.filter(corps_id=unit.corps_id).in_bulk(set(station_ids))
    if len(found) < len(set(station_ids)):
        raise Refusal(
            _("A police station of another corps, or one that does not exist, cannot guide the unit."),
            code="unit.unknown_station",
            place="stations",
            remedy=_("Choose among the stations of the corps."),
        )
    return [found[identifier] for identifier in dict.fromkeys(station_ids)]


def _write_stations(unit: Unit, stations: Sequence[Station]) -> None:
    """Only what changes is written, so that the history tells it. The old leader steps back before the new one
    leads.
    """
    links = {link.station_id: link for link in unit.station_links.all()}
    leading = stations[0].pk if stations else None
    unit.station_links.exclude(station__in=stations).delete()
    unit.station_links.filter(primary=True).exclude(station_id=leading).update(primary=False)
    UnitStation.objects.bulk_create(
        UnitStation(unit=unit, station=station) for station in stations if station.pk not in links
    )
    unit.station_links.filter(station_id=leading, primary=False).update(primary=True)


def _write_specialities(unit: Unit, names: Sequence[str]) -> None:
    wanted = {name.strip() for name in names} - {""}
    unit.speciality_links.exclude(speciality__name__in=wanted).delete()
    held = set(unit.speciality_links.values_list("speciality__name", flat=True))
    for name in sorted(wanted - held):
        speciality, _created = Speciality.objects.get_or_create(corps_id=unit.corps_id, name=name[:40])
        UnitSpeciality.objects.get_or_create(unit=unit, speciality=speciality)
