"""The customary form as Excel readers see it: heads, figures, print set-up, and no text that becomes a formula."""

import io
from typing import Any

import openpyxl
import pytest
import python_calamine
from django.utils import translation

from stats.exports.form import COLUMNS_A_PAGE, Form, Group, Head, Line, workbook

HOSTILE = "=cmd|' /C calc'!A0"


def form(columns: int = 4, **values: Any) -> Form:
    heads = [Head(f"项目{number}", "场次", 1 if number == 2 else 0) for number in range(columns)]
    return Form(
        **{
            "title": "石鼓支队成果统计表",
            "facts": [
                ("统计单位", "石鼓支队"),
                ("统计时段", "2022年11月"),
                ("填报人", "刘建军"),
                ("填报日期", "2022年12月1日"),
            ],
            "first_head": "单位",
            "groups": [Group("勤务", heads[:2]), Group("空", []), Group("战果", heads[2:])],
            "lines": [
                Line("合计", [1_234_567, 2, 3.25, None, *[1] * (columns - 4)], "total"),
                Line("环比", [-0.2506, None, 0.1, 0.0, *[None] * (columns - 4)], "change"),
                Line(HOSTILE, [1, 2, 3.0, 4, *[1] * (columns - 4)]),
            ],
            "notes": ["出勤人次：一名队员参加一次勤务计一人次。", HOSTILE],
            "signatures": ["制表", "审核", "单位负责人"],
            **values,
        }
    )


def sheet_of(made: Form) -> Any:
    with translation.override("zh-hans"):
        return openpyxl.load_workbook(io.BytesIO(workbook(made))).active


def test_the_form_reads_as_officers_expect_it() -> None:
    sheet = sheet_of(form())
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A1:E1", "A4:A5", "B4:C4", "D4:E4"} <= merged
    assert sheet["A1"].value == "石鼓支队成果统计表"
    assert [sheet["A2"].value, sheet["A3"].value] == ["统计单位：石鼓支队", "填报人：刘建军"]
    assert [sheet["A4"].value, sheet["B4"].value, sheet["D4"].value] == ["单位", "勤务", "战果"]
    assert sheet["B5"].value == "项目0\n（场次）"
    assert [cell.value for cell in sheet[6]] == ["合计", 1_234_567, 2, 3.25, "—"]
    assert [sheet["B6"].number_format, sheet["D6"].number_format] == ["#,##0", "#,##0.0"]
    assert (sheet["B7"].value, sheet["B7"].number_format) == (-0.2506, "+0.00%;-0.00%;0.00%")
    assert sheet["B6"].alignment.horizontal == "right"
    below = [row[0].value for row in sheet.iter_rows(min_row=9) if row[0].value]
    assert below[0] == "说明： 出勤人次：一名队员参加一次勤务计一人次。"
    assert below[-1] == "制表："


def test_it_prints_on_a4_with_heads_repeated_and_pages_numbered() -> None:
    sheet = sheet_of(form())
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$5", "$A:$A")
    # One page wide is what a sheet that names no width is.
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.right.text == "第 &P 页 共 &N 页"
    assert sheet.freeze_panes == "B6"
    wide = sheet_of(form(COLUMNS_A_PAGE * 2 + 1))
    assert wide.page_setup.fitToWidth == 3


def test_no_text_becomes_a_formula() -> None:
    made = form(title=HOSTILE, facts=[(HOSTILE, HOSTILE)], first_head=HOSTILE, signatures=[HOSTILE])
    sheet = sheet_of(made)
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert [text for text in texts if text[0] in "=+-@\t\r"] == []
    assert sum("cmd" in text for text in texts) == 6


def test_another_reader_sees_the_same_figures() -> None:
    with translation.override("zh-hans"):
        content = workbook(form())
    rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[5] == ["合计", 1_234_567, 2, 3.25, "—"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("成果[2022]*?/", "成果2022"), ("'''", "成果"), ("长" * 40, "长" * 31), ("  ", "石鼓支队成果统计表")],
)
def test_any_name_of_a_unit_makes_a_name_of_a_sheet(name: str, shown: str) -> None:
    assert sheet_of(form(name=name.strip() or "")).title == shown


def test_an_ampersand_in_a_title_is_no_code_of_the_foot() -> None:
    assert "A&B" in sheet_of(form(title="A&P&B")).oddFooter.left.text.replace("&&", "&").replace("&P", "")


def test_a_single_column_is_a_form_too() -> None:
    only = Form(
        "表",
        [("单位", "甲"), ("时段", "2022年")],
        "单位",
        [Group("人员", [Head("队员", "人")])],
        [Line("合计", [0], "total")],
        signatures=["制表", "审核", "负责人"],
    )
    sheet = sheet_of(only)
    assert sheet["B6"].value == 0
