"""Who holds what: the list, taking things back, and what happened to one of them."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, local_today, require
from corps.views.filters import address, chips, query_text
from corps.views.pages import entered, is_fragment, rights, unit_door
from members.enums import Counting
from members.forms.equipment.back import LOSS, REPLACE, REPLACE_LOST, HoldingForm, TakeBackForm
from members.forms.equipment.lines import sent
from members.logic.ledger import HELD, Place
from members.models import Holding, Voucher
from members.operations.equipment.returning import replace, report_damage, report_loss, take_back
from members.queries.equipment.desk import articles_here, kinds_in_use
from members.queries.equipment.hands import hands_by_id, list_hands, see_holding
from members.queries.equipment.held import HandsFilter
from members.queries.equipment.past import past_day
from members.views.equipment.shared import (
    back_rows,
    due_state,
    holder_of,
    node_of,
    page,
    path_of,
    recorded_before,
    store_choices,
    thing_of,
)

MOST_BACK = 200


def filter_of(asked: QueryDict) -> HandsFilter:
    """What the address narrows the list to."""
    place = asked.get("place", "")
    return HandsFilter(
        typed=asked.get("q", "").strip()[:40],
        kind_id=number_in(asked.get("kind", "")),
        place=place if place in HELD else "",
        due=asked.get("due", "") if asked.get("due", "") in {"over", "soon", "any"} else "",
        on=_day_of(asked)[0],
    )


def _day_of(asked: QueryDict) -> tuple[dt.date | None, Refusal | None]:
    """The day of the past that the address names, or why it names none."""
    try:
        return past_day(asked.get("on", ""), local_today()), None
    except Refusal as refusal:
        return None, refusal


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def holdings(request: HttpRequest, unit: Node) -> HttpResponse:
    """What members and units hold; searched by name, kind or number."""
    chosen, today = filter_of(request.GET), local_today()
    found = list_hands(unit, chosen, today, after=request.GET.get("after", ""))
    kinds = kinds_in_use(unit.corps_id)
    values: dict[str, Any] = {
        "rows": [_row(held, chosen.on or today) for held in found.rows],
        "today": today,
        "on": chosen.on,
        "no_day": _day_of(request.GET)[1],
        "next": address(request.GET, after=found.next) if found.next else "",
        "typed": chosen.typed,
        "kinds": [(kind.pk, kind.name, kind.pk == chosen.kind_id) for kind in kinds],
        "due": chosen.due,
        "place_chosen": chosen.place,
        "narrowed": chips(request.GET, _words(chosen, {kind.pk: kind.name for kind in kinds})),
        "query": query_text(request.GET),
        **rights(actor_of(request), unit.id, Permission.EQUIPMENT_RECORD, Permission.MEMBER_EXPORT),
    }
    # What was held then is not taken back now.
    values["equipment_record"] = values["equipment_record"] and chosen.on is None
    if is_fragment(request):
        return page(request, unit, "holdings_list", **values)
    values["standing"] = _standing(request, unit)
    return page(request, unit, "holdings", **values)


def _row(held: Holding, day: dt.date) -> dict[str, Any]:
    shape, word = due_state(held.due_on, day)
    return {
        "id": held.pk,
        "who": holder_of(held),
        "what": thing_of(held),
        "url": reverse("equipment_holding", args=[held.pk]),
        "unit": held.unit.short_name,
        "store": held.store.name,
        "shape": shape,
        "word": word,
        "value": held.kind.value * held.quantity,
    }


def _words(chosen: HandsFilter, kinds: dict[int, str]) -> list[tuple[str, str]]:
    due = {"over": _("Overdue"), "soon": _("Due back within 7 days"), "any": _("Lent for a time")}
    places = {Place.MEMBER.value: _("Held by members"), Place.USE.value: _("In the unit's use")}
    words = [
        ("kind", kinds.get(chosen.kind_id or 0, "")),
        ("due", due.get(chosen.due, "")),
        ("place", places.get(chosen.place, "")),
        ("on", _("End of %(day)s") % {"day": chosen.on} if chosen.on else ""),
    ]
    return [(name, word) for name, word in words if word]


def _standing(request: HttpRequest, unit: Node) -> list[dict[str, Any]]:
    base, now = reverse("equipment_holdings", args=[unit.code]), query_text(request.GET)
    lists = [
        (_("Everything in hands"), ""),
        (_("Held by members"), "place=member"),
        (_("In the unit's use"), "place=use"),
        (_("Due back within 7 days"), "due=soon"),
        (_("Overdue"), "due=over"),
    ]
    return [{"label": label, "url": f"{base}?{query}", "active": now == query} for label, query in lists]


@unit_door(Permission.EQUIPMENT_RECORD)
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, unit: Node) -> HttpResponse:
    """Things come back into a store: those that were ticked in the list, those of a member, or whoever is searched."""
    stores = store_choices(request, unit)
    if not stores:
        return page(request, unit, "no_store", heading=_("Take back"))
    posted = entered(request)
    if posted is not None and (again := recorded_before(request)):
        return again
    ids = sent(request.POST, "shown") if posted is not None else sent(request.GET, "id")
    member_id = number_in(request.GET.get("member", ""))
    chosen = HandsFilter(typed=request.GET.get("q", "").strip()[:40], member_id=member_id)
    asked = bool(ids or chosen.typed or member_id)
    if ids:
        found = hands_by_id(unit, ids[:MOST_BACK])
    else:
        found = list_hands(unit, chosen, local_today(), size=MOST_BACK).rows if asked else []
    # Whoever chose a member's things or ticked some means all of them.
    rows = back_rows(found, ticked=() if chosen.typed else [held.pk for held in found])
    form = TakeBackForm(posted, rows=rows, stores=stores)
    if posted is not None and form.is_valid():
        values = form.cleaned_data
        voucher = form.attempt(
            lambda: take_back(
                actor=actor_of(request),
                store_id=values["store"],
                holdings=form.taken,
                token=values["token"],
                on=values["on"],
            )
        )
        if voucher is not None:
            messages.success(request, _("It is back in the store."))
            return redirect("equipment_voucher", voucher.pk)
    return page(
        request,
        unit,
        "take_back",
        form=form,
        rows=rows,
        typed=chosen.typed,
        asked=asked,
        back=reverse("equipment", args=[unit.code]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def holding(request: HttpRequest, holding_id: int) -> HttpResponse:
    """One thing in somebody's hands: broken, lost, replaced by a new one."""
    actor = actor_of(request)
    held = see_holding(actor, holding_id)
    unit = node_of(held.unit_id)
    if request.method == "POST":
        require(actor, Permission.EQUIPMENT_RECORD, held.unit_id)
        if again := recorded_before(request):
            return again
    may = allowed(actor, Permission.EQUIPMENT_RECORD, held.unit_id)
    open_now = may and held.quantity > 0 and held.place in HELD
    form = None
    if open_now:
        form = HoldingForm(
            entered(request),
            held=held.quantity,
            by_member=held.member_id is not None,
            numbered=held.kind.counting == Counting.NUMBERED,
            sizes=held.kind.sizes,
            stores=store_choices(request, unit),
            initial={"size": held.size},
        )
    if form is not None and form.is_bound and form.is_valid():
        bound = form
        voucher = form.attempt(lambda: _happened(request, held, bound))
        if voucher is not None:
            messages.success(request, _("It is recorded."))
            return redirect("equipment_voucher", voucher.pk)
    values = {
        "held": held,
        "heading": thing_of(held) if held.quantity else held.kind.name,
        "who": holder_of(held),
        "member_url": _member_url(request, held),
        "particulars": _particulars(held),
        "due": due_state(held.due_on, local_today()) if held.quantity else ("", ""),
        "form": form,
        "article_url": reverse("equipment_article", args=[held.article_id]) if held.article_id else "",
        "back_url": f"{reverse('equipment_take_back', args=[unit.code])}?id={held.pk}" if open_now else "",
        "gone": not held.quantity,
    }
    return page(request, unit, "holding", **values)


