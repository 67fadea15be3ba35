"""Maps: a point among the corps' own places, with tiles where an installation names a tile service, else without."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from yiwu.ui.library import component, register


@register.simple_tag(name="map")
def map_(
    id: str,  # noqa: A002
    label: str,
    *,
    latitude: float | str | None = None,
    longitude: float | str | None = None,
    places: Iterable[Mapping[str, Any]] = (),
    picks: bool = False,
) -> SafeString:
    """A map of one point (WGS-84) and of `places` around it: mappings with `name`, `kind`, `latitude`, `longitude`.

    With `picks` a click, or Enter at the cross, moves the point and fills the fields named `latitude`, `longitude` and,
    from a known place, `place` of the form around it. The page includes `{% map_style %}` and `{% map_scripts %}`.
    """
    known = latitude not in (None, "") and longitude not in (None, "")
    values = {
        "id": id,
        "label": label,
        "latitude": latitude if known else "",
        "longitude": longitude if known else "",
        "places": list(places),
        "places_id": f"{id}-places",
        "picks": picks,
        "tiles": settings.TILE_URL,
        "datum": settings.TILE_DATUM,
        "credit": settings.TILE_CREDIT,
    }
    return component("map", values)


@register.inclusion_tag("components/map_style.html")
def map_style() -> dict[str, Any]:
    """The style sheet of the map, for the page's head."""
    return {}


@register.inclusion_tag("components/map_scripts.html")
def map_scripts() -> dict[str, Any]:
    """The scripts of the map; the one that shifts coordinates comes only with tiles that need it."""
    return {"shifted": bool(settings.TILE_URL) and settings.TILE_DATUM == "gcj02"}
