"""Operations on one member: what is written, what is refused and how it is said."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.crypto import unseal
from corps.errors import Refusal
from corps.models import ActionLog
from corps.queries.scope import local_today
from members.enums import MemberStatus
from members.models import FunctionalGroup, Member
from members.models.people import IDENTITY_PURPOSE
from members.operations import people
from tests.cast import Cast

ZHANG = "430405198001011239"
LI = "11010519491231002X"


def enrol(cast: Cast, unit: str = "sg11", identity: str = ZHANG, actor: str = "captain_sg1", **more: object) -> Member:
    return people.enrol(
        actor=cast.actor(actor), unit_id=cast.units[unit].pk, identity=identity, particulars={"name": "张 伟", **more}
    )


def test_enrolling_cleans_seals_and_derives(cast: Cast) -> None:
    member = enrol(cast, phone="+86 138-1234-5678", occupation="保安", skills="急救、驾驶", joined_on="2022年11月3日")
    member.refresh_from_db()
    assert (member.name, member.phone, member.occupation) == ("张伟", "13812345678", "guard")
    assert (member.sex, member.birth_date.isoformat()) == ("1", "1980-01-01")
    assert member.skills == ["急救", "驾驶"]
    assert member.joined_on is not None
    assert member.joined_on.isoformat() == "2022-11-03"
    assert ZHANG.encode() not in bytes(member.identity_sealed)
    assert unseal(bytes(member.identity_sealed), purpose=IDENTITY_PURPOSE) == ZHANG
    assert (member.identity_head, member.identity_tail) == ("430", "1239")
    assert (member.pinyin, member.initials) == ("zhangwei", "zw")


def test_wrong_particulars_are_named_all_at_once(cast: Cast) -> None:
    with pytest.raises(people.InvalidParticulars) as refused:
        enrol(cast, name="", phone="12345", joined_on="not a date")
    assert set(refused.value.problems) == {"name", "phone", "joined_on"}
    with pytest.raises(people.InvalidParticulars) as refused:
        enrol(cast, identity="430405198001011230")
    assert set(refused.value.problems) == {"identity"}
    assert Member.objects.count() == 0


def test_one_person_is_entered_once_and_the_place_is_named_only_inside_the_scope(cast: Cast) -> None:
    enrol(cast)
    with pytest.raises(Refusal, match="一中队"):
        enrol(cast, unit="sg12")
    with pytest.raises(Refusal) as refused:
        enrol(cast, unit="zx11", actor="captain_zx")
    assert refused.value.code == "member.exists"
    assert "一中队" not in str(refused.value)


def test_editing_changes_what_is_named_and_nothing_else(cast: Cast) -> None:
    member = enrol(cast, phone="13812345678", employer="船山物业")
    before = member.revision
    people.edit(actor=cast.actor("captain_sg11"), member_id=member.pk, particulars={"phone": "139 0000 1111"})
    member.refresh_from_db()
    assert (member.phone, member.employer) == ("13900001111", "船山物业")
    assert member.revision != before
    again = member.revision
    people.edit(actor=cast.actor("captain_sg11"), member_id=member.pk, particulars={"phone": "13900001111"})
    member.refresh_from_db()
    assert member.revision == again, "an edit that changes nothing writes nothing"


def test_every_edit_is_scoped(cast: Cast) -> None:
    member = enrol(cast)
    with pytest.raises(Http404):
        people.edit(actor=cast.actor("captain_zx"), member_id=member.pk, particulars={"name": "李四"})
    with pytest.raises(PermissionDenied):
        people.edit(actor=cast.actor("inspector_sg"), member_id=member.pk, particulars={"name": "李四"})
    with pytest.raises(Http404):
        people.transfer(
            actor=cast.actor("captain_sg"), member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="moved house"
        )


def test_transfer_moves_the_home_and_drops_it_from_the_further_teams(cast: Cast) -> None:
    member = enrol(cast)
    captain = cast.actor("captain_sg")
    people.set_teams(actor=captain, member_id=member.pk, unit_ids=[cast.units["sg21"].pk, cast.units["sg12"].pk])
    people.transfer(actor=captain, member_id=member.pk, unit_id=cast.units["sg21"].pk, reason="moved house")
    member.refresh_from_db()
    assert member.unit_id == cast.units["sg21"].pk
    assert list(member.team_links.values_list("unit__code", flat=True)) == ["sg12"]
    with pytest.raises(Refusal) as refused:
        people.transfer(actor=captain, member_id=member.pk, unit_id=cast.units["sg21"].pk, reason="again")
    assert refused.value.code == "member.same_unit"


def test_status_follows_the_table_and_leaving_needs_a_reason(cast: Cast) -> None:
    member = enrol(cast)
    captain = cast.actor("captain_sg1")
    with pytest.raises(Refusal) as refused:
        people.change_status(actor=captain, member_id=member.pk, status=MemberStatus.LEFT)
    assert refused.value.code == "member.status_reason"
    with pytest.raises(Refusal) as refused:
        people.change_status(actor=captain, member_id=member.pk, status=MemberStatus.APPLICANT)
    assert refused.value.code == "member.status"
    tomorrow = local_today() + timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        people.change_status(
            actor=captain, member_id=member.pk, status=MemberStatus.LEFT, reason="moved away", on=tomorrow
        )
    assert refused.value.code == "member.status_date"
    people.change_status(actor=captain, member_id=member.pk, status=MemberStatus.LEFT, reason="moved away")
    member.refresh_from_db()
    assert (member.status, member.status_reason, member.status_on) == ("left", "moved away", local_today())


def test_groups_of_another_corps_are_refused(cast: Cast) -> None:
    from corps.models import Corps

    member = enrol(cast)
    own = FunctionalGroup.objects.create(corps=cast.units["hy"].corps, name="巡防组")
    foreign = FunctionalGroup.objects.create(corps=Corps.objects.create(code="tx", name="塘厦"), name="宣传组")
    captain = cast.actor("captain_sg1")
    people.set_groups(actor=captain, member_id=member.pk, group_ids=[own.pk])
    assert list(member.groups.all()) == [own]
    with pytest.raises(Refusal) as refused:
        people.set_groups(actor=captain, member_id=member.pk, group_ids=[foreign.pk])
    assert refused.value.code == "member.group_unknown"
    people.set_groups(actor=captain, member_id=member.pk, group_ids=[])
    assert not member.groups.exists()


def test_revealing_needs_a_right_and_a_reason_and_leaves_a_trace_either_way(cast: Cast) -> None:
    member = enrol(cast)
    with pytest.raises(Refusal) as refused:
        people.reveal_identity(actor=cast.actor("liaison_sg"), member_id=member.pk, reason="  ")
    assert refused.value.code == "reason.missing"
    assert people.reveal_identity(actor=cast.actor("liaison_sg"), member_id=member.pk, reason="insurance") == ZHANG
    with pytest.raises(PermissionDenied):
        people.reveal_identity(actor=cast.actor("captain_sg1"), member_id=member.pk, reason="curious")
    entries = ActionLog.objects.filter(action="member.reveal_identity").order_by("id")
    assert [(e.result, e.reason, e.object_id) for e in entries] == [
        ("done", "insurance", str(member.pk)),
        ("refused", "curious", str(member.pk)),
    ]


def test_correcting_a_number_moves_sex_birth_date_and_uniqueness(cast: Cast) -> None:
    member = enrol(cast)
    captain = cast.actor("captain_sg1")
    people.change_identity(actor=captain, member_id=member.pk, identity=LI.lower(), reason="mistyped")
    member.refresh_from_db()
    assert (member.sex, member.birth_date.isoformat(), member.identity_tail) == ("2", "1949-12-31", "002X")
    enrol(cast, unit="sg12", identity=ZHANG)
    with pytest.raises(Refusal) as refused:
        people.change_identity(actor=captain, member_id=member.pk, identity=ZHANG, reason="back")
    assert refused.value.code == "member.exists"


def test_the_system_may_write_but_must_name_itself(cast: Cast) -> None:
    member = people.enrol(actor=SYSTEM, unit_id=cast.units["sg11"].pk, identity=ZHANG, particulars={"name": "张伟"})
    assert member.pk
    with pytest.raises(TypeError):
        people.enrol(actor=None, unit_id=cast.units["sg11"].pk, identity=LI, particulars={"name": "李四"})  # type: ignore[arg-type]
