"""One incident: recording and changing it, its page, and what may be done with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, require
from corps.queries.units import path_text
from corps.views.pages import entered, frame, refused, unit_door
from incidents.forms.incident import IncidentForm, PartyFormSet, filled_parties
from incidents.logic.parties import Particulars
from incidents.models import Incident
from incidents.operations import incidents, verification
from incidents.operations.cleaning import InvalidIncident
from incidents.operations.parties import PartyEntry
from incidents.policies.life import Step, can
from incidents.policies.offers import steps_offered
from incidents.queries.choices import kinds_for, known_places, shift_asked, shifts_for, units_for
from incidents.queries.incidents import incident_of
from incidents.queries.log import last_entry_id, log_lines
from incidents.views.people import people_by_id
from incidents.views.words import icon_of, state_of
from members.queries.people import grids_for

if TYPE_CHECKING:
    from duties.models import Shift


@login_required
@require_GET
def incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Facts and map at the left, the log at the right, actions at the top."""
    found = incident_of(actor_of(request), incident_id)
    return shown(request, found)


def shown(request: HttpRequest, found: Incident, **values: Any) -> HttpResponse:
    """The page of an incident; `values` add to it (a party revealed, a form that was refused)."""
    actor = actor_of(request)
    unit = home_of(found)
    offered = steps_offered(actor, found)
    located = found.latitude is not None
    context = {
        "incident": found,
        "icon": icon_of(found.category),
        "state": state_of(found.state),
        "path": path_text(current_tree(), found.unit_id),
        "people": [
            {"id": one.member_id, "name": one.member.name, "unit": one.unit.short_name}
            for one in found.participants.all()
        ],
        "parties": [
            {"id": one.pk, "key": str(one.pk), "role": one.get_role_display(), "shown": one.shown}
            for one in found.parties.all()
        ],
        "log": log_lines(found)[::-1],
        "seen": last_entry_id(found),
        "returned_for": _returned_for(found),
        "places": known_places(actor, unit) if located else [],
        "offers": {step.value: True for step in offered},
        # Whoever may verify but wrote this one is told why the button is missing.
        "own_work": _own_work(actor, found, offered),
        "may_reveal": allowed(actor, Permission.INCIDENT_PARTY, found.unit_id),
        "may_see_people": allowed(actor, Permission.MEMBER_VIEW, found.unit_id),
        "trail": allowed(actor, Permission.TRAIL_VIEW, found.unit_id),
        **values,
    }
    return render(request, "incidents/incident.html", frame(request, unit, "incidents", **context))


def home_of(found: Incident) -> Node:
    """The unit of the incident as the tree knows it."""
    return current_tree().nodes[found.unit_id]


def _own_work(actor: Any, found: Incident, offered: frozenset[Step]) -> bool:
    held = allowed(actor, Permission.INCIDENT_VERIFY, found.unit_id)
    return held and can(Step.VERIFY, found) and Step.VERIFY not in offered


def _returned_for(found: Incident) -> str:
    """The remark with which it was returned, as long as it is."""
    if found.state != "returned":
        return ""
    remarks = [entry for entry in found.log.all() if entry.kind == "returned"]
    return max(remarks, key=lambda entry: entry.pk).text if remarks else ""


# --- recording and changing -------------------------------------------------------------------------------------------


