"""The member's own page, made for a phone: what to confirm with one tap, what is carried, when it is due back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.queries.scope import local_today
from corps.views.pages import frame, settle
from members.models import Holding
from members.operations.equipment.confirming import confirm_own
from members.queries.equipment.hands import in_hands
from members.queries.equipment.mine import MyEquipment, ToConfirm, my_equipment
from members.views.equipment.shared import due_state, thing, thing_of


@login_required
@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """My equipment."""
    found = my_equipment(actor_of(request))
    values: dict[str, Any] = {"member": None} if found is None else _values(found)
    return render(request, "members/equipment/my.html", frame(request, None, "my_record", **values))


@login_required
@require_POST
def confirm(request: HttpRequest, confirmation_id: int) -> HttpResponse:
    """One tap: I have it."""
    return settle(
        request,
        lambda: confirm_own(actor=actor_of(request), confirmation_id=confirmation_id),
        "my_equipment",
        _("Thank you. It is confirmed."),
    )


def _values(found: MyEquipment) -> dict[str, Any]:
    today = local_today()
    lacks = "、".join(f"{one.kind} × {one.quantity}" if one.quantity > 1 else one.kind for one in found.lacks)
    pieces = sum(held.quantity for held in found.carried)
    return {
        "member": found.member,
        "to_confirm": [_to_confirm(one) for one in found.to_confirm],
        "overdue": sum(1 for held in found.carried if held.due_on is not None and held.due_on < today),
        "carried": [carried(held) for held in found.carried],
        "carried_note": ngettext("%(n)s piece", "%(n)s pieces", pieces) % {"n": pieces},
        "lacks": lacks,
    }


def _to_confirm(one: ToConfirm) -> dict[str, Any]:
    confirmation, voucher = one.confirmation, one.confirmation.voucher
    today = local_today()
    late = (today - confirmation.due_on).days
    return {
        "id": confirmation.pk,
        "note": f"{voucher.on:%Y-%m-%d}",
        "things": [
            thing(row.kind, row.quantity, row.size, row.article.number if row.article else "") for row in one.movements
        ],
        "from_text": _("Handed out by %(unit)s on %(day)s.") % {"unit": voucher.unit.short_name, "day": voucher.on},
        "late": _("Please confirm now: it was to be confirmed by %(day)s.") % {"day": confirmation.due_on}
        if late > 0
        else "",
    }


def carried_by(member_id: int) -> list[dict[str, Any]]:
    """What a member carries, for the member's record; each thing leads to what may be done with it."""
    return [carried(held, reverse("equipment_holding", args=[held.pk])) for held in in_hands([member_id])]


def carried(held: Holding, url: str = "") -> dict[str, Any]:
    """A thing in a member's hands, as a list shows it."""
    shape, word = due_state(held.due_on, local_today())
    return {
        "what": thing_of(held),
        "note": _("from %(store)s") % {"store": f"{held.store.unit.short_name} {held.store.name}"},
        "shape": shape,
        "word": word,
        "url": url,
    }
