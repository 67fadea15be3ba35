"""Everything held about a person as one file: for the officer with a reason, for the member after the password."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import ActionLog
from duties.enums import AttendanceStatus
from duties.operations.attendance import Entry, record_list
from incidents.exports.person import hand_out_own_record, hand_out_record
from members.models import Member
from members.operations import people
from tests.cast import PASSWORD, Cast
from tests.duties.stage import duties_of
from tests.incidents.log import incident

IDENTITY = "430405198001011239"


@pytest.fixture
def member(cast: Cast) -> Member:
    """Somebody who served, took part in an incident, and whose number was looked at."""
    duties = duties_of(cast)
    officer = cast.actor("liaison_sg")
    made = people.enrol(
        actor=officer,
        unit_id=cast.units["sg11"].pk,
        identity=IDENTITY,
        particulars={"name": "赵小兰", "phone": "13712345678", "address": "长湖路1号"},
    )
    people.reveal_identity(actor=officer, member_id=made.pk, reason="投保")
    duties.people["赵小兰"] = made
    shift = duties.begun(minutes_ago=300, minutes=60, people=["赵小兰"])
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(made.pk, AttendanceStatus.PRESENT)])
    incident(cast, "sg11", participant_ids=[made.pk])
    Member.objects.filter(pk=made.pk).update(account=cast.accounts["member_sg11"])
    return Member.objects.get(pk=made.pk)


def opened(content: bytes) -> tuple[dict[str, Any], str]:
    """The JSON and the page of the file."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    page = next(name for name in archive.namelist() if name.endswith(".html"))
    text = archive.read(page).decode()
    assert set(re.findall(r'(?:href|src)="([^"]*)"', text)) == {"record.css"} < set(archive.namelist())
    return json.loads(archive.read("record.json")), text


def test_the_file_holds_everything_and_says_who_looked(cast: Cast, member: Member) -> None:
    content, name = hand_out_record(actor=cast.actor("liaison_sg"), member_id=member.pk, reason="本人查阅")
    data, page = opened(content)
    assert name == "赵小兰-个人档案.zip"
    sections = {one["key"]: one["rows"] for one in data["sections"]}
    assert set(sections) == {
        *(
            "particulars",
            "former",
            "statuses",
            "homes",
            "teams",
            "consents",
            "equipment",
            "movements",
            "certificates",
            "training",
        ),
        *("requests", "looks", "changes", "attendance", "planned", "incidents"),
    }
    told = {row["项目"]: row["内容"] for row in sections["particulars"]}
    assert told["身份证号"] == IDENTITY
    assert told["手机号"] == "13712345678"
    assert len(sections["attendance"]) == len(sections["incidents"]) == 1
    assert [row["事由"] for row in sections["looks"]] == ["投保"]
    assert IDENTITY in page
    assert "<script" not in page
    # The second file tells of the first.
    again, _page = opened(hand_out_record(actor=cast.actor("liaison_sg"), member_id=member.pk, reason="再次")[0])
    looks = next(one["rows"] for one in again["sections"] if one["key"] == "looks")
    assert len(looks) == 2
    entry = ActionLog.objects.filter(action="member.record").earliest("pk")
    assert (entry.reason, entry.object_id, entry.result) == ("本人查阅", str(member.pk), "done")


def test_who_may_not_and_why(cast: Cast, member: Member) -> None:
    with pytest.raises(Refusal):
        hand_out_record(actor=cast.actor("liaison_sg"), member_id=member.pk, reason=" ")
    with pytest.raises(PermissionDenied):
        hand_out_record(actor=cast.actor("captain_sg"), member_id=member.pk, reason="查阅")
    assert ActionLog.objects.get(action="member.record").result == "refused"
    with pytest.raises(Http404):
        hand_out_record(actor=cast.actor("captain_zx"), member_id=member.pk, reason="查阅")
    with pytest.raises(Http404):
        hand_out_own_record(actor=cast.actor("nobody"))


def test_the_officers_page(cast: Cast, member: Member, client: Client) -> None:
    client.force_login(cast.actor("liaison_sg"))
    path = f"/members/{member.pk}/record/"
    assert "赵小兰" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 200
    answer = client.post(path, {"reason": "本人查阅"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    opened(answer.content)


def test_the_own_file_asks_for_the_password_again(cast: Cast, member: Member, client: Client) -> None:
    client.force_login(cast.actor("member_sg11"))
    asked = client.post("/my/record/file/")
    assert asked.status_code == 302
    assert "reauthenticate" in asked.headers["Location"]
    assert ActionLog.objects.filter(action="member.record").count() == 0
    fresh = Client()
    fresh.post("/accounts/login/", {"login": "member_sg11", "password": PASSWORD})
    assert "reauthenticate" in fresh.post("/my/record/file/").headers["Location"], "signed in is not enough"
    wrong = fresh.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/my/record/file/"})
    assert wrong.status_code == 200
    # With the right password the request that was held up goes on.
    answer = fresh.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/my/record/file/"})
    assert answer.headers["Content-Type"] == "application/zip"
    data, _page = opened(answer.content)
    assert data["name"] == "赵小兰"


def test_erasing_by_the_pages(cast: Cast, member: Member, client: Client) -> None:
    Member.objects.filter(pk=member.pk).update(account=None)
    client.force_login(cast.actor("liaison_sg"))
    path = f"/members/{member.pk}/erase/"
    assert "请先办理离队" in client.post(path, {"reason": "本人申请"}).content.decode()
    people.change_status(actor=cast.actor("captain_sg"), member_id=member.pk, status="left", reason="搬家")  # type: ignore[arg-type]
    second = client.post(path, {"reason": "本人申请"})
    form = second.context["form"]
    token = form.initial["token"]
    assert "姓名不符" in client.post(path, {"token": token, "name": "别人"}).content.decode()
    assert Member.objects.get(pk=member.pk).name == "赵小兰"
    assert client.post(path, {"token": token, "name": "赵小兰"}).status_code == 302
    assert Member.objects.get(pk=member.pk).name != "赵小兰"
    assert client.get(f"/members/{member.pk}/").status_code == 200


def test_what_was_corrected_is_held_and_therefore_told(cast: Cast, member: Member) -> None:
    officer = cast.actor("liaison_sg")
    people.edit(actor=officer, member_id=member.pk, particulars={"phone": "13787654321", "address": "长湖路2号"})
    data, page = opened(hand_out_record(actor=officer, member_id=member.pk, reason="本人查阅")[0])
    former = next(one["rows"] for one in data["sections"] if one["key"] == "former")
    assert {"13712345678", "长湖路1号"} <= {value for row in former for value in row.values()}
    assert "13787654321" not in {value for row in former for value in row.values()}
    assert "member_sg11" in page
