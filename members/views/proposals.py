"""Changes that members propose to their own record: the member's form on the phone, the captain's list and decision."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.actors import account_id
from corps.doors import actor_of
from corps.errors import Refusal
from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, require
from corps.queries.units import path_text
from corps.views.pages import entered, frame, settle, unit_door
from members.enums import Education, Occupation, PoliticalStatus, ProposalState
from members.forms.life import ProposalForm
from members.models import Member, Proposal
from members.operations import proposals as acts
from members.operations.people import InvalidParticulars
from members.queries.asking import LISTED, proposals_of, proposals_settled, proposals_waiting, see_proposal
from members.views.life import STATE_SHAPES, places
from members.views.words import label

_CHOICES: dict[str, Any] = {
    "occupation": Occupation,
    "political_status": PoliticalStatus,
    "education": Education,
}
_PHONES = frozenset({"phone", "emergency_phone"})


@unit_door(Permission.MEMBER_EDIT)
@require_GET
def proposals(request: HttpRequest, unit: Node) -> HttpResponse:
    """What waits, and what was decided last."""
    actor = actor_of(request)
    waiting = proposals_waiting(actor, unit, limit=LISTED)
    values = {
        "waiting": [_row(actor, one) for one in waiting.rows],
        "waiting_cut": waiting.cut,
        "settled": [_row(actor, one) for one in proposals_settled(actor, unit)],
        "places": places(request, "proposals", unit),
    }
    return render(request, "members/life/proposals.html", frame(request, unit, "roster", **values))


@login_required
@require_GET
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One proposal: old → new, to be approved or returned."""
    actor = actor_of(request)
    found = see_proposal(actor, proposal_id)
    require(actor, Permission.MEMBER_EDIT, found.member.unit_id)
    unit = current_tree().nodes[found.member.unit_id]
    values = {"one": _row(actor, found), "open": found.state == ProposalState.OPEN}
    return render(request, "members/life/proposal.html", frame(request, unit, "roster", **values))


@login_required
@require_POST
def approve(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Write it into the record."""
    found = see_proposal(actor_of(request), proposal_id)
    back = _list_of(found)
    return settle(
        request,
        lambda: acts.approve(actor=actor_of(request), proposal_id=found.pk),
        back,
        _("The record of %(name)s is changed as proposed.") % {"name": found.member.name},
    )


@login_required
@require_POST
def give_back(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Say no, with a remark."""
    found = see_proposal(actor_of(request), proposal_id)
    remark = request.POST.get("remark", "")
    return settle(
        request,
        lambda: acts.return_proposal(actor=actor_of(request), proposal_id=found.pk, remark=remark),
        _list_of(found),
        _("The proposal is returned; the member reads your remark."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The own record to be changed, on a phone."""
    member = _own(request)
    if member is None:
        return render(request, "members/life/mine_none.html", frame(request, None, "my_record"))
    past = proposals_of(member)
    waiting = next((one for one in past if one.state == ProposalState.OPEN), None)
    form = ProposalForm(entered(request), member=member, entered=waiting.entered if waiting else {})
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.propose(actor=actor_of(request), particulars=form.changed)
        except InvalidParticulars as problems:
            for name, sentence in problems.problems.items():
                form.add_error(name, sentence)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if made is None:
                messages.info(request, _("Nothing differs from your record."))
            else:
                messages.success(request, _("Sent. Your captain decides; you read the answer here."))
            return redirect("my_proposal")
    values = {
        "form": form,
        "member": member,
        "waiting": _changes(member, waiting) if waiting else None,
        "past": [
            {"one": one, "shape": STATE_SHAPES[one.state], "word": one.get_state_display()}
            for one in past
            if one.state != ProposalState.OPEN
        ],
    }
    return render(request, "members/life/mine.html", frame(request, None, "my_record", **values))


@login_required
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the own proposal back."""
    if _own(request) is None:
        raise Http404("no member")
    return settle(
        request,
        lambda: acts.withdraw_proposal(actor=actor_of(request)),
        reverse("my_proposal"),
        _("The proposal is withdrawn."),
    )


def _own(request: HttpRequest) -> Member | None:
    account = account_id(actor_of(request))
    return Member.objects.filter(account_id=account).select_related("unit").first() if account is not None else None


def _list_of(found: Proposal) -> str:
    return reverse("proposals", args=[current_tree().nodes[found.member.unit_id].code])


def _row(actor: Any, one: Proposal) -> dict[str, Any]:
    member = one.member
    return {
        "id": one.pk,
        "name": member.name,
        "member": member.pk,
        "unit": path_text(current_tree(), member.unit_id),
        "at": one.proposed_at,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by if one.state != ProposalState.OPEN else None,
        "remark": one.remark,
        "state": one.get_state_display(),
        "shape": STATE_SHAPES[one.state],
        "changes": _changes(member, one, full=allowed(actor, Permission.MEMBER_PHONE, member.unit_id)),
    }


def _changes(member: Member, one: Proposal, *, full: bool = True) -> list[dict[str, str]]:
    """Field, what stands in the record (or stood, once settled), and what was proposed."""
    found = []
    for name in one.fields:
        old = getattr(member, name) if one.state == ProposalState.OPEN else one.present.get(name, "")
        field = Member._meta.get_field(name)
        found.append(
            {
                "label": str(getattr(field, "verbose_name", name)),
                "old": _told(name, old, full=full),
                "new": _told(name, one.entered.get(name, ""), full=full),
            }
        )
    return found


def _told(name: str, value: Any, *, full: bool) -> str:
    if isinstance(value, list):
        return "、".join(value)
    if name in _CHOICES:
        return label(_CHOICES[name], value)
    if name in _PHONES and not full:
        return mask_phone(value)
    return str(value)
