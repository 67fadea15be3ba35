"""The roster of a unit and everything below it: search, filters, pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, local_today
from corps.views.filters import address, chips, query_text
from corps.views.pages import frame, is_fragment, rights, settle, unit_door
from members.forms.roster import RosterFilterForm
from members.logic.words import Kind, read_word
from members.operations.filters import forget_filter, save_filter
from members.queries.figures import figures_of, known_figures
from members.queries.people import saved_filters
from members.queries.roster import list_members, within
from members.views.life import places
from members.views.words import person

RIGHTS = (
    Permission.MEMBER_ADMIT,
    Permission.MEMBER_EDIT,
    Permission.MEMBER_EXPORT,
    Permission.MEMBER_IMPORT,
    Permission.MEMBER_PHONE,
)


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def roster(request: HttpRequest, unit: Node) -> HttpResponse:
    """The list; htmx gets only the part that changes with search, filter and paging."""
    actor = actor_of(request)
    place = within(actor, unit)
    typed = request.GET.get("q", "").strip()
    form = RosterFilterForm(request.GET, corps_id=unit.corps_id)
    page = list_members(
        actor=actor,
        place=place,
        typed=typed,
        chosen=form.chosen(searching=bool(typed)),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tree, today = place.tree, local_today()
    word = read_word(typed)
    values: dict[str, Any] = {
        "form": form,
        "typed": typed,
        "people": [person(row, tree, today) for row in page.rows],
        "previous": address(request.GET, before=page.previous) if page.previous else "",
        "next": address(request.GET, after=page.next) if page.next else "",
        "short": word is not None and word.kind == Kind.SHORT,
        "narrowed": chips(request.GET, form.words()),
        "query": query_text(request.GET),
        "total": known_figures(actor, unit),
        "alone": not place.ids[1:],
        **rights(actor, unit.id, *RIGHTS),
    }
    if is_fragment(request):
        return render(request, "members/roster_list.html", {"unit": unit, **values})
    values["saved"] = _saved(request, unit)
    values["life"] = places(request, "", unit)
    return render(request, "members/roster.html", frame(request, unit, "roster", **values))


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def total(request: HttpRequest, unit: Node) -> HttpResponse:
    """How many there are; counted apart, so that no list waits for it."""
    values = {"unit": unit, "total": figures_of(actor_of(request), unit)}
    return render(request, "members/roster_total.html", values)


@require_POST
@unit_door(Permission.MEMBER_VIEW)
def save(request: HttpRequest, unit: Node) -> HttpResponse:
    """Keep the present search under a name."""
    query = query_text(QueryDict(request.POST.get("query", "")))
    back = f"{reverse('roster', args=[unit.code])}?{query}"
    return settle(
        request,
        lambda: save_filter(actor=actor_of(request), name=request.POST.get("name", ""), query=query),
        back,
        _("The filter is saved and stands above every roster you open."),
    )


@require_POST
@unit_door(Permission.MEMBER_VIEW)
def forget(request: HttpRequest, unit: Node, filter_id: int) -> HttpResponse:
    """Drop one of one's own saved searches."""
    forget_filter(actor=actor_of(request), filter_id=filter_id)
    return redirect("roster", unit.code)


def _saved(request: HttpRequest, unit: Node) -> list[dict[str, Any]]:
    """The reader's own filters, after those that everybody needs."""
    base = reverse("roster", args=[unit.code])
    now = query_text(request.GET)
    standing = [
        (_("On the roster"), ""),
        (_("Two heads and two staff"), "occupation=two"),
        (_("On probation"), "status=probation"),
        (_("Data missing"), "missing=any"),
        (_("Insurance expired"), "insured=expired"),
        (_("Left"), "status=left"),
    ]
    found = [{"label": name, "url": f"{base}?{query}", "active": now == query} for name, query in standing]
    found += [
        {"label": one.name, "url": f"{base}?{one.query}", "active": now == one.query, "icon": "filter"}
        for one in saved_filters(actor_of(request))
    ]
    return found
