"""Bulk moves: choose in the roster, look at the preview, apply or ask the other unit, answer, undo."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, Scope, allowed, current_tree, scope_of
from corps.queries.units import path_text
from corps.views.pages import entered, frame, settle, unit_door
from members.enums import MoveState, MoveVerdict
from members.forms.life import MoveForm
from members.forms.roster import RosterFilterForm
from members.models import Move, MovedMember
from members.operations import moves as acts
from members.policies.asking import can_undo
from members.queries.asking import move_rows, moves_of, see_move, unit_of_corps
from members.queries.roster import within
from members.queries.roster.listing import every_id
from members.views.life import STATE_SHAPES, places


@require_GET
@unit_door(Permission.MEMBER_EDIT)
def moves(request: HttpRequest, unit: Node) -> HttpResponse:
    """Bulk moves of the unit and below, the latest first."""
    tree = current_tree()
    rows = [
        {
            "move": one,
            "from": path_text(tree, one.unit_id),
            "to": path_text(tree, one.target_id),
            "state": one.get_state_display(),
            "shape": STATE_SHAPES[one.state],
            "people": _people(one),
        }
        for one in moves_of(actor_of(request), unit)
    ]
    values = {"rows": rows, "places": places(request, "moves", unit)}
    return render(request, "members/life/moves.html", frame(request, unit, "roster", **values))


@unit_door(Permission.MEMBER_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Ask where to; the address carries the ticked members, or the search and filters of the list."""
    ids = _chosen(request, unit)
    form = MoveForm(entered(request))
    if request.method == "POST" and form.is_valid():
        try:
            target = unit_of_corps(form.cleaned_data["unit"], unit.corps_id)
            move = acts.prepare_move(
                actor=actor_of(request),
                unit_id=unit.id,
                target_id=target.id,
                member_ids=ids,
                reason=form.cleaned_data["reason"],
                asking=not allowed(actor_of(request), Permission.MEMBER_EDIT, target.id),
                carry=form.cleaned_data["carry"],
            )
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        else:
            return redirect("move", move.pk)
    values = {
        "form": form,
        "heading": ngettext("Transfer %(n)s member", "Transfer %(n)s members", len(ids)) % {"n": f"{len(ids):,}"},
        "back": reverse("roster", args=[unit.code]),
        "number": len(ids),
    }
    return render(request, "members/life/move_new.html", frame(request, unit, "roster", **values))


@login_required
@require_GET
def move(request: HttpRequest, move_id: int) -> HttpResponse:
    """The preview, or what became of the move."""
    actor = actor_of(request)
    found = see_move(actor, move_id)
    tree = current_tree()
    gives = allowed(actor, Permission.MEMBER_EDIT, found.unit_id)
    takes = allowed(actor, Permission.MEMBER_EDIT, found.target_id)
    verdict = request.GET.get("rows", "")
    counts = {one: found.counts.get(one.value, 0) for one in MoveVerdict}
    if verdict not in MoveVerdict.values:
        verdict = next((one.value for one in (MoveVerdict.BLOCKED, MoveVerdict.KEPT) if counts[one]), "")
        verdict = verdict or next((one.value for one in MoveVerdict if counts[one]), MoveVerdict.MOVES.value)
    page = move_rows(found, verdict, after=number_in(request.GET.get("after", "")) or 0)
    values = {
        "move": found,
        "from": path_text(tree, found.unit_id),
        "to": path_text(tree, found.target_id),
        # On a button there is no room for a path; it stands above.
        "to_name": tree.nodes[found.target_id].short_name,
        "state": found.get_state_display(),
        "shape": STATE_SHAPES[found.state],
        "ready": found.state == MoveState.READY,
        "may_apply": found.state == MoveState.READY and takes,
        "may_ask": found.state == MoveState.READY and not takes,
        "may_answer": found.state == MoveState.ASKED and takes,
        "may_discard": found.state in {MoveState.READY, MoveState.ASKED} and gives,
        "moving": counts[MoveVerdict.MOVES],
        "can_undo": gives and takes and can_undo(found, timezone.now()),
        "tabs": [
            {"label": f"{one.label} {number:,}", "url": f"?rows={one.value}", "active": one.value == verdict}
            for one, number in counts.items()
            if number
        ],
        "rows": [_row(one, scope_of(actor, Permission.MEMBER_VIEW)) for one in page.rows],
        "next": f"?rows={verdict}&after={page.rows[-1].pk}" if page.number > len(page.rows) else "",
    }
    # Whoever is asked stays at home in the own unit.
    unit = tree.nodes[found.unit_id if gives else found.target_id]
    return render(request, "members/life/move.html", frame(request, unit, "roster", **values))


@login_required
@require_POST
def apply(request: HttpRequest, move_id: int) -> HttpResponse:
    """Move them."""
    return _settle(request, move_id, acts.apply_move, _("The members belong to the new unit from now on."))


@login_required
@require_POST
def ask(request: HttpRequest, move_id: int) -> HttpResponse:
    """Ask the receiving unit for all of them."""
    return _settle(request, move_id, acts.ask_move, _("The other unit is asked; nobody is moved before it accepts."))


@login_required
@require_POST
def accept(request: HttpRequest, move_id: int) -> HttpResponse:
    """Take them."""
    return _settle(request, move_id, acts.accept_move, _("The members belong to your unit from now on."))


@login_required
@require_POST
def give_back(request: HttpRequest, move_id: int) -> HttpResponse:
    """Say no, with a remark."""
    act = partial(acts.return_move, remark=request.POST.get("remark", ""))
    return _settle(request, move_id, act, _("The request is returned; the other unit reads your remark."))


@login_required
@require_POST
def undo(request: HttpRequest, move_id: int) -> HttpResponse:
    """Put them back."""
    return _settle(request, move_id, acts.undo_move, _("The move is undone."))


@login_required
@require_POST
def discard(request: HttpRequest, move_id: int) -> HttpResponse:
    """Drop a prepared move."""
    return _settle(request, move_id, acts.discard_move, _("The move is discarded; nobody was moved."))


def _settle(request: HttpRequest, move_id: int, act: Any, done: str) -> HttpResponse:
    found = see_move(actor_of(request), move_id)
    back = reverse("move", args=[found.pk])
    return settle(request, lambda: act(actor=actor_of(request), move_id=found.pk), back, done)


def _chosen(request: HttpRequest, unit: Node) -> list[int]:
    """The ticked members of the address; without any, everybody the list shows."""
    query: QueryDict = request.GET
    ticked = [number for text in query.getlist("id") if (number := number_in(text)) is not None]
    if ticked or not (query.get("q", "").strip() or query.get("all")):
        return ticked
    typed = query.get("q", "").strip()
    filters = RosterFilterForm(query, corps_id=unit.corps_id)
    place = within(actor_of(request), unit, Permission.MEMBER_EDIT)
    found: list[int] = []
    for ids in every_id(
        actor=actor_of(request), place=place, typed=typed, chosen=filters.chosen(searching=bool(typed))
    ):
        found += ids
        if len(found) > acts.MOST:
            break
    return found


def _people(one: Move) -> int:
    return sum(one.counts.get(verdict, 0) for verdict in ("moves", "back"))


def _row(one: MovedMember, scope: Scope) -> dict[str, Any]:
    return {
        "name": one.member.name,
        "member": one.member_id if one.member.unit_id in scope else None,
        "identity": f"{one.member.identity_head}***********{one.member.identity_tail}",
        "from": path_text(current_tree(), one.from_unit_id),
        "obstacle": one.obstacle,
        "shape": STATE_SHAPES[one.verdict],
        "word": one.get_verdict_display(),
    }
