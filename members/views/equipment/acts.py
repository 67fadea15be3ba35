"""What is done with the things that lie in a store: received, sent, repaired, thrown away, counted."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import require
from corps.views.pages import entered
from members.enums import EquipmentPlace
from members.forms.equipment.acts import CountForm, CountRow, SendForm
from members.forms.equipment.back import RepairedForm
from members.forms.equipment.base import ActForm
from members.forms.equipment.lines import Lines, Picks
from members.logic.ledger import Line, Place
from members.models import Store, Voucher
from members.operations.equipment.goods import count_stock, dispose, receive_goods
from members.operations.equipment.repairs import back_from_repair, send_to_repair
from members.operations.equipment.transfers import send
from members.queries.equipment.desk import known_numbers, see_store, shelved, stores_of_corps
from members.queries.equipment.hands import lying_in
from members.views.equipment.shared import (
    back_rows,
    kind_choices,
    kinds_json,
    lines_of,
    node_of,
    page,
    path_of,
    picks,
    recorded_before,
)


def _store(request: HttpRequest, store_id: int) -> Store:
    """The store, where the reader may record movements."""
    actor = actor_of(request)
    store = see_store(actor, store_id)
    require(actor, Permission.EQUIPMENT_RECORD, store.unit_id)
    return store


def _page(request: HttpRequest, store: Store, template: str, **values: Any) -> HttpResponse:
    back = reverse("store", args=[store.pk])
    return page(request, node_of(store.unit_id), template, store=store, back=back, **values)


def _recorded(request: HttpRequest, voucher: Voucher) -> HttpResponse:
    messages.success(request, _("It is recorded."))
    return redirect("equipment_voucher", voucher.pk)


@login_required
@require_http_methods(["GET", "POST"])
def goods(request: HttpRequest, store_id: int) -> HttpResponse:
    """Goods received: new things, or what was there when the store was set up."""
    store = _store(request, store_id)
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    kinds = kind_choices(store.unit.corps_id)
    form, lines = ActForm(entered(request)), Lines(entered(request), kinds)
    if request.method == "POST":
        fine, lined = form.is_valid(), lines.is_valid()
        if fine and lined:
            voucher = form.attempt(lambda: _receive(request, store, form, lines))
            if voucher is not None:
                return _recorded(request, voucher)
    return _page(request, store, "goods", form=form, lines=lines, kinds_data=kinds_json(kinds), no_kinds=not kinds)


def _receive(request: HttpRequest, store: Store, form: ActForm, lines: Lines) -> Voucher:
    values = form.cleaned_data
    numbers: dict[int, str] = {}
    for line in lines.typed:
        if line.numbers:
            numbers[line.kind_id] = "、".join(filter(None, (numbers.get(line.kind_id, ""), *line.numbers)))
    return receive_goods(
        actor=actor_of(request),
        store_id=store.pk,
        lines=[Line(line.kind_id, line.quantity, line.size) for line in lines.typed if not line.numbers],
        numbers=numbers,
        token=values["token"],
        on=values["on"],
        reason=values["reason"],
    )


def _picking(
    request: HttpRequest,
    store: Store,
    form: ActForm,
    places: tuple[Place, ...],
    act: Callable[[ActForm, Picks], Voucher],
    **values: Any,
) -> HttpResponse:
    """A page where quantities are typed beside what lies in places of the store."""
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    lying = shelved([store.pk], places)
    rows = [pick for place in places for pick in picks(lying.get((store.pk, place.value), []), place)]
    chosen = Picks(entered(request), rows)
    if request.method == "POST":
        fine, picked = form.is_valid(), chosen.is_valid()
        if fine and picked:
            voucher = form.attempt(lambda: act(form, chosen))
            if voucher is not None:
                return _recorded(request, voucher)
    groups = [
        (EquipmentPlace(place).label if len(places) > 1 else "", [row for row in rows if row.place == place.value])
        for place in places
    ]
    return _page(
        request, store, "pick", form=form, picks=chosen, groups=[group for group in groups if group[1]], **values
    )


@login_required
@require_http_methods(["GET", "POST"])
def send_on(request: HttpRequest, store_id: int) -> HttpResponse:
    """To another store; it is on its way until that store receives it."""
    store = _store(request, store_id)
    others = [
        (one.pk, f"{one.name} · {path_of(one.unit_id)}")
        for one in stores_of_corps(store.unit.corps_id)
        if one.pk != store.pk
    ]

    def act(form: ActForm, chosen: Picks) -> Voucher:
        values = form.cleaned_data
        return send(
            actor=actor_of(request),
            from_store_id=store.pk,
            to_store_id=values["to_store"],
            lines=lines_of(chosen.chosen),
            token=values["token"],
            on=values["on"],
            reason=values["reason"],
        )

    return _picking(
        request,
        store,
        SendForm(entered(request), stores=others),
        (Place.STORE,),
        act,
        heading=_("Send to another store"),
        lead=_("Until the other store receives it, it is on its way and nobody can issue it."),
        button=_("Send"),
        empty_title=_("Nothing lies in this store"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def repair(request: HttpRequest, store_id: int) -> HttpResponse:
    """Damaged things go to repair."""
    store = _store(request, store_id)

    def act(form: ActForm, chosen: Picks) -> Voucher:
        values = form.cleaned_data
        return send_to_repair(
            actor=actor_of(request),
            store_id=store.pk,
            holdings=chosen.from_holdings,
            token=values["token"],
            on=values["on"],
            reason=values["reason"],
        )

    return _picking(
        request,
        store,
        ActForm(entered(request)),
        (Place.DAMAGED,),
        act,
        heading=_("Send to repair"),
        lead=_("Where it is repaired may stand in the reason."),
        button=_("Send to repair"),
        empty_title=_("Nothing damaged lies here"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def disposal(request: HttpRequest, store_id: int) -> HttpResponse:
    """Thrown away, sold, handed back: it leaves the books for good."""
    store = _store(request, store_id)

    def act(form: ActForm, chosen: Picks) -> Voucher:
        values = form.cleaned_data
        return dispose(
            actor=actor_of(request),
            store_id=store.pk,
            holdings=chosen.from_holdings,
            token=values["token"],
            on=values["on"],
            reason=values["reason"],
        )

    return _picking(
        request,
        store,
        ActForm(entered(request), reason_needed=True),
        (Place.DAMAGED, Place.STORE, Place.REPAIR),
        act,
        heading=_("Dispose of"),
        lead=_("What is disposed of leaves the books. The voucher stays and can be reversed with a reason."),
        button=_("Dispose of it"),
        danger=True,
        empty_title=_("Nothing lies in this store"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def repaired(request: HttpRequest, store_id: int) -> HttpResponse:
    """Things come back from repair, mended or not."""
    store = _store(request, store_id)
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    rows = back_rows(lying_in(store.pk, Place.REPAIR))
    form = RepairedForm(entered(request), rows=rows)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        voucher = form.attempt(
            lambda: back_from_repair(
                actor=actor_of(request),
                store_id=store.pk,
                holdings=form.taken,
                token=values["token"],
                on=values["on"],
                reason=values["reason"],
            )
        )
        if voucher is not None:
            return _recorded(request, voucher)
    return _page(request, store, "repaired", form=form, rows=rows)


@login_required
@require_http_methods(["GET", "POST"])
def count(request: HttpRequest, store_id: int) -> HttpResponse:
    """Stock-taking: the book beside what was found; differences are explained."""
    store = _store(request, store_id)
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    rows = _count_rows(store)
    known = known_numbers(store.unit.corps_id, [row.kind_id for row in rows if row.numbered])
    form = CountForm(entered(request), rows=rows, known=known)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        voucher = form.attempt(
            lambda: count_stock(
                actor=actor_of(request),
                store_id=store.pk,
                counted=form.counted,
                seen=form.seen,
                token=values["token"],
                on=values["on"],
                reason=values["reason"],
            )
        )
        if voucher is not None:
            return _recorded(request, voucher)
    return _page(request, store, "count", form=form, rows=rows)


def _count_rows(store: Store) -> list[CountRow]:
    """Every kind in use in every size, with what the book has of it."""
    lying = {(one.kind.pk, one.size): one for one in shelved([store.pk]).get((store.pk, "store"), [])}
    rows = [
        CountRow(
            one.kind.pk, one.kind.name, one.kind.measure, size, one.quantity, dict(one.numbers), numbered=one.numbered
        )
        for (_kind, size), one in lying.items()
    ]
    rows += [
        CountRow(kind.id, kind.name, kind.measure, size, 0, numbered=kind.numbered)
        for kind in kind_choices(store.unit.corps_id)
        for size in kind.sizes or ("",)
        if (kind.id, size) not in lying
    ]
    return rows
