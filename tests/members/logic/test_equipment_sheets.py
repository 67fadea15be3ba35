"""Sheets of equipment as squads keep them, and what is said about cells that cannot be taken."""

import datetime as dt

from members.logic.equipment_sheets import KindWord, Person, read_sheet

VEST = KindWord(1, "反光背心", numbered=False, sizes=("M", "L", "XL"))
WHISTLE = KindWord(2, "口哨", numbered=False, sizes=())
RADIO = KindWord(3, "对讲机", numbered=True, sizes=())
SHIRT = KindWord(4, "衬衫", numbered=False, sizes=("165", "170"))
KINDS = (VEST, WHISTLE, RADIO, SHIRT)
TODAY = dt.date(2022, 11, 22)


def read(
    rows: list[list[object]], *, people: bool = False
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Lines as (row, person, kind, size, number, quantity), problems as (row, column, code)."""
    found = read_sheet(rows, KINDS, TODAY, people=people)  # type: ignore[arg-type]
    lines: list[tuple[object, ...]] = [
        (one.row, one.person, one.kind_id, one.size, one.number, one.quantity) for one in found.lines
    ]
    return lines, [(one.row, one.column, one.code) for one in found.problems]


def test_a_store_is_read_line_by_line_below_titles() -> None:
    lines, problems = read(
        [
            ["青山大队装备库存表"],
            ["序号", "装备名称", "型号", "数量", "编号"],
            [1, "反光背心", "l", 20.0, ""],
            [2, "口哨", "", 100, ""],
            ["", "", "", "", ""],
            [3, "对讲机", "", "", "对001、对002"],
        ]
    )
    assert problems == []
    assert lines == [
        (3, None, 1, "L", "", 20),
        (4, None, 2, "", "", 100),
        (6, None, 3, "", "对001", 1),
        (6, None, 3, "", "对002", 1),
    ]


def test_a_squads_list_has_a_column_for_each_kind() -> None:
    lines, problems = read(
        [
            ["姓名", "身份证号", "中队", "反光背心", "口哨", "对讲机", "衬衫", "备注"],
            ["张伟", "", "一中队", "ＸＬ", "√", "对001", 170.0, "组长"],
            ["王芳", "123X", "一中队", "L×2", 2, "", "", ""],
            ["李娜", "", "一中队", "×", "无", "/", "", ""],
        ],
        people=True,
    )
    assert problems == []
    zhang, wang = Person("张伟", "", "", "一中队"), Person("王芳", "123X", "", "一中队")
    assert lines == [
        (2, zhang, 1, "XL", "", 1),
        (2, zhang, 2, "", "", 1),
        (2, zhang, 3, "", "对001", 1),
        (2, zhang, 4, "170", "", 1),
        (3, wang, 1, "L", "", 2),
        (3, wang, 2, "", "", 2),
    ]


def test_a_list_may_have_a_line_for_each_thing_with_its_date() -> None:
    rows = [["姓名", "物品", "编号", "应还日期"], ["张伟", "对讲机", "对001", "2022年12月1日"]]
    found = read_sheet(rows, KINDS, TODAY, people=True)
    assert found.problems == []
    assert found.lines[0].due_on == dt.date(2022, 12, 1)


def test_every_wrong_cell_is_named_with_its_place_and_its_row_gives_nothing() -> None:
    lines, problems = read(
        [
            ["物品", "尺码", "编号", "数量"],
            ["警棍", "", "", 1],
            ["", "", "", 5],
            ["反光背心", "S", "", 1],
            ["反光背心", "", "", 1],
            ["口哨", "", "", "若干"],
            ["口哨", "", "", -3],
            ["对讲机", "", "", 2],
            ["对讲机", "", "对001", ""],
            ["对讲机", "", "对001", ""],
        ]
    )
    assert lines == [(9, None, 3, "", "对001", 1)]
    assert problems == [
        (2, "A", "item_unknown"),
        (3, "A", "item_missing"),
        (4, "B", "size_unknown"),
        (5, "B", "size_missing"),
        (6, "D", "quantity_invalid"),
        (7, "D", "quantity_invalid"),
        (8, "C", "number_missing"),
        (10, "C", "number_twice"),
    ]


def test_people_without_a_name_and_cells_that_say_nothing_are_problems() -> None:
    lines, problems = read(
        [["姓名", "反光背心", "口哨"], ["", "L", ""], ["张伟", 3, ""], ["王芳", "", "很多"]], people=True
    )
    assert lines == []
    assert problems == [(2, "A", "person_missing"), (3, "B", "size_missing"), (4, "C", "quantity_invalid")]


def test_a_sheet_without_a_head_or_without_rows_is_one_problem() -> None:
    assert read([["一", "二"]])[1] == [(0, "", "store_head")]
    assert read([["物品", "数量"]], people=True)[1] == [(0, "", "people_head")]
    assert read([["物品", "数量"]])[1] == [(0, "", "nothing")]
