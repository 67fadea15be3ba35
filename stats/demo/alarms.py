"""Sheets of alarm figures as a police statistics office writes them, for a demonstration city: invented, year by year.

For the corps that reported how alarms changed, the sums of the months from its founding to its report are such that the
reported rates follow from them: criminal alarms −25.06 %, public order −21.74 %, robbery and snatching −73 %.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import xlsxwriter

from members.demo.city import apportion

# Kind as sheets call it → alarms in March to October of the year before the report and of its year.
REPORTED: Mapping[str, tuple[int, int]] = {
    "刑事警情": (8_312, 6_229),
    "治安警情": (21_467, 16_800),
    "两抢警情": (200, 54),
}
_REPORTED_MONTHS = range(3, 11)
# Alarms a month of a city like this, and the change in a year, in the years around the day of loading.
_LATELY: Mapping[str, tuple[int, float]] = {
    "刑事警情": (520, -0.083),
    "治安警情": (1_480, -0.061),
    "两抢警情": (4, -0.2),
    "盗窃警情": (210, -0.112),
    "电信网络诈骗警情": (165, -0.147),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A row of the sheet: its name and how much of the city's alarms it has, in proportion."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file."""

    name: str
    content: bytes


def workbooks(city: str, areas: Sequence[Area], *, seed: int, report: date, today: date) -> list[Workbook]:
    """The sheets of the report's year and of the running year, each beside the year before; whole months only."""
    rng = Random(f"{city}:{seed}:alarms")
    tables = {
        kind: {
            year: _spread(rng, total, areas, _REPORTED_MONTHS)
            for year, total in zip((report.year - 1, report.year), totals, strict=True)
        }
        for kind, totals in REPORTED.items()
    }
    books = [Workbook(f"{report.year}年3—10月警情统计表.xlsx", _written(areas, tables))]
    months = range(1, today.month)
    if months and today.year > report.year + 1:
        tables = {}
        for kind, (monthly, change) in _LATELY.items():
            before = monthly * len(months) + rng.randrange(monthly)
            now = round(before * (1 + change + rng.uniform(-0.02, 0.02)))
            tables[kind] = {
                today.year - 1: _spread(rng, before, areas, months),
                today.year: _spread(rng, now, areas, months),
            }
        until = f"1—{months[-1]}月" if len(months) > 1 else "1月"
        books.append(Workbook(f"{today.year}年{until}警情统计表.xlsx", _written(areas, tables)))
    return books


def _spread(rng: Random, total: int, areas: Sequence[Area], months: range) -> dict[tuple[str, int], int]:
    """Divide a sum over areas and months; summer nights are livelier."""
    weights = {
        (area.name, month): area.weight * (1.2 if 6 <= month <= 9 else 1.0) * rng.uniform(0.7, 1.3)
        for area in areas
        for month in months
    }
    return apportion(total, weights)


def _written(areas: Sequence[Area], tables: Mapping[str, Mapping[int, Mapping[tuple[str, int], int]]]) -> bytes:
    """A sheet for each kind: a title, the year merged over its months, areas as rows, and a total at the end."""
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target, {"in_memory": True})
    middle = book.add_format({"align": "center", "valign": "vcenter", "bold": True, "border": 1})
    for kind, years in tables.items():
        sheet: Any = book.add_worksheet(kind)
        months = sorted({month for figures in years.values() for _area, month in figures})
        width = len(months) * len(years)
        sheet.merge_range(0, 0, 0, width, f"各县市区{kind}统计表", middle)
        sheet.merge_range(1, 0, 2, 0, "地区", middle)
        for block, (year, figures) in enumerate(sorted(years.items())):
            left = 1 + block * len(months)
            if len(months) > 1:
                sheet.merge_range(1, left, 1, left + len(months) - 1, f"{year}年", middle)
            else:
                sheet.write(1, left, f"{year}年", middle)
            for column, month in enumerate(months, start=left):
                sheet.write(2, column, f"{month}月", middle)
                for row, area in enumerate(areas, start=3):
                    sheet.write_number(row, column, figures[area.name, month])
                sheet.write_number(3 + len(areas), column, sum(figures[area.name, month] for area in areas))
        for row, area in enumerate(areas, start=3):
            sheet.write_string(row, 0, area.name)
        sheet.write_string(3 + len(areas), 0, "合计", middle)
    book.close()
    return target.getvalue()
