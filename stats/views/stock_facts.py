"""The movements behind a figure of the stock report, and where the figure comes from."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.queries.units import path_text
from corps.views.pages import frame, unit_door
from members.enums import LedgerAct
from members.models import EquipmentKind
from stats.queries.stock import PLACES, Amounts, Stock, is_counting, stock_of, without
from stats.queries.stock_facts import Change, End, Place, Wanted, changes, recount
from stats.queries.stock_report import pieces
from stats.views.stock import asked_stock, kind_of, place_word


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def facts(request: HttpRequest, unit: Node, kind_id: int) -> HttpResponse:
    """A figure: of a `size`, in a `place`, of the unit's `own`; with `recount` the movements' sum, read anew."""
    kind, asked = kind_of(unit, kind_id), asked_stock(request)
    place, size = request.GET.get("place", ""), request.GET.get("size") or None
    if place and place not in PLACES:
        raise Http404("no such place")
    wanted = Wanted(unit, kind, asked.day, place, size, "own" in request.GET)
    found, following = changes(actor_of(request), wanted, Place.read(request.GET.get("after", "")))
    value, below = _figure(wanted)
    base = {"on": asked.day.isoformat(), "place": place, "size": size or "", "own": "1" if wanted.own else ""}
    base = {name: word for name, word in base.items() if word}
    values = {
        "asked": asked,
        "trouble": asked.trouble,
        "wanted": wanted,
        "title": f"{kind.name} {size or ''}".strip(),
        "place_word": place_word(place),
        "value": value,
        "by_unit": [] if wanted.own else _by_unit(below, base, kind),
        "counting": is_counting(unit.id, asked.day),
        "recounted": _recounted(wanted, value) if "recount" in request.GET else None,
        "recount_url": _query(base, recount="1"),
        "rows": [_told(one) for one in found],
        "sizes": not size and any(one.size for one in found),
        "numbers": any(one.number for one in found),
        "next": _query(base, after=str(following)) if following else "",
        "first_page": _query(base) if "after" in request.GET else "",
        "back": f"{reverse('stock', args=[unit.code])}{asked.query()}",
    }
    answer = render(request, "stats/stock_facts.html", frame(request, unit, "equipment", **values))
    answer.status_code = 400 if asked.trouble else 200
    return answer


def _query(base: dict[str, str], **more: str) -> str:
    return "?" + urlencode({**base, **more})


def _figure(wanted: Wanted) -> tuple[int, dict[int, int]]:
    """The figure as the report has it, and those of the units below."""
    children = [node.id for node in current_tree().children(wanted.unit.id)]
    found = stock_of([wanted.unit.id, *children], wanted.day)
    stock = found[wanted.unit.id]
    if wanted.own:
        stock = without(stock, [found[child] for child in children])
    return _pieces(wanted, stock), {child: _pieces(wanted, found[child]) for child in children}


def _pieces(wanted: Wanted, stock: Stock) -> int:
    cells: list[Amounts] = [
        amounts
        for item, amounts in stock.items()
        if item.kind_id == wanted.kind.pk and wanted.size in (None, item.size)
    ]
    return sum(pieces(amounts, wanted.place) for amounts in cells)


def _by_unit(below: dict[int, int], base: dict[str, str], kind: EquipmentKind) -> list[tuple[str, int, str]]:
    """Where it comes from: the units below, largest first, each with its own movements."""
    nodes = current_tree().nodes
    found = sorted(((nodes[unit_id], number) for unit_id, number in below.items() if number), key=lambda one: -one[1])
    return [
        (node.short_name, number, reverse("stock_facts", args=[node.code, kind.pk]) + _query(base))
        for node, number in found
    ]


def _recounted(wanted: Wanted, value: int) -> dict[str, Any]:
    number = recount(wanted)
    return {"value": number, "same": number == value}


def _told(one: Change) -> dict[str, Any]:
    return {
        "day": one.day,
        "act": LedgerAct(one.act).label,
        "url": reverse("equipment_voucher", args=[one.voucher_id]) if one.voucher_id else "",
        "size": one.size,
        "number": one.number,
        "ends": [_end(one.here), _end(one.there)],
        "change": one.change,
    }


def _end(end: End) -> dict[str, str]:
    """A side of a movement in words: outside, a store, a unit, a person."""
    if not end.place:
        return {"word": _("outside the corps"), "unit": "", "url": ""}
    tree = current_tree()
    unit = path_text(tree, end.unit_id) if end.unit_id is not None and end.unit_id in tree else ""
    if end.person:
        return {"word": end.person, "unit": unit, "url": reverse("member", args=[end.person_id])}
    word = end.store if end.place == "store" else place_word(end.place)
    return {"word": word, "unit": unit, "url": ""}
