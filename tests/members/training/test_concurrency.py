"""Two captains, one session: it is closed once, its last place is given once, nobody is enrolled twice."""

import datetime as dt
from functools import partial

import pytest

from corps.actors import SYSTEM
from members.enums import SessionState
from members.models import Certificate, Enrolment, TrainingSession
from members.operations.training import certificates, enrolling, results
from members.operations.training.results import Mark
from tests.cast import Cast, assemble
from tests.members.roster import person
from tests.members.training.stage import course_of, kind_of, session_of
from tests.together import at_once, count_ways

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 6
DAY = dt.date(2026, 1, 5)


@pytest.fixture
def company() -> Cast:
    return assemble()


def test_a_session_is_closed_once(company: Cast) -> None:
    session = session_of(company, course_of(company, kind=kind_of(company)))
    people = [person(company.units["sg11"].pk, f"队员{number}").pk for number in range(8)]
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=people)
    results.record_results(actor=SYSTEM, session_id=session.pk, marks=[Mark(one, attended=True) for one in people])
    ended = count_ways(at_once(*[partial(results.close_session, actor=SYSTEM, session_id=session.pk)] * CROWD))
    assert ended == {"done": 1, "session.settled": CROWD - 1}
    assert Certificate.objects.count() == len(people)
    assert TrainingSession.objects.get().state == SessionState.HELD


def test_two_sessions_that_end_at_once_renew_one_after_the_other(company: Cast) -> None:
    kind = kind_of(company)
    course, people = course_of(company, kind=kind), [person(company.units["sg11"].pk, f"队员{n}").pk for n in range(5)]
    sessions = [session_of(company, course) for _number in range(4)]
    for session in sessions:
        enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=people)
        results.record_results(actor=SYSTEM, session_id=session.pk, marks=[Mark(one, attended=True) for one in people])
    ended = count_ways(at_once(*[partial(results.close_session, actor=SYSTEM, session_id=one.pk) for one in sessions]))
    assert ended == {"done": 4}
    for member_id in people:
        chain = Certificate.objects.filter(member_id=member_id)
        assert chain.count() == 4
        assert len(set(chain.values_list("renews_id", flat=True))) == 4


def test_nobody_is_enrolled_twice(company: Cast) -> None:
    session = session_of(company, course_of(company))
    people = [person(company.units["sg11"].pk, f"队员{number}").pk for number in range(5)]
    ended = count_ways(
        at_once(
            *[
                partial(enrolling.enrol, actor=SYSTEM, session_id=session.pk, member_ids=people)
                for _number in range(CROWD)
            ]
        )
    )
    assert ended == {"done": CROWD}
    assert Enrolment.objects.count() == len(people)


def test_the_last_place_is_given_once(company: Cast) -> None:
    session = session_of(company, course_of(company), capacity=1)
    people = [person(company.units["sg11"].pk, f"队员{number}").pk for number in range(CROWD)]
    ended = count_ways(
        at_once(*[partial(enrolling.enrol, actor=SYSTEM, session_id=session.pk, member_ids=[one]) for one in people])
    )
    assert ended == {"done": 1, "session.full": CROWD - 1}
    assert Enrolment.objects.count() == 1


def test_a_certificate_is_renewed_once(company: Cast) -> None:
    kind, one = kind_of(company), person(company.units["sg11"].pk, "张伟")
    made = certificates.record_certificate(
        actor=SYSTEM,
        member_id=one.pk,
        kind_id=kind.pk,
        number="1",
        issuer="红十字会",
        issued_on=DAY,
    )
    renew = partial(certificates.renew_certificate, actor=SYSTEM, certificate_id=made.pk, on=DAY, reason="复训")
    assert count_ways(at_once(*[renew] * CROWD)) == {"done": 1, "certificate.not_latest": CROWD - 1}
    assert Certificate.objects.count() == 2