def _happened(request: HttpRequest, held: Holding, form: HoldingForm) -> Voucher:
    values, actor = form.cleaned_data, actor_of(request)
    common: dict[str, Any] = {
        "actor": actor,
        "holding_id": held.pk,
        "quantity": values["quantity"],
        "reason": values["reason"],
        "token": values["token"],
        "on": values["on"],
    }
    what = values["what"]
    if what in {REPLACE, REPLACE_LOST}:
        return replace(
            **common,
            store_id=values.get("store"),
            lost=what == REPLACE_LOST,
            size=values.get("size"),
            article_id=_new_article(values["store"], held.kind_id, values["number"]) if form.numbered else None,
        )
    return (report_loss if what == LOSS else report_damage)(**common)


def _new_article(store_id: int, kind_id: int, number: str) -> int:
    found = articles_here(store_id).get((kind_id, number.strip()))
    if found is not None:
        return found
    raise Refusal(
        _("Number %(number)s is not in this store.") % {"number": number},
        code="equipment.number.unknown",
        place="number",
        remedy=_("Choose another number or another store."),
    )


def _member_url(request: HttpRequest, held: Holding) -> str:
    if held.member is None or not allowed(actor_of(request), Permission.MEMBER_VIEW, held.member.unit_id):
        return ""
    return reverse("member", args=[held.member_id])


def _particulars(held: Holding) -> list[tuple[str, Any]]:
    return [
        (_("Held by"), holder_of(held)),
        (_("Unit"), path_of(held.unit_id)),
        (_("Belongs to store"), f"{held.store.name} · {held.store.unit.short_name}"),
        (_("Value per piece"), _("%(value)s yuan") % {"value": f"{held.kind.value:,}"} if held.kind.value else ""),
        (_("Last movement on"), f"{held.last_on:%Y-%m-%d}"),
    ]
