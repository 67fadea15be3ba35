"""Workbooks as people make them, written by the programs' own libraries for one test each."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import xlsxwriter
import xlwt

from members.logic.identity import check_character
from members.reading import Batch, Done, Event, FileRefused, Limits, Notice, Questions, SheetFound, read_roster

TODAY = dt.date(2026, 11, 21)
HEADER = ["序号", "姓名", "身份证号", "性别", "手机号码", "所属中队", "入队时间"]
WEI = ["1", "张伟", "430405198001011239", "男", "13812345678", "长湖中队", "2022-11-03"]
FANG = ["2", "李芳", "430405198502022345", "女", "13912345678", "联合中队", "2021.5.1"]
TITLE = ["义警花名册"]


def numbered(first17: str) -> str:
    """The number with its check character."""
    return first17 + check_character(first17)


FANG[2] = numbered("43040519850202234")
Rows = Sequence[Sequence[Any]]


def xlsx(rows: Rows, *, merged: Sequence[tuple[int, int, int, int]] = (), name: str = "花名册") -> bytes:
    """An .xlsx by XlsxWriter with one sheet; `merged` holds (first row, first column, last row, last column)."""
    return xlsx_sheets({name: rows}, merged=merged)


def xlsx_sheets(sheets: Mapping[str, Rows], *, merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """An .xlsx by XlsxWriter with several sheets; `merged` is for the first."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and not cell.startswith("=="):
                    sheet.write_string(index, column, cell) if cell else None
                elif isinstance(cell, str):
                    sheet.write_formula(index, column, cell[1:], None, "缓存")
                else:
                    sheet.write(index, column, cell)
        for first_row, first_column, last_row, last_column in merged if name == next(iter(sheets)) else ():
            sheet.merge_range(first_row, first_column, last_row, last_column, rows[first_row][first_column])
    workbook.close()
    return target.getvalue()


def by_openpyxl(rows: Rows) -> bytes:
    """An .xlsx by openpyxl, which writes its XML in another style."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def xls(rows: Rows, *, dates_1904: bool = False, sheets: int = 1) -> bytes:
    """An .xls (and, under another name, an .et) by xlwt."""
    workbook = xlwt.Workbook(encoding="utf-8")
    workbook.dates_1904 = dates_1904
    for number in range(sheets):
        sheet = workbook.add_sheet(f"花名册{number + 1}")
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(index, column, cell)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def encrypted(workbook: bytes) -> bytes:
    """The workbook under a password, as Excel saves it."""
    target = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook)).encrypt("geheim", target)
    return target.getvalue()


def repacked(
    workbook: bytes, *, add: Mapping[str, bytes] | None = None, replace: Mapping[str, bytes] | None = None
) -> bytes:
    """The workbook with parts added or replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (replace or {}).get(name, old.read(name)))
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return target.getvalue()


class Reading:
    """All events of one reading, sorted."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.sheets = [event for event in events if isinstance(event, SheetFound)]
        self.notices = [event for event in events if isinstance(event, Notice)]
        self.questions = [question for event in events if isinstance(event, Questions) for question in event.questions]
        batches = [event for event in events if isinstance(event, Batch)]
        self.rows = [row for batch in batches for row in batch.rows]
        self.rejected = [row for batch in batches for row in batch.rejected]
        self.problems = [problem for batch in batches for problem in batch.problems]
        self.done = next((event for event in events if isinstance(event, Done)), None)

    @property
    def names(self) -> list[str]:
        return [row[1] for row in self.rows]


def reading(data: bytes, **options: Any) -> Reading:
    """Read a file to its end in a real child process."""
    return Reading(list(read_roster(data, today=TODAY, **options)))


def refusal(data: bytes, **options: Any) -> tuple[str, dict[str, str | int]]:
    """Code and parameters with which a file is refused."""
    try:
        found = reading(data, **options)
    except FileRefused as refused:
        return refused.code, refused.params
    raise AssertionError(f"not refused: {found.sheets} {found.questions} {len(found.rows)} rows")


SMALL = Limits(memory=1 << 30, processor=20, waiting=60.0)
