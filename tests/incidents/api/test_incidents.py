"""Incidents through the API: recorded, read, decided; scoped, masked, refused with code, place and remedy."""

from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.enums import GridLevel
from corps.models import Grid
from incidents.models import Incident, Party
from tests.cast import Cast
from tests.incidents.log import incident, kind_of, yesterday
from tests.members.roster import person

ROOT = "/api/v1/incidents/"


def session(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"{ROOT}{path}", body, content_type="application/json")


def recorded(cast: Cast, client: Client, **body: Any) -> Any:
    kind_of(cast)
    values = {
        "unit": "sg11",
        "kind": "dispute",
        "occurred_at": yesterday().isoformat(),
        "account": "两户争执，已和好。",
    }
    return post(client, "", **{**values, **body})


def test_the_schema_is_complete(cast: Cast, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "/api/v1/incidents/{id}/withdraw/" in (tmp_path / "schema.yml").read_text()


def test_kinds_are_for_those_who_see_incidents(cast: Cast) -> None:
    kind_of(cast)
    assert session(cast, "inspector_sg").get(f"{ROOT}kinds/?unit=sg11").status_code == 200
    assert session(cast, "member_sg11").get(f"{ROOT}kinds/?unit=sg11").status_code == 403
    assert session(cast, "captain_zx").get(f"{ROOT}kinds/?unit=sg11").status_code == 404


def test_the_whole_life_of_an_incident(cast: Cast) -> None:
    captain, officer = session(cast, "captain_sg11"), session(cast, "liaison_sg")
    member = person(cast.units["sg11"].pk, "张伟")
    grid = Grid.objects.create(corps=cast.units["hy"].corps, level=GridLevel.FIRST, name="一号网格", code="g1")
    answer = recorded(
        cast,
        captain,
        grid="g1",
        latitude=26.9,
        longitude=112.6,
        participants=[member.pk],
        parties=[{"role": "disputant", "name": "王五", "phone": "13912345678"}],
    )
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["unit"], made["kind"], made["grid"]) == ("draft", "sg11", "dispute", grid.code)
    assert made["parties"][0]["shown"] == "王* · 139****5678"
    assert made["participants"] == [{"member": member.pk, "name": "张伟", "unit": "sg11"}]
    assert "13912345678" not in answer.content.decode()
    key = made["id"]
    changed = captain.patch(f"{ROOT}{key}/", {"place": "和平路口", "quantity": 1}, content_type="application/json")
    assert (changed.status_code, changed.json()["place"]) == (200, "和平路口")
    assert post(captain, f"{key}/submit/").json()["state"] == "submitted"
    assert post(officer, f"{key}/return/", remark="请补充结果").json()["state"] == "returned"
    assert post(captain, f"{key}/note/", text="已回访").status_code == 200
    assert post(captain, f"{key}/parties/", role="witness", name="赵六").status_code == 201
    assert post(captain, f"{key}/submit/").json()["state"] == "submitted"
    done = post(officer, f"{key}/verify/", remark="已核实").json()
    assert (done["state"], done["verified_by"]) == ("verified", "liaison sg")
    assert post(officer, f"{key}/withdraw/", reason="重复").json()["verified_at"] is None
    assert post(captain, f"{key}/void/", reason="重复").json()["state"] == "void"
    kinds = [line["kind"] for line in captain.get(f"{ROOT}{key}/").json()["log"]]
    assert kinds == [
        *("created", "edited", "submitted", "returned", "note", "edited"),
        *("submitted", "verified", "withdrawn", "voided"),
    ]
    assert Party.objects.count() == 2


def test_lists_are_scoped_narrowed_and_paged(cast: Cast) -> None:
    own = [incident(cast, unit).pk for unit in ("sg11", "sg12", "sg11")]
    clue = incident(cast, "sg11", kind="clue", account="发现可疑车辆。")
    incident(cast, "zx11")
    client = session(cast, "captain_sg1")
    found = client.get(ROOT).json()
    assert [row["id"] for row in found["results"]] == [clue.pk, *own[::-1]]
    assert (found["next"], found["previous"]) == ("", "")

    def ids(**asked: Any) -> list[int]:
        return [row["id"] for row in client.get(ROOT, asked).json()["results"]]

    assert ids(unit="sg12") == [own[1]]
    assert ids(category="clue") == ids(kind="clue") == ids(q="可疑") == [clue.pk]
    assert ids(state=["verified", "void"]) == ids(kind="unknown") == []
    assert ids(end=yesterday().date().isoformat()) == []
    assert client.get(ROOT, {"unit": "zx11"}).status_code == 404
    assert client.get(ROOT, {"first": "gestern"}).status_code == 400
    assert client.get(f"{ROOT}kinds/").json()[0].keys() == {"code", "name", "category", "asks_quantity"}


def test_what_is_outside_does_not_exist_and_what_is_not_granted_is_denied(cast: Cast) -> None:
    made, foreign = incident(cast), incident(cast, "zx11")
    captain = session(cast, "captain_sg11")
    assert captain.get(f"{ROOT}{foreign.pk}/").status_code == 404
    assert post(captain, f"{foreign.pk}/submit/").status_code == 404
    assert post(captain, f"{made.pk}/verify/").status_code == 403
    assert recorded(cast, session(cast, "inspector_sg")).status_code == 403
    assert recorded(cast, captain, unit="zx11").status_code == 404
    assert Client().get(ROOT).status_code in {401, 403}
    assert Incident.objects.count() == 2


def test_refusals_name_place_and_remedy(cast: Cast) -> None:
    captain = session(cast, "captain_sg11")
    wrong = recorded(cast, captain, account="王五13912345678报警", kind="unknown", grid="none", quantity=0)
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "incident.invalid"
    assert set(wrong.json()["fields"]) == {"account", "kind", "grid"}
    assert recorded(cast, captain, occurred_at="soon").status_code == 400
    made = incident(cast, submit=False)
    conflict = post(session(cast, "liaison_sg"), f"{made.pk}/verify/")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "incident.state")
    assert conflict.json()["remedy"]
    assert post(captain, f"{made.pk}/void/").status_code == 400
    assert post(captain, f"{made.pk}/void/", reason="13912345678").status_code == 422
    assert Incident.objects.get().state == "draft"


def test_a_change_that_was_not_read_is_not_overwritten(cast: Cast) -> None:
    made = incident(cast)
    captain = session(cast, "captain_sg11")
    seen = captain.get(f"{ROOT}{made.pk}/").json()["log"][-1]["id"]

    def change(place: str) -> int:
        body = {"place": place, "seen": seen}
        return captain.patch(f"{ROOT}{made.pk}/", body, content_type="application/json").status_code

    assert (change("解放路口"), change("人民路口")) == (200, 409)
    assert post(session(cast, "liaison_sg"), f"{made.pk}/verify/", seen=seen).json()["code"] == "incident.changed"


def test_a_list_costs_the_same_for_one_row_and_for_fifty(cast: Cast) -> None:
    client = session(cast, "captain_sg1")
    incident(cast)
    client.get(ROOT)
    with CaptureQueriesContext(connection) as one:
        client.get(ROOT)
    for _number in range(49):
        incident(cast)
    with CaptureQueriesContext(connection) as fifty:
        assert len(client.get(ROOT).json()["results"]) == 50
    assert len(one) == len(fifty)
