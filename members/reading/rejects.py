"""The workbook of rejected rows: the upload's own layout with a column of reasons, ready to be mended and read again.

Runs in the child, because it opens the upload once more.
"""

import datetime as dt
import io
import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from members.logic.flaws import cell_text
from members.logic.headers import header_form
from members.logic.roster_columns import BY_KEY, REASON_HEADER
from members.reading.events import Reasons
from members.reading.grids import open_book
from members.reading.limits import Limits
from members.reading.pipeline import batches
from members.reading.sheets import RosterSheet, survey

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_SHEET_NAME: Final = "花名册"
_EXCEL_DATES_FROM: Final = 1900
_REASON_WIDTH: Final = 70
_CELL_LIMIT: Final = 32_000


def rejects_workbook(path: Path, reasons: Reasons, *, answers: Mapping[str, str], limits: Limits) -> bytes:
    """The .xlsx with the title and header rows of each sheet and its rows that `reasons` names.

    Identity numbers and phones are text cells, nothing in it is a formula, and cells that look like one carry the
    quote prefix that keeps them text when they are edited.
    """
    target = io.BytesIO()
    with ThreadPoolExecutor(1) as threads:
        book = open_book(path, limits, threads)
        workbook = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": True,
            },
        )
        for sheet in survey(book, answers, limits).sheets:
            if mine := reasons.get(sheet.number):
                _Writer(workbook, sheet).write(mine, limits.batch)
        if not workbook.worksheets():
            workbook.add_worksheet(_SHEET_NAME)
        workbook.close()
    return target.getvalue()


class _Writer:
    def __init__(self, workbook: Any, sheet: RosterSheet) -> None:
        self.sheet = sheet
        self.grid = sheet.grid
        header = sheet.header
        self.head = workbook.add_format({"bold": True, "text_wrap": True})
        self.text = workbook.add_format({"num_format": "@"})
        self.quoted = workbook.add_format({"num_format": "@", "quote_prefix": True})
        self.date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.reason = workbook.add_format({"text_wrap": True, "font_color": "#B42318"})
        self.out = workbook.add_worksheet(self.grid.name)
        reason_form = header_form(REASON_HEADER)
        # A workbook that comes back a second time holds the column of reasons already.
        self.reason_place = next(
            (place for place, shown in header.shown.items() if header_form(shown) == reason_form), self._width()
        )
        self.as_text = {place for place, key in header.mapping.items() if BY_KEY[key].as_text}

    def write(self, reasons: Mapping[int, str], batch: int) -> None:
        header, offset = self.sheet.header, self.grid.offset
        for place in range(self.reason_place):
            self.out.set_column(place + offset, place + offset, 16, self.text if place in self.as_text else None)
        self.out.set_column(self.reason_place + offset, self.reason_place + offset, _REASON_WIDTH)
        self.out.freeze_panes(header.last + 1, 0)
        for row, cells in enumerate(itertools.islice(self.grid.rows(), header.last + 1)):
            self._cells(row, cells, self.head)
        self.out.write_string(header.last, self.reason_place + offset, REASON_HEADER, self.head)
        self._rows(reasons, batch)
        self._merge_head()

    def _rows(self, reasons: Mapping[int, str], batch: int) -> None:
        out = self.sheet.header.last + 1
        # The cells as they were: paths of units stay in their columns, rows of wrong length stay as long as they are.
        sheet = self.sheet._replace(header=self.sheet.header._replace(unit_path=()))
        for numbers, rows, _ in batches(self.grid._replace(ragged=False), sheet, batch):
            for number, cells in zip(numbers, rows, strict=True):
                if number in reasons:
                    self._cells(out, cells, None)
                    place = self.reason_place + self.grid.offset
                    self.out.write_string(out, place, reasons[number][:_CELL_LIMIT], self.reason)
                    out += 1

    def _cells(self, row: int, cells: Sequence[Any], form: Any) -> None:
        for place, cell in enumerate(cells):
            if place == self.reason_place or cell in ("", None):
                continue
            self._cell(row, place + self.grid.offset, cell, form, as_text=place in self.as_text)

    def _cell(self, row: int, column: int, cell: Any, form: Any, *, as_text: bool) -> None:
        out = self.out
        if isinstance(cell, str):
            out.write_string(row, column, cell[:_CELL_LIMIT], form or self._text_form(cell, as_text=as_text))
        elif as_text:
            out.write_string(row, column, _digits(cell), self.text)
        elif isinstance(cell, bool):
            out.write_boolean(row, column, cell)
        elif isinstance(cell, int | float):
            out.write_number(row, column, cell, form)
        elif isinstance(cell, dt.date) and cell.year >= _EXCEL_DATES_FROM:
            out.write_datetime(row, column, cell, self.date)
        else:
            out.write_string(row, column, cell_text(cell), form)

    def _text_form(self, cell: str, *, as_text: bool) -> Any:
        if cell.startswith(_FORMULA_STARTS):
            return self.quoted
        return self.text if as_text else None

    def _merge_head(self) -> None:
        """Merge the head's cells as they were. Its rows are written already; only the ranges are still to be noted."""
        last, offset = self.sheet.header.last, self.grid.offset
        for (top, left), (bottom, right) in self.grid.merged:
            if bottom <= last and not left <= self.reason_place <= right:
                self.out.merge_range(top, left + offset, bottom, right + offset, "", self.head)

    def _width(self) -> int:
        """Columns in use: a stray cell far right of the header must not push the reasons out of sight."""
        return (
            max(self.sheet.header.shown) + 1
            if self.grid.ragged
            else max(self.grid.width, max(self.sheet.header.shown) + 1)
        )


def _digits(cell: Any) -> str:
    """A number that should have been text. One that lost its last digits is written so that it is refused again."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        return f"{cell:.14E}"
    return cell_text(cell)
