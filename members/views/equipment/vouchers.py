"""Vouchers: the journal of a unit, one voucher, its sheet to be signed, confirming, reversing."""

from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, local_today, require
from corps.views.filters import address
from corps.views.pages import refused, unit_door
from members.enums import ConfirmedBy, LedgerAct
from members.forms.equipment.acts import ReverseForm
from members.forms.equipment.lines import sent
from members.logic.ledger import Act, Place
from members.models import Confirmation, Movement
from members.operations.equipment.confirming import confirm_by_sheet
from members.operations.equipment.reversing import reverse as reverse_voucher
from members.queries.equipment.bundles import parts_of, sums_of
from members.queries.equipment.papers import (
    Paper,
    list_vouchers,
    open_confirmations,
    reversible,
    see_voucher,
    still_on_the_way,
)
from members.views.equipment.shared import ACT_SHAPES, act_of, node_of, page, thing

MOST_LINES: Final = 600
"""A voucher with more lines is told in sums, and line by line by unit."""
MOST_OF_A_PART: Final = 6_000


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def vouchers(request: HttpRequest, unit: Node) -> HttpResponse:
    """Everything the unit and the units below wrote into the ledger, newest first."""
    act = request.GET.get("act", "")
    act = act if act in LedgerAct.values else ""
    found = list_vouchers(current_tree().within(unit.id), act=act, after=request.GET.get("after", ""))
    base = reverse("equipment_vouchers", args=[unit.code])
    kinds = [("", _("All")), *LedgerAct.choices]
    return page(
        request,
        unit,
        "vouchers",
        rows=[act_of(one) | {"reversed": hasattr(one, "reversed_by")} for one in found.rows],
        acts=[{"label": word, "url": f"{base}?act={code}", "active": code == act} for code, word in kinds],
        narrowed=bool(act),
        next=address(request.GET, after=found.next) if found.next else "",
    )


@login_required
@require_GET
def voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """One voucher: what moved, who has confirmed it, what may be done with it."""
    return _voucher_page(request, _see(request, voucher_id), ReverseForm())


def _see(request: HttpRequest, voucher_id: int) -> Paper:
    """The voucher, or the part of it that belongs to the unit the address names; a long one is told in sums."""
    part = number_in(request.GET.get("unit", ""))
    most = MOST_LINES if part is None else MOST_OF_A_PART
    return see_voucher(actor_of(request), voucher_id, part=part, most=most)


def _voucher_page(request: HttpRequest, paper: Paper, form: ReverseForm) -> HttpResponse:
    actor, found = actor_of(request), paper.voucher
    may = allowed(actor, Permission.EQUIPMENT_RECORD, found.unit_id)
    act = LedgerAct(found.act)
    reversal = getattr(found, "reversed_by", None)
    part = number_in(request.GET.get("unit", ""))
    open_ones = [one for one in paper.confirmations if one.confirmed_at is None]
    ticks = [one for one in open_ones if may or allowed(actor, Permission.EQUIPMENT_RECORD, one.member.unit_id)]
    return page(
        request,
        node_of(found.unit_id) if paper.whole else _own_node(paper),
        "voucher",
        paper=paper,
        voucher=found,
        heading=act.label,
        shape=ACT_SHAPES[act],
        particulars=_particulars(paper),
        lines=[_line(one) for one in paper.lines],
        **(_in_sums(paper) if paper.many else {"pieces": sum(one.quantity for one in paper.lines)}),
        part=part,
        whole_url=reverse("equipment_voucher", args=[found.pk]) if part is not None else "",
        sheet_url=_sheet_url(found.pk, part),
        confirmations=[_confirmation(one, tickable=one in ticks and reversal is None) for one in paper.confirmations],
        open_count=len(open_ones),
        may_tick=bool(ticks) and reversal is None,
        # From the page of one unit nobody takes back what went to the others.
        may_reverse=may and part is None and found.pk in reversible([found]),
        form=form,
        token=uuid4(),
        reversal=reverse("equipment_voucher", args=[reversal.pk]) if reversal else "",
        reversal_reason=reversal.reason if reversal else "",
        reverses=reverse("equipment_voucher", args=[found.reverses_id]) if found.reverses_id else "",
        follows=reverse("equipment_voucher", args=[found.follows_id]) if found.follows_id else "",
        receive_url=_receive_url(request, paper),
        has_sheet=any(one.to_member_id for one in paper.lines) and found.act != Act.REVERSAL,
    )


