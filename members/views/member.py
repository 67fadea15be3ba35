"""One member: the record, its time line, and what may be done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from corps.queries.units import path_text
from corps.views.pages import entered, frame, rights, unit_door
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.forms.particulars import IdentityForm, ParticularsForm, StatusForm, TransferForm
from members.logic.identity import age_on
from members.models import Member, TransferRequest
from members.operations import people
from members.operations.transfers import move_or_ask
from members.policies.life import next_statuses
from members.queries.asking import unit_of_corps
from members.queries.people import see_member
from members.queries.story import story_of
from members.views.equipment.mine import carried_by
from members.views.life import life_of
from members.views.story import told
from members.views.training.words import certificate_rows
from members.views.words import STATUS_SHAPES, joined, label


def _home(member: Member) -> Node:
    return current_tree().nodes[member.unit_id]


@login_required
@require_GET
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    """The record at the left, the time line at the right, actions at the top."""
    actor = actor_of(request)
    found = see_member(actor, member_id)
    return render(request, "members/member.html", frame(request, _home(found), "roster", **_record(request, found)))


def _record(request: HttpRequest, found: Member) -> dict[str, Any]:
    actor = actor_of(request)
    may = rights(
        actor,
        found.unit_id,
        Permission.MEMBER_EDIT,
        Permission.MEMBER_PHONE,
        Permission.MEMBER_REVEAL,
        Permission.MEMBER_RECORD,
        Permission.MEMBER_ERASE,
        Permission.TRAINING_VIEW,
        Permission.TRAINING_RECORD,
        Permission.EQUIPMENT_VIEW,
        Permission.EQUIPMENT_RECORD,
    )
    shown = str if may["member_phone"] else mask_phone
    status = MemberStatus(found.status)
    today = local_today()
    tree = current_tree()
    return {
        "member": found,
        "dash": "—",
        "path": path_text(tree, found.unit_id),
        "identity": f"{found.identity_head}***********{found.identity_tail}",
        "phone": shown(found.phone),
        "emergency_phone": shown(found.emergency_phone),
        "status_shape": STATUS_SHAPES[status],
        "status_word": status.label,
        "sex": label(Sex, found.sex),
        "age": age_on(found.birth_date, today),
        "occupation": label(Occupation, found.occupation),
        "education": label(Education, found.education),
        "political": label(PoliticalStatus, found.political_status),
        "roles": [label(MemberRole, role) for role in found.roles],
        "role_words": joined(MemberRole, found.roles),
        "groups": list(found.groups.all()),
        "teams": [link.unit for link in found.team_links.all()],
        "lacks": _lacks(found),
        "insurance_over": found.insured_until is not None and found.insured_until < today,
        "certificates": certificate_rows(found, today) if may["training_view"] else [],
        "carried": carried_by(found.pk) if may["equipment_view"] else [],
        "story": told(story_of(actor, found)),
        "may_move_on": bool(next_statuses(found.status)),
        **may,
        **life_of(request, found),
    }


def _lacks(found: Member) -> list[str]:
    """What the record should hold and does not."""
    wanted = [
        (found.phone, _("phone")),
        (found.occupation, _("occupation")),
        (found.joined_on, _("joining date")),
        (found.emergency_phone, _("emergency contact")),
    ]
    return [word for value, word in wanted if not value]


@unit_door(Permission.MEMBER_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Add somebody by hand."""
    actor = actor_of(request)
    form = ParticularsForm(entered(request), corps_id=unit.corps_id, unit_id=unit.id)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = _try(
            form,
            lambda: people.enrol(
                actor=actor,
                unit_id=unit.id,
                identity=values["identity"],
                particulars=form.particulars,
                group_ids=values.get("groups", ()),
            ),
        )
        if made is not None:
            messages.success(
                request, _("%(name)s is on the roster of %(unit)s.") % {"name": made.name, "unit": unit.name}
            )
            return redirect("member", made.pk)
    return render(
        request,
        "members/form.html",
        frame(request, unit, "roster", form=form, heading=_("Add a member"), back=reverse("roster", args=[unit.code])),
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, member_id: int) -> HttpResponse:
    """Change particulars; identity number, unit and status have pages of their own."""
    actor = actor_of(request)
    found = see_member(actor, member_id)
    require(actor, Permission.MEMBER_EDIT, found.unit_id)
    unit = _home(found)
    form = ParticularsForm(entered(request), corps_id=unit.corps_id, unit_id=unit.id, member=found)
    if request.method == "POST" and form.is_valid():
        groups = form.cleaned_data["groups"] if "groups" in form.changed_data else None
        changed = _try(
            form,
            lambda: people.edit(
                actor=actor, member_id=found.pk, particulars=form.changed_particulars, group_ids=groups
            ),
        )
        if changed is not None:
            messages.success(request, _("The changes are saved."))
            return redirect("member", found.pk)
    return _form_page(request, found, form, _("Edit %(name)s") % {"name": found.name})


