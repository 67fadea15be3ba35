"""Stores and hand-overs as workbooks, and empty ones to fill in."""

import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from corps.queries.units import path_text
from members.enums import EquipmentPlace
from members.models import EquipmentKind, Holding
from members.queries.equipment.hands import every_hand, stock_of_units
from members.queries.equipment.held import HandsFilter
from members.resources import safe_cell

if TYPE_CHECKING:
    from corps.actors import Actor

_SAMPLE_ROWS: Final = 300
# Heads are Chinese in every language: they are what corps write, and what the import understands.
_HANDS_HEADS: Final = (
    "姓名",
    "所属单位",
    "物品",
    "尺码",
    "编号",
    "数量",
    "应还日期",
    "仓库",
    "单价（元）",
    "金额（元）",
)
_STOCK_HEADS: Final = ("仓库", "所属单位", "物品", "尺码", "编号", "数量", "状态", "单价（元）", "金额（元）")


class Export:
    """A finished file, to be read from its beginning and closed by whoever sends it."""

    def __init__(self, file: IO[bytes], name: str, rows: int) -> None:
        self.file, self.name, self.rows = file, name, rows


def export_holdings(*, actor: "Actor", unit: Node, chosen: HandsFilter) -> Export:
    """Who holds what in the unit and below, as the list shows it. Needs `member.export` there, because it names people;
    the act is recorded.
    """
    require(actor, Permission.MEMBER_EXPORT, unit.id)
    title = _("Who holds what")
    file, number = _book(title, _HANDS_HEADS, map(_hand, every_hand(unit, chosen, local_today())))
    day = chosen.on or local_today()
    narrowed = chosen != HandsFilter(on=chosen.on)
    _record(actor, unit, {"what": "holdings", "on": day.isoformat(), "narrowed": narrowed, "rows": number})
    return Export(file, _name(unit, title, day), number)


def export_stores(*, actor: "Actor", unit: Node) -> Export:
    """What lies in the stores of the unit and below. Needs `equipment.view` there; the act is recorded."""
    require(actor, Permission.EQUIPMENT_VIEW, unit.id)
    title = _("Stock of stores")
    file, number = _book(title, _STOCK_HEADS, map(_stock, stock_of_units(current_tree().within(unit.id))))
    _record(actor, unit, {"what": "stock", "rows": number})
    return Export(file, _name(unit, title, local_today()), number)


def _record(actor: "Actor", unit: Node, detail: dict[str, Any]) -> None:
    record(
        actor=actor,
        action="equipment.export",
        unit_id=unit.id,
        object_type="corps.unit",
        object_id=unit.id,
        detail=detail,
    )


def _name(unit: Node, title: str, day: dt.date) -> str:
    return f"{unit.name}-{title}-{day.isoformat()}.xlsx"


def _hand(held: Holding) -> list[Any]:
    who = held.member.name if held.member is not None else EquipmentPlace(held.place).label
    due = held.due_on.isoformat() if held.due_on else ""
    store = f"{held.store.name}（{held.store.unit.short_name}）"
    return [str(who), _path(held.unit_id), *_thing(held), due, store, *_worth(held)]


def _stock(held: Holding) -> list[Any]:
    place = str(EquipmentPlace(held.place).label)
    return [held.store.name, _path(held.store.unit_id), *_thing(held), place, *_worth(held)]


def _thing(held: Holding) -> list[Any]:
    return [held.kind.name, held.size, held.article.number if held.article else "", held.quantity]


def _worth(held: Holding) -> list[Any]:
    return [float(held.kind.value), float(held.kind.value * held.quantity)]


def _path(unit_id: int) -> str:
    return path_text(current_tree(), unit_id)


def _book(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[IO[bytes], int]:
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=8 << 20)  # noqa: SIM115 (the reader closes it)
    book: Any = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, max(10, len(head) * 2 + 2))
        sheet.write_string(0, place, head, bold)
    number = 0
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, int | float):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, safe_cell(value))
    book.close()
    target.seek(0)
    return target, number


def sample_equipment(kinds: Sequence[EquipmentKind], *, people: bool) -> bytes:
    """An empty sheet with the heads the import understands and the corps' kinds to choose from."""
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target)
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "bg_color": "#D9F24B"})
    sheet = book.add_worksheet("领用" if people else "库存")
    heads = ["姓名", "身份证号", "中队", *(kind.name for kind in kinds)] if people else ["物品", "尺码", "编号", "数量"]
    for place, head in enumerate(heads):
        sheet.set_column(place, place, max(12, len(head) * 2 + 2), text)
        sheet.write_string(0, place, head, bold)
        sizes = kinds[place - 3].sizes if people and place >= 3 else []
        choices = sizes or ([kind.name for kind in kinds] if not people and place == 0 else [])
        if choices and len(",".join(choices)) <= 255:
            rule = {"validate": "list", "source": choices, "error_type": "information", "show_error": False}
            sheet.data_validation(1, place, _SAMPLE_ROWS, place, rule)
    sheet.freeze_panes(1, 1)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 100)
    for row, line in enumerate(_notes(people=people)):
        notes.write_string(row, 0, line)
    book.close()
    return target.getvalue()


def _notes(*, people: bool) -> Iterator[str]:
    if people:
        yield "每人一行；同名者请填身份证号（或后四位）和中队。"
        yield "每种装备一列：有尺码的填尺码（如 L 或 L×2），无尺码的填数量或打√，按编号管理的填编号（多个用、隔开）。"
        yield "也可以改成每件一行：姓名、物品、尺码、编号、数量、应还日期。"
    else:
        yield "每种每码一行；按编号管理的装备填编号（多个用、隔开，或一件一行），数量可不填。"
