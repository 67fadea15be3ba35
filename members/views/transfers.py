"""Transfers that are asked for: the list of a unit, and answering one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, local_today, scope_of
from corps.queries.units import path_text
from corps.views.pages import frame, settle, unit_door
from members.logic.identity import age_on
from members.models import Move, TransferRequest
from members.operations import transfers as acts
from members.queries.asking import LISTED, moves_waiting, transfers_asked, transfers_settled, transfers_waiting
from members.views.life import STATE_SHAPES, places


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def transfers(request: HttpRequest, unit: Node) -> HttpResponse:
    """What this unit has to answer, what it has asked others, and what was settled last."""
    actor = actor_of(request)
    waiting, asked = transfers_waiting(actor, unit, limit=LISTED), transfers_asked(actor, unit)
    moves = moves_waiting(actor, unit, limit=LISTED)
    scope = scope_of(actor, Permission.MEMBER_VIEW)
    edits = scope_of(actor, Permission.MEMBER_EDIT)
    values = {
        "waiting": [_row(one, scope.ids, edits.ids) for one in waiting.rows],
        "waiting_cut": waiting.cut,
        "moves": [_asked(one) for one in moves.rows],
        "moves_cut": moves.cut,
        "asked": [_row(one, scope.ids, edits.ids) for one in asked.rows],
        "asked_cut": asked.cut,
        "settled": [_row(one, scope.ids, edits.ids) for one in transfers_settled(actor, unit)],
        "places": places(request, "transfers", unit),
    }
    return render(request, "members/life/transfers.html", frame(request, unit, "roster", **values))


@login_required
@require_POST
def accept(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take the member."""
    return _answer(
        request,
        request_id,
        lambda actor: acts.accept_transfer(actor=actor, request_id=request_id),
        _("The member belongs to your unit from now on."),
    )


@login_required
@require_POST
def give_back(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say no, with a remark."""
    remark = request.POST.get("remark", "")
    return _answer(
        request,
        request_id,
        lambda actor: acts.return_transfer(actor=actor, request_id=request_id, remark=remark),
        _("The request is returned; the other unit reads your remark."),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Ask no longer."""
    return _answer(
        request,
        request_id,
        lambda actor: acts.withdraw_transfer(actor=actor, request_id=request_id),
        _("The request is withdrawn."),
    )


def _answer(request: HttpRequest, request_id: int, act: Any, done: str) -> HttpResponse:
    actor = actor_of(request)
    found = TransferRequest.objects.visible_to(actor).filter(pk=request_id).first()
    if found is None:
        raise Http404("no such request")
    own = found.to_unit_id if allowed(actor, Permission.MEMBER_VIEW, found.to_unit_id) else found.from_unit_id
    back = reverse("transfers", args=[current_tree().nodes[own].code])
    return settle(request, lambda: act(actor), back, done)


def _asked(one: Move) -> dict[str, Any]:
    tree = current_tree()
    return {
        "id": one.pk,
        "from": path_text(tree, one.unit_id),
        "to": path_text(tree, one.target_id),
        "people": one.counts.get("moves", 0),
        "reason": one.reason,
        "carry": one.carry,
        "asked_at": one.asked_at,
    }


def _row(one: TransferRequest, seen: frozenset[int], edits: frozenset[int]) -> dict[str, Any]:
    tree, member = current_tree(), one.member
    return {
        "id": one.pk,
        "name": member.name,
        "member": member.pk if member.unit_id in seen else None,
        "identity": f"{member.identity_head}***********{member.identity_tail}",
        "sex": member.get_sex_display(),
        "age": age_on(member.birth_date, local_today()),
        "from": path_text(tree, one.from_unit_id),
        "to": path_text(tree, one.to_unit_id),
        "reason": one.reason,
        "carry": one.carry,
        "remark": one.remark,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "answered_by": one.answered_by,
        "answered_at": one.answered_at,
        "state": one.get_state_display(),
        "shape": STATE_SHAPES[one.state],
        "may_answer": one.to_unit_id in edits,
        "may_withdraw": one.from_unit_id in edits,
    }
