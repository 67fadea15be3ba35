"""Which places may hang where: posts under stations, grids inside grids of the level above."""

import re

from django.utils.translation import gettext as _

from corps.enums import GridLevel, StationKind
from corps.errors import Refusal
from corps.models import Grid, Station, Unit


def check_coordinates(latitude: float | None, longitude: float | None) -> None:
    """Both or none, in degrees (WGS-84)."""
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refusal(
            _("These coordinates name no place on Earth."),
            code="place.coordinates",
            place="latitude",
            remedy=_("Enter latitude (−90 to 90) and longitude (−180 to 180) in degrees, or leave both empty."),
        )


def check_division_code(code: str) -> None:
    """Codes of administrative divisions (GB/T 2260, GB/T 10114) have 6, 9 or 12 digits."""
    if code and not re.fullmatch(r"\d{6}|\d{9}|\d{12}", code):
        raise Refusal(
            _("“%(code)s” is no division code.") % {"code": code},
            code="place.division_code",
            place="division_code",
            remedy=_("Enter 6, 9 or 12 digits, or leave it empty."),
        )


def check_named(name: str, code: str | None = None) -> None:
    """A place needs a name, and a code where its kind has one."""
    if not name or len(name) > 80:
        raise Refusal(
            _("The place needs a name."),
            code="place.name_missing",
            place="name",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": 80},
        )
    if code is not None and not 0 < len(code) <= 30:
        raise Refusal(
            _("The place needs a code."),
            code="place.code_missing",
            place="code",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": 30},
        )


def check_code_free(model: type[Station] | type[Grid], code: str, *, but: int | None = None) -> None:
    """Codes of stations and of grids are unique."""
    others = model.objects.filter(code=code)
    if but is not None:
        others = others.exclude(pk=but)
    taken = others.values_list("name", flat=True).first()
    if taken is not None:
        raise Refusal(
            _("The code %(code)s belongs to %(name)s.") % {"code": code, "name": taken},
            code="place.code_taken",
            place="code",
            remedy=_("Choose another code."),
        )


def check_station_parent(kind: str, parent: Station | None, corps_id: int) -> None:
    """A police post belongs to a police station of the same corps; a station has no superior here."""
    if kind == StationKind.STATION and parent is not None:
        raise Refusal(
            _("A police station hangs under no other station."),
            code="station.has_parent",
            place="parent",
            remedy=_("Leave the superior station empty, or make it a police post."),
        )
    if parent is not None and (parent.kind != StationKind.STATION or parent.corps_id != corps_id):
        raise Refusal(
            _("%(station)s cannot have police posts.") % {"station": parent.name},
            code="station.wrong_parent",
            place="parent",
            remedy=_("Choose a police station of the same corps."),
        )


def check_grid_parent(level: int, parent: Grid | None, corps_id: int) -> None:
    """A first-level grid has no superior; every other lies in one of the level just above, in the same corps."""
    expected = None if level == GridLevel.FIRST else level - 1
    actual = None if parent is None else parent.level
    if actual != expected or (parent is not None and parent.corps_id != corps_id):
        raise Refusal(
            _("A grid of this level does not fit there."),
            code="grid.level",
            place="parent",
            remedy=_(
                "Leave the superior grid empty for the first level; otherwise choose a grid of the level just above."
            ),
        )


def check_grid_unit(unit: Unit, corps_id: int) -> None:
    """A grid is looked after by a unit of its own corps."""
    if unit.corps_id != corps_id:
        raise Refusal(
            _("%(unit)s belongs to another corps.") % {"unit": unit.name},
            code="grid.other_corps",
            place="unit",
            remedy=_("Choose a unit of the same corps."),
        )
