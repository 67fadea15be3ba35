"""Pages of training: who may open them, what they say, how many queries they cost."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from corps.actors import SYSTEM
from corps.models import ActionLog
from corps.queries.scope import local_today
from members.enums import SessionMode, SessionState
from members.exports import certificates as exports
from members.models import Certificate, Enrolment, TrainingSession
from members.operations.training import enrolling
from members.queries.training import sessions as queries
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import HOUR, course_of, kind_of, session_of

pytestmark = pytest.mark.django_db

# Session, account, standing, the tree, rights; then the rows, and of certificates their kinds and what is due.
QUERIES_OF_SESSIONS = 5
QUERIES_OF_CERTIFICATES = 8
# One of them counts the people, of whom the page shows two hundred at once.
QUERIES_OF_A_SESSION = 11


@pytest.fixture
def captain(client: Client, cast: Cast) -> Client:
    client.force_login(cast.actor("captain_sg"))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def certificate(cast: Cast, kind: Any, number: int, until: dt.date | None = None, code: str = "sg11") -> Certificate:
    member = person(cast.units[code].pk, f"队员{number}")
    return Certificate.objects.create(
        member=member,
        kind=kind,
        number=f"HX{number}",
        issuer="红十字会",
        issued_on=local_today() - dt.timedelta(days=400),
        valid_until=until,
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def test_lists_cost_the_same_queries_with_one_and_with_fifty(
    captain: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    course, kind = course_of(cast), kind_of(cast)
    for number in (1, 54):
        for position in range(number):
            session_of(cast, course, begins=HOUR * (position + 1))
            certificate(cast, kind, number * 100 + position, local_today())
        captain.get("/u/sg/training/")
        with django_assert_num_queries(QUERIES_OF_SESSIONS):
            sessions = captain.get("/u/sg/training/")
        with django_assert_num_queries(QUERIES_OF_CERTIFICATES):
            listed = captain.get("/u/sg/certificates/")
    assert sessions.content.count(b"<tr data-row") == 50
    assert listed.content.count(b"<tr data-row") == 50
    following = text(sessions).split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert captain.get(f"/u/sg/training/{following}").content.count(b"<tr data-row") == 5
    following = text(listed).split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert captain.get(f"/u/sg/certificates/{following}").content.count(b"<tr data-row") == 5


def test_a_session_costs_the_same_queries_with_one_and_with_many(
    captain: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    session = session_of(cast, course_of(cast, kind=kind_of(cast)))
    for number in (1, 30):
        people = [person(cast.units["sg11"].pk, f"队员{position}").pk for position in range(number)]
        enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=people)
        captain.get(f"/training/{session.pk}/")
        with django_assert_num_queries(QUERIES_OF_A_SESSION):
            captain.get(f"/training/{session.pk}/")


def test_a_long_list_comes_in_pages_and_each_is_saved_by_itself(
    captain: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PEOPLE", 2)
    session = session_of(cast, course_of(cast))
    people = [person(cast.units["sg11"].pk, name).pk for name in ("艾力", "白雪", "丁一", "杜若", "曾国")]
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=people)
    address = f"/training/{session.pk}/"
    for page, shown in (("", ["艾力", "白雪"]), ("?page=2", ["丁一", "杜若"]), ("?page=99", ["曾国"])):
        found = text(captain.get(address + page))
        assert [name for name in ("艾力", "白雪", "丁一", "杜若", "曾国") if f"<span>{name} " in found] == shown
        assert "报名 5 人" in found
    saved: Any = captain.post(f"{address}results/?page=2", {"row": people[2:4], "there": people[2]})
    assert saved.headers["Location"] == f"{address}?page=2#people"
    rows = Enrolment.objects.order_by("pk").values_list("attended", flat=True)
    assert list(rows) == [None, None, True, False, None]
    asked = captain.get(f"/api/v1/training-sessions/{session.pk}/?page=3").json()
    assert ([one["name"] for one in asked["people"]], asked["enrolled"], asked["pages"]) == (["曾国"], 5, 3)


def test_closing_early_says_who_has_not_studied_yet(captain: Client, cast: Cast) -> None:
    session = session_of(cast, course_of(cast, quiz=True), mode=SessionMode.ONLINE)
    people = [person(cast.units["sg11"].pk, f"队员{number}").pk for number in range(3)]
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=people)
    assert "尚有 3 人未完成学习" in text(captain.get(f"/training/{session.pk}/"))
    TrainingSession.objects.update(ends_at=timezone.now())
    assert "未完成学习" not in text(captain.get(f"/training/{session.pk}/"))


@pytest.mark.parametrize(
    ("which", "shown"), [("", ["将来"]), ("to_close", ["过去"]), ("cancelled", ["取消"]), ("held", []), ("x", ["将来"])]
)
def test_sessions_stand_where_they_belong(captain: Client, cast: Cast, which: str, shown: list[str]) -> None:
    for name, begins in (("将来", HOUR), ("过去", -9 * HOUR), ("取消", HOUR)):
        made = session_of(cast, course_of(cast, name), begins=begins)
        if name == "取消":
            TrainingSession.objects.filter(pk=made.pk).update(state=SessionState.CANCELLED, cancel_reason="雨")
    page = text(captain.get(f"/u/sg/training/?which={which}"))
    assert [name for name in ("将来", "过去", "取消") if f">{name}</a>" in page] == shown


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["HX1", "HX2", "HX3", "HX4"]),
        ("standing=expired", ["HX1"]),
        ("standing=expiring", ["HX2"]),
        ("standing=valid", ["HX3", "HX4"]),
        ("standing=revoked", []),
        ("standing=nonsense", ["HX1", "HX2", "HX3", "HX4"]),
        ("q=HX3", ["HX3"]),
        ("q=队员2", ["HX2"]),
        ("after=x.y", ["HX1", "HX2", "HX3", "HX4"]),
    ],
)
def test_certificates_are_filtered(captain: Client, cast: Cast, query: str, numbers: list[str]) -> None:
    kind, day = kind_of(cast, warn=30), dt.timedelta(days=1)
    for number, until in enumerate((-day, 30 * day, 31 * day), 1):
        certificate(cast, kind, number, local_today() + until)
    certificate(cast, kind, 4)
    certificate(cast, kind, 5, code="zx11")
    page = text(captain.get(f"/u/sg/certificates/?{query}"))
    assert [f"HX{n}" for n in range(1, 6) if f">HX{n}</td>" in page] == numbers


def test_the_list_is_exported_as_it_is_shown_and_leaves_a_trace(captain: Client, cast: Cast) -> None:
    kind = kind_of(cast)
    certificate(cast, kind, 1, local_today() - dt.timedelta(days=1))
    certificate(cast, kind, 2)
    answer: Any = captain.post("/u/sg/certificates/export/?standing=expired")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][:4] == ("姓名", "单位", "证书种类", "证书编号")
    assert [row[3] for row in rows[2:]] == ["HX1"]
    entry = ActionLog.objects.get(action="certificate.export")
    assert entry.detail["rows"] == 1


def test_more_than_a_sheet_takes_is_refused_and_not_cut(
    captain: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    kind = kind_of(cast)
    certificate(cast, kind, 1)
    assert captain.post("/u/sg/certificates/export/").status_code == 200
    certificate(cast, kind, 2)
    said = text(captain.post("/u/sg/certificates/export/", follow=True))
    assert "证书超过 1 张" in said
    assert ActionLog.objects.filter(action="certificate.export", result="done").count() == 1


# --- a captain's work -------------------------------------------------------------------------------------------------


def test_a_session_from_the_form_to_the_certificates(captain: Client, cast: Cast) -> None:
    course = course_of(cast, kind=kind_of(cast), exam=True)
    sent = {
        "course": course.pk,
        "mode": "central",
        "day": local_today().isoformat(),
        "starts": "00:00",
        "ends": "00:01",
        "place": "会议室",
        "teachers": "公安 王警官\n李教官",
        "capacity": "",
        "open_below": "on",
    }
    wrong = captain.post("/u/sg/training/new/", {**sent, "place": ""})
    assert "未写明培训地点" in text(wrong)
    made = captain.post("/u/sg/training/new/", sent)
    session = TrainingSession.objects.get()
    assert made.headers["Location"] == f"/training/{session.pk}/"
    assert [(one.service, one.name) for one in session.teachers.all()] == [("police", "王警官"), ("other", "李教官")]
    people = [person(cast.units["sg11"].pk, f"队员{number}") for number in range(3)]
    page = f"/training/{session.pk}/"
    assert "队员0" in text(captain.get(f"{page}people/?unit=sg1"))
    captain.post(f"{page}people/", {"id": [one.pk for one in people]})
    assert Enrolment.objects.count() == 3
    listed = {"row": [one.pk for one in people], "there": [people[0].pk, people[1].pk]}
    bad = captain.post(f"{page}results/", {**listed, f"score-{people[0].pk}": "九十"}, follow=True)
    assert "成绩应为 0 到 100 的数字" in text(bad)
    missing = captain.post(f"{page}close/", follow=True)
    assert "3 人尚未登记是否到课" in text(missing)
    captain.post(f"{page}results/", {**listed, f"score-{people[0].pk}": "90", f"score-{people[1].pk}": "40"})
    closed = captain.post(f"{page}close/", follow=True)
    assert "到课 2 人，合格 1 人，发证 1 张" in text(closed)
    row = Enrolment.objects.get(member=people[1])
    captain.post(f"/enrolments/{row.pk}/correct/", {"attended": "on", "score": "70", "reason": "改判"})
    assert Certificate.objects.count() == 2


def test_a_captain_below_sees_only_own_people(cast: Cast) -> None:
    session = session_of(cast, course_of(cast), begins=HOUR)
    own, other = person(cast.units["sg11"].pk, "本队人"), person(cast.units["sg21"].pk, "外队人")
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[own.pk, other.pk])
    below = Client()
    below.force_login(cast.actor("captain_sg11"))
    page = text(below.get(f"/training/{session.pk}/"))
    assert "本队人" in page
    assert "外队人" not in page
    assert "其他单位另有 1 人报名" in page
    assert below.post(f"/training/{session.pk}/people/{other.pk}/off/").status_code == 302
    assert below.post(f"/training/{session.pk}/close/").status_code == 403
    below.post(f"/training/{session.pk}/people/{own.pk}/off/")
    assert list(Enrolment.objects.values_list("member_id", flat=True)) == [other.pk]


def test_a_certificate_is_recorded_renewed_and_revoked(captain: Client, cast: Cast) -> None:
    kind, member = kind_of(cast), person(cast.units["sg11"].pk, "张伟")
    sent = {"kind": kind.pk, "number": "HX-9", "issuer": "红十字会", "issued_on": local_today().isoformat()}
    captain.post(f"/members/{member.pk}/certificates/new/", sent)
    made = Certificate.objects.get()
    assert "HX-9" in text(captain.get(f"/certificates/{made.pk}/"))
    assert "急救证" in text(captain.get(f"/members/{member.pk}/"))
    captain.post(f"/certificates/{made.pk}/renew/", {"on": local_today().isoformat(), "reason": "复训"})
    newer = Certificate.objects.get(renews=made)
    captain.post(f"/certificates/{newer.pk}/revoke/", {"reason": "冒名"})
    newer.refresh_from_db()
    assert newer.revoked_reason == "冒名"
    assert "冒名" in text(captain.get(f"/certificates/{newer.pk}/"))


def test_the_first_page_says_what_waits(captain: Client, cast: Cast) -> None:
    session_of(cast, course_of(cast, "装备使用"))
    kind = kind_of(cast)
    certificate(cast, kind, 1, local_today() - dt.timedelta(days=1))
    certificate(cast, kind, 2, local_today() + dt.timedelta(days=1))
    page = text(captain.get("/u/sg/"))
    assert "装备使用" in page
    assert "已过期未换证" in page
    assert "/u/sg/certificates/?standing=expiring" in page


# --- the API ----------------------------------------------------------------------------------------------------------


def test_other_systems_plan_record_and_close(captain: Client, cast: Cast) -> None:
    course_of(cast, kind=kind_of(cast), quiz=True)
    listed = captain.get("/api/v1/courses/?unit=sg").json()["results"]
    assert listed[0]["questions"] == 2
    assert "劝开双方" not in str(listed)
    starts = local_today() - dt.timedelta(days=1)
    made = captain.post(
        "/api/v1/training-sessions/",
        {
            "unit": "sg",
            "course": "急救培训",
            "mode": "door",
            "starts_at": f"{starts}T09:00:00+08:00",
            "ends_at": f"{starts}T10:00:00+08:00",
            "teachers": [{"service": "fire", "name": "李教官"}],
        },
        content_type="application/json",
    ).json()
    member = person(cast.units["sg11"].pk, "张伟")
    base = f"/api/v1/training-sessions/{made['id']}"

    def send(act: str, body: dict[str, Any]) -> Any:
        return captain.post(f"{base}/{act}/", body, content_type="application/json")

    assert send("enrol", {"members": [member.pk]}).json()["people"][0]["name"] == "张伟"
    assert send("record", {"entries": [{"member": member.pk, "attended": True, "score": 80}]}).status_code == 200
    assert send("close", {}).json()["state"] == "held"
    again = send("close", {})
    assert (again.status_code, again.json()["code"]) == (409, "session.settled")
    (one,) = captain.get("/api/v1/certificates/?unit=sg").json()["results"]
    assert (one["standing"], one["session"]) == ("valid", made["id"])
    revoked = captain.post(
        f"/api/v1/certificates/{one['id']}/revoke/", {"reason": "误发"}, content_type="application/json"
    )
    assert revoked.json()["standing"] == "revoked"
    recorded = captain.post(
        "/api/v1/certificates/?unit=sg",
        {"member": member.pk, "kind": "急救证", "number": "9", "issuer": "红十字会", "issued_on": str(starts)},
        content_type="application/json",
    )
    assert recorded.status_code == 201
    certificate = recorded.json()["id"]
    renewed = captain.post(
        f"/api/v1/certificates/{certificate}/renew/",
        {"on": str(local_today()), "reason": "复训"},
        content_type="application/json",
    )
    assert (renewed.status_code, renewed.json()["renews"]) == (201, certificate)
    wrong = {"member": member.pk, "attended": True, "score": 30, "reason": "改判"}
    corrected = send("correct", wrong).json()
    assert corrected["people"][0]["result"] == "failed"
    assert send("correct", {**wrong, "member": 987654}).json()["code"] == "enrolment.unknown"
    far = person(cast.units["zx11"].pk, "外人")
    stranger = captain.post(
        "/api/v1/certificates/?unit=sg",
        {"member": far.pk, "kind": "急救证", "number": "9", "issuer": "红十字会", "issued_on": str(starts)},
        content_type="application/json",
    )
    assert stranger.status_code == 404
