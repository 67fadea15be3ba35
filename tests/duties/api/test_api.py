"""Shifts and attendance through the API: planned, recorded, corrected, closed; scoped, paged, refused in sentences."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duties.models import Attendance, Shift
from tests.cast import Cast
from tests.duties.pictures import jpeg, png
from tests.duties.scenes import HOUR, closed, days_ago, kind_of, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db


def session(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    call = getattr(client, method)
    return call(f"/api/v1/{path}", body if body is not None else {}, content_type="application/json")


def test_a_shift_from_plan_to_close(cast: Cast) -> None:
    kind_of(cast)
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    captain = session(cast, "captain_sg1")
    day = days_ago(1)
    made = send(
        captain,
        "post",
        "shifts/",
        {
            "unit": "sg11",
            "kind": "patrol",
            "starts_at": f"{day:%Y-%m-%d}T19:00:00",
            "ends_at": f"{day:%Y-%m-%d}T21:00:00+08:00",
            "needed": 2,
            "joint_units": ["sg12"],
            "members": [one.pk],
        },
    )
    assert made.status_code == 201
    shift = made.json()
    assert (shift["unit"], shift["day"], shift["joint_units"]) == ("sg11", f"{day:%Y-%m-%d}", ["sg12"])
    assert shift["starts_at"] == f"{day:%Y-%m-%d}T19:00:00+08:00"
    assert [member["name"] for member in shift["members"]] == ["张伟"]
    path = f"shifts/{shift['id']}/"
    changed = send(captain, "patch", path, {"needed": 3, "remarks": "穿绿马甲"}).json()
    assert (changed["needed"], changed["remarks"], changed["joint_units"], changed["planned"]) == (
        3,
        "穿绿马甲",
        ["sg12"],
        1,
    )
    assert send(captain, "post", f"{path}assign/", {"members": [two.pk]}).json()["planned"] == 2
    assert send(captain, "post", f"{path}take-off/", {"member": two.pk}).json()["planned"] == 1
    assert send(captain, "post", f"{path}assign/", {"members": [two.pk]}).status_code == 200
    came = send(captain, "post", f"{path}check-in/", {"member": one.pk, "at": shift["starts_at"]}).json()
    assert [(row["name"], row["status"], row["unit"]) for row in came["attendance"]] == [("张伟", "present", "sg11")]
    refused = send(captain, "post", f"{path}close/")
    assert refused.status_code == 409
    assert refused.json()["code"] == "shift.incomplete"
    assert "李娜" in refused.json()["remedy"]
    send(captain, "post", f"{path}check-out/", {"member": one.pk, "at": shift["ends_at"]})
    send(captain, "post", f"{path}record/", {"entries": [{"member": two.pk, "status": "absent"}]})
    done = send(captain, "post", f"{path}results/", {"people_reached": 40, "summary": "平稳"})
    assert done.json()["people_reached"] == 40
    assert send(captain, "post", f"{path}close/").json()["state"] == "closed"
    row = next(row for row in done.json()["attendance"] if row["name"] == "张伟")
    corrected = send(
        captain,
        "post",
        f"attendance/{row['id']}/correct/",
        {
            "status": "late",
            "checked_in_at": f"{day:%Y-%m-%d}T20:00:00+08:00",
            "checked_out_at": f"{day:%Y-%m-%d}T21:00:00+08:00",
            "reason": "登记有误",
        },
    )
    assert corrected.status_code == 201
    assert (corrected.json()["corrects"], corrected.json()["minutes"]) == (row["id"], 60)
    assert send(captain, "post", f"{path}reopen/", {"reason": "补登"}).json()["state"] == "planned"
    withdrawn = send(captain, "post", f"attendance/{corrected.json()['id']}/withdraw/", {"reason": "同名"})
    assert withdrawn.json()["current"] is False
    assert send(captain, "post", f"{path}cancel/", {"reason": "误建"}).json()["state"] == "cancelled"


def test_refusals_are_sentences_with_a_place(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, "sg1", members=[one], starts_at=moment(days_ago(-1), 19))
    shift = planned(cast, starts_at=moment(days_ago(-1), 20))
    captain = session(cast, "captain_sg1")
    answer = send(captain, "post", f"shifts/{shift.pk}/assign/", {"members": [one.pk]})
    assert answer.status_code == 409
    assert answer.json()["code"] == "duty.not_free"
    assert "张伟" in answer.json()["message"]
    assert "青山大队夜巡" in answer.json()["message"]
    wrong: list[tuple[str, str, Any, int]] = [
        ("post", "shifts/", {"unit": "sg11", "kind": "patrol"}, 400),
        ("patch", f"shifts/{shift.pk}/", {"kind": "nothing"}, 422),
        ("patch", f"shifts/{shift.pk}/", {"ends_at": "2000-01-01T00:00:00"}, 422),
        ("post", f"shifts/{shift.pk}/assign/", {"members": [10**9]}, 422),
        ("post", f"shifts/{shift.pk}/assign/", {"members": "x"}, 400),
        ("post", f"shifts/{shift.pk}/assign/", {"members": [10**30]}, 400),
        ("post", f"shifts/{shift.pk}/check-in/", {"member": one.pk, "at": "yesterday"}, 400),
        ("post", f"shifts/{shift.pk}/record/", {"entries": [{"member": one.pk, "status": "?"}]}, 400),
        ("post", f"shifts/{shift.pk}/cancel/", {}, 400),
        ("post", f"shifts/{10**17}/cancel/", {"reason": "x"}, 404),
        ("get", "shifts/?unit=nowhere", None, 404),
        ("get", "shifts/?first=soon", None, 400),
        ("get", "shifts/?state=lost", None, 400),
        ("get", "attendance/?member=x", None, 400),
    ]
    for method, path, body, status in wrong:
        call = captain.get(f"/api/v1/{path}") if method == "get" else send(captain, method, path, body)
        assert call.status_code == status, (path, body, call.content)
        assert {"code", "message", "place", "remedy"} <= set(call.json())


def test_lists_are_scoped_narrowed_and_paged(cast: Cast) -> None:
    first = closed(cast, starts_at=moment(days_ago(40), 19))
    for number in range(52):
        planned(cast, "sg12", starts_at=moment(days_ago(number % 7), 1) + number * HOUR / 10)
    planned(cast, "zx11")
    captain = session(cast, "captain_sg1")
    page = captain.get("/api/v1/shifts/").json()
    days = [row["day"] for row in page["results"]]
    assert (len(days), days) == (50, sorted(days, reverse=True))
    rest = captain.get("/api/v1/shifts/", {"after": page["next"]}).json()
    assert ([row["id"] for row in rest["results"]][-1], len(rest["results"]), rest["next"]) == (first.pk, 3, "")
    seen = [row["id"] for part in (page, rest) for row in part["results"]]
    assert len(set(seen)) == 53
    narrowed = captain.get("/api/v1/shifts/?unit=sg11&state=closed&category=patrol&kind=patrol").json()["results"]
    assert [(row["id"], row["planned"]) for row in narrowed] == [(first.pk, 1)]
    ends = captain.get(f"/api/v1/shifts/?first={days_ago(40)}&end={days_ago(39)}").json()["results"]
    assert [row["id"] for row in ends] == [first.pk]
    for nonsense in ("nonsense", "2022-13-45.1", "1"):
        refused = captain.get("/api/v1/shifts/", {"after": nonsense})
        assert (refused.status_code, refused.json()["place"]) == (422, "after")
    assert captain.get("/api/v1/shifts/?unit=zx11").status_code == 404
    assert session(cast, "member_sg11").get("/api/v1/shifts/?unit=sg11").status_code == 403
    assert [kind["code"] for kind in captain.get("/api/v1/shifts/kinds/").json()] == ["patrol"]


def test_attendance_is_listed_where_the_member_belongs(cast: Cast) -> None:
    one = person(cast.units["zx11"].pk, "张伟")
    shift = planned(cast, "sg11", members=[one], joint_unit_ids=[cast.units["zx1"].pk])
    send(
        session(cast, "captain_sg11"),
        "post",
        f"shifts/{shift.pk}/record/",
        {"entries": [{"member": one.pk, "status": "present"}]},
    )
    row = Attendance.objects.get()
    mine = session(cast, "captain_zx").get("/api/v1/attendance/").json()["results"]
    assert [(found["id"], found["unit"], found["minutes"]) for found in mine] == [(row.pk, "zx11", 120)]
    assert session(cast, "captain_sg11").get("/api/v1/attendance/").json()["results"] == []
    assert session(cast, "captain_sg11").get(f"/api/v1/attendance/{row.pk}/").status_code == 200
    assert session(cast, "captain_sg1").get("/api/v1/attendance/?unit=zx").status_code == 404
    send(session(cast, "captain_sg11"), "post", f"attendance/{row.pk}/correct/", {"status": "absent", "reason": "误"})
    officer = session(cast, "liaison_hy")
    for query, number in (
        ("", 1),
        ("?corrected=true", 2),
        ("?status=present", 0),
        (f"?member={one.pk}&shift={shift.pk}", 1),
        ("?category=night", 0),
        (f"?first={days_ago(0)}", 0),
        (f"?end={days_ago(0)}", 1),
    ):
        assert len(officer.get(f"/api/v1/attendance/{query}").json()["results"]) == number, query


def test_nothing_of_a_member_but_the_name_is_told(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟", phone="13812345678", address="青山路 1 号")
    shift = closed(cast, members=[one])
    captain = session(cast, "captain_sg11")
    for path in (f"shifts/{shift.pk}/", "attendance/"):
        text = captain.get(f"/api/v1/{path}").content.decode()
        assert "张伟" in text
        for secret in ("138", "青山路", one.identity_tail, "identity"):
            assert secret not in text.replace(str(shift.pk), "")


@pytest.mark.parametrize("number", [1, 50])
def test_lists_cost_the_same_however_long_they_are(cast: Cast, number: int) -> None:
    people = [person(cast.units["sg11"].pk, f"队员{index}") for index in range(number)]
    for index, one in enumerate(people):
        shift = planned(cast, starts_at=moment(days_ago(2 + index // 10), index % 10 * 2), members=[one])
        Attendance.objects.create(
            shift=shift,
            member=one,
            unit_id=one.unit_id,
            day=shift.day,
            category=shift.category,
            mechanism=shift.mechanism,
            status="absent",
        )
    client = session(cast, "captain_sg11")
    for path, most in (("/api/v1/shifts/", 5), ("/api/v1/attendance/", 6)):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(path).json()["results"]) == number
        own = [query["sql"] for query in queries if "duties_" in query["sql"] or "corps_" in query["sql"]]
        assert len(own) == most, own


def test_pages_do_not_repeat_when_rows_come_in_between(cast: Cast) -> None:
    for index in range(51):
        planned(cast, starts_at=moment(days_ago(3), 0) + index * HOUR / 10)
    client = session(cast, "captain_sg11")
    page = client.get("/api/v1/shifts/").json()
    planned(cast, starts_at=moment(days_ago(1), 0))
    rest = client.get("/api/v1/shifts/", {"after": page["next"]}).json()["results"]
    assert {row["id"] for row in rest} & {row["id"] for row in page["results"]} == set()
    assert len(rest) == 1
    assert Shift.objects.count() == 52


# --- results and photos -----------------------------------------------------------------------------------------------


def test_results_that_are_not_named_stay(cast: Cast) -> None:
    shift = planned(cast)
    captain = session(cast, "captain_sg11")
    send(captain, "post", f"shifts/{shift.pk}/results/", {"materials": 200, "summary": "平稳"})
    done = send(captain, "post", f"shifts/{shift.pk}/results/", {"people_reached": 40}).json()
    assert (done["materials"], done["people_reached"], done["summary"]) == (200, 40, "平稳")
    assert send(captain, "post", f"shifts/{shift.pk}/results/", {"materials": 10**30}).status_code == 422
    assert send(captain, "post", f"shifts/{shift.pk}/results/", {"summary": ""}).json()["summary"] == ""


def upload(client: Client, shift: Shift, content: bytes, caption: str = "") -> Any:
    body = {"photo": SimpleUploadedFile("a.bin", content), "caption": caption}
    return client.post(f"/api/v1/shifts/{shift.pk}/photos/", body)


def test_photos_are_added_listed_opened_and_removed(cast: Cast) -> None:
    shift, other = planned(cast), planned(cast, starts_at=moment(days_ago(2), 19))
    captain = session(cast, "captain_sg11")
    made = upload(captain, shift, jpeg(gps=True), "南门")
    assert made.status_code == 201
    row = made.json()
    assert (row["caption"], row["content_type"]) == ("南门", "image/jpeg")
    assert upload(captain, shift, jpeg(gps=True)).json()["id"] == row["id"], "the same picture twice is one"
    second = upload(captain, shift, png()).json()
    listed = captain.get(f"/api/v1/shifts/{shift.pk}/photos/").json()
    assert [one["id"] for one in listed] == [row["id"], second["id"]]
    assert captain.get(f"/api/v1/shifts/{shift.pk}/").json()["photos"] == listed
    answer = session(cast, "inspector_sg").get(row["address"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"\xff\xd8")
    assert b"GPS-PLACE" not in answer.content
    astray = row["address"].replace(f"/{shift.pk}/", f"/{other.pk}/", 1)
    assert captain.get(astray).status_code == 404
    assert captain.delete(astray).status_code == 404
    assert captain.delete(row["address"]).status_code == 204
    assert captain.get(row["address"]).status_code == 404
    assert [one["id"] for one in captain.get(f"/api/v1/shifts/{shift.pk}/photos/").json()] == [second["id"]]


def test_photos_are_refused_in_sentences_and_to_strangers(cast: Cast) -> None:
    shift = planned(cast)
    captain = session(cast, "captain_sg11")
    for content, status, place in ((b"GIF89a", 422, "photo"), (b"x" * (5 * 2**20 + 1), 422, "photo"), (b"", 400, None)):
        answer = upload(captain, shift, content)
        assert answer.status_code == status
        assert {"code", "message", "place", "remedy"} <= set(answer.json())
        assert place is None or answer.json()["place"] == place
    assert send(captain, "post", f"shifts/{shift.pk}/photos/", {"photo": "text"}).status_code == 400
    row = upload(captain, shift, png()).json()
    for name, seen in (("inspector_sg", 403), ("captain_zx", 404), ("member_sg11", 404)):
        stranger = session(cast, name)
        assert upload(stranger, shift, jpeg()).status_code == seen
        assert stranger.delete(row["address"]).status_code == seen
    for name in ("captain_zx", "member_sg11", "nobody"):
        assert session(cast, name).get(row["address"]).status_code == 404
        assert session(cast, name).get(f"/api/v1/shifts/{shift.pk}/photos/").status_code == 404
    closed_one = closed(cast, starts_at=moment(days_ago(3), 19))
    assert upload(captain, closed_one, png()).status_code == 409
    assert shift.photos.count() == 1
