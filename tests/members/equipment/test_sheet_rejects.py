"""A workbook of equipment comes back with the reasons beside its rows, is mended there and taken over."""

import html
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corps.models import ActionLog
from members.models import Voucher
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in, token_of
from tests.members.reading import workbooks

pytestmark = pytest.mark.django_db
PATH = "/u/sg1/equipment/import/"
ROWS: list[list[Any]] = [
    ["青山大队装备领用登记"],
    ["姓名", "中队", "反光背心", "对讲机", "备注"],
    ["张伟", "一中队", "L", "旧001", "组长"],
    ["孙悟空", "一中队", "M", "", "=1+1"],
    ["王芳", "一中队", "S", "√", "001"],
    ["李娜", "一中队", "XL", "", ""],
]
REASON = "退回原因"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return desk_of(cast)


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def upload(client: Client, desk: Desk, content: bytes, name: str = "台账.xlsx", **more: Any) -> str:
    file = SimpleUploadedFile(name, content)
    asked = {"store": desk.store.pk, "what": "hands", "opening": "on", "file": file, **more}
    return str(client.post(PATH, asked).content.decode())


def hidden(page: str, name: str) -> str:
    return html.unescape(page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0])


def rejects(client: Client, page: str) -> Any:
    answer = client.post(f"{PATH}rejects/", {"rejects": hidden(page, "rejects")})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def saved(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "content", [workbooks.xlsx(ROWS), workbooks.by_openpyxl(ROWS), workbooks.xls(ROWS)], ids=["xlsx", "openpyxl", "xls"]
)
def test_every_row_comes_back_with_what_is_wrong_with_it(captain: Client, desk: Desk, content: bytes) -> None:
    page = upload(captain, desk, content)
    (sheet,) = rejects(captain, page).worksheets
    found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert found[0][0] == ROWS[0][0]
    assert found[1] == [*ROWS[1], REASON]
    assert found[2][:5] == ROWS[2]
    assert found[2][5] is None
    assert "孙悟空" in found[3][5]
    assert "「反光背心」" in found[4][5]
    assert "「对讲机」" in found[4][5], "every problem of a row stands beside it"
    assert found[5][5] is None
    assert found[4][4] == "001"
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert sheet.auto_filter.ref == "A2:F6"
    assert ActionLog.objects.get(action="equipment.rejects").detail["rows"] == 2


def test_mended_it_is_taken_over_as_a_whole_and_the_reasons_are_passed_over(captain: Client, desk: Desk) -> None:
    book = rejects(captain, upload(captain, desk, workbooks.xlsx(ROWS)))
    sheet = book.active
    sheet["A4"], sheet["C5"] = "刘敏", "M"
    # One is still wrong: the next workbook has one column of reasons, and only this reason.
    again = rejects(captain, upload(captain, desk, saved(book)))
    found = [[cell.value for cell in row] for row in again.active.iter_rows()]
    assert found[1].count(REASON) == 1
    assert [bool(row[5]) for row in found[2:]] == [False, False, True, False]
    assert not Voucher.objects.filter(act="issue").exists()
    again.active["D5"] = "旧002"
    page = upload(captain, desk, saved(again))
    assert 'name="rejects"' not in page
    answer = captain.post(f"{PATH}apply/", {"token": token_of(page), "sheet": hidden(page, "sheet")})
    assert answer.status_code == 302
    assert stage.in_hands(desk.people["刘敏"], desk.vest) == 1
    assert stage.in_hands(desk.people["王芳"], desk.radio) == 1


def test_sheets_keep_their_names_and_problems_say_which_sheet(captain: Client, desk: Desk) -> None:
    content = workbooks.xlsx_sheets(
        {
            "一中队": [*ROWS[1:3], ["孙悟空", "", "M", "", ""]],
            "说明": [["请勿改动表头"]],
            "补充": [["姓名", "肩灯"], ["唐僧", 1], ["唐僧", 2]],
        }
    )
    page = upload(captain, desk, content)
    assert ">补充</span>" in page
    book = rejects(captain, page)
    assert book.sheetnames == ["一中队", "说明", "补充"]
    assert book["说明"]["A1"].value == "请勿改动表头"
    assert all("唐僧" in book["补充"].cell(row, 3).value for row in (2, 3)), "each of his rows, not the first alone"


def test_names_of_sheets_that_excel_would_not_take_are_cut(captain: Client, desk: Desk) -> None:
    book = openpyxl.Workbook()
    long = "青山大队二〇二二年度反光背心肩灯对讲机领用登记明细表含各中队汇总以及补充说明"
    for position, name in enumerate((long + "甲", long + "乙")):
        sheet = book.active if position == 0 else book.create_sheet()
        sheet.title = name
        for row in [*ROWS[1:3], ["孙悟空", "", "M", "", ""]]:
            sheet.append(row)
    back = rejects(captain, upload(captain, desk, saved(book)))
    assert back.sheetnames == [long[:31], f"{long[:26]} 2"]


def test_what_was_changed_or_has_no_rows_is_not_given_back(captain: Client, desk: Desk) -> None:
    page = upload(captain, desk, workbooks.xlsx(ROWS))
    answer = captain.post(f"{PATH}rejects/", {"rejects": "x" + hidden(page, "rejects")}, follow=True)
    assert "预览已过期或不完整" in answer.content.decode()
    assert 'name="rejects"' not in upload(captain, desk, workbooks.xlsx([["随便什么"], ["一"]]))
    assert not ActionLog.objects.filter(action="equipment.rejects", result="done").exists()


def test_a_range_of_numbers_is_what_the_quantity_says(captain: Client, desk: Desk) -> None:
    head = ["物品", "编号", "数量"]
    page = upload(
        captain, desk, workbooks.xlsx([head, ["对讲机", "101-103", 3], ["对讲机", "2021-0045", 1]]), what="store"
    )
    answer = captain.post(f"{PATH}apply/", {"token": token_of(page), "sheet": hidden(page, "sheet")})
    assert answer.status_code == 302
    assert stage.in_store(desk.store, desk.radio) == 9
    page = upload(captain, desk, workbooks.xlsx([head, ["对讲机", "201-203", 5], ["对讲机", "有", ""]]), what="store")
    book = rejects(captain, page)
    assert "5" in book.active["D2"].value
    assert book.active["D3"].value
