"""The work of the child: from a path to frames, lazily."""

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from members.logic.flaws import cell_text
from members.logic.headers import Range, column_letter
from members.logic.roster_columns import BY_KEY, Context
from members.logic.rows import RowCleaner
from members.reading.events import Frame
from members.reading.grids import Grid, open_book
from members.reading.limits import Limits
from members.reading.refusals import Refused
from members.reading.sheets import RosterSheet, survey

_TOLD_ROWS: Final = 100
"""Rows passed over that are told one by one; the rest is told as a number."""


def read(
    path: Path, *, today: dt.date, answers: Mapping[str, str], ask: bool, limits: Limits, opening: Callable[[str], None]
) -> Iterator[Frame]:
    """Read a file into frames. Raises `Refused`.

    With `ask` an open question about the header ends the reading; without it unknown columns are not read.
    `opening` is told each sheet before it is loaded.
    """
    with contextlib.ExitStack() as stack:
        threads = ThreadPoolExecutor(1)
        # A refusal does not wait for the scans that were still to come.
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        book = open_book(path, limits, threads)
        found = survey(book, answers, limits, opening=opening)
        for index, code, params in found.notices:
            yield "notice", (index, 0, code, params)
        if found.questions and ask:
            yield "questions", tuple(tuple(question) for question in found.questions)
            return
        for sheet in found.sheets:
            _refuse_formulas(sheet)
        _refuse_length(found.sheets, limits)
        taken = rejected = 0
        while found.sheets:
            # Taken off the list, so that a sheet's cells are given back before the next is read.
            sheet = found.sheets.pop(0)
            for kind, values in _sheet(sheet, Context(today, book.epoch_1904), limits):
                if kind == "batch":
                    taken += len(values[1])
                    rejected += len(values[2])
                yield kind, values
            del sheet
        if not taken and not rejected:
            raise Refused("file_no_rows")
        yield "done", (taken, rejected)


def _refuse_formulas(sheet: RosterSheet) -> None:
    """A formula in a cell that would be read: what it shows may be old, and the number typed is not there.

    Formulas in columns that are not read, such as a running number, harm nobody.
    """
    formulas = sheet.grid.scan().formulas
    if not formulas:
        return
    below = sheet.header.last + 1
    for place in sorted({*sheet.header.mapping, *sheet.header.unit_path}):
        first, last = formulas.get(place + sheet.grid.offset, (-1, -1))
        if last >= below:
            row = first if first >= below else last
            cell = f"{column_letter(place + sheet.grid.offset)}{row + 1}"
            raise Refused("formulas", sheet=sheet.grid.name, cell=cell, header=sheet.header.shown[place])


def _refuse_length(sheets: Sequence[RosterSheet], limits: Limits) -> None:
    """Count rows that hold something; a used range that is merely long is no reason to refuse."""
    if sum(sheet.grid.height for sheet in sheets) <= limits.rows:
        return
    total = sum(sum(map(any, sheet.grid.rows())) for sheet in sheets)
    if total > limits.rows:
        raise Refused("too_many_rows", rows=total, limit=limits.rows)


def _sheet(sheet: RosterSheet, context: Context, limits: Limits) -> Iterator[Frame]:
    grid, header = sheet.grid, sheet.header
    columns = {
        key: (column_letter(place + grid.offset), header.shown[place]) for place, key in sorted(header.mapping.items())
    }
    yield "sheet", (sheet.number, grid.name, header.last + 1, grid.height, columns)
    cleaner = RowCleaner(header.mapping, context)
    told = 0
    for numbers, rows, overlong in batches(grid, sheet, limits.batch):
        taken, rejected, problems, skipped = cleaner.clean(numbers, rows)
        for number, code, text in skipped[: max(0, _TOLD_ROWS - told)]:
            yield "notice", (sheet.number, number, code, {"text": text})
        told += len(skipped)
        plain_problems = [tuple(problem) for problem in problems]
        nothing = (None,) * len(BY_KEY)
        for number in overlong:
            rejected.append((number, *nothing))
            plain_problems.append((number, "", "row_overlong", "", {}, True))
        if taken or rejected or plain_problems:
            yield "batch", (sheet.number, taken, rejected, plain_problems)
    if told > _TOLD_ROWS:
        yield "notice", (sheet.number, 0, "more_rows_skipped", {"count": told - _TOLD_ROWS})


def batches(grid: Grid, sheet: RosterSheet, size: int) -> Iterator[tuple[Sequence[int], list[list[Any]], list[int]]]:
    """Row numbers (from 1) and rows below the header, without blank rows, merged cells filled down.

    The third list holds the numbers of rows of a CSV file with more cells than the header has columns: a separator
    inside an unquoted cell has pushed their values under the wrong heads.
    """
    header = sheet.header
    fill = _Filler(grid.merged, header.last + 1, header.mapping, header.unit_path)
    width = max(header.shown) + 1
    rows = itertools.islice(grid.rows(), header.last + 1, None)
    first = header.last + 1
    while batch := list(itertools.islice(rows, size)):
        numbers: Sequence[int] = range(first + 1, first + 1 + len(batch))
        fill.apply(first, batch)
        first += len(batch)
        overlong: list[int] = []
        if grid.ragged:
            numbers, batch, overlong = _even(numbers, batch, width)
        if not all(map(any, batch)):
            kept = [(number, row) for number, row in zip(numbers, batch, strict=True) if any(row)]
            numbers, batch = [number for number, _ in kept], [row for _, row in kept]
        if header.unit_path:
            _join_unit_path(batch, header.unit_path)
        yield numbers, batch, overlong


def _even(numbers: Sequence[int], rows: list[list[Any]], width: int) -> tuple[list[int], list[list[Any]], list[int]]:
    kept_numbers: list[int] = []
    kept: list[list[Any]] = []
    overlong: list[int] = []
    for number, row in zip(numbers, rows, strict=True):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            overlong.append(number)
            continue
        kept_numbers.append(number)
        kept.append(row[:width] if len(row) >= width else row + [""] * (width - len(row)))
    return kept_numbers, kept, overlong


def _join_unit_path(rows: list[list[Any]], places: tuple[int, ...]) -> None:
    """支队 | 大队 | 中队 in columns of their own become one path in the last of them."""
    for row in rows:
        row[places[-1]] = "/".join(text for place in places if (text := cell_text(row[place]).strip()))


class _Filler:
    """Writes the value of a merged cell into every row that it covers, in the columns where that is meant."""

    def __init__(self, merged: Sequence[Range], below: int, mapping: Mapping[int, str], path: tuple[int, ...]) -> None:
        self._starts: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, Any]] = {}
        for (top, left), (bottom, _) in merged:
            shared = left in path or (left in mapping and BY_KEY[mapping[left]].filled_down)
            if bottom > top >= below and shared:
                self._starts.setdefault(top, []).append((left, bottom))

    def apply(self, first: int, rows: list[list[Any]]) -> None:
        """Fill `rows`, the first of which is row `first` (from 0) of the sheet; blank rows stay blank."""
        if not self._starts and not self._open:
            return
        for index, row in enumerate(rows, first):
            for place, (bottom, value) in list(self._open.items()):
                if index > bottom:
                    del self._open[place]
                elif any(row):
                    row[place] = value
            for place, bottom in self._starts.pop(index, ()):
                self._open[place] = (bottom, row[place])
