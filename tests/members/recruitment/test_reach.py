"""Whom of the applicants which unit sees, and where who comes back is at home."""

import pytest
from django.core.cache import cache
from django.test import Client

from corps.actors import SYSTEM
from corps.queries.scope import current_tree
from members.enums import MemberStatus
from members.models import Application, Member
from members.operations import people
from members.operations.recruitment.deciding import decide
from members.queries.recruiters import people_of_partner
from members.queries.recruitment import application_of, decided_in
from members.views import applicants
from tests import admin_rows
from tests.cast import Cast
from tests.members.recruitment.stage import form, open_page
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def test_who_moved_on_to_another_area_is_named_and_no_more(client: Client, cast: Cast) -> None:
    captain, other = cast.actor("captain_sg"), cast.actor("liaison_hy")
    row = admin_rows.application(cast, "sg11")
    decide(actor=captain, application_ids=[row.pk], step="vet")
    decide(actor=captain, application_ids=[row.pk], step="admit")
    member = Member.objects.get(pk=row.member_id)
    assert application_of(captain, row.pk).here
    people.transfer(actor=other, member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="搬家")
    found = application_of(captain, row.pk)
    assert (found.name, found.phone, found.identity, found.here) == (member.name, "", "", False)
    assert application_of(other, row.pk).phone
    client.force_login(captain)
    shown = client.get("/u/sg/applicants/").content.decode()
    assert member.name in shown
    assert f"/members/{member.pk}/" not in shown
    told = client.get(f"/api/v1/applications/{row.pk}/").json()
    assert (told["phone"], told["identity"]) == ("", "")


def test_who_comes_back_is_at_home_where_they_applied(cast: Cast) -> None:
    open_page(cast)
    captain, number = cast.actor("captain_sg"), identity_number(166)
    known = person(cast.units["sg12"].pk, "孙立", identity=number)
    people.change_status(actor=captain, member_id=known.pk, status=MemberStatus.LEFT, reason="搬家")
    # Left open by a roster that was imported over it.
    Application.objects.create(unit=cast.units["sg12"], member=known, source="page")
    Client().post("/join/sg11/", form(identity=number, name="孙立"))
    row = Application.objects.latest("pk")
    decide(actor=captain, application_ids=[row.pk], step="take_up")
    known.refresh_from_db()
    assert (known.unit_id, known.status) == (cast.units["sg11"].pk, MemberStatus.APPLICANT)
    decide(actor=captain, application_ids=[row.pk], step="vet")
    decide(actor=captain, application_ids=[row.pk], step="admit")
    assert set(Application.objects.values_list("state", flat=True)) == {"accepted", "refused"}


def test_what_was_decided_last_stands_at_the_top(cast: Cast) -> None:
    captain, unit = cast.actor("captain_sg"), current_tree().nodes[cast.units["sg"].pk]
    rows = [admin_rows.application(cast, "sg11") for _number in range(3)]
    for row in (rows[1], rows[0]):
        decide(actor=captain, application_ids=[row.pk], step="refuse", reason="不住本区")
    assert [one.application.pk for one in decided_in(captain, unit)] == [rows[0].pk, rows[1].pk]


def test_who_was_not_admitted_is_none_of_a_partners_people(cast: Cast) -> None:
    partner = admin_rows.partner(cast, "sg11")
    unit_id = cast.units["sg11"].pk
    here = person(unit_id, "王芳", partner=partner)
    person(unit_id, "孙立", partner=partner, status="refused", joined_on=None, status_reason="超龄")
    applicant = person(unit_id, "李娜", partner=partner, status="applicant", joined_on=None)
    found = people_of_partner(SYSTEM, current_tree().nodes[unit_id], partner.pk)
    assert {one.pk for one in found} == {here.pk, applicant.pk}


def test_a_long_list_of_recruiters_is_cut_and_says_so(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        admin_rows.recruiter(cast, "sg11")
    client.force_login(cast.actor("captain_sg"))
    assert "导出的表格" not in client.get("/u/sg/recruiters/").content.decode()
    monkeypatch.setattr(applicants, "RECRUITERS_SHOWN", 2)
    shown = client.get("/u/sg/recruiters/").content.decode()
    assert shown.count('<tr class="y-apply"') == 2
    assert "共 3 人" in shown
