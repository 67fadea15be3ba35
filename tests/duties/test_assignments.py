"""Who may be put on a shift, by whom; who is not free."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.operations.tree import found_corps
from duties.models import Assignment
from duties.operations.assignments import assign, take_off
from duties.operations.attendance import mark_absent
from duties.operations.shifts import plan_shift
from members.enums import MemberStatus
from members.models import TeamMembership
from tests.cast import Cast
from tests.duties.scenes import HOUR, days_ago, kind_of, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db

TOMORROW = days_ago(-1)


def test_assigning_twice_is_assigning_once_and_coming_back_is_possible(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one])
    captain = cast.actor("captain_sg11")
    rows = assign(actor=captain, shift_id=shift.pk, member_ids=[one.pk, two.pk, two.pk])
    assert {row.member_id for row in rows} == {one.pk, two.pk}
    take_off(actor=captain, shift_id=shift.pk, member_id=one.pk)
    take_off(actor=captain, shift_id=shift.pk, member_id=one.pk)
    assert list(Assignment.objects.filter(active=True).values_list("member_id", flat=True)) == [two.pk]
    assign(actor=captain, shift_id=shift.pk, member_ids=[one.pk])
    assert Assignment.objects.filter(active=True).count() == 2
    assert Assignment.objects.count() == 2


@pytest.mark.parametrize("status", [MemberStatus.LEFT, MemberStatus.SUSPENDED, MemberStatus.APPLICANT])
def test_who_is_not_on_duty_is_not_assigned(cast: Cast, status: MemberStatus) -> None:
    gone = person(cast.units["sg11"].pk, "张伟", status=status, status_on=dt.date(2022, 11, 3))
    one = person(cast.units["sg11"].pk, "李娜")
    shift = planned(cast)
    with pytest.raises(Refusal) as caught:
        assign(actor=SYSTEM, shift_id=shift.pk, member_ids=[one.pk, gone.pk])
    assert caught.value.code == "duty.member_status"
    assert "张伟" in str(caught.value)
    assert not Assignment.objects.exists()


def test_a_shift_before_somebody_left_may_still_be_entered(cast: Cast) -> None:
    gone = person(cast.units["sg11"].pk, "张伟", status=MemberStatus.LEFT, status_on=days_ago(0))
    assert planned(cast, members=[gone]).assignments.count() == 1


def test_neighbouring_shifts_do_not_collide(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, members=[one], starts_at=moment(TOMORROW, 19))
    assert planned(cast, members=[one], starts_at=moment(TOMORROW, 21)).assignments.count() == 1


def test_all_who_are_held_are_named(cast: Cast) -> None:
    people = [person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳")]
    planned(cast, members=people[:2], starts_at=moment(TOMORROW, 19))
    shift = planned(cast, starts_at=moment(TOMORROW, 20))
    with pytest.raises(Refusal) as caught:
        assign(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_ids=[one.pk for one in people])
    assert caught.value.code == "duty.not_free"
    assert set(caught.value.params["members"]) == {people[0].pk, people[1].pk}
    assert "张伟" in str(caught.value)
    assert "李娜" in str(caught.value)
    assert "一中队夜巡" in str(caught.value)
    assert shift.assignments.count() == 0


def test_a_shift_out_of_sight_is_not_named(cast: Cast) -> None:
    """The captain learns that the member is held and when, not by whom."""
    one = person(cast.units["sg11"].pk, "张伟")
    planned(
        cast, "sg1", members=[one], starts_at=moment(TOMORROW, 19), kind_id=kind_of(cast, code="x", name="秘密行动").pk
    )
    shift = planned(cast, starts_at=moment(TOMORROW, 20))
    with pytest.raises(Refusal) as caught:
        assign(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_ids=[one.pk])
    assert "19:00–21:00" in str(caught.value)
    assert "秘密行动" not in str(caught.value)


def test_people_of_other_units_are_not_assigned(cast: Cast) -> None:
    """Neither from a neighbour nor from nowhere; the answer is the same."""
    stranger = person(cast.units["sg12"].pk, "张伟")
    shift = planned(cast)
    answers = set()
    for identifier in (stranger.pk, 10**9):
        with pytest.raises(Refusal) as caught:
            assign(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_ids=[identifier])
        answers.add((caught.value.code, str(caught.value)))
    assert len(answers) == 1
    assert assign(actor=cast.actor("captain_sg1"), shift_id=shift.pk, member_ids=[stranger.pk])


def test_people_of_another_corps_never(cast: Cast) -> None:
    other = found_corps(
        actor=SYSTEM, code="tx", name="塘厦义警", level_names=[(Level.CORPS, "总队")], founded_on=dt.date(2021, 1, 1)
    )
    stranger = person(other.pk, "张伟")
    with pytest.raises(Refusal) as caught:
        planned(cast, members=[stranger])
    assert caught.value.code == "duty.member.unknown"


def test_a_further_team_is_a_unit_of_ones_own(cast: Cast) -> None:
    one = person(cast.units["sg12"].pk, "张伟")
    TeamMembership.objects.create(member=one, unit=cast.units["sg11"])
    shift = planned(cast)
    assert assign(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_ids=[one.pk])


def test_joint_units_bring_their_people(cast: Cast) -> None:
    """The organiser chooses among them; their captain sees the shift and sends people, but only the own ones."""
    own, joint, third = (
        person(cast.units[code].pk, name) for code, name in (("sg11", "张"), ("sg21", "李"), ("zx11", "王"))
    )
    shift = planned(cast, "sg11", joint_unit_ids=[cast.units["sg21"].pk, cast.units["zx1"].pk])
    assert assign(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_ids=[joint.pk])
    take_off(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_id=joint.pk)
    assert assign(actor=cast.actor("captain_zx"), shift_id=shift.pk, member_ids=[third.pk])
    with pytest.raises(Refusal):
        assign(actor=cast.actor("captain_zx"), shift_id=shift.pk, member_ids=[own.pk])
    assign(actor=SYSTEM, shift_id=shift.pk, member_ids=[own.pk])
    with pytest.raises(Refusal):
        take_off(actor=cast.actor("captain_zx"), shift_id=shift.pk, member_id=own.pk)
    take_off(actor=cast.actor("captain_zx"), shift_id=shift.pk, member_id=third.pk)


def test_rights_and_sight(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast)
    with pytest.raises(PermissionDenied):
        assign(actor=cast.actor("inspector_sg"), shift_id=shift.pk, member_ids=[one.pk])
    for name in ("captain_zx", "nobody", "auditor_hy", "admin"):
        with pytest.raises(Http404):
            assign(actor=cast.actor(name), shift_id=shift.pk, member_ids=[one.pk])
    with pytest.raises(Http404):
        assign(actor=SYSTEM, shift_id=10**9, member_ids=[one.pk])


def test_who_is_recorded_is_not_taken_off(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    mark_absent(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk)
    with pytest.raises(Refusal) as caught:
        take_off(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk)
    assert caught.value.code == "duty.recorded"


def test_planning_with_somebody_who_is_held_leaves_no_shift(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    first = planned(cast, members=[one], starts_at=moment(TOMORROW, 19))
    with pytest.raises(Refusal):
        plan_shift(
            actor=SYSTEM,
            unit_id=cast.units["sg11"].pk,
            kind_id=first.kind_id,
            starts_at=first.starts_at + HOUR,
            ends_at=first.ends_at + HOUR,
            needed=1,
            member_ids=[one.pk],
        )
    assert type(first).objects.count() == 1
