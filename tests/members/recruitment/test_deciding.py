"""What captains decide, who may, and recruiters' and partners' standing."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.queries.scope import current_tree
from members.enums import MemberStatus
from members.models import Application, Member, PrivacyNotice, Recruiter
from members.operations import people
from members.operations.catalogues import add_partner, edit_partner
from members.operations.recruitment.deciding import decide
from members.operations.recruitment.recruiters import add_recruiter, edit_recruiter
from members.queries.recruiters import partner_standing, standings
from tests import admin_rows
from tests.cast import Cast
from tests.members.recruitment.stage import form, open_page
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db

# Session, account, the tree's version, appointments; the page, who waits, who was decided on.
QUERIES_OF_THE_QUEUE = 7


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_vetted_then_on_probation_or_admitted(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    first, second = admin_rows.application(cast, "sg11"), admin_rows.application(cast, "sg11")
    assert refused(lambda: decide(actor=captain, application_ids=[first.pk], step="admit")) == "join.step"
    assert decide(actor=captain, application_ids=[first.pk, second.pk], step="vet") == 2
    decide(actor=captain, application_ids=[first.pk], step="probation")
    decide(actor=captain, application_ids=[second.pk], step="admit")
    statuses = {one.pk: Member.objects.get(pk=one.member_id) for one in (first, second)}
    assert [statuses[first.pk].status, statuses[second.pk].status] == ["probation", "active"]
    assert all(one.joined_on is not None for one in statuses.values())
    first.refresh_from_db()
    assert (first.state, first.decided_by) == ("accepted", captain)
    assert refused(lambda: decide(actor=captain, application_ids=[first.pk], step="refuse", reason="晚")) == "join.step"


def test_all_or_none(cast: Cast) -> None:
    captain = cast.actor("captain_sg")
    first, second = admin_rows.application(cast, "sg11"), admin_rows.application(cast, "sg12")
    decide(actor=captain, application_ids=[second.pk], step="vet")
    both = [first.pk, second.pk]
    assert refused(lambda: decide(actor=captain, application_ids=both, step="vet")) == "join.step"
    assert Member.objects.get(pk=first.member_id).status == MemberStatus.APPLICANT
    assert refused(lambda: decide(actor=captain, application_ids=[], step="vet")) == "join.nothing"
    assert refused(lambda: decide(actor=captain, application_ids=both, step="promote")) == "join.nothing"
    assert refused(lambda: decide(actor=captain, application_ids=both, step="refuse", reason=" ")) == "join.reason"


def test_only_who_may_admit_in_the_unit(cast: Cast) -> None:
    row = admin_rows.application(cast, "sg11")
    for name in ("captain_zx", "commissar_sg", "inspector_sg", "member_sg11"):
        with pytest.raises((Http404, PermissionDenied)):
            decide(actor=cast.actor(name), application_ids=[row.pk], step="vet")
    assert Member.objects.get(pk=row.member_id).status == MemberStatus.APPLICANT


def test_who_left_applies_again_and_the_old_record_goes_on(client: Client, cast: Cast) -> None:
    open_page(cast)
    captain = cast.actor("captain_sg")
    number = identity_number(66)
    known = person(cast.units["sg12"].pk, "孙立", identity=number)
    people.change_status(actor=captain, member_id=known.pk, status=MemberStatus.LEFT, reason="搬家")
    client.post("/join/sg11/", form(identity=number, name="孙立"))
    row = Application.objects.get()
    assert row.duplicate_of == known
    assert refused(lambda: decide(actor=captain, application_ids=[row.pk], step="vet")) == "join.step"
    decide(actor=captain, application_ids=[row.pk], step="take_up")
    row.refresh_from_db()
    assert row.member == known
    assert row.duplicate_of_id is None
    assert not row.entered_sealed
    assert Member.objects.get(pk=known.pk).status == MemberStatus.APPLICANT
    decide(actor=captain, application_ids=[row.pk], step="vet")


def test_a_duplicate_is_refused_and_what_was_entered_goes(client: Client, cast: Cast) -> None:
    open_page(cast)
    number = identity_number(67)
    person(cast.units["zx11"].pk, "孙立", identity=number)
    client.post("/join/sg11/", form(identity=number))
    row = Application.objects.get()
    captain = cast.actor("captain_sg")
    assert refused(lambda: decide(actor=captain, application_ids=[row.pk], step="take_up")) in {
        "join.step",
        "join.elsewhere",
    }
    decide(actor=captain, application_ids=[row.pk], step="refuse", reason="已是其他中队队员")
    row.refresh_from_db()
    assert (row.state, row.entered_sealed) == ("refused", None)
    assert Member.objects.get(name="孙立").status == MemberStatus.ACTIVE


def test_the_queue_page(client: Client, cast: Cast, django_assert_num_queries: Any) -> None:
    client.force_login(cast.actor("captain_sg"))
    assert "目前没有" in client.get("/u/sg/applicants/").content.decode()
    row = admin_rows.application(cast, "sg11")
    client.get("/u/sg/applicants/")
    with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
        client.get("/u/sg/applicants/")
    for _number in range(12):
        admin_rows.application(cast, "sg12")
    with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
        shown = client.get("/u/sg/applicants/").content.decode()
    assert shown.count("<tr data-row") == 13
    answer = client.post("/u/sg/applicants/decide/", {"do": f"vet:{row.pk}"}, follow=True)
    assert "审核通过" in answer.content.decode()
    assert Member.objects.get(pk=row.member_id).status == MemberStatus.VETTED
    ticked = client.post("/u/sg/applicants/decide/", {"do": "refuse", "id": [row.pk]}, follow=True)
    assert "理由" in ticked.content.decode()
    client.post("/u/sg/applicants/decide/", {"do": "refuse", "id": [row.pk], "reason": "住址不在辖区"})
    assert Member.objects.get(pk=row.member_id).status_reason == "住址不在辖区"


def test_the_poster(client: Client, cast: Cast) -> None:
    client.force_login(cast.actor("captain_sg"))
    assert client.get("/u/sg11/join/poster/").headers["Location"] == "/u/sg11/join/"
    open_page(cast)
    poster = client.get("/u/sg11/join/poster/").content.decode()
    assert "<svg" in poster
    assert "<script" not in poster
    assert "style=" not in poster
    recruiter = add_recruiter(actor=SYSTEM, unit_id=cast.units["sg11"].pk, name="李警官", category="auxiliary")
    assert "李警官" in client.get(f"/u/sg11/join/poster/?by={recruiter.code}").content.decode()


def test_recruiters_stand_against_their_targets(client: Client, cast: Cast) -> None:
    captain, unit = cast.actor("captain_sg"), cast.units["sg11"]
    police = add_recruiter(actor=captain, unit_id=unit.pk, name="李警官", category="auxiliary")
    clerk = add_recruiter(actor=captain, unit_id=unit.pk, name="王户籍", category="household")
    assert (police.target, clerk.target) == (3, 30)
    # By the roster's words where the name is one recruiter's; candidates have applied, but not joined.
    for number in range(3):
        person(cast.units["sg12"].pk, f"队员{number}", recruiter="李警官")
    person(unit.pk, "候选", recruiter="王户籍", status="applicant", joined_on=None)
    open_page(cast)
    client.post("/join/sg11/", form(by=clerk.code))
    found = {one.recruiter.name: one for one in standings(captain, current_tree().nodes[cast.units["sg"].pk])}
    assert (found["李警官"].applied, found["李警官"].joined, found["李警官"].reached) == (3, 3, True)
    assert (found["王户籍"].applied, found["王户籍"].joined, found["王户籍"].missing) == (2, 0, 30)
    # A second recruiter of the same name: words alone tell nothing any more.
    add_recruiter(actor=captain, unit_id=unit.pk, name="李警官", category="other")
    again = standings(captain, current_tree().nodes[cast.units["sg"].pk])
    assert [one.applied for one in again if one.recruiter.name == "李警官"] == [0, 0]
    client.force_login(captain)
    assert "王户籍" in client.get("/u/sg/recruiters/").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/u/sg/recruiters/export/").content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert ["王户籍", "户籍民警", "一中队", None, 30, 2, 0, 30] in [
        [one or None if isinstance(one, str) else one for one in row] for row in rows
    ]


def test_recruiters_refuse_nonsense(cast: Cast) -> None:
    captain, unit_id = cast.actor("captain_sg"), cast.units["sg11"].pk

    def add(**values: Any) -> Any:
        return add_recruiter(actor=captain, unit_id=unit_id, **{"name": "李警官", "category": "auxiliary", **values})

    assert refused(lambda: add(name=" ")) == "recruiter.name"
    assert refused(lambda: add(category="king")) == "recruiter.category"
    assert refused(lambda: add(target=-1)) == "recruiter.target"
    assert refused(lambda: add(station_id=10**9)) == "recruiter.foreign"
    made = add(target=5)
    edit_recruiter(actor=captain, recruiter_id=made.pk, name="李警官", category="auxiliary", target=7, active=False)
    changed = Recruiter.objects.get(pk=made.pk)
    assert (changed.target, changed.active, changed.code) == (7, False, made.code)
    with pytest.raises(Http404):
        edit_recruiter(actor=cast.actor("captain_zx"), recruiter_id=made.pk, name="x", category="other")


def test_a_partner_is_counted_apart(client: Client, cast: Cast) -> None:
    partner = add_partner(actor=SYSTEM, corps_id=cast.units["hy"].corps_id, name="蓝天救援队", total_strength=40)
    for number, status in enumerate(("active", "probation", "left", "applicant")):
        person(cast.units["sg11"].pk, f"队员{number}", partner=partner, status=status)
    person(cast.units["zx11"].pk, "别处", partner=partner)
    captain = cast.actor("captain_sg")
    found = partner_standing(captain, current_tree().nodes[cast.units["sg"].pk], partner.pk)
    assert (found.enrolled, found.candidates, found.left, found.percent) == (2, 1, 1, "5.0")
    client.force_login(captain)
    shown = client.get(f"/u/sg/partners/{partner.pk}/").content.decode()
    assert "队员0" in shown
    assert "别处" not in shown
    assert "5.0 %" in client.get("/u/sg/partners/").content.decode()
    assert client.get("/u/sg/partners/999999/").status_code == 404
    came, went = dt.date(2025, 1, 1), dt.date(2024, 1, 1)
    stay = refused(lambda: edit_partner(actor=SYSTEM, partner_id=partner.pk, name="蓝天", joined_on=came, left_on=went))
    assert stay == "partner.stay"


def test_a_published_notice_is_never_changed(cast: Cast) -> None:
    open_page(cast)
    for change in (lambda: PrivacyNotice.objects.update(text="别的"), lambda: PrivacyNotice.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_api(client: Client, cast: Cast) -> None:
    row = admin_rows.application(cast, "sg11")
    client.force_login(cast.actor("captain_sg"))
    listed = client.get("/api/v1/applications/?waiting=1").json()
    assert [one["id"] for one in listed["results"]] == [row.pk]
    assert "*" in listed["results"][0]["identity"]
    path = f"/api/v1/applications/{row.pk}/decide/"
    assert client.post(path, {"step": "refuse"}, content_type="application/json").status_code == 409
    done = client.post(path, {"step": "vet"}, content_type="application/json").json()
    assert (done["status"], done["steps"]) == ("vetted", ["probation", "admit", "refuse"])
    client.force_login(cast.actor("captain_zx"))
    assert client.get(f"/api/v1/applications/{row.pk}/").status_code == 404
