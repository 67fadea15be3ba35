"""What pages of equipment share: words for things and places, choices of stores and kinds, typed lines."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today
from corps.queries.units import path_text
from corps.views.pages import frame
from members.enums import Counting, EquipmentPlace, LedgerAct
from members.forms.equipment.back import BackRow
from members.forms.equipment.lines import KindChoice, Pick
from members.logic.ledger import Line, Place
from members.models import EquipmentKind, Holding, Store, Voucher
from members.queries.equipment.desk import Shelved, kinds_in_use, stores_for

PLACE: Final = "equipment"

ACT_SHAPES: Final = {
    LedgerAct.RECEIPT: "good",
    LedgerAct.SEND: "wait",
    LedgerAct.RECEIVE: "good",
    LedgerAct.ISSUE: "on",
    LedgerAct.RETURN: "good",
    LedgerAct.DAMAGE: "warn",
    LedgerAct.LOSS: "stop",
    LedgerAct.TO_REPAIR: "wait",
    LedgerAct.FROM_REPAIR: "good",
    LedgerAct.REPLACEMENT: "on",
    LedgerAct.DISPOSAL: "idle",
    LedgerAct.COUNT: "idle",
    LedgerAct.CARRY: "idle",
    LedgerAct.REVERSAL: "stop",
}


def page(request: HttpRequest, unit: Node, template: str, **values: Any) -> HttpResponse:
    """A page of equipment."""
    return render(request, f"members/equipment/{template}.html", frame(request, unit, PLACE, **values))


def recorded_before(request: HttpRequest) -> HttpResponse | None:
    """The way to the voucher that this form has made already, when it is sent once more; None for a new one.

    Asked before the form is read: what it moved is no longer where the form says.
    """
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    made = Voucher.objects.visible_to(actor_of(request)).filter(token=token).first()
    return redirect("equipment_voucher", made.pk) if made is not None else None


def node_of(unit_id: int) -> Node:
    """The unit of a store, a voucher or a holding."""
    return current_tree().nodes[unit_id]


def store_word(store: Store) -> str:
    """A store with its unit."""
    return f"{store.name} · {store.unit.short_name}"


def store_choices(request: HttpRequest, unit: Node) -> list[tuple[int, str]]:
    """Stores where the reader may record movements for the unit, the nearest first."""
    found = stores_for(actor_of(request), unit, Permission.EQUIPMENT_RECORD)
    return [(store.pk, store_word(store)) for store in found]


def kind_choices(corps_id: int) -> list[KindChoice]:
    """Kinds in use, as lines offer them."""
    return [kind_choice(kind) for kind in kinds_in_use(corps_id)]


def kind_choice(kind: EquipmentKind) -> KindChoice:
    """A kind, as lines offer it."""
    return KindChoice(kind.pk, kind.name, kind.measure, kind.counting == Counting.NUMBERED, tuple(kind.sizes))


def kinds_json(kinds: Iterable[KindChoice]) -> dict[str, Any]:
    """What the script of lines knows of kinds."""
    return {str(kind.id): {"numbered": kind.numbered, "sizes": list(kind.sizes)} for kind in kinds}


def picks(rows: Iterable[Shelved], place: Place = Place.STORE) -> list[Pick]:
    """What lies on a shelf, to be taken from."""
    return [
        Pick(
            row.kind.pk,
            row.kind.name,
            row.kind.measure,
            row.size,
            row.quantity,
            place=place.value,
            numbers=dict(row.numbers),
            holdings=list(row.holdings),
            numbered=row.numbered,
        )
        for row in rows
    ]


def lines_of(rows: Sequence[Pick]) -> list[Line]:
    """What was taken from a shelf, as lines of a voucher."""
    found: list[Line] = []
    for row in rows:
        if row.numbered:
            found += [Line(row.kind_id, 1, "", article_id) for article_id in row.articles]
        else:
            found.append(Line(row.kind_id, row.taken, row.size))
    return found


def thing(kind: EquipmentKind, quantity: int, size: str = "", number: str = "") -> str:
    """`反光背心 L × 2 件`, `对讲机 JD-001`."""
    if number:
        return f"{kind.name} {number}"
    name = f"{kind.name} {size}".strip()
    return f"{name} × {quantity:,} {kind.measure}"


def thing_of(held: Holding) -> str:
    """What a holding holds."""
    return thing(held.kind, held.quantity, held.size, held.article.number if held.article else "")


def holder_of(held: Holding) -> str:
    """In whose hands it is."""
    if held.member is not None:
        return held.member.name
    if held.place == Place.USE:
        return _("in use by %(unit)s") % {"unit": held.unit.short_name}
    return str(EquipmentPlace(held.place).label)


def due_state(due_on: dt.date | None, today: dt.date) -> tuple[str, str]:
    """Shape and word of the day by which something is to be back; nothing for what stays."""
    if due_on is None:
        return "", ""
    days = (due_on - today).days
    if days < 0:
        return "stop", _("%(days)d days overdue") % {"days": -days}
    if not days:
        return "warn", _("due back today")
    return ("warn" if days <= 7 else "idle"), _("due back %(day)s") % {"day": f"{due_on:%Y-%m-%d}"}


def back_rows(rows: Iterable[Holding], *, ticked: Iterable[int] = ()) -> list[BackRow]:
    """Things in hands, to be taken back."""
    today, wanted = local_today(), set(ticked)
    found = []
    for held in rows:
        _shape, due = due_state(held.due_on, today)
        found.append(
            BackRow(
                held.pk,
                thing(held.kind, held.quantity, held.size, held.article.number if held.article else ""),
                holder_of(held),
                due,
                held.kind.measure,
                held.quantity,
                reverse("equipment_holding", args=[held.pk]),
                ticked=held.pk in wanted,
            )
        )
    return found


def act_of(voucher: Voucher) -> dict[str, Any]:
    """A voucher as lists show it."""
    act = LedgerAct(voucher.act)
    return {
        "id": voucher.pk,
        "url": reverse("equipment_voucher", args=[voucher.pk]),
        "word": act.label,
        "shape": ACT_SHAPES[act],
        "on": voucher.on,
        "unit": node_of(voucher.unit_id).short_name,
        "who": str(voucher.recorded_by or ""),
        "reason": voucher.reason,
    }


def by_kind(counts: Mapping[int, Any], kinds: Iterable[EquipmentKind]) -> list[tuple[EquipmentKind, Any]]:
    """Counts by kind in the order of kinds."""
    return [(kind, counts[kind.pk]) for kind in kinds if kind.pk in counts]


def path_of(unit_id: int) -> str:
    """A unit with its superiors."""
    return path_text(current_tree(), unit_id)
