"""Several sheets, and the questions that come before any row."""

import io

import openpyxl

from members.logic.headers import IGNORE
from members.logic.roster_columns import POSITION
from tests.members.reading import workbooks
from tests.members.reading.workbooks import FANG, HEADER, WEI, reading, refusal


def test_every_sheet_is_read_by_itself() -> None:
    other = ["队员姓名", "电话", "证件号码"]
    found = reading(
        workbooks.xlsx_sheets(
            {"一中队": [["名册"], HEADER, WEI], "空": [], "二中队": [other, ["李芳", FANG[4], FANG[2]]]}
        )
    )
    assert [(sheet.sheet, sheet.name, sheet.header_row) for sheet in found.sheets] == [
        (0, "一中队", 2),
        (2, "二中队", 1),
    ]
    assert found.names == ["张伟", "李芳"]
    assert found.rows[1][1 + POSITION["phone"]] == "13912345678"


def test_instructions_are_not_read_and_said_so() -> None:
    found = reading(
        workbooks.xlsx_sheets({"填写说明": [["一、请如实填写。"], ["二、每人一行。"]], "花名册": [HEADER, WEI]})
    )
    assert found.names == ["张伟"]
    assert [(notice.sheet, notice.code, notice.params) for notice in found.notices] == [
        (0, "sheet_without_header", {"sheet": "填写说明"})
    ]


def test_a_list_without_identity_numbers_beside_a_roster() -> None:
    found = reading(workbooks.xlsx_sheets({"通讯录": [["姓名", "电话"], WEI[1:3]], "花名册": [HEADER, WEI]}))
    assert [(notice.code, notice.params["columns"]) for notice in found.notices] == [("sheet_lacks", "身份证号")]


def test_hidden_sheets_are_not_read_and_said_so() -> None:
    workbook = openpyxl.load_workbook(
        io.BytesIO(workbooks.xlsx_sheets({"花名册": [HEADER, WEI], "旧": [HEADER, FANG]}))
    )
    workbook["旧"].sheet_state = "hidden"
    target = io.BytesIO()
    workbook.save(target)
    found = reading(target.getvalue())
    assert found.names == ["张伟"]
    assert [(notice.code, notice.params) for notice in found.notices] == [("sheet_hidden", {"sheet": "旧"})]


def test_unknown_headers_are_asked_about_once_and_before_any_row() -> None:
    extra = [*HEADER, "微信号", "空列"]
    data = workbooks.xlsx_sheets({"一": [extra, [*WEI, "zw001"]], "二": [extra, [*FANG, "lf002"]]})
    found = reading(data)
    (question,) = found.questions
    assert (question.kind, question.header, question.place, question.samples) == ("unknown", "微信号", "H", ("zw001",))
    assert found.rows == []
    assert found.done is None

    assert reading(data, answers={"微信号": IGNORE}).names == ["张伟", "李芳"]
    assert reading(data, answers={"微信号": "remarks"}).rows[0][1 + POSITION["remarks"]] == "zw001"
    assert reading(data, ask=False).names == ["张伟", "李芳"]


def test_samples_hide_identity_numbers() -> None:
    (question,) = reading(workbooks.xlsx([[*HEADER, "配偶证件"], [*WEI, FANG[2]]])).questions
    assert question.samples == (f"430***********{FANG[2][-4:]}",)


def test_two_words_for_one_column_are_asked_about() -> None:
    rows = [["姓名", "身份证号", "手机", "联系号码"], [*WEI[1:3], "13812345678", "13912345678"]]
    (question,) = reading(workbooks.xlsx(rows)).questions
    assert question.kind == "duplicate"
    assert reading(workbooks.xlsx(rows), answers={"联系号码": "phone"}).rows[0][1 + POSITION["phone"]] == "13912345678"
    empty = [rows[0], [*WEI[1:3], "13812345678", ""]]
    assert reading(workbooks.xlsx(empty)).questions == []
    full = [rows[0], [*WEI[1:3], "", "13912345678"]]
    assert reading(workbooks.xlsx(full)).rows[0][1 + POSITION["phone"]] == "13912345678"


def test_headers_that_cannot_be_read() -> None:
    assert refusal(workbooks.xlsx([["a", "b"], ["c", "d"]])) == ("header_not_found", {"sheets": "花名册"})
    assert refusal(workbooks.xlsx([["姓名", "电话"], ["张伟", "13812345678"]])) == (
        "header_lacks",
        {"sheet": "花名册", "columns": "身份证号"},
    )
    assert refusal(workbooks.xlsx([["姓名", "身份证号", "电话", "电话"], [*WEI[1:3], "1", "2"]])) == (
        "header_twice",
        {"sheet": "花名册", "header": "电话", "first": "C", "second": "D"},
    )
    assert refusal(workbooks.xlsx([HEADER])) == ("file_no_rows", {})
    assert refusal(workbooks.xlsx([HEADER, ["填表人：李芳"]])) == ("file_no_rows", {})
    assert refusal(workbooks.xlsx([])) == ("file_no_rows", {})
