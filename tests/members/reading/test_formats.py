"""Every kind of file that corps keep their rosters in gives the same rows."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from members.logic.roster_columns import POSITION
from members.reading import read_roster
from tests.members.reading import workbooks
from tests.members.reading.workbooks import FANG, HEADER, TITLE, TODAY, WEI, Reading, reading

ROWS = [TITLE, [], HEADER, WEI, FANG]


def as_csv(encoding: str, delimiter: str = ",", rows: workbooks.Rows = ROWS) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode(encoding)


FILES = {
    "xlsx": workbooks.xlsx(ROWS),
    "xlsx by openpyxl": workbooks.by_openpyxl(ROWS),
    "xls and et": workbooks.xls(ROWS),
    "csv utf-8": as_csv("utf-8"),
    "csv utf-8 with BOM": as_csv("utf-8-sig"),
    "csv gb18030": as_csv("gb18030"),
    "csv utf-16": as_csv("utf-16"),
    "csv with tabs": as_csv("gb18030", "\t"),
    "csv with semicolons": as_csv("utf-8", ";"),
}


def values(row: tuple[Any, ...]) -> dict[str, Any]:
    return {key: row[1 + place] for key, place in POSITION.items() if row[1 + place] is not None}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_gives_the_same_rows(kind: str) -> None:
    found = reading(FILES[kind])
    assert found.problems == []
    assert [row[0] for row in found.rows] == [4, 5]
    assert values(found.rows[0]) == {
        "name": "张伟",
        "identity": "430405198001011239",
        "sex": "1",
        "birth_date": "1980-01-01",
        "phone": "13812345678",
        "unit": "长湖中队",
        "joined_on": "2022-11-03",
    }
    assert found.rows[1][1 + POSITION["joined_on"]] == "2021-05-01"
    (sheet,) = found.sheets
    assert (sheet.header_row, sheet.last_row) == (3, 5)
    assert sheet.columns["identity"] == ("C", "身份证号")
    assert found.done is not None
    assert (found.done.rows, found.done.rejected) == (2, 0)


def test_a_path_is_read_like_bytes(tmp_path: Path) -> None:
    path = tmp_path / "roster.et"
    path.write_bytes(FILES["xls and et"])
    assert Reading(list(read_roster(path, today=TODAY))).names == ["张伟", "李芳"]


def test_rare_characters_of_gb18030() -> None:
    rows = [HEADER, [*WEI[:1], "王䶮", *WEI[2:]], [*FANG[:1], "𠮷明", *FANG[2:]]]
    assert reading(as_csv("gb18030", rows=rows)).names == ["王䶮", "𠮷明"]


def test_cells_of_a_real_workbook() -> None:
    joined = dt.date(2022, 11, 3)
    wei = [1, "张　伟", "'430405198001011239", "男", 13812345678, "长湖中队", joined]
    fang = [2, "李芳", float(430405198502022345), "女", "+86 139-1234-5678", "联合中队", 44868]
    for data in (workbooks.xlsx([HEADER, wei, fang]), workbooks.by_openpyxl([HEADER, wei, fang])):
        found = reading(data)
        assert values(found.rows[0])["joined_on"] == "2022-11-03"
        assert values(found.rows[0])["phone"] == "13812345678"
        assert found.names == ["张伟"]
        assert [(problem.row, problem.column, problem.code) for problem in found.problems] == [
            (3, "identity", "identity_destroyed")
        ]
        assert found.rejected[0][1 + POSITION["joined_on"]] == "2022-11-03"


def test_workbooks_that_count_days_from_1904() -> None:
    found = reading(workbooks.xls([HEADER, [*WEI[:6], 43406]], dates_1904=True))
    assert values(found.rows[0])["joined_on"] == "2022-11-03"


def test_a_table_in_the_middle_of_a_sheet() -> None:
    found = reading(workbooks.xlsx([[], [], *[["", "", *row] for row in (HEADER, WEI, FANG)]]))
    assert found.sheets[0].columns["name"] == ("D", "姓名")
    assert [row[0] for row in found.rows] == [4, 5]


def test_row_numbers_stay_true_over_blank_rows() -> None:
    found = reading(workbooks.xlsx([HEADER, [], WEI, [], ["", " "], FANG]))
    assert [row[0] for row in found.rows] == [3, 6]


def test_merged_cells_count_for_every_row_they_cover() -> None:
    other = [*WEI[:2], workbooks.numbered("43040519810303456"), *WEI[3:5], "", WEI[6]]
    third = [*WEI[:2], workbooks.numbered("43040519820303456"), *WEI[3:5], "", WEI[6]]
    found = reading(workbooks.xlsx([HEADER, WEI, other, third], merged=[(1, 5, 2, 5)]))
    assert [row[1 + POSITION["unit"]] for row in found.rows] == ["长湖中队", "长湖中队", None]


def test_merged_names_are_not_copied() -> None:
    found = reading(workbooks.xlsx([HEADER, WEI, ["2", "", *FANG[2:]]], merged=[(1, 1, 2, 1)]))
    assert [(problem.row, problem.column, problem.code) for problem in found.problems] == [(3, "name", "required")]


def test_units_in_a_column_per_level() -> None:
    rows = [
        ["姓名", "身份证号", "支队", "大队", "中队"],
        [WEI[1], WEI[2], "蒸湘支队", "长湖大队", "一中队"],
        [FANG[1], FANG[2], "蒸湘支队", "", ""],
    ]
    found = reading(workbooks.xlsx(rows))
    assert [row[1 + POSITION["unit"]] for row in found.rows] == ["蒸湘支队/长湖大队/一中队", "蒸湘支队"]


def test_rows_of_a_text_file_with_too_many_cells_are_rejected() -> None:
    data = "姓名,身份证号,住址\n张伟,430405198001011239,蒸湘区,长湖路\n李芳,,\n".encode()
    found = reading(data)
    assert [(problem.row, problem.code) for problem in found.problems if problem.fatal] == [
        (3, "required"),
        (2, "row_overlong"),
    ]
    assert [row[0] for row in found.rejected] == [3, 2]


def test_cells_with_line_breaks_and_quotes_in_a_text_file() -> None:
    data = '姓名,身份证号,住址\n"张\n伟",="430405198001011239","蒸湘区,长湖路 ""1"" 号"\n'.encode()
    found = reading(data)
    assert values(found.rows[0])["address"] == '蒸湘区,长湖路 "1" 号'
    assert found.rows[0][0] == 2


def test_notes_below_the_table_are_told_and_passed_over() -> None:
    found = reading(workbooks.xlsx([HEADER, WEI, ["填表人：李芳", "", "审核人：王强"], HEADER]))
    assert found.names == ["张伟"]
    assert [(notice.row, notice.code) for notice in found.notices] == [(3, "row_note"), (4, "row_header_again")]
