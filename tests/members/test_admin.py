"""People in the admin: the roster's own search and pages, the record, the acts with a reason, imports and exports."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from corps.actors import SYSTEM
from corps.models import ActionLog
from members.enums import ImportState
from members.models import FunctionalGroup, Member, PartnerOrganisation, RosterImport
from members.operations import imports
from tests import admin_rows
from tests.admin_acts import act, send
from tests.cast import Cast
from tests.corps.test_admin_writes import secret_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def record(member: Member, **changes: Any) -> dict[str, Any]:
    """The form of the record as the browser sends it."""
    names: tuple[str, ...] = (
        "name",
        "phone",
        "occupation",
        "employer",
        "address",
        "political_status",
        "education",
        "emergency_name",
    )
    names += ("emergency_phone", "insurer", "policy_number", "recruiter", "remarks")
    values: dict[str, Any] = {name: getattr(member, name) for name in names}
    return {**values, "skills_text": "、".join(member.skills), "chosen_roles": member.roles, **changes}


def test_the_list_is_the_rosters_page_without_a_count(cast: Cast, officer: Client) -> None:
    for _number in range(60):
        admin_rows.member(cast, "sg11")
    url = reverse("admin:members_member_changelist")
    with CaptureQueriesContext(connection) as queries:
        page = officer.get(url).content.decode()
    assert not [one["sql"] for one in queries if "COUNT(*)" in one["sql"].upper() and "members_member" in one["sql"]]
    assert page.count("***********") == 50
    following = re.search(r'href="(\?after=[^"]+)" rel="next"', page)
    assert following is not None
    second = officer.get(url + following[1]).content.decode()
    assert second.count("***********") == 10
    back = re.search(r'href="(\?before=[^"]+)" rel="prev"', second)
    assert back is not None
    assert officer.get(url + back[1]).content.decode().count("***********") == 50


def test_search_and_filters_are_the_rosters_own(cast: Cast, officer: Client) -> None:
    found, other = admin_rows.member(cast, "sg11"), admin_rows.member(cast, "zx11")
    Member.objects.filter(pk=other.pk).update(status="left")
    url = reverse("admin:members_member_changelist")
    for asked in ({"q": found.phone}, {"q": found.identity_tail}, {"unit": cast.units["sg"].pk}, {"status": "active"}):
        page = officer.get(url, asked).content.decode()
        assert reverse("admin:members_member_change", args=[found.pk]) in page, asked
        assert reverse("admin:members_member_change", args=[other.pk]) not in page, asked
    assert (
        reverse("admin:members_member_change", args=[other.pk]) in officer.get(url, {"status": "left"}).content.decode()
    )
    # A unit outside the scope narrows nothing and tells nothing.
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    page = client.get(url, {"unit": cast.units["zx"].pk}).content.decode()
    assert "蒸湘" not in page


def test_a_member_is_added_and_edited_through_the_operations(cast: Cast, officer: Client) -> None:
    group = admin_rows.group(cast, "hy")
    sent = {
        "unit": cast.units["sg11"].pk,
        "name": "张 伟",
        "identity": "430405198001011239",
        "phone": "+86 138-1234-5678",
        "skills_text": "急救、驾驶",
        "chosen_groups": [group.pk],
        "teams": [cast.units["sg12"].pk],
        "reason": "报名",
    }
    assert send(officer, "members_member_add", **sent).status_code == 302
    member = Member.objects.get()
    assert (member.name, member.phone, member.skills) == ("张伟", "13812345678", ["急救", "驾驶"])
    assert [one.pk for one in member.groups.all()] == [group.pk]
    assert [one.unit_id for one in member.team_links.all()] == [cast.units["sg12"].pk]
    assert act("member.enrol")["reason"] == "报名"
    changed = record(member, employer="青山小学", chosen_groups=[], teams=[cast.units["sg12"].pk], reason="换工作")
    assert send(officer, "members_member_change", member.pk, **changed).status_code == 302
    member.refresh_from_db()
    assert (member.employer, member.skills) == ("青山小学", ["急救", "驾驶"])
    assert not member.groups.exists()
    history = officer.get(reverse("admin:members_member_history", args=[member.pk])).content.decode()
    assert "换工作" in history
    assert "青山小学" in history
    assert "13812345678" not in history
    assert group.name in history


def test_what_cannot_be_taken_is_told_at_its_field(cast: Cast, officer: Client) -> None:
    sent = {"unit": cast.units["sg11"].pk, "name": "张伟", "identity": "430405198001011230", "phone": "12345"}
    answer = send(officer, "members_member_add", **sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "430405198001011230" in page
    assert not Member.objects.exists()
    member = admin_rows.member(cast, "sg11")
    answer = send(officer, "members_member_change", member.pk, **record(member, phone="12345", reason="更正"))
    assert answer.status_code == 200
    assert "更正" in answer.content.decode()
    assert "errors" in answer.content.decode()


def test_the_acts_with_a_reason(cast: Cast, officer: Client) -> None:
    member = admin_rows.member(cast, "sg11")
    assert send(officer, "members_member_transfer", member.pk, unit=cast.units["sg12"].pk).status_code == 200
    moved = send(officer, "members_member_transfer", member.pk, unit=cast.units["sg12"].pk, reason="搬家")
    assert moved.status_code == 302
    assert send(officer, "members_member_status", member.pk, status="suspended").status_code == 200
    assert send(officer, "members_member_status", member.pk, status="suspended", reason="违纪").status_code == 302
    corrected = send(officer, "members_member_identity", member.pk, identity="11010519491231002X", reason="录错")
    assert corrected.status_code == 302
    member.refresh_from_db()
    assert (member.unit_id, member.status, member.identity_tail) == (cast.units["sg12"].pk, "suspended", "002X")
    assert [act(f"member.{one}")["reason"] for one in ("transfer", "status", "change_identity")] == [
        "搬家",
        "违纪",
        "录错",
    ]
    assert secret_of(send(officer, "members_member_reveal", member.pk, reason="核对证件")) == "11010519491231002X"
    assert ActionLog.objects.filter(object_type="member", reason="核对证件").exists()
    assert (
        "11010519491231002X"
        not in officer.get(reverse("admin:members_member_change", args=[member.pk])).content.decode()
    )


def test_exports_are_those_of_the_dashboard(cast: Cast, officer: Client) -> None:
    inside, outside = admin_rows.member(cast, "sg11"), admin_rows.member(cast, "zx11")
    url = reverse("admin:members_member_export")
    listed = officer.get(reverse("admin:members_member_changelist"), {"unit": cast.units["sg"].pk}).content.decode()
    assert f"{url}?unit={cast.units['sg'].pk}" in listed
    answer: Any = officer.post(f"{url}?unit={cast.units['sg'].pk}", {"columns": ["name", "phone"], "kind": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert inside.phone in text
    assert outside.phone not in text
    entry = ActionLog.objects.get(action="member.export")
    assert (entry.unit_id, entry.detail["rows"]) == (cast.units["sg"].pk, 1)
    refused = officer.post(url, {"columns": ["name", "identity"], "kind": "csv", "full_identity": "on"})
    assert refused.status_code == 200


def test_partners_and_groups_are_kept_by_operations(cast: Cast, officer: Client) -> None:
    corps = cast.units["hy"].corps_id
    assert send(officer, "members_partnerorganisation_add", corps=corps, name="蓝天救援队").status_code == 302
    partner = PartnerOrganisation.objects.get()
    edited = send(officer, "members_partnerorganisation_change", partner.pk, name="蓝天救援队", total_strength=80)
    assert edited.status_code == 302
    assert send(officer, "members_partnerorganisation_add", corps=corps, name="蓝天救援队").status_code == 200
    assert (
        send(officer, "members_functionalgroup_add", corps=corps, name="反诈宣传组", reason="新设").status_code == 302
    )
    assert act("group.add")["reason"] == "新设"
    group = FunctionalGroup.objects.get()
    member = admin_rows.member(cast, "sg11")
    member.group_links.create(group=group)
    assert send(officer, "members_functionalgroup_remove", group.pk, reason="误建").status_code == 200
    member.group_links.all().delete()
    assert send(officer, "members_functionalgroup_remove", group.pk, reason="误建").status_code == 302
    assert send(officer, "members_partnerorganisation_remove", partner.pk, reason="误建").status_code == 302


def test_a_roster_goes_in_and_out_again_through_the_admin(cast: Cast, officer: Client) -> None:
    sheet = "姓名,身份证号,中队\n张伟,430405198001011239,sg11\n王五,430405198001011230,sg11\n"
    url = reverse("admin:members_rosterimport_upload")
    assert officer.get(url).status_code == 200
    file = SimpleUploadedFile("花名册.csv", sheet.encode())
    answer = officer.post(url, {"unit": cast.units["sg"].pk, "file": file})
    made = RosterImport.objects.get()
    page_url = reverse("admin:members_rosterimport_change", args=[made.pk])
    assert answer["Location"] == page_url
    assert 'hx-trigger="every 2s"' in officer.get(page_url).content.decode()
    imports.stage_import(actor=SYSTEM, import_id=made.pk)
    made.refresh_from_db()
    assert made.state == ImportState.READY
    preview = officer.get(page_url).content.decode()
    assert "王五" in preview
    assert "430405198001011230" not in preview
    assert send(officer, "members_rosterimport_apply", made.pk).status_code == 302
    imports.carry_out_apply(actor=SYSTEM, import_id=made.pk)
    assert Member.objects.get().name == "张伟"
    rejects = send(officer, "members_rosterimport_rejects", made.pk)
    assert "attachment" in rejects["Content-Disposition"]
    assert send(officer, "members_rosterimport_undo", made.pk).status_code == 302
    imports.carry_out_undo(actor=SYSTEM, import_id=made.pk)
    assert not Member.objects.exists()
    wrong = SimpleUploadedFile("照片.xlsx", b"\x89PNG\r\n\x1a\n")
    refused = officer.post(url, {"unit": cast.units["sg"].pk, "file": wrong})
    assert refused.status_code in {200, 302}
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    outside = client.post(url, {"unit": cast.units["zx"].pk, "file": SimpleUploadedFile("a.csv", sheet.encode())})
    assert outside.status_code == 200
    assert RosterImport.objects.filter(unit=cast.units["zx"]).count() == 0
