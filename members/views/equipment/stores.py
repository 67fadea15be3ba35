"""A store: what lies in it, what is on its way to it, its latest vouchers, and what may be done there."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, require
from corps.views.pages import entered, unit_door
from members.enums import EquipmentPlace
from members.forms.equipment.stores import StoreForm
from members.logic.ledger import Place
from members.models import Store
from members.operations.equipment.kinds import create_store, edit_store
from members.queries.equipment.desk import Shelved, see_store, shelved
from members.queries.equipment.papers import on_their_way, vouchers_of_store
from members.views.equipment.shared import act_of, node_of, page, path_of

JOURNAL_SHOWN: Final = 20
NUMBERS_SHOWN: Final = 60


@login_required
@require_GET
def store(request: HttpRequest, store_id: int) -> HttpResponse:
    """The page of a store."""
    actor = actor_of(request)
    found = see_store(actor, store_id)
    unit = node_of(found.unit_id)
    places = (Place.STORE, Place.DAMAGED, Place.REPAIR)
    lying = shelved([found.pk], places)
    journal = vouchers_of_store(found, after=request.GET.get("after", ""), size=JOURNAL_SHOWN)
    may = allowed(actor, Permission.EQUIPMENT_RECORD, found.unit_id)
    return page(
        request,
        unit,
        "store",
        store=found,
        path=path_of(found.unit_id),
        store_text=str(found.pk),
        shelves=[
            {
                "place": place.value,
                "name": EquipmentPlace(place).label,
                "rows": [_row(one) for one in lying.get((found.pk, place.value), [])],
            }
            for place in places
        ],
        arriving=[
            {
                "url": reverse("equipment_receive", args=[one.voucher.pk]),
                "from": one.voucher.unit.short_name,
                "on": one.voucher.on,
                "pieces": sum(held.quantity for held in one.things),
            }
            for one in on_their_way([found.unit_id], incoming=True)
            if one.store.pk == found.pk
        ],
        journal=[act_of(one) for one in journal.rows],
        next=f"?after={journal.next}#journal" if journal.next else "",
        has_damaged=bool(lying.get((found.pk, Place.DAMAGED.value))),
        has_repair=bool(lying.get((found.pk, Place.REPAIR.value))),
        equipment_record=may and found.active,
        may_edit=may,
        empty=not any(lying.values()),
    )


def _row(one: Shelved) -> dict[str, Any]:
    numbers = list(one.numbers.items())
    return {
        "name": one.kind.name,
        "size": one.size,
        "quantity": one.quantity,
        "measure": one.kind.measure,
        "numbers": [(number, reverse("equipment_article", args=[pk])) for number, pk in numbers[:NUMBERS_SHOWN]],
        "more": max(0, len(numbers) - NUMBERS_SHOWN),
        "report": "" if one.numbered else reverse("equipment_holding", args=[one.holdings[0][0]]),
    }


@unit_door(Permission.EQUIPMENT_RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Set up a store."""
    form = StoreForm(entered(request))
    if form.is_bound and form.is_valid():
        made = _try(form, lambda: create_store(actor=actor_of(request), unit_id=unit.id, **form.cleaned_data))
        if made is not None:
            messages.success(request, _("The store is set up. Enter what is in it next."))
            return redirect("store", made.pk)
    back = reverse("equipment", args=[unit.code])
    return page(request, unit, "store_form", form=form, heading=_("New store"), back=back, button=_("Set up"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, store_id: int) -> HttpResponse:
    """Change its name, place and keeper."""
    actor = actor_of(request)
    found = see_store(actor, store_id)
    require(actor, Permission.EQUIPMENT_RECORD, found.unit_id)
    initial = {name: getattr(found, name) for name in StoreForm.base_fields}
    form = StoreForm(entered(request), initial=initial)
    if form.is_bound and form.is_valid():
        made = _try(form, lambda: edit_store(actor=actor, store_id=found.pk, **form.cleaned_data))
        if made is not None:
            messages.success(request, _("The changes are saved."))
            return redirect("store", found.pk)
    back = reverse("store", args=[found.pk])
    heading = _("Edit %(name)s") % {"name": found.name}
    return page(request, node_of(found.unit_id), "store_form", form=form, heading=heading, back=back, button=_("Save"))


def _try(form: StoreForm, act: Any) -> Store | None:
    try:
        made: Store = act()
    except Refusal as refusal:
        form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        return None
    return made
