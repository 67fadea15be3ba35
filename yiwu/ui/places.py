"""Where the reader is: the navigation, the unit trail and the switcher that searches."""

from collections.abc import Iterable
from typing import Any

from django.template import Context

from yiwu.navigation import places_for, trail_to
from yiwu.ui.library import register


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context, kind: str = "bar") -> dict[str, Any]:
    """The places open to the reader in the page's unit; `kind` is `bar` (top) or `thumb` (phone, bottom)."""
    request = context["request"]
    # Asked for twice on each page, at the top and at the thumb; rights are looked up once.
    if not hasattr(request, "places"):
        request.places = places_for(request.user, context.get("unit"))
    return {"links": request.places, "kind": kind, "place": context.get("place", "")}


@register.inclusion_tag("components/unit_trail.html", takes_context=True)
def unit_trail(context: Context, unit: Any) -> dict[str, Any]:
    """The trail 总队 › 支队 › 大队 › 中队 down to `unit` (its `id` counts), linked as far up as the reader may see."""
    return {"places": trail_to(context["request"].user, unit.id)}


@register.inclusion_tag("components/unit_trail.html")
def trail_of(places: Iterable[Any]) -> dict[str, Any]:
    """A trail from given places with `name` and `url`."""
    return {"places": list(places)}


@register.inclusion_tag("components/unit_switcher.html")
def unit_switcher(url: str) -> dict[str, Any]:
    """Search among the units the reader may see; `url` answers `?q=` with `components/unit_results.html`."""
    return {"url": url}
