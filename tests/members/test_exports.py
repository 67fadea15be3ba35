"""Exports: exactly what the list shows, the chosen columns, masked, safe in a spreadsheet, recorded."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from corps.errors import Refusal
from corps.models import ActionLog
from corps.permissions import Permission
from members.exports.roster import Wish, export_roster
from members.exports.sample import sample_workbook
from members.logic.roster_columns import COLUMNS
from members.models import FunctionalGroup, GroupMembership, TeamMembership
from members.queries.roster import RosterFilter, within
from members.resources import safe_cell
from tests.cast import Cast
from tests.members.roster import identity_number, person
from tests.members.test_roster_list import node

pytestmark = pytest.mark.django_db
NUMBER = identity_number(77)


def export(cast: Cast, account: str, code: str, **wish: Any) -> list[list[str]]:
    actor = cast.actor(account)
    place = within(actor, node(cast, code), Permission.MEMBER_EXPORT)
    made = export_roster(actor=actor, place=place, wish=Wish(**wish))
    content = made.file.read()
    made.file.close()
    if made.name.endswith(".csv"):
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)][1:]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_chosen_columns_of_the_subtree_leave_masked(cast: Cast, kind: str) -> None:
    person(cast.units["sg11"].pk, "张伟", identity=NUMBER, phone="13812345678", roles=["safety", "service"])
    person(cast.units["zx11"].pk, "王芳")
    rows = export(cast, "captain_sg", "sg", columns=("name", "identity", "phone", "unit", "roles", "status"), kind=kind)
    assert rows[0] == ["姓名", "身份证号", "手机号码", "五员", "所属中队", "队员状态"]
    masked = f"430***********{NUMBER[-4:]}"
    assert rows[1:] == [
        ["张伟", masked, "13812345678", "平安守护员、群众服务员", "石鼓支队 › 青山大队 › 一中队", "在队"]
    ]


def test_search_filter_and_selection_decide_who_leaves(cast: Cast) -> None:
    unit = cast.units["sg11"].pk
    first, second = person(unit, "张伟"), person(unit, "李娜", status="left")
    person(unit, "王芳")
    name = {"columns": ("name",), "kind": "csv"}
    assert export(cast, "captain_sg", "sg", typed="张", **name)[1:] == [["张伟"]]
    assert export(cast, "captain_sg", "sg", chosen=RosterFilter(statuses=("left",)), **name)[1:] == [["李娜"]]
    picked = RosterFilter(ids=(first.pk, second.pk))
    assert sorted(export(cast, "captain_sg", "sg", chosen=picked, **name)[1:]) == [["张伟"], ["李娜"]]
    assert export(cast, "captain_zx", "zx", chosen=picked, **name)[1:] == []


def test_groups_and_further_teams_leave_by_name(cast: Cast) -> None:
    unit = cast.units["sg11"]
    member = person(unit.pk, "张伟")
    for name in ("巡防组", "宣传先锋队"):
        group = FunctionalGroup.objects.create(corps=unit.corps, name=name)
        GroupMembership.objects.create(member=member, group=group)
    TeamMembership.objects.create(member=member, unit=cast.units["sg12"])
    rows = export(cast, "captain_sg", "sg", columns=("groups", "teams"), kind="csv")
    assert sorted(rows[1][0].split("、")) == ["宣传先锋队", "巡防组"]
    assert rows[1][1] == "石鼓支队 › 青山大队 › 二中队"


def test_full_identity_numbers_need_the_right_and_a_reason_and_leave_a_trace(cast: Cast) -> None:
    person(cast.units["sg11"].pk, "张伟", identity=NUMBER)
    full = {"columns": ("identity",), "kind": "csv", "full_identity": True}
    with pytest.raises(Refusal) as refused:
        export(cast, "captain_sg", "sg", reason="投保", **full)
    assert refused.value.code == "export.reveal"
    with pytest.raises(Refusal) as refused:
        export(cast, "liaison_sg", "sg", reason=" ", **full)
    assert refused.value.code == "reason.missing"
    assert export(cast, "liaison_sg", "sg", reason="为队员投保", **full)[1:] == [[NUMBER]]
    done = ActionLog.objects.filter(action="member.export", result="done").get()
    assert (done.reason, done.detail["rows"], done.detail["full_identity"]) == ("为队员投保", 1, True)
    assert ActionLog.objects.filter(action="member.export", result="refused").count() == 1
    assert NUMBER not in str(done.detail)


def test_phones_leave_masked_without_the_right(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    person(cast.units["sg11"].pk, "张伟", phone="13812345678", emergency_phone="13987654321")
    from corps.roles import ROLE_PERMISSIONS, Role

    held = ROLE_PERMISSIONS[Role.INSPECTOR] | {Permission.MEMBER_EXPORT}
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.INSPECTOR, held)
    rows = export(cast, "inspector_sg", "sg", columns=("phone", "emergency_phone"), kind="csv")
    assert rows[1] == ["138****5678", "139****4321"]


def test_who_may_not_export_gets_nothing(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        export(cast, "inspector_sg", "sg")


@pytest.mark.parametrize("wish", [{"columns": ()}, {"columns": ("password",)}, {"kind": "exe"}])
def test_what_is_not_offered_is_refused(cast: Cast, wish: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        export(cast, "captain_sg", "sg", **wish)
    assert refused.value.code == "export.wish"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_is_a_formula(cast: Cast, text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    person(cast.units["sg11"].pk, "张伟", remarks=text)
    for kind in ("csv", "xlsx"):
        cell = export(cast, "captain_sg", "sg", columns=("remarks",), kind=kind)[1][0]
        assert cell.startswith("'")


def test_english_readers_get_english_heads_and_words(cast: Cast) -> None:
    person(cast.units["sg11"].pk, "张伟")
    with translation.override("en"):
        rows = export(cast, "captain_sg", "sg", columns=("name", "occupation"), kind="csv")
    assert rows == [["Name", "Occupation"], ["张伟", "Security guard"]]


def test_the_page_offers_every_column_and_sends_the_file(cast: Cast, client: Client) -> None:
    person(cast.units["sg11"].pk, "张伟")
    client.force_login(cast.actor("captain_sg"))
    page = client.get("/u/sg/roster/export/?status=active")
    assert page.content.count(b'name="columns"') == len(COLUMNS)
    assert b"full_identity" not in page.content
    sent = client.post("/u/sg/roster/export/?status=active", {"columns": ["name"], "kind": "csv"})
    assert sent["Content-Type"].startswith("text/csv")
    assert "no-store" in sent["Cache-Control"]
    assert b"".join(sent.streaming_content).decode("utf-8-sig").split() == ["姓名", "张伟"]  # type: ignore[attr-defined]
    client.force_login(cast.actor("liaison_sg"))
    assert b"full_identity" in client.get("/u/sg/roster/export/").content


def test_the_sample_holds_every_column_as_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook()))
    sheet = book["花名册"]
    assert [cell.value for cell in sheet[1]] == [column.chinese for column in COLUMNS]
    assert sheet.column_dimensions["B"].width > 12
    explained = [row[0].value for row in book["填写说明"].iter_rows(min_row=2)]
    assert explained == [column.chinese for column in COLUMNS]
