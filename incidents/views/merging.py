"""Merging two records of one person: probable pairs, both side by side, the decision; or that they are two people."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, local_today, require
from corps.queries.units import path_text
from corps.views.pages import entered, frame, settle, unit_door
from duties.views.words import hours
from incidents.operations.merging import merge_members
from incidents.queries.merging import obstacles_to_merging, what_hangs
from members.enums import Education, MemberStatus, Occupation
from members.forms.life import MergeForm
from members.logic.identity import age_on
from members.models import Member
from members.operations.duplicates import list_again, tell_apart
from members.queries.duplicates import SHOWN, Twins, probable_twins, see_distinction, told_apart, twins_of
from members.views.life import places
from members.views.words import STATUS_SHAPES, label


@require_GET
@unit_door(Permission.MEMBER_MERGE)
def duplicates(request: HttpRequest, unit: Node) -> HttpResponse:
    """Pairs that may be one person."""
    actor = actor_of(request)
    pairs = [_pair(one) for one in probable_twins(actor, unit)]
    apart = [{"told": one, "both": (_who(one.one), _who(one.other))} for one in told_apart(actor, unit)]
    values = {
        "pairs": pairs,
        "most": SHOWN if len(pairs) == SHOWN else 0,
        "apart": apart,
        "back": reverse("duplicates", args=[unit.code]),
        "places": places(request, "duplicates", unit),
    }
    return render(request, "incidents/duplicates.html", frame(request, unit, "roster", **values))


@login_required
@require_GET
def twins(request: HttpRequest, member_id: int) -> HttpResponse:
    """Other records that may be this member's."""
    member = _seen(request, member_id)
    pairs = [_pair(one) for one in twins_of(actor_of(request), member)]
    unit = current_tree().nodes[member.unit_id]
    values = {"member": member, "pairs": pairs, "back": reverse("member_twins", args=[member.pk])}
    return render(request, "incidents/twins.html", frame(request, unit, "roster", **values))


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, member_id: int, into_id: int) -> HttpResponse:
    """Both side by side: the left one is merged into the right one."""
    merged, into = _seen(request, member_id), _seen(request, into_id)
    form = MergeForm(entered(request))
    obstacles = obstacles_to_merging(actor_of(request), merged, into)
    if request.method == "POST" and form.is_valid():
        try:
            merge_members(
                actor=actor_of(request), merged_id=merged.pk, into_id=into.pk, reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The two records of %(name)s are one.") % {"name": into.name})
            return redirect("member", into.pk)
    values = {
        "form": form,
        "merged": merged,
        "into": into,
        "obstacles": obstacles,
        "rows": _rows(actor_of(request), merged, into),
    }
    unit = current_tree().nodes[into.unit_id]
    return render(request, "incidents/merge.html", frame(request, unit, "roster", **values))


@login_required
@require_POST
def apart(request: HttpRequest, member_id: int, other_id: int) -> HttpResponse:
    """They are two people: not listed again."""
    reason = request.POST.get("reason", "")
    return settle(
        request,
        lambda: tell_apart(actor=actor_of(request), one_id=member_id, other_id=other_id, reason=reason),
        _back(request, member_id),
        _("They are kept as two people and listed no more."),
    )


@login_required
@require_POST
def again(request: HttpRequest, distinction_id: int) -> HttpResponse:
    """They may be one person after all."""
    told = see_distinction(actor_of(request), distinction_id)
    return settle(
        request,
        lambda: list_again(actor=actor_of(request), distinction_id=distinction_id),
        _back(request, told.one_id),
        _("The pair is listed again."),
    )


def _back(request: HttpRequest, member_id: int) -> str:
    """The list the reader came from; else that of the record."""
    came_from = request.POST.get("back", "")
    try:
        known = resolve(came_from).url_name in {"duplicates", "member_twins"}
    except Resolver404:
        known = False
    return came_from if known else reverse("member_twins", args=[member_id])


def _seen(request: HttpRequest, member_id: int) -> Member:
    actor = actor_of(request)
    rows = Member.objects.visible_to(actor).select_related("unit", "account", "partner")
    member: Member = get_object_or_404(rows, pk=member_id)
    require(actor, Permission.MEMBER_MERGE, member.unit_id)
    return member


def _pair(one: Twins) -> dict[str, Any]:
    shared = [
        *([_("the same name and birth date")] if one.same_birth and one.one.name == one.other.name else []),
        *([_("the same phone")] if one.same_phone else []),
    ]
    first, second = _who(one.one), _who(one.other)
    return {"one": first, "other": second, "both": (first, second), "shared": "，".join(shared)}


def _who(member: Member) -> dict[str, Any]:
    return {
        "id": member.pk,
        "name": member.name,
        "identity": f"{member.identity_head}***********{member.identity_tail}",
        "born": member.birth_date,
        "unit": path_text(current_tree(), member.unit_id),
        "shape": STATUS_SHAPES[MemberStatus(member.status)],
        "word": MemberStatus(member.status).label,
    }


def _rows(actor: Any, merged: Member, into: Member) -> list[dict[str, Any]]:
    """What is compared: a name, the value of each, and whether they differ."""
    left, right = _values(actor, merged), _values(actor, into)
    return [
        {"label": name, "left": left[name], "right": right[name], "differs": left[name] != right[name]} for name in left
    ]


def _values(actor: Any, member: Member) -> dict[str, Any]:
    hangs = what_hangs(member)
    full = allowed(actor, Permission.MEMBER_PHONE, member.unit_id)
    return {
        _("Name"): member.name,
        # Short, so that both stand side by side on a phone: the end is what tells them apart.
        _("Identity number"): f"{member.identity_head}…{member.identity_tail}",
        _("Age"): age_on(member.birth_date, local_today()),
        _("Phone"): member.phone if full else mask_phone(member.phone),
        _("Home unit"): path_text(current_tree(), member.unit_id),
        _("Status"): MemberStatus(member.status).label,
        _("Joined on"): member.joined_on,
        _("Occupation"): label(Occupation, member.occupation),
        _("Employer"): member.employer,
        _("Education"): label(Education, member.education),
        _("Account"): str(member.account) if member.account_id else "",
        _("Times on duty"): hangs.served,
        _("Hours"): hours(hangs.minutes),
        _("Planned shifts"): hangs.planned,
        _("Incidents"): hangs.incidents,
        _("Certificates"): hangs.certificates,
        _("Things held"): hangs.things,
    }
