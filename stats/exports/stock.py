"""A unit's stock of equipment as a workbook in the customary form: by kind, and by unit; taking it away is recorded."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from corps.languages import in_chinese
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import local_today, require
from members.enums import EquipmentPlace
from members.models import EquipmentKind
from members.queries.equipment.missing import Against
from stats.exports.form import Form, Group, Head, Line, Number, workbook
from stats.exports.results import Export
from stats.logic.periods import Kind, around, label
from stats.queries.stock import PLACES, Amounts
from stats.queries.stock_entitled import against
from stats.queries.stock_report import ALL, Row, StockReport, pieces

if TYPE_CHECKING:
    from corps.actors import Actor

ACTION: Final = "stock.export"
_STORES: Final = tuple(place for place in EquipmentPlace if place not in (EquipmentPlace.MEMBER, EquipmentPlace.USE))
_HANDS: Final = (EquipmentPlace.MEMBER, EquipmentPlace.USE)


def export_stock(*, actor: "Actor", found: StockReport) -> Export:
    """Write the report; needs `equipment.view` in the unit, and is an entry of its trail."""
    require(actor, Permission.EQUIPMENT_VIEW, found.unit.id)
    title = _("%(unit)s: stock of equipment") % {"unit": found.unit.name}
    forms = [_by_kind(actor, found, title), _by_unit(actor, found, title)]
    if found.day == local_today() and (rows := against(found.unit)):
        forms.append(_against(actor, found, rows))
    content = workbook(*forms)
    with transaction.atomic():
        record(
            actor=actor,
            action=ACTION,
            unit_id=found.unit.id,
            object_type="corps.unit",
            object_id=found.unit.id,
            detail={"on": found.day.isoformat(), "kinds": len(found.kinds), "rows": len(found.rows), "format": "xlsx"},
        )
    return Export(content, f"{title}-{found.day:%Y-%m-%d}.xlsx")


def _facts(actor: "Actor", found: StockReport) -> list[tuple[str, str]]:
    return [
        (_("Unit"), found.unit.name),
        (_("As of"), _day(found.day)),
        (_("Filled in by"), str(actor)),
        (_("Filled in on"), _day(local_today())),
    ]


def _by_kind(actor: "Actor", found: StockReport, title: str) -> Form:
    """A line a kind, and one a size below it."""
    digits = 0 if all(kind.value == kind.value.to_integral_value() for kind in found.kinds) else 2
    lines = []
    for kind in found.kinds:
        lines.append(_line(found, kind, f"{kind.name} ({kind.measure})", found.total.kinds[kind.pk]))
        lines += [_line(found, kind, f"　{item.size}", found.total.stock.get(item, {})) for item in found.items(kind)]
    lines.append(Line(_("Worth"), [*[None] * (len(PLACES) + 1), float(found.worth)], "total"))
    return Form(
        title=title,
        facts=_facts(actor, found),
        first_head=_("Kind"),
        groups=[
            Group(_("With the stores"), [Head(str(place.label)) for place in _STORES]),
            Group(_("In hands"), [Head(str(place.label)) for place in _HANDS]),
            Group(_("Altogether"), [Head(_("Pieces")), Head(_("Worth"), _("yuan"), digits)]),
        ],
        lines=lines,
        notes=_notes(found),
        signatures=_signatures(),
        name=_("By kind"),
    )


def _line(found: StockReport, kind: EquipmentKind, words: str, amounts: Amounts) -> Line:
    cells: list[Number | None] = [pieces(amounts, place) or None for place in (*_STORES, *_HANDS)]
    value = float(found.value(kind, amounts)) if kind.value else None
    return Line(words, [*cells, pieces(amounts), value])


def _by_unit(actor: "Actor", found: StockReport, title: str) -> Form:
    """A line a unit; under each kind the places it is in."""
    return Form(
        title=title,
        facts=_facts(actor, found),
        first_head=_("Unit"),
        groups=[
            Group(
                kind.name,
                [
                    *(Head(str(EquipmentPlace(place).label), kind.measure) for place in found.places(kind)),
                    Head(_("Altogether"), kind.measure),
                ],
            )
            for kind in found.kinds
        ],
        lines=[_unit_line(found, row) for row in found.rows],
        notes=_notes(found),
        signatures=_signatures(),
        name=_("By unit"),
    )


def _against(actor: "Actor", found: StockReport, rows: Sequence[tuple[EquipmentKind, Against]]) -> Form:
    """A line a kind: what members are entitled to, what they hold of it, what is missing. As of today."""
    return Form(
        title=_("%(unit)s: equipment against entitlement") % {"unit": found.unit.name},
        facts=_facts(actor, found),
        first_head=_("Kind"),
        groups=[
            Group(
                _("Pieces"),
                [
                    Head(pgettext("equipment", "Entitled")),
                    Head(pgettext("equipment", "Held of it")),
                    Head(pgettext("equipment", "To issue")),
                ],
            ),
            Group(_("People"), [Head(_("Members entitled")), Head(_("Members lacking it"))]),
        ],
        lines=[
            Line(f"{kind.name} ({kind.measure})", [one.entitled, one.held, one.missing, one.people, one.lacking])
            for kind, one in rows
        ],
        notes=[_("What somebody holds beyond the entitlement makes up for nobody else.")],
        signatures=_signatures(),
        name=_("Against entitlement"),
    )


def _unit_line(found: StockReport, row: Row) -> Line:
    cells: list[Number | None] = []
    for kind in found.kinds:
        amounts = row.kinds.get(kind.pk, {})
        cells += [pieces(amounts, place) or None for place in (*found.places(kind), ALL)]
    if row is found.total:
        return Line(_("Total"), cells, "total")
    return Line(_("The unit itself") if row.own else row.node.short_name, cells)


def _notes(found: StockReport) -> list[str]:
    notes = [_("Stock at the end of the day, by the ledger of movements.")]
    if found.counting:
        notes.append(_("Movements recorded a moment ago were still being counted when this table was made."))
    return notes


def _signatures() -> list[str]:
    return [_("Responsible for the unit"), _("Reviewed by"), _("Prepared by")]


def _day(day: dt.date) -> str:
    return label(around(Kind.DAY, day), chinese=in_chinese())
