"""Between stores: what is on its way, and receiving it; and the story of a numbered thing."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, Scope, allowed, current_tree, require, scope_of
from corps.views.pages import entered, unit_door
from members.enums import EquipmentPlace, LedgerAct
from members.forms.equipment.back import ArrivalForm, BackRow
from members.logic.ledger import Place
from members.models import Holding, Movement
from members.operations.equipment.transfers import receive
from members.queries.equipment.papers import (
    OnTheWay,
    on_their_way,
    see_article,
    see_transfer,
    still_on_the_way,
    story_of_article,
)
from members.views.equipment.shared import ACT_SHAPES, holder_of, node_of, page, recorded_before, thing
from members.views.equipment.vouchers import side_words


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def transfers(request: HttpRequest, unit: Node) -> HttpResponse:
    """What is on its way to stores of the unit and below, and from them."""
    ids = current_tree().within(unit.id)
    return page(
        request,
        unit,
        "transfers",
        incoming=[_row(request, one) for one in on_their_way(ids, incoming=True)],
        outgoing=[_row(request, one) for one in on_their_way(ids, incoming=False)],
        back=reverse("equipment", args=[unit.code]),
    )


def _row(request: HttpRequest, one: OnTheWay) -> dict[str, Any]:
    may = allowed(actor_of(request), Permission.EQUIPMENT_RECORD, one.store.unit_id)
    things = [
        thing(held.kind, held.quantity, held.size, held.article.number if held.article else "") for held in one.things
    ]
    return {
        "url": reverse("equipment_voucher", args=[one.voucher.pk]),
        "receive": reverse("equipment_receive", args=[one.voucher.pk]) if may else "",
        "from": one.voucher.unit.short_name,
        "to": f"{one.store.name} · {one.store.unit.short_name}",
        "on": one.voucher.on,
        "things": "、".join(things[:4]),
        "more": max(0, len(things) - 4),
    }


@login_required
@require_http_methods(["GET", "POST"])
def arrive(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """Receive a transfer: everything arrived, unless somebody types less."""
    actor = actor_of(request)
    sent, store = see_transfer(actor, voucher_id)
    require(actor, Permission.EQUIPMENT_RECORD, store.unit_id)
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    rows = [
        BackRow(
            line.pk,
            thing(held.kind, held.quantity, held.size, held.article.number if held.article else ""),
            "",
            "",
            held.kind.measure,
            held.quantity,
        )
        for line, held in still_on_the_way(sent)
    ]
    form = ArrivalForm(entered(request), rows=rows)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        voucher = form.attempt(
            lambda: receive(
                actor=actor,
                voucher_id=voucher_id,
                arrived=form.arrived,
                token=values["token"],
                on=values["on"],
                reason=values["reason"],
            )
        )
        if voucher is not None:
            messages.success(request, _("It is received."))
            return redirect("equipment_voucher", voucher.pk)
    return page(
        request,
        node_of(store.unit_id),
        "receive",
        form=form,
        rows=rows,
        store=store,
        voucher=sent,
        sender=node_of(sent.unit_id).name,
        back=reverse("store", args=[store.pk]),
    )


@login_required
@require_GET
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """A numbered thing: where it is, and everything that happened to it."""
    actor = actor_of(request)
    found, held = see_article(actor, article_id)
    scope = scope_of(actor, Permission.EQUIPMENT_VIEW)
    seen = held is not None and held.unit_id in scope
    story = story_of_article(found)
    # The thing may have gone on to units out of the reader's sight: these are named, their people are not.
    unit = node_of(held.unit_id) if held is not None and seen else scope.tree.nodes[story_unit(story, scope)]
    return page(
        request,
        unit,
        "article",
        article=found,
        heading=str(found),
        where=_where(held, seen=seen) if held is not None else _("not in the books any more"),
        holding_url=reverse("equipment_holding", args=[held.pk]) if held is not None and seen else "",
        story=[_told(one, scope) for one in story],
    )


def story_unit(story: Sequence[Movement], scope: Scope) -> int:
    """The newest unit of a story that the reader sees."""
    units = [unit for one in story for unit in (one.to_unit_id, one.from_unit_id) if unit is not None]
    return next((unit for unit in units if unit in scope), units[0] if units else scope.tree.roots()[0].id)


def _where(held: Holding, *, seen: bool) -> str:
    if not seen:
        return held.unit.name
    if held.member_id or held.place == Place.USE:
        return f"{holder_of(held)} · {held.unit.short_name}"
    return f"{held.store.name} · {held.store.unit.short_name}（{EquipmentPlace(held.place).label}）"


def _told(one: Movement, scope: Scope) -> dict[str, Any]:
    voucher = one.voucher
    act = LedgerAct(voucher.act)
    return {
        "on": voucher.on,
        "what": act.label,
        "shape": ACT_SHAPES[act],
        "here": _side(one, "from", scope),
        "there": _side(one, "to", scope),
        "who": str(voucher.recorded_by or ""),
        "reason": voucher.reason,
        "url": reverse("equipment_voucher", args=[voucher.pk])
        if {voucher.unit_id, one.from_unit_id, one.to_unit_id} & set(scope.ids)
        else "",
    }


def _side(one: Movement, side: str, scope: Scope) -> str:
    unit = getattr(one, f"{side}_unit")
    return side_words(one, side) if unit is None or unit.pk in scope else str(unit.short_name)
