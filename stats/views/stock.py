"""Stock of equipment as of a day: kinds by place for a unit and the units below it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, local_today
from corps.queries.units import level_names
from corps.views.pages import frame, refused, unit_door
from members.enums import EquipmentPlace
from members.models import EquipmentKind
from members.queries.figures import is_small
from stats.exports.stock import ACTION, export_stock
from stats.queries.stock import PLACES, Amounts, Item
from stats.queries.stock_report import ALL, Row, StockReport, pieces, stock_report
from stats.views.results import WORKBOOK
from stats.views.stock_entitled import todays

HANDS: Final = (EquipmentPlace.MEMBER, EquipmentPlace.USE)
FIRST_DAY: Final = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class AskedStock:
    """What the address asks for; `trouble` says why it was not what it wrote. `kind` 0: all kinds."""

    day: dt.date
    kind: int
    today: dt.date
    trouble: Refusal | None = None

    def query(self, *, day: dt.date | None = None, kind: int | None = None) -> str:
        """`?…` that asks for the same but for what is given; today and all kinds go without saying."""
        day, kind = day or self.day, self.kind if kind is None else kind
        words = {"on": "" if day == self.today else day.isoformat(), "kind": str(kind or "")}
        text = urlencode({name: value for name, value in words.items() if value})
        return f"?{text}" if text else "?"


def asked_stock(request: HttpRequest, *, strict: bool = False) -> AskedStock:
    """The day (`on`) and the kind that the address names. A day that makes no sense is answered by today, and
    `trouble` says so; with `strict` it is raised.
    """
    today = local_today()
    kind = request.GET.get("kind", "")
    number = int(kind) if kind.isdecimal() and len(kind) < 18 else 0
    try:
        return AskedStock(day_of(request.GET.get("on", "").strip(), today), number, today)
    except Refusal as refusal:
        if strict:
            raise
        return AskedStock(today, number, today, refusal)


def day_of(text: str, today: dt.date) -> dt.date:
    """The day that `text` names, today for none. Raises `Refusal`."""
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text[:20])
    except ValueError:
        day = None
    if day is None or day < FIRST_DAY:
        raise Refusal(
            _("“%(text)s” is no day of the ledger.") % {"text": text[:20]},
            code="stock.day",
            place="on",
            remedy=_("Write a day as 2022-11-03."),
        )
    if day > today:
        raise Refusal(
            _("%(day)s lies in the future.") % {"day": day.isoformat()},
            code="stock.day",
            place="on",
            remedy=_("Enter today or an earlier day."),
        )
    return day


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def stock(request: HttpRequest, unit: Node) -> HttpResponse:
    """The report of a unit as of a day."""
    asked = asked_stock(request)
    found = stock_report(unit, asked.day)
    chosen = [kind for kind in found.kinds if kind.pk == asked.kind] or list(found.kinds)
    values = {
        "asked": asked,
        "trouble": asked.trouble,
        "is_today": asked.day == asked.today,
        "found": found,
        "whole_yuan": _digits(found.kinds) == 0,
        "tiles": _tiles(found),
        "groups": _groups(),
        "kind_rows": _kind_rows(found),
        "chips": _chips(found, asked),
        "heads": [_head(found, kind, one=len(chosen) == 1) for kind in chosen],
        "unit_rows": [_unit_row(found, row, chosen, asked) for row in found.rows],
        "times": _times(asked),
        "export_url": f"{reverse('stock_export', args=[unit.code])}{asked.query()}",
        "holdings_url": _holdings_url(unit, asked),
        "level_name": level_names(unit.corps_id).get(unit.level, ""),
        **_todays(unit, asked),
    }
    answer = render(request, "stats/stock.html", frame(request, unit, "equipment", **values))
    answer.status_code = 400 if asked.trouble else 200
    return answer


@require_POST
@unit_door(Permission.EQUIPMENT_VIEW, refused_as=ACTION)
def export(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """The report as a workbook."""
    try:
        asked = asked_stock(request, strict=True)
    except Refusal as refusal:
        return refused(request, refusal, reverse("stock", args=[unit.code]))
    made = export_stock(actor=actor_of(request), found=stock_report(unit, asked.day))
    disposition = content_disposition_header(as_attachment=True, filename=made.name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(made.content, content_type=WORKBOOK, headers=headers)


def behind_url(found: StockReport, row: Row, item: Item, place: str) -> str:
    """The movements behind a figure."""
    words = {
        "on": found.day.isoformat(),
        "place": place,
        "size": item.size,
        "own": "1" if row.own else "",
    }
    text = urlencode({name: value for name, value in words.items() if value})
    return f"{reverse('stock_facts', args=[row.node.code, item.kind_id])}?{text}"


def kind_of(unit: Node, kind_id: int) -> EquipmentKind:
    """A kind of the unit's corps; 404 for any other."""
    found = EquipmentKind.objects.filter(pk=kind_id, corps_id=unit.corps_id).first()
    if found is None:
        raise Http404("no such kind")
    return found


