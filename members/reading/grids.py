"""Sheets as rows of cells, whatever the file is: the same shape from calamine and from csv."""

import codecs
import csv
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from members.logic.headers import Range
from members.reading import filetypes, xls, xlsx
from members.reading.limits import MIB, Limits
from members.reading.refusals import Refused
from members.reading.xlsx import Scan

_NOTHING_SEEN: Final = Scan({})
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_DELIMITERS: Final = ",\t;，|"
# A text file has no sheets; sentences need a name for its one.
_NAME: Final = "花名册"
_FIELD_LIMIT: Final = 100_000
# Bytes of XML that a row of a roster seldom exceeds; sheets larger than all rows allowed are counted before loading.
_ROW_SIZE: Final = 1_000
_SNIFFED_LINES: Final = 40


class Grid(NamedTuple):
    """One sheet. `rows` starts anew at the first row of the sheet each time it is called.

    `offset` is the number of empty columns left of the first cell of each row; `height` the number of rows in use.
    `scan` waits for the scan that runs beside the reading. `ragged` grids have rows of different lengths.
    """

    name: str
    rows: Callable[[], Iterator[list[Any]]]
    offset: int
    height: int
    width: int
    merged: list[Range]
    scan: Callable[[], Scan]
    ragged: bool = False


class Book(NamedTuple):
    """An opened file: names of its visible and of its hidden sheets, how to load one, its system of date numbers."""

    sheets: list[str]
    hidden: list[str]
    load: Callable[[str], Grid]
    epoch_1904: bool


def open_book(path: Path, limits: Limits, threads: ThreadPoolExecutor) -> Book:
    """Open a file of any accepted kind. Raises `Refused`."""
    kind = filetypes.kind_of(path)
    if kind == filetypes.CSV:
        return _csv_book(path)
    if kind == filetypes.XLSX:
        package = xlsx.inspect(path, limits)
        scans = {name: threads.submit(xlsx.scan, path, part.path) for name, part in package.parts.items()}
        for name, part in package.parts.items():
            if part.size > limits.rows * _ROW_SIZE:
                _refuse_length(scans[name].result(), limits)
        return _calamine_book(path, limits, scans, epoch_1904=package.epoch_1904)
    book = xls.inspect(path)
    done = [_finished(scan) for scan in book.scans]
    with _workbook(path) as workbook:
        names = list(workbook.sheet_names)
    return _calamine_book(path, limits, dict(zip(names, done, strict=False)), epoch_1904=book.epoch_1904)


def _refuse_length(scan: Scan, limits: Limits) -> None:
    """A sheet with far more rows than may be read is not loaded at all; blank rows do not count."""
    if scan.rows > limits.rows and scan.values > limits.rows:
        raise Refused("too_many_rows", rows=scan.rows, limit=limits.rows)


def _finished(scan: Scan) -> "Future[Scan]":
    future: Future[Scan] = Future()
    future.set_result(scan)
    return future


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise Refused("file_password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("file_corrupt") from error


def _calamine_book(path: Path, limits: Limits, scans: "dict[str, Future[Scan]]", *, epoch_1904: bool) -> Book:
    workbook = _workbook(path)
    sheets: list[str] = []
    hidden: list[str] = []
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        (sheets if metadata.visible == SheetVisibleEnum.Visible else hidden).append(metadata.name)

    def load(name: str) -> Grid:
        scan = scans[name].result if name in scans else lambda: _NOTHING_SEEN
        try:
            sheet = workbook.get_sheet_by_name(name)
        except PasswordError as error:
            raise Refused("file_password") from error
        except (CalamineError, OSError, ValueError) as error:
            raise Refused("sheet_corrupt", sheet=name) from error
        start, end = sheet.start, sheet.end
        if start is None or end is None:
            return Grid(name, lambda: iter(()), 0, 0, 0, [], scan)
        if sheet.width > limits.columns:
            raise Refused("sheet_too_wide", sheet=name, limit=limits.columns)
        offset = start[1]
        merged = [
            ((top, left - offset), (bottom, right - offset))
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ]
        return Grid(name, sheet.iter_rows, offset, end[0] + 1, sheet.width, merged, scan)

    return Book(sheets, hidden, load, epoch_1904)


def _csv_book(path: Path) -> Book:
    encoding = _encoding(path)
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = _delimiter(path, encoding)
    try:
        height, width = _csv_size(path, encoding, delimiter)
    except csv.Error as error:
        raise Refused("csv_malformed") from error

    def rows() -> Iterator[list[Any]]:
        with path.open(encoding=encoding, newline="") as file:
            yield from csv.reader(file, delimiter=delimiter)

    grid = Grid(_NAME, rows, 0, height, width, [], lambda: _NOTHING_SEEN, ragged=True)
    return Book([_NAME], [], lambda _name: grid, epoch_1904=False)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
    return next((name for name in _ENCODINGS if _decodes(path, name)), "") or _refuse_encoding()


def _refuse_encoding() -> str:
    raise Refused("csv_encoding")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(MIB):
                if "\x00" in decoder.decode(chunk):
                    raise Refused("file_unknown")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """The separator that occurs most evenly in the first lines."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line in (file.readline(_FIELD_LIMIT) for _ in range(_SNIFFED_LINES)) if line.strip()]
    counts = {mark: sorted(line.count(mark) for line in lines) for mark in _DELIMITERS}
    # The middle of the counts: titles above and notes below hold none, a remark may hold many.
    return max(_DELIMITERS, key=lambda mark: (counts[mark][len(lines) // 2], counts[mark][-1]) if lines else (0, 0))


def _csv_size(path: Path, encoding: str, delimiter: str) -> tuple[int, int]:
    height = width = 0
    with path.open(encoding=encoding, newline="") as file:
        for row in csv.reader(file, delimiter=delimiter):
            height += 1
            width = max(width, len(row))
    return height, width
