"""Units: what a unit is and who leads it, what lies below it, and finding any other."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.enums import SiteKind
from corps.permissions import Permission
from corps.queries.places import grids_of, sites_of
from corps.queries.posts import posts_of
from corps.queries.scope import Node, current_tree, scope_of
from corps.queries.units import children, level_names, path_text, search_units, unit_detail
from corps.views.pages import frame, is_fragment, rights, unit_door

SITES_SHOWN = 60
GRIDS_SHOWN = 60


@require_GET
@unit_door(Permission.UNIT_VIEW)
def units(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """The unit itself: leaders, stations, sites, grids, and the tree below it, one level open."""
    actor = actor_of(request)
    detail = unit_detail(actor, unit.code)
    sites = list(sites_of(actor, [unit.id]).order_by("kind", "name")[: SITES_SHOWN + 1])
    grids = list(grids_of(actor).filter(unit_id=unit.id)[: GRIDS_SHOWN + 1])
    values = {
        "detail": detail,
        "posts": posts_of(actor, unit.id),
        "sites": [(site, SiteKind(site.kind).label) for site in sites[:SITES_SHOWN]],
        "more_sites": len(sites) > SITES_SHOWN,
        "grids": grids[:GRIDS_SHOWN],
        "more_grids": len(grids) > GRIDS_SHOWN,
        "branches": _branches(request, unit),
        "below_count": unit.end - unit.position - 1,
        **rights(actor, unit.id, Permission.MEMBER_VIEW, Permission.UNIT_EDIT),
    }
    return render(request, "corps/units.html", frame(request, unit, "units", **values))


@require_GET
@unit_door(Permission.UNIT_VIEW)
def below(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """One more level of the tree, when its branch is opened; as a page of its own without htmx."""
    if not is_fragment(request):
        return units(request, code=unit.code)
    return render(request, "corps/branches.html", {"branches": _branches(request, unit)})


def _branches(request: HttpRequest, unit: Node) -> list[dict[str, object]]:
    words = level_names(unit.corps_id)
    return [
        {
            "node": node,
            "level_name": words.get(node.level, ""),
            "below": node.end - node.position - 1,
            "url": reverse("unit_home", args=[node.code]),
        }
        for node in children(actor_of(request), unit.id)
    ]


@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Units the reader may see that match `q`: for the switcher, or as a page without htmx."""
    actor = actor_of(request)
    typed = request.GET.get("q", "").strip()[:60]
    tree = current_tree()
    words: dict[int, dict[int, str]] = {}
    found = []
    for node in search_units(actor, typed):
        if node.corps_id not in words:
            words[node.corps_id] = level_names(node.corps_id)
        found.append(
            {
                "name": node.name,
                "level": node.level,
                "level_name": words[node.corps_id].get(node.level, ""),
                "path": path_text(tree, node.id),
                "url": reverse("unit_home", args=[node.code]),
            }
        )
    if is_fragment(request):
        return render(request, "components/unit_results.html", {"units": found})
    roots = scope_of(actor, Permission.UNIT_VIEW).roots
    unit = tree.nodes[roots[0]] if roots else None
    return render(request, "corps/search.html", frame(request, unit, "units", units=found, typed=typed))
