"""Small rosters of invented people, written by the programs that real ones come from."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

from bench.rosters import HEADERS, invented_rows

PERSON = HEADERS.index("姓名")
IDENTITY = HEADERS.index("身份证号")
PHONE = HEADERS.index("手机号码")
UNIT = HEADERS.index("所属中队")
EMPLOYER = HEADERS.index("工作单位")

Table = list[list[Any]]


def people(number: int, *, units: Sequence[str] = ("长湖中队",), seed: int = 1, bad_share: float = 0.0) -> Table:
    """Rows under `HEADERS`."""
    return list(invented_rows(number, units=units, seed=seed, bad_share=bad_share))


def without(table: Table, *headers: str, heads: Sequence[str] = HEADERS) -> tuple[list[str], Table]:
    """The head and the rows without some columns."""
    kept = [index for index, header in enumerate(heads) if header not in headers]
    return [heads[index] for index in kept], [[row[index] for index in kept] for row in table]


def xlsx(rows: Table, *, head: Sequence[str] = HEADERS, title: str = "义警花名册") -> bytes:
    """An .xlsx by XlsxWriter, under a title row."""
    return book([("花名册", head, rows)], title=title)


def book(sheets: Iterable[tuple[str, Sequence[str], Table]], *, title: str = "") -> bytes:
    """An .xlsx of several sheets by XlsxWriter."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    for name, head, rows in sheets:
        sheet = workbook.add_worksheet(name)
        lines = [[title], list(head), *rows] if title else [list(head), *rows]
        for index, line in enumerate(lines):
            for column, value in enumerate(line):
                if value not in ("", None):
                    sheet.write(index, column, value)
    workbook.close()
    return target.getvalue()


def openpyxl_xlsx(rows: Table, *, head: Sequence[str] = HEADERS) -> bytes:
    """An .xlsx by openpyxl."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for line in [list(head), *rows]:
        sheet.append(line)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def xls(rows: Table, *, head: Sequence[str] = HEADERS) -> bytes:
    """An .xls by xlwt."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Sheet1")
    for index, line in enumerate([list(head), *rows]):
        for column, value in enumerate(line):
            sheet.write(index, column, value)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def csv_file(rows: Table, *, head: Sequence[str] = HEADERS, encoding: str = "utf-8-sig") -> bytes:
    """A .csv."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(head)
    writer.writerows(rows)
    return target.getvalue().encode(encoding)
