"""What an erasure leaves of others: longer names, namesakes with an account, words that are no names."""

import datetime as dt

from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import ActionLog
from corps.operations.accounts import create_account
from corps.operations.context import acting
from corps.operations.erasing import redacted, usable_words
from corps.operations.trail import record, record_refusal
from corps.personal import WORD
from corps.queries.chain import verify
from duties.enums import AttendanceStatus
from duties.operations.attendance import Entry, record_list
from incidents.models import Incident
from members.enums import MemberStatus
from members.models import Member, TeamMembership
from members.operations import people
from tests.cast import Cast
from tests.duties.stage import duties_of
from tests.incidents.log import incident
from tests.incidents.test_erasure import erase, leaks
from tests.members.roster import person


def left(cast: Cast, member: Member) -> Member:
    people.change_status(actor=cast.actor("captain_sg"), member_id=member.pk, status=MemberStatus.LEFT, reason="搬家")
    return Member.objects.get(pk=member.pk)


def test_words_are_taken_out_whole() -> None:
    assert redacted("王伟、王伟明和王小伟", ["王伟"], ["王伟明", "王小伟"]) == f"{WORD}、王伟明和王小伟"
    assert redacted("王伟明天值班", ["王伟"]) == f"{WORD}明天值班"
    # Who is erased under both names loses both.
    assert redacted("王伟明，原名王伟", ["王伟明", "王伟"], ["王伟明"]) == f"{WORD}，原名{WORD}"
    # The neutral word is not taken apart by somebody with an odd name.
    assert redacted(f"{WORD}和人员", ["人员"]) == f"{WORD}和{WORD}"
    assert redacted("王伟", []) == "王伟"
    assert usable_words(["110", "王伟", None, "13800001111"]) == ["13800001111", "王伟"]


def test_a_longer_name_in_the_same_shift_and_incident_stays_whole(cast: Cast) -> None:
    duties, unit_id = duties_of(cast), cast.units["sg11"].pk
    short, long = person(unit_id, "王伟", emergency_name="母亲"), person(unit_id, "王伟明")
    duties.people |= {"王伟": short, "王伟明": long}
    text = "王伟带队，王伟明随车，母亲节加派"
    shift = duties.begun(minutes_ago=300, minutes=60, people=["王伟", "王伟明"], remarks=text)
    entries = [Entry(short.pk, AttendanceStatus.PRESENT), Entry(long.pk, AttendanceStatus.PRESENT)]
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=entries)
    incident(cast, "sg11", account=text, participant_ids=[short.pk, long.pk])
    erase(cast, left(cast, short))
    shift.refresh_from_db()
    said = f"{WORD}带队，王伟明随车，母亲节加派"
    assert (shift.remarks, Incident.objects.get().account) == (said, said)


def test_the_entries_of_a_namesake_with_an_account_keep_their_actor(cast: Cast) -> None:
    unit_id = cast.units["sg11"].pk
    member = person(unit_id, "王伟")
    own = create_account(actor=SYSTEM, username="wangwei1", display_name="王伟", unit_id=unit_id, phone="").account
    other = create_account(actor=SYSTEM, username="wangwei2", display_name="王伟", unit_id=unit_id, phone="").account
    Member.objects.filter(pk=member.pk).update(account=own)
    record(actor=own, action="session.start")
    record(actor=other, action="session.start")
    record(actor=None, action="session.refuse", actor_name="wangwei1")
    erase(cast, left(cast, member))
    names = dict(ActionLog.objects.filter(action="session.start").values_list("account_id", "actor_name"))
    assert names == {own.pk: WORD, other.pk: str(other)}
    assert ActionLog.objects.get(action="session.refuse").actor_name == WORD
    assert verify().broken is None


def test_sentences_of_refused_acts_are_found_by_the_name(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "欧阳慕白")
    refusal = Refusal("欧阳慕白不能再领“对讲机”。", code="equipment.entitled", place="欧阳慕白")
    record_refusal(
        actor=cast.actor("captain_sg"), action="equipment.import", unit_id=cast.units["sg"].pk, refusal=refusal
    )
    erase(cast, left(cast, member))
    entry = ActionLog.objects.get(action="equipment.import")
    assert entry.reason == f"{WORD}不能再领“对讲机”。"
    assert leaks(("欧阳慕白",)) == []
    assert verify().broken is None


def test_the_longest_reason_can_be_confirmed(client: Client, cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "王伟", joined_on=dt.date(2024, 1, 1))
    left(cast, member)
    client.force_login(cast.actor("liaison_sg"))
    path = f"/members/{member.pk}/erase/"
    shown = client.post(path, {"reason": "本" * 200})
    token = shown.context["form"].initial["token"]
    answer = client.post(path, {"token": token, "name": "王伟"})
    assert answer.status_code == 302
    assert Member.objects.get(pk=member.pk).name == WORD


def test_reasons_of_groups_left_long_ago_go_as_well(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "欧阳慕白")
    with acting(actor=cast.actor("captain_sg"), action="member.groups", reason="欧阳慕白会游泳"):
        link = TeamMembership.objects.create(member=member, unit=cast.units["sg12"])
    with acting(actor=cast.actor("captain_sg"), action="member.groups", reason="欧阳慕白不去了"):
        link.delete()
    erase(cast, left(cast, member))
    assert leaks(("欧阳慕白",)) == []
