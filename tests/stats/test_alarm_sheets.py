"""What sheets of alarm figures mean: the forms offices write them in, and what cannot be taken as it stands."""

from typing import Any

import pytest

from members.reading import read_cells
from stats.logic.alarm_sheets import Found, Sheet, read_sheets
from stats.logic.alarm_words import Month, area_keys, count_of, kind_of, month_of, year_of
from tests.stats.sheets import LONG, WIDE, by_openpyxl, workbook


def found_in(content: bytes) -> Found:
    return read_sheets([Sheet(one.name, one.rows, one.merged, one.formulas) for one in read_cells(content)])


def figures(found: Found) -> list[tuple[Any, ...]]:
    return [(line.area, line.kind, f"{line.year}-{line.month:02}", line.number) for line in found.lines]


@pytest.mark.parametrize("write", [lambda cells: workbook({"表": cells}), lambda cells: by_openpyxl({"表": cells})])
def test_areas_and_months(write: Any) -> None:
    found = found_in(write(WIDE))
    assert found.problems == []
    assert figures(found) == [
        ("石鼓", "criminal", "2022-01", 10),
        ("石鼓", "criminal", "2022-02", 11),
        ("石鼓", "criminal", "2022-03", 12),
        ("蒸湘", "criminal", "2022-01", 20),
        ("蒸湘", "criminal", "2022-02", 21),
        ("蒸湘", "criminal", "2022-03", 1022),
    ]
    assert (found.lines[-1].row, found.lines[-1].column) == (4, "D")
    assert [(note.code, note.params["row"]) for note in found.notes] == [("total_passed", 5), ("row_without_figure", 6)]


def test_a_list() -> None:
    found = found_in(workbook({"表": LONG}))
    assert found.problems == []
    assert figures(found) == [
        ("石鼓支队", "criminal", "2022-01", 10),
        ("蒸湘支队", "criminal", "2022-01", 20),
        ("蒸湘支队", "order", "2022-02", 7),
    ]
    assert [note.code for note in found.notes] == ["total_passed"]


def test_years_merged_over_months_and_a_sheet_for_each_kind() -> None:
    head = [["各县市区统计表"], ["地区", "2021年", None, "2022年", None], [None, "1月", "2月", "1月", "2月"]]
    rows = [*head, ["石鼓", 1, 2, 3, 4], ["小计", 1, 2, 3, 4]]
    merged = {name: ["A1:E1", "A2:A3", "B2:C2", "D2:E2"] for name in ("刑事警情", "治安警情")}
    found = found_in(workbook({"刑事警情": rows, "治安警情": rows}, merged))
    assert found.problems == []
    assert figures(found)[:4] == [
        ("石鼓", "criminal", "2021-01", 1),
        ("石鼓", "criminal", "2021-02", 2),
        ("石鼓", "criminal", "2022-01", 3),
        ("石鼓", "criminal", "2022-02", 4),
    ]
    assert {line.kind for line in found.lines[4:]} == {"order"}


def test_kinds_below_months() -> None:
    rows = [
        ["2022年警情统计表"],
        ["辖区", "1月", None, "2月", None],
        [None, "刑事", "治安", "刑事", "治安"],
        ["石鼓", 1, 2, 3, 4],
    ]
    found = found_in(workbook({"表": rows}, {"表": ["A1:E1", "A2:A3", "B2:C2", "D2:E2"]}))
    assert found.problems == []
    assert figures(found) == [
        ("石鼓", "criminal", "2022-01", 1),
        ("石鼓", "order", "2022-01", 2),
        ("石鼓", "criminal", "2022-02", 3),
        ("石鼓", "order", "2022-02", 4),
    ]


def test_kinds_in_a_column_with_the_area_merged_beside_them() -> None:
    rows = [["地区", "警情类别", "2022年1月", "2022年2月"], ["石鼓", "刑事警情", 1, 2], [None, "治安警情", 3, "—"]]
    found = found_in(workbook({"表": rows}, {"表": ["A2:A3"]}))
    assert found.problems == []
    assert figures(found) == [
        ("石鼓", "criminal", "2022-01", 1),
        ("石鼓", "criminal", "2022-02", 2),
        ("石鼓", "order", "2022-01", 3),
    ]


def test_kinds_as_columns_with_the_month_in_the_title() -> None:
    rows = [["2022年10月警情统计表"], ["地区", "刑事警情", "治安警情", "两抢警情", "合计"], ["石鼓", 5, 6, 0, 11]]
    found = found_in(workbook({"表": rows}, {"表": ["A1:E1"]}))
    assert found.problems == []
    assert figures(found) == [
        ("石鼓", "criminal", "2022-10", 5),
        ("石鼓", "order", "2022-10", 6),
        ("石鼓", "robbery", "2022-10", 0),
    ]