@login_required
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, member_id: int) -> HttpResponse:
    """Suspend, let go, take back."""
    found = see_member(actor_of(request), member_id)
    form = StatusForm(entered(request), current=found.status, initial={"on": local_today().isoformat()})
    heading = _("Change the status of %(name)s") % {"name": found.name}

    def act() -> object:
        values = form.cleaned_data
        return people.change_status(
            actor=actor_of(request),
            member_id=found.pk,
            status=MemberStatus(values["status"]),
            reason=values["reason"],
            on=values["on"],
        )

    return _act(request, found, form, heading, act)


@login_required
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, member_id: int) -> HttpResponse:
    """Move somebody's home to another unit, or ask that unit where the reader does not decide for it."""
    found = see_member(actor_of(request), member_id)
    form = TransferForm(entered(request), initial={"on": local_today().isoformat()})
    heading = _("Transfer %(name)s") % {"name": found.name}

    def act() -> object:
        unit = unit_of_corps(form.cleaned_data["unit"], current_tree().nodes[found.unit_id].corps_id)
        values = form.cleaned_data
        return move_or_ask(
            actor=actor_of(request),
            member_id=found.pk,
            unit_id=unit.id,
            reason=values["reason"],
            on=values["on"],
            carry=values["carry"],
        )

    return _act(request, found, form, heading, act)


@login_required
@require_http_methods(["GET", "POST"])
def correct_identity(request: HttpRequest, member_id: int) -> HttpResponse:
    """Put a wrong identity number right."""
    found = see_member(actor_of(request), member_id)
    form = IdentityForm(entered(request))
    heading = _("Correct the identity number of %(name)s") % {"name": found.name}

    def act() -> object:
        values = form.cleaned_data
        return people.change_identity(
            actor=actor_of(request), member_id=found.pk, identity=values["identity"], reason=values["reason"]
        )

    return _act(request, found, form, heading, act)


@login_required
@require_POST
def reveal(request: HttpRequest, member_id: int) -> HttpResponse:
    """Show the full identity number; the reason is recorded."""
    found = see_member(actor_of(request), member_id)
    try:
        number = people.reveal_identity(
            actor=actor_of(request), member_id=member_id, reason=request.POST.get("reason", "")
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("member", member_id)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "members/revealed.html", {"number": number})
    else:
        record = frame(request, _home(found), "roster", **_record(request, found), revealed=number)
        answer = render(request, "members/member.html", record)
    answer["Cache-Control"] = "no-store"
    return answer


def _act(
    request: HttpRequest, found: Member, form: forms.Form, heading: str, act: Callable[[], object]
) -> HttpResponse:
    """A small form whose sending is one operation."""
    require(actor_of(request), Permission.MEMBER_EDIT, found.unit_id)
    if request.method == "POST" and form.is_valid() and (made := _try(form, act)) is not None:
        if isinstance(made, TransferRequest):
            messages.success(request, _("The other unit is asked; the member stays until it accepts."))
        else:
            messages.success(request, _("The change is saved and stands in the time line."))
        return redirect("member", found.pk)
    return _form_page(request, found, form, heading)


def _form_page(request: HttpRequest, found: Member, form: forms.Form, heading: str) -> HttpResponse:
    back = reverse("member", args=[found.pk])
    context = frame(request, _home(found), "roster", form=form, heading=heading, back=back, member=found)
    return render(request, "members/form.html", context)


def _try(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Run the operation; what it refuses stands beside the field it is about."""
    try:
        done = act()
    except people.InvalidParticulars as problems:
        for name, sentence in problems.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
    except Refusal as refusal:
        form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
    else:
        return done
    return None
