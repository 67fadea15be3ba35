"""A workbook of equipment as it was uploaded, with a column that says what is wrong with which row.

Nothing of the workbook was written, so every row comes back: it is mended there and uploaded again as a whole. Nothing
is kept on the server: what was read travels with the page of the preview, signed, as the preview itself does.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter
from django.core import signing
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.trail import record
from corps.permissions import Permission
from members.logic.flaws import cell_text
from members.logic.headers import header_form
from members.logic.roster_columns import REASON_HEADER

if TYPE_CHECKING:
    from corps.actors import Actor
    from members.operations.equipment.sheets import Preview

#: Longer is not offered: a form may not bring more. Some 20,000 rows of ten columns fit.
LONGEST: Final = 3_500_000
_SALT: Final = "members.equipment.rejects"
_SIGNED_FOR: Final = 6 * 3600
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_REASON_WIDTH: Final = 70
_FORBIDDEN_IN_A_NAME: Final = str.maketrans("", "", "[]:*?/\\'")
_NAME_LENGTH: Final = 31
# Of a text file, which has no sheets.
_NAMELESS: Final = "装备"


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet as it stands. Rows count from 1; reasons by row."""

    name: str
    rows: list[list[Any]]
    merged: list[Any]
    head_row: int
    reasons: dict[str, str]


def signed_rejects(found: "Preview", reasons: Sequence[str]) -> str:
    """What the page carries: the workbook with a sentence for each of the preview's problems. Empty when no row is to
    blame, or when there is too much of it for a form.
    """
    by_sheet: dict[int, dict[int, str]] = {}
    for problem, reason in zip(found.problems, reasons, strict=True):
        if problem.row:
            rows = by_sheet.setdefault(problem.sheet, {})
            rows[problem.row] = "；".join(filter(None, (rows.get(problem.row), reason)))
    if not by_sheet:
        return ""
    tables = [
        (cells.name, cells.rows, cells.merged, head_row, by_sheet.get(place, {}))
        for place, (cells, head_row) in enumerate(zip(found.tables, found.head_rows, strict=True))
    ]
    text = signing.dumps([found.sheet.file_name, tables], salt=_SALT, compress=True)
    return text if len(text) <= LONGEST else ""


def export_equipment_rejects(*, actor: "Actor", unit_id: int, text: str) -> tuple[str, bytes]:
    """The name of a file and the .xlsx that `signed_rejects` carried; noted in the trail of the unit.

    Raises `Refusal` for one that was changed or is too old.
    """
    with acting(actor=actor, action="equipment.rejects", permission=Permission.EQUIPMENT_RECORD, unit_id=unit_id):
        try:
            file_name, tables = signing.loads(text, salt=_SALT, max_age=_SIGNED_FOR)
        except signing.BadSignature as error:
            raise Refusal(
                _("This preview is too old, or is not complete."),
                code="equipment.sheet.invalid",
                place="sheet",
                remedy=_("Upload the workbook again."),
            ) from error
        found = [_Table(*table) for table in tables]
        rows = sum(len(table.reasons) for table in found)
        record(
            actor=actor,
            action="equipment.rejects",
            unit_id=unit_id,
            object_type="corps.unit",
            object_id=unit_id,
            detail={"file": file_name, "rows": rows},
        )
    return f"{PurePath(file_name).stem}-{_('rejected rows')}.xlsx", _book(found)


def _book(tables: Sequence[_Table]) -> bytes:
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        target,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    forms = {
        "head": book.add_format({"bold": True, "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
        "reason": book.add_format({"text_wrap": True, "font_color": "#B42318"}),
    }
    names: set[str] = set()
    for table in tables:
        _write(book.add_worksheet(_name(table.name, names)), table, forms)
    book.close()
    return target.getvalue()


def _name(name: str, taken: set[str]) -> str:
    """The sheet's own name, as far as Excel takes it: other programs write longer ones."""
    plain = name.translate(_FORBIDDEN_IN_A_NAME)[:_NAME_LENGTH].strip() or _NAMELESS
    found, number = plain, 2
    while found.lower() in taken:
        found, number = f"{plain[: _NAME_LENGTH - 5]} {number}", number + 1
    taken.add(found.lower())
    return found


def _write(out: Any, table: _Table, forms: Mapping[str, Any]) -> None:
    head = table.rows[table.head_row - 1] if table.head_row else []
    # A workbook that comes back a second time has the column of reasons already.
    form = header_form(REASON_HEADER)
    width = max((place + 1 for place, cell in enumerate(head) if cell_text(cell).strip()), default=0)
    width = max([width, *(_used(table.rows[int(row) - 1]) for row in table.reasons)])
    place = next((at for at, cell in enumerate(head) if header_form(cell_text(cell)) == form), width)
    marked = bool(table.head_row)
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            if cell not in ("", None) and not (marked and column == place and number >= table.head_row - 1):
                _cell(out, number, column, cell, forms, head=number < table.head_row)
    if not marked:
        return
    out.write_string(table.head_row - 1, place, REASON_HEADER, forms["head"])
    for row_number, reason in table.reasons.items():
        out.write_string(int(row_number) - 1, place, reason, forms["reason"])
    out.set_column(0, max(place - 1, 0), 14)
    out.set_column(place, place, _REASON_WIDTH)
    out.freeze_panes(table.head_row, 0)
    # What is to be mended is one choice away among rows that are in order.
    out.autofilter(table.head_row - 1, 0, max(len(table.rows) - 1, table.head_row - 1), place)
    for (top, left), (bottom, right) in table.merged:
        if bottom < table.head_row and not left <= place <= right:
            out.merge_range(top, left, bottom, right, "", forms["head"])
            out.write_string(top, left, cell_text(table.rows[top][left]), forms["head"])


def _used(row: Sequence[Any]) -> int:
    return max((place + 1 for place, cell in enumerate(row) if cell_text(cell).strip()), default=0)


def _cell(out: Any, row: int, column: int, cell: Any, forms: Mapping[str, Any], *, head: bool) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        out.write_number(row, column, cell, forms["head"] if head else None)
    elif head:
        out.write_string(row, column, str(cell), forms["head"])
    else:
        # Text stays text when it is mended: 001 is a number of a thing, and nothing becomes a formula.
        out.write_string(row, column, str(cell), forms["quoted" if str(cell).startswith(_FORMULA_STARTS) else "text"])