def test_text_files() -> None:
    text = "地区,类别,月份,数量\n石鼓,刑事警情,2022-03,8\n"
    for encoding in ("utf-8-sig", "gb18030"):
        assert figures(found_in(text.encode(encoding))) == [("石鼓", "criminal", "2022-03", 8)]


@pytest.mark.parametrize(
    ("rows", "code", "row", "column", "shown"),
    [
        ([["2022年刑事警情"], ["地区", "1月", "2月"], ["石鼓", 1, "很多"]], "count_wrong", 3, "C", "很多"),
        ([["2022年刑事警情"], ["地区", "1月", "2月"], ["石鼓", 1, -2]], "count_wrong", 3, "C", "-2"),
        ([["2022年刑事警情"], ["地区", "1月", "2月"], ["石鼓", 1, 2.5]], "count_wrong", 3, "C", "2.5"),
        ([["2022年刑事警情"], ["地区", "1月", "2月"], [None, 1, 2]], "area_missing", 3, "A", ""),
        ([["刑事警情"], ["地区", "1月", "2月"], ["石鼓", 1, 2]], "year_missing", 3, "B", "1"),
        ([["2022年"], ["地区", "1月", "2月"], ["石鼓", 1, 2]], "kind_missing", 3, "B", "1"),
        ([["2022年刑事警情"], ["地区", "1月", "2月"], ["石鼓", 1, "=B3*2"]], "formula", 3, "C", "0"),
        ([["单位", "类别", "月份", "数量"], ["石鼓", "飞碟", "2022-01", 2]], "kind_unknown", 2, "B", "飞碟"),
        ([["单位", "类别", "月份", "数量"], ["石鼓", "刑事", "某月", 2]], "month_unknown", 2, "C", "某月"),
        ([["单位", "类别", "月份", "数量"], ["石鼓", "刑事", "13月", 2]], "month_unknown", 2, "C", "13月"),
        ([["单位", "类别", "月份", "数量"], ["石鼓", "刑事", 2022.1, 2]], "month_unknown", 2, "C", "2022.1"),
        ([["单位", "类别", "月份", "数量"], ["石鼓", "两抢一盗", "1月", 2]], "kind_unknown", 2, "B", "两抢一盗"),
        # 2022.10 as a number.
        ([["刑事警情"], ["地区", 2022.9, 2022.1, 2022.11], ["石鼓", 1, 2, 3]], "month_unknown", 2, "C", "2022.1"),
        ([["随便写写"], ["没有表头"]], "nothing", 0, "", ""),
    ],
)
def test_what_cannot_be_taken_names_its_place(rows: Any, code: str, row: int, column: str, shown: str) -> None:
    problem = found_in(workbook({"表": rows})).problems[0]
    assert (problem.code, problem.row, problem.column, problem.found) == (code, row, column, shown)


def test_rates_and_differences_are_not_read() -> None:
    rows = [["2022年刑事警情"], ["地区", "1月", "1月同比", "增减%"], ["石鼓", 5, "-3%", 0.2]]
    assert figures(found_in(workbook({"表": rows}))) == [("石鼓", "criminal", "2022-01", 5)]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("3月", Month(None, 3)),
        ("三月份", Month(None, 3)),
        ("十二月", Month(None, 12)),
        ("２０２２年 ３月", Month(2022, 3)),
        ("2022.3", Month(2022, 3)),
        ("2022.1", Month(2022, 1)),
        (2022.3, Month(2022, 3)),
        (2022.1, None),
        ("2022/11", Month(2022, 11)),
        (202203, Month(2022, 3)),
        ("2022-03-01", Month(2022, 3)),
        ("2022-03-01T00:00:00", Month(2022, 3)),
        ("13月", None),
        ("3", None),
        ("合计", None),
        ("2022年", None),
    ],
)
def test_months(text: Any, month: Month | None) -> None:
    assert month_of(text) == month


def test_words() -> None:
    assert kind_of("衡阳市2022年1—10月刑事警情统计表") == "criminal"
    assert kind_of("两抢（抢劫、抢夺）警情") == "robbery"
    assert kind_of("刑事、治安警情对比") is None
    assert year_of("2022年1—10月") == 2022
    assert year_of("2021年与2022年对比") is None
    assert [count_of(cell) for cell in (0, "1,204起", "３４", 2.0, "12.5", "-1", "", 1e12)] == [
        *(0, 1204, 34, 2, None, None, None, None)
    ]
    assert area_keys("蒸湘公安分局") == ["蒸湘公安分局", "蒸湘"]
    assert area_keys("耒阳市义警支队") == ["耒阳市义警支队", "耒阳市", "耒阳"]
