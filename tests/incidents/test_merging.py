"""Two records of one person: everything goes over, conflicts are named, the merged one counts nowhere."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.personal import WORD
from corps.queries.scope import current_tree
from duties.enums import AttendanceStatus
from duties.models import Assignment, Attendance
from duties.operations import attendance, shifts
from incidents.models import Participant
from incidents.operations.merging import CARRIED, STAYS, merge_members
from incidents.queries.merging import obstacles_to_merging
from members.enums import MemberStatus
from members.models import Distinction, FunctionalGroup, GroupMembership, Member, Merger, Proposal, TeamMembership
from members.operations import people
from members.operations.duplicates import list_again, tell_apart
from members.operations.transfers import ask_transfer
from members.queries.counts import member_counts
from members.queries.duplicates import probable_twins, told_apart, twins_of
from stats.catalogue import SOURCES
from stats.catalogue.columns import sql_of
from tests import admin_rows
from tests.cast import Cast
from tests.members.life.cases import pair, with_account
from tests.members.roster import person


def merge(cast: Cast, merged: Member, into: Member, actor: str = "liaison_sg") -> Merger:
    return merge_members(actor=cast.actor(actor), merged_id=merged.pk, into_id=into.pk, reason="重复登记")


def served(cast: Cast, member: Member, starts: dt.datetime) -> None:
    """A shift the member was at."""
    made = shifts.plan_shift(
        actor=SYSTEM,
        unit_id=member.unit_id,
        kind_id=admin_rows.duty_kind(cast, "sg11").pk,
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=2),
        needed=1,
        member_ids=[member.pk],
    )
    attendance.record_list(
        actor=SYSTEM, shift_id=made.pk, entries=[attendance.Entry(member.pk, AttendanceStatus.PRESENT)]
    )


NIGHT = dt.datetime(2022, 11, 3, 19, 30, tzinfo=dt.UTC)


def test_everything_goes_over_and_the_pointer_stays(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    Member.objects.filter(pk=merged.pk).update(
        phone="13700000001", employer="新厂", joined_on=dt.date(2020, 1, 1), skills=["急救"]
    )
    Member.objects.filter(pk=into.pk).update(phone="", employer="")
    group = FunctionalGroup.objects.create(corps=cast.units["hy"].corps, name="巡逻组")
    for one in (into, merged):
        GroupMembership.objects.create(member=one, group=group)
    TeamMembership.objects.create(member=merged, unit=cast.units["sg12"])
    served(cast, merged, NIGHT)
    served(cast, into, NIGHT + dt.timedelta(days=1))
    account = with_account(merged)
    request = ask_transfer(actor=SYSTEM, member_id=merged.pk, unit_id=cast.units["zx11"].pk, reason="搬家")
    done = merge(cast, merged, into)
    into.refresh_from_db()
    merged.refresh_from_db()
    request.refresh_from_db()
    assert (into.phone, into.employer, into.joined_on, into.skills) == (
        "13700000001",
        "新厂",
        dt.date(2020, 1, 1),
        ["急救"],
    )
    assert (merged.status, merged.account_id, into.account_id) == (MemberStatus.MERGED, None, account.pk)
    assert Attendance.objects.filter(member=into).count() == Assignment.objects.filter(member=into).count() == 2
    assert GroupMembership.objects.get().member == into
    assert TeamMembership.objects.get().member == into
    assert request.state == "withdrawn"
    assert merged.merged_into == done
    assert done.carried["duties.Attendance.member"] == 1


def test_a_merged_record_counts_nowhere_and_changes_no_more(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    merge(cast, merged, into)
    counts = member_counts(cast.actor("liaison_sg"), cast.units["sg11"].pk)
    assert counts[cast.units["sg11"].pk].own == 1
    joined = SOURCES["joined"]
    with_sql = Member.objects.extra(where=[sql_of(joined, joined.where)])  # noqa: S610 - a constant of the catalogue
    assert list(with_sql.filter(unit=cast.units["sg11"])) == [into]
    with pytest.raises(Refusal) as refused:
        people.edit(actor=cast.actor("liaison_sg"), member_id=merged.pk, particulars={"employer": "新厂"})
    assert refused.value.code == "member.merged"
    with pytest.raises(Refusal):
        merge(cast, merged, into)


def test_both_on_duty_at_the_same_time_is_named_and_refused(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    served(cast, merged, NIGHT)
    served(cast, into, NIGHT + dt.timedelta(hours=1))
    found = obstacles_to_merging(cast.actor("liaison_sg"), merged, into)
    assert len(found) == 1
    assert "11-04" in found[0]
    with pytest.raises(Refusal) as refused:
        merge(cast, merged, into)
    assert refused.value.code == "member.merge_conflict"
    assert Attendance.objects.filter(member=merged).count() == 1


def test_two_accounts_are_a_conflict(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    with_account(into)
    with_account(merged)
    with pytest.raises(Refusal):
        merge(cast, merged, into)


def test_only_the_liaison_officer_of_both_units_merges(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    with pytest.raises(PermissionDenied):
        merge(cast, merged, into, "captain_sg")
    far = person(cast.units["zx11"].pk, "周双", birth_date=into.birth_date)
    with pytest.raises(Exception, match="no such members"):
        merge(cast, far, into, "liaison_sg")
    merge(cast, far, into, "liaison_hy")


def test_an_incident_in_which_both_took_part_counts_the_person_once(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    happened = admin_rows.incident(cast, "sg11")
    for one in (into, merged):
        Participant.objects.create(incident=happened, member=one, unit=cast.units["sg11"])
    merge(cast, merged, into)
    assert Participant.objects.get(incident=happened).member == into


def test_what_was_proposed_of_the_merged_record_is_settled(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    proposal = Proposal.objects.create(member=merged, fields=["phone"], entered={"phone": "1"}, present={"phone": ""})
    merge(cast, merged, into)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_probable_pairs_are_found_by_name_and_birth_and_by_phone(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    person(cast.units["sg11"].pk, "周双")
    third = person(cast.units["sg12"].pk, "周霜", phone=one.phone, birth_date=one.birth_date)
    officer = cast.actor("liaison_sg")
    found = {
        frozenset((twins.one.pk, twins.other.pk))
        for twins in probable_twins(officer, current_tree().nodes[cast.units["sg11"].pk])
    }
    assert found == {frozenset((one.pk, other.pk)), frozenset((one.pk, third.pk))}
    assert {twins.other.pk for twins in twins_of(officer, one)} == {other.pk, third.pk}
    assert probable_twins(cast.actor("liaison_sg"), current_tree().nodes[cast.units["sg21"].pk]) == []


def test_every_pointer_to_a_member_goes_over_or_stays_on_purpose() -> None:
    found = set()
    for model in apps.get_models():
        if model._meta.app_label not in {"members", "duties", "incidents", "stats"} or model.__name__.endswith("Event"):
            continue
        found |= {
            f"{model._meta.app_label}.{model.__name__}.{field.name}"
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model is Member
        }
    assert found == {one.name for one in CARRIED} | STAYS


def test_the_pages_show_both_and_merge(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    assert "周双" in client.get("/u/sg/duplicates/").content.decode()
    assert client.get(f"/members/{into.pk}/twins/").status_code == 200
    page = f"/members/{merged.pk}/merge/{into.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": ""}).status_code == 200
    assert client.post(page, {"reason": "重复登记"}).headers["Location"] == f"/members/{into.pk}/"
    shown = client.get(f"/members/{merged.pk}/").content.decode()
    assert f"/members/{into.pk}/" in shown


def test_a_pair_of_two_people_is_listed_no_more_until_that_is_taken_back(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    officer, unit = cast.actor("liaison_sg"), current_tree().nodes[cast.units["sg11"].pk]
    with pytest.raises(Refusal):
        tell_apart(actor=officer, one_id=one.pk, other_id=other.pk, reason=" ")
    told = tell_apart(actor=officer, one_id=other.pk, other_id=one.pk, reason="父子同名")
    assert tell_apart(actor=officer, one_id=one.pk, other_id=other.pk, reason="又说一遍") == told
    assert (told.one, told.other, told.reason) == (one, other, "父子同名")
    assert probable_twins(officer, unit) == twins_of(officer, one) == twins_of(officer, other) == []
    assert told_apart(officer, unit) == [told]
    with pytest.raises(Refusal, match="父子同名"):
        merge(cast, other, one)
    list_again(actor=officer, distinction_id=told.pk)
    assert len(probable_twins(officer, unit)) == 1
    merge(cast, other, one)
    with pytest.raises(Refusal) as refused:
        tell_apart(actor=officer, one_id=one.pk, other_id=other.pk, reason="父子同名")
    assert refused.value.code == "pair.merged"


def test_only_who_may_merge_both_tells_them_apart_and_lists_them_again(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    far = person(cast.units["zx11"].pk, one.name, birth_date=one.birth_date)
    with pytest.raises(PermissionDenied):
        tell_apart(actor=cast.actor("captain_sg"), one_id=one.pk, other_id=other.pk, reason="两个人")
    with pytest.raises(Http404):
        tell_apart(actor=cast.actor("liaison_sg"), one_id=one.pk, other_id=far.pk, reason="两个人")
    told = tell_apart(actor=cast.actor("liaison_hy"), one_id=one.pk, other_id=far.pk, reason="两个人")
    with pytest.raises(Http404):
        list_again(actor=cast.actor("liaison_sg"), distinction_id=told.pk)
    assert told_apart(cast.actor("liaison_sg"), current_tree().nodes[cast.units["sg"].pk]) == []


def test_the_page_tells_two_people_apart_and_lists_them_again(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    page = f"/members/{one.pk}/apart/{other.pk}/"
    sent = client.post(page, {"reason": "父子同名", "back": "/u/sg/duplicates/"})
    assert sent.headers["Location"] == "/u/sg/duplicates/"
    shown = client.get("/u/sg/duplicates/").content.decode()
    assert "父子同名" in shown
    assert f"/members/{other.pk}/merge/{one.pk}/" not in shown
    told = Distinction.objects.get()
    for odd in ("//example.org/u/sg/duplicates/", "no address", "9999-12-31T23:59", "/admin/"):
        refused = client.post(page, {"reason": " ", "back": odd})
        assert refused.headers["Location"] == f"/members/{one.pk}/twins/", odd
    elsewhere = client.post(f"/apart/{told.pk}/again/", {"back": "https://example.org/"})
    assert elsewhere.headers["Location"] == f"/members/{one.pk}/twins/"
    assert f"/members/{other.pk}/merge/{one.pk}/" in client.get("/u/sg/duplicates/").content.decode()


def test_the_admin_site_merges_and_tells_apart(cast: Cast) -> None:
    one, other = pair(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    apart = f"/admin/members/member/{one.pk}/tell-apart/"
    assert str(other.identity_tail) in client.get(apart).content.decode()
    client.post(apart, {"other": other.pk, "reason": "父子同名"})
    told = Distinction.objects.get()
    assert "父子同名" in client.get("/admin/members/distinction/").content.decode()
    client.post(f"/admin/members/distinction/{told.pk}/list-again/", {"reason": ""})
    assert not Distinction.objects.exists()
    client.post(f"/admin/members/member/{other.pk}/merge/", {"other": one.pk, "reason": "重复登记"})
    assert Merger.objects.get().into == one
    assert "重复登记" in client.get("/admin/members/merger/").content.decode()


def test_merging_makes_nobody_less_of_a_member(cast: Cast) -> None:
    present, gone = pair(cast, "sg11")
    Member.objects.filter(pk=gone.pk).update(status="left", status_on=dt.date(2024, 1, 1))
    with pytest.raises(Refusal) as refused:
        merge(cast, present, gone)
    assert refused.value.code == "member.merge_conflict"
    merge(cast, gone, present)
    present.refresh_from_db()
    assert present.status == MemberStatus.ACTIVE


def test_what_belongs_together_is_filled_in_together(cast: Cast) -> None:
    into, merged = pair(cast, "sg11")
    Member.objects.filter(pk=into.pk).update(emergency_name="李芳", emergency_phone="", insurer="", policy_number="")
    Member.objects.filter(pk=merged.pk).update(
        emergency_name="王强", emergency_phone="13700000009", insurer="人保", policy_number="P1"
    )
    merge(cast, merged, into)
    into.refresh_from_db()
    assert (into.emergency_name, into.emergency_phone) == ("李芳", "")
    assert (into.insurer, into.policy_number) == ("人保", "P1")


def test_people_who_were_erased_are_nobodys_duplicates(cast: Cast) -> None:
    born = dt.date(1980, 1, 1)
    one, other = (
        person(cast.units["sg11"].pk, WORD, birth_date=born, status="left", status_on=born, phone="") for _ in "12"
    )
    Member.objects.filter(pk__in=(one.pk, other.pk)).update(identity_head="", identity_tail="")
    officer = cast.actor("liaison_sg")
    assert probable_twins(officer, current_tree().nodes[cast.units["sg11"].pk]) == twins_of(officer, one) == []
    with pytest.raises(Refusal) as refused:
        merge(cast, other, one)
    assert refused.value.code == "member.merge_conflict"
