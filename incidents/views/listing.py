"""The incidents of a unit and everything below it: what waits for the officer first, then the list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, Tree, current_tree
from corps.views.filters import address, chips, query_text
from corps.views.pages import frame, is_fragment, refused, rights, unit_door
from incidents.enums import IncidentState
from incidents.forms.filter import OPEN, IncidentFilterForm
from incidents.forms.seen import seen_in, seen_text
from incidents.models import Incident
from incidents.operations import verification
from incidents.queries.choices import kinds_for, return_remarks
from incidents.queries.incidents import OpenIncidents, open_incidents, page_of, waiting_for_verification
from incidents.views.words import icon_of, state_of

WORDS_LIMIT = 60
SHOWN_IN_A_ROW = 90
MOST_AT_ONCE = 100
SHOWN_AS_WAITING = 10
RIGHTS = (Permission.INCIDENT_RECORD, Permission.INCIDENT_VERIFY)


@require_GET
@unit_door(Permission.INCIDENT_VIEW)
def incidents(request: HttpRequest, unit: Node) -> HttpResponse:
    """The list; htmx gets only the part that changes with search, filter and paging."""
    actor = actor_of(request)
    typed = request.GET.get("q", "").strip()[:WORDS_LIMIT]
    form = IncidentFilterForm(request.GET, kinds=kinds_for(unit.corps_id))
    page = page_of(
        actor,
        unit,
        form.chosen(typed, actor.pk),
        request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tree = current_tree()
    remarks = return_remarks(one.pk for one in page.rows if one.state == IncidentState.RETURNED)
    may = rights(actor, unit.id, *RIGHTS)
    values: dict[str, Any] = {
        "form": form,
        "typed": typed,
        "rows": [_row(one, tree, remarks.get(one.pk, "")) for one in page.rows],
        "previous": address(request.GET, before=page.previous) if page.previous else "",
        "next": address(request.GET, after=page.next) if page.next else "",
        "narrowed": chips(request.GET, form.words()),
        "alone": len(tree.within(unit.id)) == 1,
        **may,
    }
    if is_fragment(request):
        return render(request, "incidents/list_rows.html", {"unit": unit, **values})
    if may["incident_verify"]:
        values |= _queue(request, unit, tree)
    values["standing"] = _standing(request, unit, open_incidents(actor, unit, limit=0))
    return render(request, "incidents/list.html", frame(request, unit, "incidents", **values))


@require_POST
@unit_door(Permission.INCIDENT_VERIFY)
def decide(request: HttpRequest, unit: Node) -> HttpResponse:
    """Verify or return one or several from the list, and come back to it."""
    actor = actor_of(request)
    query = QueryDict(request.POST.get("back", "")[:1000])
    back = f"{reverse('incidents', args=[unit.code])}{address(query)}"
    returning = "return" in request.POST
    chosen = request.POST.get("return" if returning else "verify", "")
    ids = _ids(request.POST.getlist("id") if chosen == "ticked" else [chosen])
    if not ids:
        messages.error(request, _("Nothing was chosen. Tick the incidents first."))
        return redirect(back)
    try:
        if returning:
            settled = verification.return_incidents(
                actor=actor, incident_ids=ids, remark=request.POST.get("remark", "")
            )
        else:
            settled = verification.verify_incidents(
                actor=actor, incident_ids=ids, seen=seen_in(request.POST.get("seen", ""))
            )
    except Refusal as refusal:
        return refused(request, refusal, back)
    done = len(settled.done)
    if done and returning:
        sentence = ngettext("%(n)d incident was returned.", "%(n)d incidents were returned.", done)
        messages.success(request, sentence % {"n": done})
    elif done:
        sentence = ngettext(
            "%(n)d incident is verified and counts from now on.",
            "%(n)d incidents are verified and count from now on.",
            done,
        )
        messages.success(request, sentence % {"n": done})
    _tell_refused(request, settled.refused)
    return redirect(back)


def _tell_refused(request: HttpRequest, refusals: dict[int, str]) -> None:
    """One sentence per reason, with the incidents it concerns."""
    for reason in dict.fromkeys(refusals.values()):
        numbers = "、".join(f"№{pk}" for pk, why in refusals.items() if why == reason)
        messages.error(request, f"{numbers}：{reason}" if len(refusals) > 1 else reason)


def _ids(texts: list[str]) -> list[int]:
    found = (number_in(text) for text in texts[:MOST_AT_ONCE])
    return [one for one in found if one is not None]


def _queue(request: HttpRequest, unit: Node, tree: Tree) -> dict[str, Any]:
    waiting = waiting_for_verification(actor_of(request), unit, limit=SHOWN_AS_WAITING)
    return {
        "seen": seen_text(waiting.seen),
        "waiting": [_row(one, tree) for one in waiting.rows],
        "waiting_number": waiting.number,
        "waiting_more": waiting.number > len(waiting.rows),
        "back": query_text(request.GET),
    }


def _row(one: Incident, tree: Tree, remark: str = "") -> dict[str, Any]:
    node = tree.nodes.get(one.unit_id)
    return {
        "id": one.pk,
        "kind": one.kind.name,
        "icon": icon_of(one.category),
        "at": one.occurred_at,
        "place": one.place,
        "account": one.account,
        "short": Truncator(one.account).chars(SHOWN_IN_A_ROW),
        "outcome": one.outcome,
        "quantity": one.quantity if one.kind.asks_quantity else None,
        "asks": one.kind.asks_quantity,
        "unit": node.short_name if node else "",
        "who": str(one.recorded_by) if one.recorded_by else "",
        "state": state_of(one.state),
        "remark": remark,
    }


def _standing(request: HttpRequest, unit: Node, pending: OpenIncidents) -> list[dict[str, Any]]:
    """The filters everybody needs; those of what is not settled say how much there is."""
    base = reverse("incidents", args=[unit.code])
    now = query_text(request.GET)
    standing: list[tuple[str, str, int | None]] = [
        (_("All"), "", None),
        (_("Waiting for verification"), "state=submitted", pending.submitted),
        (_("Returned"), "state=returned", pending.returned),
        (_("Being written"), "state=draft", pending.drafts),
        (_("Not settled"), f"state={OPEN}", None),
        (_("Verified"), "state=verified", None),
        (_("This month"), "period=month", None),
        (_("Recorded by me"), "mine=on", None),
    ]
    return [
        {"label": name, "url": f"{base}?{query}" if query else base, "active": now == query, "count": count}
        for name, query, count in standing
    ]
