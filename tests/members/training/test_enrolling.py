"""Who takes part: enrolled by captains, by the own hand, taken back."""

from typing import Any

import pytest
from django.http import Http404

from corps.actors import SYSTEM
from members.models import Enrolment
from members.operations.training import enrolling
from members.queries.training.mine import offered_to
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import HOUR, course_of, enrolled, marked, people, refused, session_of

pytestmark = pytest.mark.django_db


def test_a_captain_below_enrols_own_people_and_no_others(cast: Cast) -> None:
    session = session_of(cast, course_of(cast), begins=HOUR)
    own, other, far = people(cast, 2), people(cast, 1, "sg21"), people(cast, 1, "zx11")
    below = cast.actor("captain_sg11")
    enrolling.enrol(actor=below, session_id=session.pk, member_ids=[one.pk for one in own])
    for somebody in (*other, *far):
        with refused("enrolment.unknown"):
            enrolling.enrol(actor=below, session_id=session.pk, member_ids=[own[0].pk, somebody.pk])
    with refused("enrolment.unknown"):
        enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[far[0].pk])
    assert Enrolment.objects.count() == 2


def test_enrolling_is_all_or_nobody_and_twice_is_once(cast: Cast) -> None:
    session = session_of(cast, course_of(cast), capacity=3)
    members = people(cast, 4)
    with refused("session.full"):
        enrolled(session, members)
    assert not Enrolment.objects.exists()
    enrolled(session, members[:2])
    enrolled(session, members[:3])
    assert Enrolment.objects.count() == 3
    with refused("session.full"):
        enrolled(session, members[3:])
    with refused("enrolment.unknown"):
        enrolled(session, [])


def test_who_left_is_not_enrolled(cast: Cast) -> None:
    session = session_of(cast, course_of(cast))
    with refused("enrolment.member_status"):
        enrolled(session, people(cast, 1, status="left"))


def test_a_member_enrols_and_takes_it_back(cast: Cast) -> None:
    session = session_of(cast, course_of(cast), begins=HOUR)
    member = person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    me = cast.actor("member_sg11")
    assert offered_to(member) == [session]
    made = enrolling.enrol_myself(actor=me, session_id=session.pk)
    assert (made.by_self, made.enrolled_by_id) == (True, me.pk)
    assert enrolling.enrol_myself(actor=me, session_id=session.pk) == made
    assert offered_to(member) == []
    enrolling.withdraw_myself(actor=me, session_id=session.pk)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("values", [{"code": "zx"}, {"open_to_members": False}, {"open_below": False}])
def test_what_is_not_offered_to_a_member_does_not_exist_for_them(cast: Cast, values: dict[str, Any]) -> None:
    session = session_of(cast, course_of(cast), begins=HOUR, **values)
    person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    with pytest.raises(Http404):
        enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=session.pk)


def test_a_member_is_late(cast: Cast) -> None:
    session = session_of(cast, course_of(cast))
    member = person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    me = cast.actor("member_sg11")
    with refused("session.too_late"):
        enrolling.enrol_myself(actor=me, session_id=session.pk)
    enrolled(session, [member])
    with refused("session.begun"):
        enrolling.withdraw_myself(actor=me, session_id=session.pk)
    assert Enrolment.objects.exists()


def test_who_was_recorded_is_not_withdrawn(cast: Cast) -> None:
    session, (one,) = session_of(cast, course_of(cast)), people(cast, 1)
    enrolled(session, [one])
    marked(session, [one])
    with refused("enrolment.recorded"):
        enrolling.withdraw(actor=SYSTEM, session_id=session.pk, member_id=one.pk)
