"""Incidents in the admin site: recorded and decided through operations, parties masked, the log to look at only."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Context

from corps.models import ActionLog
from incidents.logic.default_kinds import DEFAULT_KINDS
from incidents.logic.parties import Particulars
from incidents.models import Incident, IncidentKind, LogEntry
from incidents.operations.incidents import edit_incident
from incidents.operations.parties import PartyEntry
from incidents.operations.verification import verify_incident
from tests.admin_acts import act, send
from tests.cast import Cast
from tests.incidents.log import incident, kind_of, yesterday

KNOWN = Particulars("王五", "13912345678", "430405198001011239", "和平路 1 号")


@pytest.fixture
def officer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    values = {
        "unit": cast.units["sg11"].pk,
        "kind": kind_of(cast).pk,
        "occurred_at": timezone.localtime(yesterday()).strftime("%Y-%m-%dT%H:%M"),
        "place": "和平路口",
        "account": "两户争执，已和好。",
        "quantity": 1,
        "materials": 0,
        "people_reached": 0,
    }
    return {**values, **changes}


def test_an_officer_records_what_was_telephoned(cast: Cast, officer: Client) -> None:
    answer = send(officer, "incidents_incident_add", **form(cast))
    assert answer.status_code == 302
    made = Incident.objects.get()
    assert (made.state, made.occurred_at, made.recorded_by) == ("draft", yesterday(), cast.accounts["liaison_hy"])
    assert act("incident.record")["unit"] == cast.units["sg11"].pk


def test_what_is_refused_stands_beside_its_field_and_nothing_is_lost(cast: Cast, officer: Client) -> None:
    answer = send(officer, "incidents_incident_add", **form(cast, account="王五13912345678报警"))
    assert answer.status_code == 200
    assert "手机号" in answer.content.decode()
    assert "王五13912345678报警" in answer.content.decode(), "what was typed stays"
    assert Incident.objects.count() == 0


def test_only_what_was_changed_is_written(cast: Cast, officer: Client) -> None:
    made = incident(cast)
    answer = send(
        officer,
        "incidents_incident_change",
        made.pk,
        **form(cast, place="解放路口", account=made.account, reason="路名"),
    )
    assert answer.status_code == 302
    entry = LogEntry.objects.filter(incident=made).latest("pk")
    assert (entry.changes, entry.text) == ({"place": ["和平路口", "解放路口"]}, "路名")


def test_nobody_writes_over_what_they_have_not_read(cast: Cast, officer: Client) -> None:
    made = incident(cast)
    page = officer.get(reverse("admin:incidents_incident_change", args=[made.pk])).content.decode()
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    assert page.count('name="seen"') == 1
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, account="其实是三户人家。")
    values = form(cast, place="解放路口", account=made.account, reason="路名", seen=seen)
    answer = send(officer, "incidents_incident_change", made.pk, **values)
    assert answer.status_code == 200
    assert "刷新页面" in answer.content.decode()
    made.refresh_from_db()
    assert (made.account, made.place) == ("其实是三户人家。", "和平路口")


def test_the_list_is_searched_by_words(cast: Cast, officer: Client) -> None:
    incident(cast, account="水塘边救起一人。", outcome="车牌湘D12345")
    incident(cast)

    def rows(words: str) -> int:
        page = officer.get(reverse("admin:incidents_incident_changelist"), {"q": words})
        return len(page.context["cl"].result_list)

    assert [rows(words) for words in ("", "水塘", "水塘 湘d", "塘", "龘", "和平路")] == [2, 1, 1, 1, 0, 2]


def test_what_is_verified_is_only_read(cast: Cast, officer: Client) -> None:
    made = verify_incident(actor=cast.actor("liaison_sg"), incident_id=incident(cast).pk)
    page = officer.get(reverse("admin:incidents_incident_change", args=[made.pk])).content.decode()
    assert 'name="account"' not in page
    assert send(officer, "incidents_incident_change", made.pk, **form(cast, place="别处")).status_code == 403
    made.refresh_from_db()
    assert made.place == "和平路口"


def test_parties_are_masked_and_the_log_is_there(cast: Cast, officer: Client) -> None:
    made = incident(cast, parties=[PartyEntry("victim", KNOWN)])
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, place="解放路口")
    page = officer.get(reverse("admin:incidents_incident_change", args=[made.pk])).content.decode()
    assert "王* · 139****5678" in page
    assert "和平路口 → 解放路口" in page
    assert not {KNOWN.name, KNOWN.phone, KNOWN.identity} & set(page.split())
    assert KNOWN.phone not in page


def test_decisions_one_by_one(cast: Cast, officer: Client) -> None:
    made = incident(cast, submit=False)
    assert send(officer, "incidents_incident_submit", made.pk).status_code == 302
    assert send(officer, "incidents_incident_return", made.pk, remark="").status_code == 200, "a remark is needed"
    assert send(officer, "incidents_incident_return", made.pk, remark="缺少时间").status_code == 302
    assert send(officer, "incidents_incident_submit", made.pk).status_code == 302
    assert send(officer, "incidents_incident_note", made.pk, text="已回访").status_code == 302
    assert send(officer, "incidents_incident_verify", made.pk, remark="").status_code == 302
    assert send(officer, "incidents_incident_withdraw", made.pk, reason="重复").status_code == 302
    assert send(officer, "incidents_incident_void", made.pk, reason="重复").status_code == 302
    kinds = list(LogEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["created", "submitted", "returned", "submitted", "note", "verified", "withdrawn", "voided"]


def test_what_changed_while_the_page_stood_open_is_not_verified(cast: Cast, officer: Client) -> None:
    made = incident(cast)
    page = officer.get(reverse("admin:incidents_incident_verify", args=[made.pk])).content.decode()
    seen = LogEntry.objects.latest("pk").pk
    assert f'value="{seen}"' in page
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, people_reached=900)
    answer = send(officer, "incidents_incident_verify", made.pk, remark="", seen=seen)
    assert answer.status_code == 200
    assert "刷新页面" in answer.content.decode()
    assert Incident.objects.get().state == "submitted"


def test_the_queue_is_decided_at_once_each_in_its_own_log(cast: Cast, officer: Client) -> None:
    waiting = [incident(cast, unit).pk for unit in ("sg11", "sg21", "zx11")]
    own = incident(cast, actor=cast.actor("liaison_hy"))
    page = officer.get(reverse("admin:incidents_incident_verify_queue")).content.decode()
    assert all(f'value="{pk}"' in page for pk in waiting)
    assert f'name="incidents" value="{own.pk}"' not in page
    seen = re.findall(r'name="seen" value="([\d. ]+)"', page)[0]
    answer = officer.post(
        reverse("admin:incidents_incident_verify_queue"),
        {"incidents": waiting[:2], "remark": "", "seen": seen},
        follow=True,
    )
    assert "已核实 2 起" in answer.content.decode()
    assert set(Incident.objects.filter(state="verified").values_list("pk", flat=True)) == set(waiting[:2])
    assert Context.objects.filter(metadata__action="incident.verify").count() == 2
    assert send(officer, "incidents_incident_verify_queue", incidents=[own.pk]).status_code == 200, "not on the list"
    assert send(officer, "incidents_incident_return_queue", incidents=waiting[2:], remark="缺时间").status_code == 302
    assert Incident.objects.get(pk=waiting[2]).state == "returned"


def test_a_party_is_added_sealed_and_shown_once_for_a_reason(cast: Cast, officer: Client) -> None:
    made = incident(cast)
    values = {"role": "victim", "name": KNOWN.name, "phone": KNOWN.phone, "identity": "", "address": "", "remarks": ""}
    assert send(officer, "incidents_incident_party", made.pk, **{**values, "phone": "12"}).status_code == 200
    assert send(officer, "incidents_incident_party", made.pk, **values).status_code == 302
    party = made.parties.get()
    assert send(officer, "incidents_incident_reveal", made.pk, party=party.pk, reason="").status_code == 200
    shown = send(officer, "incidents_incident_reveal", made.pk, party=party.pk, reason="回访")
    assert KNOWN.phone in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert ActionLog.objects.filter(action="incident.reveal_party").count() == 1


def test_kinds_are_the_top_units(cast: Cast, officer: Client) -> None:
    corps = cast.units["hy"].corps
    assert send(officer, "incidents_incidentkind_plant", corps=corps.pk).status_code == 302
    assert IncidentKind.objects.count() == len(DEFAULT_KINDS)
    kind = IncidentKind.objects.get(code="other")
    assert send(officer, "incidents_incidentkind_use", kind.pk, reason="").status_code == 302
    assert not IncidentKind.objects.get(code="other").active
    added = {"corps": corps.pk, "code": "drone", "name": "无人机巡查", "category": "other", "asks_quantity": ""}
    assert send(officer, "incidents_incidentkind_add", **added).status_code == 302
    again = send(officer, "incidents_incidentkind_add", **{**added, "name": "另一个"})
    assert again.status_code == 200
    made = IncidentKind.objects.get(code="drone")
    changed = {"name": "无人机", "category": "hazard", "asks_quantity": ""}
    assert send(officer, "incidents_incidentkind_change", made.pk, **changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.category) == ("无人机", "hazard")
    below = Client()
    below.force_login(cast.accounts["liaison_sg"])
    assert below.get(reverse("admin:incidents_incidentkind_plant")).status_code == 403
