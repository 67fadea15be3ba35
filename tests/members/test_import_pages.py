"""Import pages: each state of an import has its page, its one next step, and its bounds."""

import io
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corps.actors import SYSTEM
from members.enums import ImportState
from members.models import Member, RosterImport
from members.operations import imports as operations
from tests.cast import Cast
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = ["姓名", "身份证号", "手机号", "中队"]


def workbook(*rows: list[str]) -> bytes:
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


@pytest.fixture
def captain(client: Client, cast: Cast) -> Client:
    client.force_login(cast.actor("captain_sg"))
    return client


def upload(captain: Client, content: bytes, name: str = "花名册.xlsx") -> RosterImport:
    answer = captain.post("/u/sg/imports/new/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    made = RosterImport.objects.latest("id")
    assert answer["Location"] == f"/imports/{made.pk}/"
    return made


def stage(made: RosterImport) -> RosterImport:
    operations.stage_import(actor=SYSTEM, import_id=made.pk)
    return RosterImport.objects.get(pk=made.pk)


def page(captain: Client, made: RosterImport, query: str = "") -> str:
    answer = captain.get(f"/imports/{made.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_upload_to_undo(captain: Client, cast: Cast) -> None:
    old = identity_number(701)
    person(cast.units["sg12"].pk, "钱要变", identity=old, phone="13700000002")
    rows = [
        ["周新人", identity_number(702), "13700000003", "二中队"],
        ["钱要变", old, "13711112222", "二中队"],
        ["吴错号", "430405198001011230", "13700000004", "二中队"],
    ]
    made = upload(captain, workbook(HEAD, *rows))
    waiting = page(captain, made)
    assert "<progress" in waiting
    assert f'hx-get="/imports/{made.pk}/progress/"' in waiting
    assert "<progress" in captain.get(f"/imports/{made.pk}/progress/").content.decode()
    assert stage(made).state == ImportState.READY
    moved_on = captain.get(f"/imports/{made.pk}/progress/", headers={"HX-Request": "true"})
    assert moved_on["HX-Redirect"] == f"/imports/{made.pk}/"
    problems = page(captain, made)
    assert "校验位不符" in problems
    assert "430405198001011230" not in problems
    assert "确认写入 2 人" in problems
    changes = page(captain, made, "?show=changed")
    assert "13700000002" in changes
    assert "13711112222" in changes
    assert "周新人" in page(captain, made, "?show=new")
    rejected = captain.get(f"/imports/{made.pk}/rejects/")
    assert rejected.content[:2] == b"PK"
    assert "attachment" in rejected["Content-Disposition"]
    captain.post(f"/imports/{made.pk}/apply/")
    operations.carry_out_apply(actor=SYSTEM, import_id=made.pk)
    assert "可整次撤销" in page(captain, made)
    assert Member.objects.filter(name="周新人").exists()
    captain.post(f"/imports/{made.pk}/undo/")
    operations.carry_out_undo(actor=SYSTEM, import_id=made.pk)
    assert "导入已撤销" in page(captain, made)
    assert not Member.objects.filter(name="周新人").exists()
    assert "花名册.xlsx" in captain.get("/u/sg/imports/").content.decode()


def test_questions_are_asked_with_samples_and_answered(captain: Client, cast: Cast) -> None:
    made = upload(
        captain, workbook([*HEAD, "现有衔级"], ["周新人", identity_number(711), "13700000003", "一中队", "一级"])
    )
    assert stage(made).state == ImportState.ASKING
    asked = page(captain, made)
    assert "现有衔级" in asked
    assert "一级" in asked
    again = captain.post(f"/imports/{made.pk}/answers/", {"answer-0": ""})
    assert again.status_code == 200
    assert "y-error" in again.content.decode()
    captain.post(f"/imports/{made.pk}/answers/", {"answer-0": "-"})
    made = stage(made)
    assert made.state == ImportState.ASKING
    asked = page(captain, made)
    assert "青山大队 › 一中队" in asked
    assert "人民大队 › 一中队" in asked
    captain.post(f"/imports/{made.pk}/answers/", {"answer-0": str(cast.units["sg21"].pk)})
    assert stage(made).state == ImportState.READY


def test_a_file_that_is_no_workbook_is_refused_at_once(captain: Client) -> None:
    for content, name in (
        (b"", "a.xlsx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.xlsx"),
        (b"%PDF-1.7 " + bytes(64), "a.xls"),
    ):
        answer = captain.post("/u/sg/imports/new/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 200
        assert "y-notice-error" in answer.content.decode()
    assert "y-notice-error" in captain.post("/u/sg/imports/new/", {}).content.decode()
    assert RosterImport.objects.count() == 0


def test_the_same_file_twice_leads_to_the_first_import(captain: Client) -> None:
    content = workbook(HEAD, ["周新人", identity_number(721), "13700000003", "二中队"])
    made = upload(captain, content)
    again = captain.post("/u/sg/imports/new/", {"file": SimpleUploadedFile("再来.xlsx", content)}).content.decode()
    assert f'href="/imports/{made.pk}/"' in again
    assert RosterImport.objects.count() == 1


def test_a_discarded_import_says_so_and_offers_another(captain: Client) -> None:
    made = upload(captain, workbook(HEAD, ["周新人", identity_number(731), "13700000003", "二中队"]))
    captain.post(f"/imports/{made.pk}/discard/")
    told = page(captain, made)
    assert "已放弃" in told
    assert "/u/sg/imports/new/" in told


@pytest.mark.parametrize("action", ["answers", "apply", "discard", "resume", "undo"])
def test_an_import_is_out_of_reach_from_outside(captain: Client, cast: Cast, action: str) -> None:
    made = upload(captain, workbook(HEAD, ["周新人", identity_number(741), "13700000003", "二中队"]))
    for account in ("captain_zx", "inspector_sg", "captain_sg11"):
        captain.force_login(cast.actor(account))
        assert captain.post(f"/imports/{made.pk}/{action}/").status_code == 404
        assert captain.get(f"/imports/{made.pk}/").status_code == 404
        assert captain.get(f"/imports/{made.pk}/rejects/").status_code == 404
        assert captain.get(f"/imports/{made.pk}/progress/").status_code == 404
    made.refresh_from_db()
    assert made.state == ImportState.UPLOADED


def test_what_is_not_possible_now_is_said_in_a_sentence(captain: Client) -> None:
    made = upload(captain, workbook(HEAD, ["周新人", identity_number(751), "13700000003", "二中队"]))
    told = captain.post(f"/imports/{made.pk}/undo/", follow=True).content.decode()
    assert "y-notice-error" in told


def test_without_the_right_there_is_no_import_page(client: Client, cast: Cast) -> None:
    client.force_login(cast.actor("inspector_sg"))
    assert client.get("/u/sg/imports/").status_code == 403
    assert client.get("/u/sg/imports/new/").status_code == 403


def test_past_imports_are_listed_a_page_at_a_time(captain: Client, cast: Cast, django_assert_num_queries: Any) -> None:
    def add(number: int) -> None:
        for position in range(number):
            digest = f"{number}-{position}".encode().ljust(32)
            RosterImport.objects.create(
                unit=cast.units["sg11"], file_name="旧.xlsx", file_size=1, file_digest=digest, state="applied"
            )

    add(1)
    captain.get("/u/sg/imports/")
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        captain.get("/u/sg/imports/")
    add(60)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        first = captain.get("/u/sg/imports/").content.decode()
    assert first.count("<tr data-row") == 50
    address = first.split('rel="next" href="', 1)[1].split('"', 1)[0]
    assert captain.get(f"/u/sg/imports/{address}").content.decode().count("<tr data-row") == 11


QUERIES_OF_A_LIST = 5