def place_word(place: str) -> str:
    """A place in words; all of them together for none."""
    return str(EquipmentPlace(place).label) if place else _("Altogether")


def _digits(kinds: Iterable[EquipmentKind]) -> int:
    return 0 if all(kind.value == kind.value.to_integral_value() for kind in kinds) else 2


def _tiles(found: StockReport) -> list[dict[str, Any]]:
    broken = found.together(EquipmentPlace.DAMAGED, EquipmentPlace.REPAIR)
    tiles = [
        (_("In store"), found.together(EquipmentPlace.STORE)),
        (_("In hands"), found.together(*HANDS)),
        (_("Damaged or in repair"), broken),
        (_("On its way"), found.together(EquipmentPlace.TRANSIT)),
    ]
    told = [{"name": name, "value": number, "unit": _("pieces")} for name, number in tiles]
    return [*told, {"name": _("Worth"), "value": int(found.worth), "unit": _("yuan")}]


def _groups() -> list[dict[str, Any]]:
    """Heads of the table of kinds: places under what they have in common."""
    stores = [place for place in EquipmentPlace if place not in HANDS]
    return [
        {"name": _("With the stores"), "places": [place.label for place in stores]},
        {"name": _("In hands"), "places": [place.label for place in HANDS]},
        {"name": _("Altogether"), "places": [_("Pieces"), _("Worth (yuan)")]},
    ]


def _kind_rows(found: StockReport) -> list[dict[str, Any]]:
    """A row a kind, and one a size below it."""
    rows = []
    for kind in found.kinds:
        whole = found.total.kinds[kind.pk]
        rows.append(_kind_row(found, kind, Item(kind.pk, ""), whole, label=kind.name))
        items = found.items(kind)
        rows += [
            _kind_row(found, kind, item, found.total.stock.get(item, {}), label=item.size, size=True) for item in items
        ]
    return rows


def _kind_row(
    found: StockReport, kind: EquipmentKind, item: Item, amounts: Amounts, *, label: str, size: bool = False
) -> dict[str, Any]:
    return {
        "label": label,
        "measure": "" if size else kind.measure,
        "size": size,
        "cells": [_cell(found, found.total, item, amounts, place) for place in (*PLACES, ALL)],
        "value": found.value(kind, amounts) if kind.value else None,
    }


def _cell(found: StockReport, row: Row, item: Item, amounts: Amounts, place: str) -> dict[str, Any]:
    number = pieces(amounts, place)
    return {"value": number, "url": behind_url(found, row, item, place) if number else ""}


def _holdings_url(unit: Node, asked: AskedStock) -> str:
    """The list of who held what on the day of the report."""
    base = reverse("equipment_holdings", args=[unit.code])
    return base if asked.day == asked.today else f"{base}?on={asked.day.isoformat()}"


def _todays(unit: Node, asked: AskedStock) -> dict[str, Any]:
    """What stands in the report of today only; of a large unit it is asked for by the page that has been shown."""
    if asked.day != asked.today:
        return {}
    if is_small(unit):
        return todays(unit)
    return {"entitled_url": reverse("stock_entitled", args=[unit.code])}


def _chips(found: StockReport, asked: AskedStock) -> list[dict[str, Any]]:
    known = {kind.pk for kind in found.kinds}
    chips = [{"label": _("All kinds"), "url": asked.query(kind=0), "active": asked.kind not in known}]
    return chips + [
        {"label": kind.name, "url": asked.query(kind=kind.pk), "active": asked.kind == kind.pk} for kind in found.kinds
    ]


def _head(found: StockReport, kind: EquipmentKind, *, one: bool) -> dict[str, Any]:
    """A kind and the places it is in anywhere; alone it is shown by all places."""
    places = [*(PLACES if one else found.places(kind)), ALL]
    return {"name": kind.name, "measure": kind.measure, "places": [place_word(place) for place in places], "of": places}


def _unit_row(found: StockReport, row: Row, chosen: list[EquipmentKind], asked: AskedStock) -> dict[str, Any]:
    cells = []
    for kind in chosen:
        amounts = row.kinds.get(kind.pk, {})
        places = [*(PLACES if len(chosen) == 1 else found.places(kind)), ALL]
        cells += [_cell(found, row, Item(kind.pk, ""), amounts, place) for place in places]
    if row is found.total:
        return {"kind": "total", "label": _("Total"), "url": "", "cells": cells}
    if row.own:
        return {"kind": "own", "label": _("The unit itself"), "url": "", "cells": cells}
    url = f"{reverse('stock', args=[row.node.code])}{asked.query()}"
    return {"kind": "part", "label": row.node.short_name, "url": url, "cells": cells}


def _times(asked: AskedStock) -> list[dict[str, Any]]:
    """Other days that are asked for often."""
    first = asked.today.replace(day=1)
    days = [
        (_("Today"), asked.today),
        (_("End of last month"), first - dt.timedelta(days=1)),
        (_("End of last year"), first.replace(month=1) - dt.timedelta(days=1)),
    ]
    return [{"label": word, "url": asked.query(day=day), "active": asked.day == day} for word, day in days]
