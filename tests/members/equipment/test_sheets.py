"""Stores and hand-overs from a workbook: preview, problems with their places, all or nothing, once; and exports."""

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from corps.enums import ActionResult
from corps.models import ActionLog
from members.models import Article, Holding, Voucher
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in, token_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db
PATH = "/u/sg1/equipment/import/"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return desk_of(cast)


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def workbook(rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.close()
    return target.getvalue()


def upload(client: Client, desk: Desk, rows: list[list[Any]], **more: Any) -> str:
    file = SimpleUploadedFile("台账.xlsx", workbook(rows))
    answer = client.post(PATH, {"store": desk.store.pk, "what": "store", "file": file, **more})
    assert answer.status_code == 200
    return str(answer.content.decode())


def apply(client: Client, page: str) -> Any:
    sheet = page.split('name="sheet" value="', 1)[1].split('"', 1)[0]
    return client.post(f"{PATH}apply/", {"token": token_of(page), "sheet": sheet})


STOCK: list[list[Any]] = [["物品", "尺码", "编号", "数量"], ["反光背心", "XL", "", 7], ["对讲机", "", "台1、台2", ""]]
HANDS: list[list[Any]] = [
    ["姓名", "中队", "反光背心", "肩灯", "对讲机"],
    ["张伟", "一中队", "L", 1, "旧001"],
    ["王芳", "一中队", "M", "√", ""],
]


def test_goods_come_from_a_sheet_after_a_look_and_only_once(captain: Client, desk: Desk) -> None:
    page = upload(captain, desk, STOCK)
    assert "反光背心" in page
    assert not Article.objects.filter(number="台1").exists(), "nothing is written by looking"
    assert apply(captain, page).status_code == 302
    assert stage.in_store(desk.store, desk.vest, size="XL") == 17
    assert Article.objects.filter(number__startswith="台").count() == 2
    vouchers = Voucher.objects.count()
    assert apply(captain, page).status_code == 302
    assert "今日已导入" in upload(captain, desk, STOCK)
    assert Voucher.objects.count() == vouchers
    assert ActionLog.objects.filter(action="equipment.import").exists()


def test_problems_are_named_by_row_and_nothing_can_be_taken_over(captain: Client, desk: Desk) -> None:
    person(desk.cast.units["sg12"].pk, "张伟", status="active")
    rows = [*HANDS, ["孙悟空", "", "L", "", ""], ["张伟", "", "L", "", ""], ["李娜", "", "S", "", ""]]
    page = upload(captain, desk, rows, what="hands")
    assert 'name="sheet"' not in page
    for said in ("孙悟空", "张伟（", "M、L、XL", "第 4 行", "第 5 行", "第 6 行"):
        assert said in page, said
    assert not Voucher.objects.filter(act="issue").exists()


def test_what_was_handed_out_long_ago_is_received_and_issued_in_one_step(captain: Client, desk: Desk) -> None:
    page = upload(captain, desk, HANDS, what="hands")
    refused = apply(captain, page).content.decode()
    assert "旧001" in refused, "the radio was never in the store's books"
    assert not Voucher.objects.filter(act="issue").exists()
    page = upload(captain, desk, HANDS, what="hands", opening="on")
    done = apply(captain, page)
    assert done.status_code == 302, done.content.decode()[-3000:]
    assert stage.in_hands(desk.people["张伟"], desk.radio) == 1
    assert stage.in_store(desk.store, desk.vest, size="L") == 10
    assert Holding.objects.filter(member__isnull=False, quantity__gt=0).count() == 5
    assert apply(captain, page)["Location"] == done["Location"], "pressed twice it is the same"


def test_a_changed_preview_or_a_broken_file_is_refused(captain: Client, desk: Desk) -> None:
    page = upload(captain, desk, STOCK)
    sheet = page.split('name="sheet" value="', 1)[1].split('"', 1)[0]
    answer = captain.post(f"{PATH}apply/", {"token": token_of(page), "sheet": f"x{sheet}"}, follow=True)
    assert "预览已过期或不完整" in answer.content.decode()
    file = SimpleUploadedFile("台账.xlsx", b"%PDF-1.4 no workbook")
    answer = captain.post(PATH, {"store": desk.store.pk, "what": "store", "file": file})
    assert "PDF" in answer.content.decode()
    assert Voucher.objects.count() == 1


def test_samples_are_understood_by_the_import(captain: Client, desk: Desk) -> None:
    for what, width in (("store", 4), ("hands", 6)):
        answer = captain.get(f"{PATH}sample/?what={what}")
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
        assert len(rows[0]) == width


def test_what_the_list_shows_is_what_is_exported(captain: Client, desk: Desk) -> None:
    desk.give("张伟", desk.vests(), desk.one_radio())
    desk.give("王芳", desk.vests())
    for query, number in (("", 3), ("q=张伟", 2), (f"kind={desk.radio.pk}", 1)):
        answer = captain.post("/u/sg1/equipment/holdings/export/", {"query": query})
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
        assert len(rows) == number + 1, query
    answer = captain.post("/u/sg1/equipment/stores/export/")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)  # type: ignore[attr-defined]
    assert sum(row[5] for row in rows[1:]) == 30 - 2 + 20 + 5 - 1
    told = list(ActionLog.objects.filter(action="equipment.export").order_by("id").values_list("detail", flat=True))
    assert [(one["what"], one["rows"], one.get("narrowed")) for one in told] == [
        ("holdings", 3, False),
        ("holdings", 2, True),
        ("holdings", 1, True),
        ("stock", len(rows) - 1, None),
    ]


def test_who_may_not_export_the_roster_exports_no_names_of_holders(client: Client, desk: Desk) -> None:
    """A dispatcher sees who holds what, and takes no list of people away; trying it leaves a trace."""
    desk.give("张伟", desk.vests())
    signed_in(client, desk.cast, "dispatcher_sg")
    page = client.get("/u/sg1/equipment/holdings/").content.decode()
    assert "张伟" in page
    assert reverse("equipment_holdings_export", args=["sg1"]) not in page
    assert client.post("/u/sg1/equipment/holdings/export/").status_code == 403
    assert ActionLog.objects.get(action="equipment.export").result == ActionResult.REFUSED
    answer = client.post("/u/sg1/equipment/stores/export/")
    rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values  # type: ignore[attr-defined]
    assert not any("张伟" in str(cell) for row in rows for cell in row)
