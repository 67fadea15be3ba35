"""Where the reader is: the navigation, the unit trail and the switcher that searches."""

from collections.abc import Iterable
from typing import Any

from django.template import Context

from corps.queries.scope import steady_tree
from yiwu.navigation import MY_PLACES, my_places, places_for, trail_to
from yiwu.ui.library import register

THUMB_PLACES = 5


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context, kind: str = "bar") -> dict[str, Any]:
    """The places open to the reader in the page's unit; `kind` is `bar` (top) or `thumb` (phone, bottom)."""
    request = context["request"]
    # Asked for twice on each page, at the top and at the thumb; rights are looked up once.
    place = context.get("place", "")
    if not hasattr(request, "places"):
        mine = place in {key for key, *_rest in MY_PLACES}
        # The page that answers a form is no page that only reads, but its navigation does no more than that.
        with steady_tree():
            request.places = my_places(request.user) if mine else places_for(request.user, context.get("unit"))
    links = request.places
    # Five places fit a thumb; the others stand behind the last of them.
    shown = links if kind == "bar" or len(links) <= THUMB_PLACES else links[: THUMB_PLACES - 1]
    rest = links[len(shown) :]
    return {"links": shown, "rest": rest, "beyond": place in {one.key for one in rest}, "kind": kind, "place": place}


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
