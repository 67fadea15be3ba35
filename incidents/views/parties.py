"""Parties of an incident: entered apart, shown masked, revealed with a reason that leaves a trace."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import require
from corps.views.pages import entered, frame, refused
from incidents.forms.incident import PartyForm
from incidents.logic.parties import FIELDS, Particulars
from incidents.operations import parties
from incidents.queries.incidents import incident_of
from incidents.queries.parties import party_of
from incidents.views.incident import attempt, home_of, shown, told
from incidents.views.words import PARTICULARS


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Add somebody from outside."""
    actor = actor_of(request)
    found = incident_of(actor, incident_id)
    require(actor, Permission.INCIDENT_RECORD, found.unit_id)
    form = PartyForm(entered(request))
    if request.method == "POST" and form.is_valid():
        role, particulars = form.cleaned_data["role"], form.particulars
        made = attempt(
            form,
            lambda: parties.add_party(actor=actor, incident_id=found.pk, role=role, particulars=particulars),
        )
        if made is not None:
            messages.success(request, _("The party is added; the particulars are sealed."))
            return redirect("incident", found.pk)
    context = {"form": form, "incident": found, "heading": _("Add a party")}
    return render(request, "incidents/party.html", frame(request, home_of(found), "incidents", **context))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, party_id: int) -> HttpResponse:
    """Replace particulars without seeing the old ones: what stays empty stays as it is."""
    actor = actor_of(request)
    party = party_of(actor, party_id)
    found = party.incident
    require(actor, Permission.INCIDENT_RECORD, found.unit_id)
    form = PartyForm(entered(request), initial={"role": party.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        particulars = {name: text for name, text in form.particulars.items() if text}
        done = attempt(
            form, lambda: parties.edit_party(actor=actor, party_id=party.pk, role=role, particulars=particulars)
        )
        if done is not None:
            messages.success(request, _("The changes are saved."))
            return redirect("incident", found.pk)
    context = {"form": form, "incident": found, "party": party, "heading": _("Change a party")}
    return render(request, "incidents/party.html", frame(request, home_of(found), "incidents", **context))


@login_required
@require_POST
def remove(request: HttpRequest, party_id: int) -> HttpResponse:
    """Take somebody out again, with everything that was sealed."""
    actor = actor_of(request)
    party = party_of(actor, party_id)
    back = reverse("incident", args=[party.incident_id])
    try:
        parties.remove_party(actor=actor, party_id=party.pk)
    except Refusal as refusal:
        return refused(request, told(refusal), back)
    messages.success(request, _("The party and the sealed particulars are removed."))
    return redirect(back)


@login_required
@require_POST
def reveal(request: HttpRequest, party_id: int) -> HttpResponse:
    """Show the particulars once; the reason is recorded."""
    actor = actor_of(request)
    party = party_of(actor, party_id)
    try:
        particulars = parties.reveal_party(actor=actor, party_id=party_id, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return refused(request, told(refusal), reverse("incident", args=[party.incident_id]))
    rows = _rows(particulars)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "incidents/party_revealed.html", {"rows": rows})
    else:
        found = incident_of(actor, party.incident_id)
        answer = shown(request, found, revealed=party.pk, revealed_rows=rows)
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(particulars: Particulars) -> list[tuple[str, str]]:
    """Label and text of what was entered."""
    return [(str(PARTICULARS[name]), getattr(particulars, name)) for name in FIELDS if getattr(particulars, name)]
