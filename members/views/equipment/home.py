"""What a captain sees first: what is missing, what waits, what there is and where."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.views.pages import is_fragment, rights, unit_door
from members.models import EquipmentKind, Store
from members.queries.equipment.desk import (
    Shelved,
    any_entitlement,
    kind_held,
    kinds_in_use,
    people_held,
    shelved,
    stores_for,
    value_held,
)
from members.queries.equipment.missing import missing_counts
from members.queries.figures import is_small
from members.views.equipment.issuing import MOST_PEOPLE
from members.views.equipment.shared import page, store_choices
from members.views.equipment.tasks import equipment_tasks

KINDS_SHOWN: Final = 8
STORES_SHOWN: Final = 12


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def equipment(request: HttpRequest, unit: Node) -> HttpResponse:
    """The first page of equipment."""
    actor = actor_of(request)
    ids = current_tree().within(unit.id)
    stores = stores_for(actor, unit)
    held = kind_held(ids)
    people = people_held(ids)
    may = rights(actor, unit.id, Permission.EQUIPMENT_RECORD)
    values: dict[str, Any] = {
        "tasks": equipment_tasks(unit),
        "stores": _stores(stores[:STORES_SHOWN]),
        "stores_more": len(stores) - STORES_SHOWN,
        "stores_number": len(stores),
        "held": held.get("member", 0),
        "held_note": ngettext("%(n)s member", "%(n)s members", people) % {"n": f"{people:,}"},
        "stored": held.get("store", 0),
        "used": held.get("use", 0),
        "used_url": f"{reverse('equipment_holdings', args=[unit.code])}?place=use",
        "value": value_held(ids),
        "may_issue": may["equipment_record"] and bool(store_choices(request, unit)),
        **may,
    }
    # Figures of the roster may be remembered; who lacks what is counted anew each time.
    if is_small(unit):
        values |= _lacks(unit, ids)
    return page(request, unit, "home", **values)


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def lacks(request: HttpRequest, unit: Node) -> HttpResponse:
    """The part that counts what is missing; for large units it comes a moment later."""
    may = rights(actor_of(request), unit.id, Permission.EQUIPMENT_RECORD)
    values = {
        **_lacks(unit, current_tree().within(unit.id)),
        "may_issue": may["equipment_record"] and bool(store_choices(request, unit)),
        **may,
    }
    return page(request, unit, "lacks" if is_fragment(request) else "lacks_page", **values)


def _lacks(unit: Node, ids: Sequence[int]) -> dict[str, Any]:
    """What is missing, by kind, the most first."""
    counts: dict[int, list[int]] = {}
    for found in missing_counts(unit_ids=ids).values():
        for kind_id, (people, pieces) in found.items():
            both = counts.setdefault(kind_id, [0, 0])
            both[0] += people
            both[1] += pieces
    kinds = kinds_in_use(unit.corps_id)
    rows = [_lack(unit, kind, *counts[kind.pk]) for kind in kinds if kind.pk in counts]
    rows.sort(key=lambda row: -int(row["missing"]))
    most = max((int(row["missing"]) for row in rows), default=1)
    return {
        "counted": True,
        "lacks": [{**row, "most": most} for row in rows],
        "issue_url": _issue_url(unit, max((int(row["people"]) for row in rows), default=0)),
        "no_kinds": not kinds,
        "entitled": any_entitlement(unit.corps_id),
    }


def _lack(unit: Node, kind: EquipmentKind, people: int, pieces: int) -> dict[str, Any]:
    return {
        "name": kind.name,
        "measure": kind.measure,
        "people": people,
        "missing": pieces,
        "url": f"{_issue_url(unit, people)}?kind={kind.pk}",
    }


def _issue_url(unit: Node, people: int) -> str:
    """The list of people, or by squads when they are more than fit on one."""
    return reverse("equipment_issue" if people <= MOST_PEOPLE else "equipment_issue_all", args=[unit.code])


def _stores(stores: Sequence[Store]) -> list[dict[str, Any]]:
    lying = shelved([store.pk for store in stores])
    return [_store(store, lying.get((store.pk, "store"), [])) for store in stores]


def _store(store: Store, rows: Sequence[Shelved]) -> dict[str, Any]:
    kinds: dict[int, dict[str, Any]] = {}
    for row in rows:
        one = kinds.setdefault(
            row.kind.pk, {"name": row.kind.name, "measure": row.kind.measure, "quantity": 0, "parts": []}
        )
        one["quantity"] += row.quantity
        if row.size:
            one["parts"].append(f"{row.size} {row.quantity:,}")
    shown = list(kinds.values())
    return {
        "name": store.name,
        "unit": store.unit.short_name,
        "url": reverse("store", args=[store.pk]),
        "kinds": [{**one, "sizes": "　".join(one["parts"])} for one in shown[:KINDS_SHOWN]],
        "more": max(0, len(shown) - KINDS_SHOWN),
    }