def _in_sums(paper: Paper) -> dict[str, Any]:
    """A voucher of thousands of lines: by unit, each with its own page and sheet to sign, and by kind."""
    tree, base = current_tree(), reverse("equipment_voucher", args=[paper.voucher.pk])
    parts = sorted(parts_of(paper.voucher, paper.unit_ids), key=lambda one: tree.nodes[one.unit_id].position)
    return {
        "parts": [
            {
                "name": tree.nodes[one.unit_id].short_name,
                "url": f"{base}?unit={one.unit_id}",
                "people": one.people,
                "pieces": one.pieces,
                "asked": one.asked,
                "confirmed": one.confirmed,
                "sheet": _sheet_url(paper.voucher.pk, one.unit_id) if one.asked else "",
            }
            for one in parts
        ],
        "sums": [
            {"name": one["name"], "size": one["size"], "pieces": one["pieces"], "measure": one["measure"]}
            for one in sums_of(paper.voucher, paper.unit_ids)
        ],
        "pieces": sum(one.pieces for one in parts),
    }


def _sheet_url(voucher_id: int, part: int | None) -> str:
    base = reverse("equipment_sheet", args=[voucher_id])
    return base if part is None else f"{base}?unit={part}"


def _own_node(paper: Paper) -> Node:
    """A unit of the lines the reader sees; the voucher's own may be out of sight."""
    if not paper.lines:
        return node_of(next(one.unit_id for one in parts_of(paper.voucher, paper.unit_ids)))
    line = paper.lines[0]
    unit_id = line.to_unit_id or line.from_unit_id or paper.voucher.unit_id
    return node_of(unit_id)


def _receive_url(request: HttpRequest, paper: Paper) -> str:
    found = paper.voucher
    if found.act != Act.SEND or not still_on_the_way(found):
        return ""
    store = paper.lines[0].to_store if paper.lines else None
    if store is None or not allowed(actor_of(request), Permission.EQUIPMENT_RECORD, store.unit_id):
        return ""
    return reverse("equipment_receive", args=[found.pk])


def _particulars(paper: Paper) -> list[tuple[str, Any]]:
    found = paper.voucher
    rows = [
        (_("Date"), f"{found.on:%Y-%m-%d}"),
        (_("Unit"), node_of(found.unit_id).name),
        (_("Recorded by"), str(found.recorded_by or _("the system"))),
        (_("Number of the voucher"), f"{found.pk:08d}"),
    ]
    return [*rows, (_("Reason"), found.reason)] if found.reason else rows


def _line(one: Movement) -> dict[str, Any]:
    return {
        "what": thing(one.kind, one.quantity, one.size, one.article.number if one.article else ""),
        "here": side_words(one, "from"),
        "there": side_words(one, "to"),
        "due_on": one.due_on,
        "article": reverse("equipment_article", args=[one.article_id]) if one.article_id else "",
    }


def side_words(one: Movement, side: str) -> str:
    """A side of a movement in words."""
    place = getattr(one, f"{side}_place")
    member, unit, store = (getattr(one, f"{side}_{name}") for name in ("member", "unit", "store"))
    if not place:
        return _("outside")
    if place == Place.MEMBER:
        return f"{member.name} · {unit.short_name}"
    if place == Place.USE:
        return _("in use by %(unit)s") % {"unit": unit.short_name}
    if place == Place.STORE:
        return f"{store.name} · {store.unit.short_name}"
    words = {
        Place.DAMAGED.value: _("%(store)s, damaged"),
        Place.REPAIR.value: _("%(store)s, in repair"),
        Place.TRANSIT.value: _("on the way to %(store)s"),
    }
    return words[place] % {"store": store.name}


def _confirmation(one: Confirmation, *, tickable: bool) -> dict[str, Any]:
    late = one.confirmed_at is None and one.due_on < local_today()
    if one.confirmed_at is not None:
        shape, word = "good", str(ConfirmedBy(one.how).label)
    else:
        shape, word = ("stop", _("not confirmed in time")) if late else ("wait", _("not confirmed yet"))
    return {
        "member_id": one.member_id,
        "name": one.member.name,
        "unit": one.member.unit.short_name,
        "shape": shape,
        "word": word,
        "at": one.confirmed_at,
        "due_on": one.due_on,
        "tickable": tickable,
    }


