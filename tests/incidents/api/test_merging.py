"""Duplicates through the API: listed, merged, told apart; within the scope and with the refusals of the pages."""

from typing import Any

from django.test import Client

from members.enums import MemberStatus
from members.models import Distinction, Merger
from tests.cast import Cast
from tests.incidents.api.test_incidents import session
from tests.members.life.cases import pair
from tests.members.roster import person


def post(client: Client, route: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{route}/", body, content_type="application/json")


def test_a_pair_is_listed_told_apart_and_listed_again(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    officer = session(cast, "liaison_sg")
    (found,) = officer.get("/api/v1/duplicates/").json()
    assert (found["one"]["id"], found["other"]["id"], found["same_birth"]) == (one.pk, other.pk, True)
    assert found["one"]["identity"] == f"{one.identity_head}***********{one.identity_tail}"
    told = post(officer, "distinctions", one=other.pk, other=one.pk, reason="父子同名")
    assert told.status_code == 201
    assert officer.get("/api/v1/duplicates/").json() == []
    assert [row["id"] for row in officer.get("/api/v1/distinctions/?unit=sg1").json()] == [told.json()["id"]]
    refused = post(officer, "mergers", merged=other.pk, into=one.pk, reason="重复登记")
    assert refused.status_code == 409, refused.json()
    assert officer.delete(f"/api/v1/distinctions/{told.json()['id']}/").status_code == 204
    assert len(officer.get("/api/v1/duplicates/").json()) == 1
    done = post(officer, "mergers", merged=other.pk, into=one.pk, reason="重复登记")
    assert done.status_code == 201
    other.refresh_from_db()
    assert other.status == MemberStatus.MERGED


def test_nobody_else_lists_merges_or_tells_apart(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    far = person(cast.units["zx11"].pk, one.name, birth_date=one.birth_date)
    told = post(session(cast, "liaison_hy"), "distinctions", one=one.pk, other=far.pk, reason="两个人")
    assert told.status_code == 201
    for name, answer in (("captain_sg", 403), ("liaison_sg", 404), ("nobody", 404)):
        client, ids = session(cast, name), {"one": one.pk, "other": far.pk}
        found = post(client, "distinctions", **ids, reason="两个人").status_code
        assert found in {answer, 404}, name
        assert post(client, "mergers", merged=far.pk, into=one.pk, reason="重复").status_code in {answer, 404}, name
        assert client.delete(f"/api/v1/distinctions/{told.json()['id']}/").status_code in {403, 404}, name
    # Of a pair that reaches beyond the own units, the list says nothing.
    assert session(cast, "liaison_sg").get("/api/v1/distinctions/").json() == []
    assert post(session(cast, "captain_sg"), "mergers", merged=other.pk, into=one.pk, reason="重复").status_code == 403
    assert (Distinction.objects.count(), Merger.objects.count()) == (1, 0)
