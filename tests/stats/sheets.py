"""Sheets of alarm figures for tests, in the forms that statistics offices write."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import xlsxwriter

Cells = Sequence[Any]


def workbook(sheets: Mapping[str, Cells], merged: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """An .xlsx with these cells; texts that begin with "=" are formulas. `merged` names ranges such as A1:M1."""
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place in (merged or {}).get(name, ()):
            sheet.merge_range(place, "")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, column, cell)
    book.close()
    return target.getvalue()


def by_openpyxl(sheets: Mapping[str, Cells]) -> bytes:
    """The same by the other writer."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


#: Areas of the cast's detachments, months across, a title that names year and kind.
WIDE: Cells = [
    ["衡阳市2022年刑事警情统计表"],
    ["地区", "1月", "2月", "3月", "合计", "同比"],
    ["石鼓", 10, 11, 12, 33, "-5%"],
    ["蒸湘", 20, "21", "1,022", 1063, "3%"],
    ["合计", 30, 32, 1034, 1096, ""],
    ["填表人：王五"],
]
#: The same figures and some of another kind as a list.
LONG: Cells = [
    ["警情明细"],
    ["单位", "警情类别", "统计月份", "数量（起）", "备注"],
    ["石鼓支队", "刑事警情", "2022年1月", 10, ""],
    ["蒸湘支队", "刑事", "2022-01", 20, "已核"],
    ["蒸湘支队", "治安警情", 202202, 7, ""],
    ["合计", "", "", 37, ""],
]