@unit_door(Permission.INCIDENT_RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Record an incident; everything that was typed stays when something is wrong."""
    actor = actor_of(request)
    shift = shift_asked(actor, number_in(request.GET.get("shift", "")))
    initial = {
        "unit": unit.id,
        "occurred_at": timezone.localtime(),
        "shift": shift.pk if shift is not None else None,
        "participants": [],
        "quantity": 1,
    }
    form = _form(request, unit, None, shift, initial=initial)
    parties = PartyFormSet(entered(request), prefix="party")
    if request.method == "POST":
        # Both are looked at, so that everything that is wrong is said at once.
        fine = [form.is_valid(), parties.is_valid()]
        if all(fine):
            submit = request.POST.get("act") != "draft"
            made = attempt(
                form,
                lambda: incidents.record_incident(
                    actor=actor,
                    parties=[
                        PartyEntry(one.cleaned_data["role"], Particulars(**one.particulars))
                        for one in filled_parties(parties)
                    ],
                    submit=submit,
                    **form.entered,
                ),
            )
            if made is not None:
                messages.success(request, _recorded() if submit else _drafted())
                return redirect("incident", made.pk)
    back = reverse("incidents", args=[unit.code])
    return _form_page(request, unit, form, back=back, parties=parties, heading=_("Record an incident"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Change what is told of an incident that is not verified; parties are changed on its page."""
    actor = actor_of(request)
    found = incident_of(actor, incident_id)
    require(actor, Permission.INCIDENT_RECORD, found.unit_id)
    unit = home_of(found)
    if not can(Step.EDIT, found):
        messages.error(request, _("This incident cannot be changed in its present state."))
        return redirect("incident", found.pk)
    form = _form(request, unit, found, found.shift)
    if request.method == "POST" and form.is_valid():
        values = form.entered
        changed = attempt(
            form,
            lambda: incidents.edit_incident(
                actor=actor, incident_id=found.pk, seen=number_in(request.POST.get("seen", "")), **values
            ),
        )
        if changed is not None:
            messages.success(request, _("The changes are saved."))
            if request.POST.get("act") == "submit":
                return _act(request, found.pk, incidents.submit_incident)
            return redirect("incident", found.pk)
    seen = request.POST.get("seen", "") if request.method == "POST" else str(last_entry_id(found))
    return _form_page(
        request,
        unit,
        form,
        back=reverse("incident", args=[found.pk]),
        incident=found,
        seen=seen,
        may_submit=can(Step.SUBMIT, found),
        heading=_("Change the incident"),
    )


def _recorded() -> str:
    return _("The incident is recorded and waits for verification by an officer.")


def _drafted() -> str:
    return _("The incident is kept as a draft. It counts only after it is submitted and verified.")


def _form(
    request: HttpRequest, unit: Node, found: Incident | None, shift: "Shift | None", **options: Any
) -> IncidentForm:
    """What was chosen before is offered in any case: a choice that the form left out would be lost by saving."""
    actor = actor_of(request)
    grids = grids_for(unit.corps_id, unit.id)
    if found is not None and found.grid is not None and found.grid_id not in dict(grids):
        grids.append((found.grid.pk, found.grid.name))
    return IncidentForm(
        entered(request),
        kinds=kinds_for(unit.corps_id, found),
        units=units_for(actor, unit),
        grids=grids,
        shifts=shifts_for(actor, unit, shift),
        incident=found,
        **options,
    )


def _form_page(request: HttpRequest, unit: Node, form: IncidentForm, **values: Any) -> HttpResponse:
    actor = actor_of(request)
    chosen = form.kind_now
    context = {
        "form": form,
        "kinds": [
            {"kind": kind, "icon": icon_of(kind.category), "checked": kind == chosen} for kind in form.kinds.values()
        ],
        "kind_now": chosen,
        "people": people_by_id(actor, unit, form.chosen_ids, values.get("incident")),
        "places": known_places(actor, unit),
        "point": (form["latitude"].value(), form["longitude"].value()),
        "open_counts": bool(form["materials"].value() or form["people_reached"].value()),
        **values,
    }
    return render(request, "incidents/form.html", frame(request, unit, "incidents", **context))


def attempt(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Run the operation; what it refuses stands beside the field it is about."""
    try:
        done = act()
    except InvalidIncident as problems:
        for name, sentence in problems.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
    except Refusal as refusal:
        form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
    else:
        return done
    return None


# --- what may be done with it -----------------------------------------------------------------------------------------


@login_required
@require_POST
def submit(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Hand it to an officer."""
    return _act(request, incident_id, incidents.submit_incident, _recorded())


@login_required
@require_POST
def verify(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Vouch for it."""
    sentence = _("The incident is verified and counts from now on.")
    remark, seen = request.POST.get("remark", ""), number_in(request.POST.get("seen", ""))
    return _act(request, incident_id, verification.verify_incident, sentence, remark=remark, seen=seen)


@login_required
@require_POST
def give_back(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Return it with a remark."""
    sentence = _("The incident is returned. Whoever recorded it reads the remark on this page.")
    remark = request.POST.get("remark", "")
    return _act(request, incident_id, verification.return_incident, sentence, remark=remark)


@login_required
@require_POST
def withdraw(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Take the verification back."""
    sentence = _("The verification is withdrawn. The incident waits again and no longer counts.")
    reason = request.POST.get("reason", "")
    return _act(request, incident_id, verification.withdraw_verification, sentence, reason=reason)


@login_required
@require_POST
def void(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Declare that it did not happen, or stands here twice."""
    sentence = _("The incident is void. It stays in the log and counts nowhere.")
    reason = request.POST.get("reason", "")
    return _act(request, incident_id, incidents.void_incident, sentence, reason=reason)


@login_required
@require_POST
def note(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Add a line to the log."""
    sentence = _("The note stands in the log.")
    return _act(request, incident_id, incidents.add_note, sentence, text=request.POST.get("text", ""))


def _act(
    request: HttpRequest, incident_id: int, operation: Callable[..., object], sentence: str = "", **values: Any
) -> HttpResponse:
    """Run the operation and come back to the incident; what it refuses is said there."""
    back = reverse("incident", args=[incident_id])
    try:
        operation(actor=actor_of(request), incident_id=incident_id, **values)
    except Refusal as refusal:
        return refused(request, told(refusal), back)
    if sentence:
        messages.success(request, sentence)
    return redirect(back)


def told(refusal: Refusal) -> Refusal:
    """A refusal of one field by itself, for a page without that field."""
    if isinstance(refusal, InvalidIncident):
        return Refusal(" ".join(refusal.problems.values()), code=refusal.code)
    return refusal