@login_required
@require_GET
def sheet(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """The hand-over sheet, A4: squad by squad who got what, and a line to sign for each."""
    part = number_in(request.GET.get("unit", ""))
    paper = see_voucher(actor_of(request), voucher_id, part=part, most=MOST_OF_A_PART)
    if paper.many:
        return redirect("equipment_voucher", voucher_id)
    squads: dict[int, dict[int, dict[str, Any]]] = {}
    for one in paper.lines:
        if one.to_member is None or one.to_unit is None:
            continue
        people = squads.setdefault(one.to_unit.pk, {})
        row = people.setdefault(one.to_member.pk, {"name": one.to_member.name, "things": []})
        number = one.article.number if one.article else ""
        due = _(" (due back %(day)s)") % {"day": one.due_on} if one.due_on else ""
        row["things"].append(thing(one.kind, one.quantity, one.size, number) + due)
    nodes = sorted((node_of(unit_id) for unit_id in squads), key=lambda node: node.position)
    stores = {one.from_store for one in paper.lines if one.from_store is not None}
    unit = node_of(paper.voucher.unit_id) if paper.whole else _own_node(paper)
    return page(
        request,
        unit,
        "sheet",
        voucher=paper.voucher,
        number=f"{paper.voucher.pk:08d}",
        squads=[(node.short_name, list(squads[node.id].values())) for node in nodes],
        stores="、".join(sorted(store.name for store in stores)),
        back=reverse("equipment_voucher", args=[paper.voucher.pk]) + (f"?unit={part}" if part is not None else ""),
    )


@login_required
@require_POST
def confirm(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """Tick off who has signed on paper."""
    actor = actor_of(request)
    paper = _see(request, voucher_id)
    chosen = sent(request.POST, "member")
    if not allowed(actor, Permission.EQUIPMENT_RECORD, paper.voucher.unit_id):
        # Whoever records for a squad ticks off its members, and nobody else's.
        units = {one.member.unit_id for one in paper.confirmations if one.member_id in set(chosen) or not chosen}
        for unit_id in units or {paper.voucher.unit_id}:
            require(actor, Permission.EQUIPMENT_RECORD, unit_id)
    part = number_in(request.GET.get("unit", ""))
    back = reverse("equipment_voucher", args=[voucher_id]) + (f"?unit={part}" if part is not None else "")
    try:
        done = confirm_by_sheet(actor=actor, voucher_id=voucher_id, member_ids=chosen)
    except Refusal as refusal:
        return refused(request, refusal, back)
    said = ngettext("%(n)s hand-over is confirmed.", "%(n)s hand-overs are confirmed.", len(done))
    messages.success(request, said % {"n": len(done)})
    return redirect(back)


@login_required
@require_POST
def take_back_voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """Reverse it, with a reason."""
    actor = actor_of(request)
    paper = _see(request, voucher_id)
    require(actor, Permission.EQUIPMENT_RECORD, paper.voucher.unit_id)
    form = ReverseForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        made = form.attempt(
            lambda: reverse_voucher(actor=actor, voucher_id=voucher_id, reason=values["reason"], token=values["token"])
        )
        if made is not None:
            messages.success(request, _("The voucher is reversed. Both stay in the journal."))
            return redirect("equipment_voucher", made.pk)
    return _voucher_page(request, paper, form)


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def confirmations(request: HttpRequest, unit: Node) -> HttpResponse:
    """Hand-overs that nobody confirmed, the most overdue first."""
    rows, following = open_confirmations(current_tree().within(unit.id), after=request.GET.get("after", ""))
    today = local_today()
    return page(
        request,
        unit,
        "confirmations",
        rows=[
            {
                "name": one.member.name,
                "unit": one.member.unit.short_name,
                "url": reverse("equipment_voucher", args=[one.voucher_id]),
                "act": LedgerAct(one.voucher.act).label,
                "on": one.voucher.on,
                "due_on": one.due_on,
                "shape": "stop" if one.due_on < today else "wait",
                "word": ngettext("%(n)s day overdue", "%(n)s days overdue", (today - one.due_on).days)
                % {"n": (today - one.due_on).days}
                if one.due_on < today
                else _("not confirmed yet"),
            }
            for one in rows
        ],
        next=address(request.GET, after=following) if following else "",
        back=reverse("equipment", args=[unit.code]),
    )
