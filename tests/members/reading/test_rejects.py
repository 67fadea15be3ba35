"""The workbook of rejected rows: the upload's own layout, mended by hand, read again."""

import io
from typing import Any

import openpyxl
import pytest

from members.reading import FileRefused, write_rejects
from tests.members.reading import workbooks
from tests.members.reading.workbooks import FANG, HEADER, TITLE, WEI, reading

BAD = ["3", "王强", "430405198001011238", "男", 13812345678, "长湖中队", "2022-11-03"]
DESTROYED = ["4", "赵敏", float(430405198502022345), "女", "139 1234 5678", "", "=HYPERLINK(1)"]
REASON = "第 4 行「身份证号」：校验位不符，请核对证件原件。"
ROWS: workbooks.Rows = [TITLE, HEADER, WEI, BAD, FANG, DESTROYED]


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("upload", [workbooks.xlsx(ROWS), workbooks.xls(ROWS)], ids=["xlsx", "xls"])
def test_the_layout_is_the_uploads_own(upload: bytes) -> None:
    workbook = opened(write_rejects(upload, {0: {4: REASON, 6: "退回"}}))
    (sheet,) = workbook.worksheets
    rows = cells(sheet)
    assert rows[0][0] == "义警花名册"
    assert rows[1] == [*HEADER, "退回原因"]
    assert rows[2] == [*BAD[:4], "13812345678", *BAD[5:], REASON]
    assert rows[3][1:3] == ["赵敏", "4.30405198502022E+17"]
    assert rows[3][-1] == "退回"
    assert len(rows) == 4
    assert {sheet.cell(3, 3).number_format, sheet.cell(3, 5).number_format} == {"@"}


def test_nothing_in_it_is_a_formula() -> None:
    sheet = opened(write_rejects(workbooks.xlsx(ROWS), {0: {6: "=1+1"}})).active
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert sheet.cell(3, 7).value == "=HYPERLINK(1)"
    assert sheet.cell(3, 7).quotePrefix


def test_corrected_rejects_are_read_again_and_the_reasons_ignored() -> None:
    first = reading(workbooks.xlsx(ROWS))
    reasons = dict.fromkeys({problem.row for problem in first.problems if problem.fatal}, "退回")
    data = write_rejects(workbooks.xlsx(ROWS), {0: reasons})
    again = reading(data)
    assert again.questions == []
    assert len(again.rejected) == len(first.rejected) == 2

    workbook = opened(data)
    sheet = workbook.active
    sheet.cell(3, 3).value = "430405198001011239"
    sheet.cell(4, 3).value = workbooks.numbered("43040519850202236")
    sheet.cell(4, 7).value = "2022-11-03"
    target = io.BytesIO()
    workbook.save(target)
    mended = reading(target.getvalue())
    assert mended.names == ["王强", "赵敏"]
    assert mended.rejected == []


def test_rejects_of_rejects_keep_one_column_of_reasons() -> None:
    once = write_rejects(workbooks.xlsx(ROWS), {0: {4: "旧"}})
    rows = cells(opened(write_rejects(once, {0: {3: "新"}})).active)
    assert rows[1] == [*HEADER, "退回原因"]
    assert rows[2][-1] == "新"


def test_every_sheet_with_rejects_comes_back_under_its_name() -> None:
    upload = workbooks.xlsx_sheets(
        {"一中队": [HEADER, WEI], "说明": [["请填写"]], "二中队": [HEADER, BAD], "三中队": [HEADER, BAD]}
    )
    workbook = opened(write_rejects(upload, {2: {2: "二"}, 3: {2: "三"}}))
    assert workbook.sheetnames == ["二中队", "三中队"]
    assert [sheet.cell(2, 8).value for sheet in workbook.worksheets] == ["二", "三"]


def test_group_heads_and_merged_units_survive() -> None:
    rows = [
        ["序号", "姓名", "身份证号", "紧急联系人", "", "中队"],
        ["", "", "", "姓名", "电话", ""],
        ["1", *WEI[1:3], "李芳", "0734-8123456", "长湖中队"],
        ["2", "王强", "430405198001011238", "李芳", "0734-8123456", ""],
    ]
    merged = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4), (0, 5, 1, 5), (2, 5, 3, 5)]
    data = write_rejects(workbooks.xlsx(rows, merged=merged), {0: {4: REASON}})
    again = reading(data)
    assert again.sheets[0].columns == {
        "name": ("B", "姓名"),
        "identity": ("C", "身份证号"),
        "emergency_name": ("D", "姓名"),
        "emergency_phone": ("E", "电话"),
        "unit": ("F", "中队"),
    }
    (rejected,) = again.rejected
    assert "长湖中队" in rejected


def test_a_text_file_comes_back_as_a_workbook() -> None:
    data = "姓名,身份证号,住址\n张伟,430405198001011239,蒸湘区,长湖路\n李芳,abc,石鼓区\n".encode("gb18030")
    rows = cells(opened(write_rejects(data, {0: {2: "多了一格", 3: "退回"}})).active)
    assert rows[0] == ["姓名", "身份证号", "住址", "退回原因"]
    assert rows[1][:2] == ["张伟", "430405198001011239"]
    assert rows[1][3] == "多了一格"
    assert rows[2] == ["李芳", "abc", "石鼓区", "退回"]


def test_all_rows_rejected_and_none() -> None:
    rows: list[list[object]] = [[*HEADER], *[[str(number), *BAD[1:]] for number in range(6_000)]]
    sheet = opened(write_rejects(workbooks.xlsx(rows), {0: dict.fromkeys(range(2, 12002), "退回")})).active
    assert sheet.max_row == 6_001
    assert opened(write_rejects(workbooks.xlsx(rows[:2]), {})).sheetnames == ["花名册"]


def test_what_cannot_be_read_cannot_be_returned() -> None:
    with pytest.raises(FileRefused):
        write_rejects(b"%PDF-1.7", {0: {2: "x"}})
