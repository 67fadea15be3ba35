"""What became of a session: attendance, scores, closing, corrections."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from members.enums import SessionMode
from members.models import Certificate, Enrolment
from members.operations.training import certificates, results, sessions
from members.operations.training.results import Mark
from members.queries.training.mine import certificates_of
from tests.cast import Cast
from tests.members.training.stage import (
    HOUR,
    course_of,
    enrolled,
    kind_of,
    marked,
    people,
    refused,
    session_of,
)

pytestmark = pytest.mark.django_db


def test_closing_names_what_is_missing_and_issues_in_one_statement(cast: Cast) -> None:
    kind = kind_of(cast, months=24)
    session = session_of(cast, course_of(cast, kind=kind, exam=True))
    with refused("session.empty"):
        results.close_session(actor=SYSTEM, session_id=session.pk)
    members = people(cast, 6)
    enrolled(session, members)
    with refused("session.unmarked"):
        results.close_session(actor=SYSTEM, session_id=session.pk)
    marked(session, members)
    with refused("session.unscored"):
        results.close_session(actor=SYSTEM, session_id=session.pk)
    marked(session, members[:4], score=60)
    marked(session, members[4:5], score=59)
    results.record_results(actor=SYSTEM, session_id=session.pk, marks=[Mark(members[5].pk, attended=False)])
    with CaptureQueriesContext(connection) as captured:
        closed = results.close_session(actor=SYSTEM, session_id=session.pk)
    assert (closed.attended, closed.passed, len(closed.certificates)) == (5, 4, 4)
    assert len([one for one in captured if "INSERT INTO members_certificate " in one["sql"]]) == 1
    day = timezone.localtime(session.ends_at).date()
    for one in Certificate.objects.all():
        assert one.issued_on == day
        assert one.valid_until == day.replace(year=day.year + 2)
        assert one.number.startswith(f"{day.year}-")
        assert one.session_id == session.pk
    with refused("session.settled"):
        results.close_session(actor=SYSTEM, session_id=session.pk)
    with refused("session.settled"):
        marked(session, members, score=100)


def test_without_a_pass_mark_attending_is_passing(cast: Cast) -> None:
    session, members = session_of(cast, course_of(cast, kind=kind_of(cast, months=None))), people(cast, 2)
    enrolled(session, members)
    marked(session, members[:1])
    results.record_results(actor=SYSTEM, session_id=session.pk, marks=[Mark(members[1].pk, attended=False)])
    results.close_session(actor=SYSTEM, session_id=session.pk)
    (one,) = Certificate.objects.all()
    assert (one.member_id, one.valid_until) == (members[0].pk, None)


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ({"attended": True, "score": 101}, "enrolment.score"),
        ({"attended": False, "score": 70}, "enrolment.score"),
    ],
)
def test_scores_that_cannot_be_are_refused(cast: Cast, mark: dict[str, Any], code: str) -> None:
    session, (one,) = session_of(cast, course_of(cast, exam=True)), people(cast, 1)
    enrolled(session, [one])
    with refused(code):
        results.record_results(actor=SYSTEM, session_id=session.pk, marks=[Mark(one.pk, **mark)])
    assert Enrolment.objects.get().attended is None


def test_nothing_is_recorded_before_it_begins_or_of_strangers(cast: Cast) -> None:
    course = course_of(cast)
    later, (one, other) = session_of(cast, course, begins=HOUR), people(cast, 2)
    enrolled(later, [one])
    with refused("session.not_begun"):
        marked(later, [one])
    with refused("session.not_begun"):
        results.close_session(actor=SYSTEM, session_id=later.pk)
    now = session_of(cast, course)
    enrolled(now, [one])
    with refused("enrolment.unknown"):
        marked(now, [one, other])


def test_a_second_course_renews_the_certificate(cast: Cast) -> None:
    kind = kind_of(cast)
    course, (one,) = course_of(cast, kind=kind), people(cast, 1)
    made = []
    for _round in range(3):
        session = session_of(cast, course)
        enrolled(session, [one])
        marked(session, [one])
        made.append(results.close_session(actor=SYSTEM, session_id=session.pk).certificates[0])
    first, second, third = (Certificate.objects.get(pk=pk) for pk in made)
    assert (first.renews_id, second.renews_id, third.renews_id) == (None, first.pk, second.pk)
    standings = {mine.certificate.pk: mine.standing for mine in certificates_of(one, local_today())}
    assert standings == {first.pk: "renewed", second.pk: "renewed", third.pk: "valid"}
    # What renewed falls away: the one before is asked for again, and may be renewed once more.
    certificates.revoke_certificate(actor=SYSTEM, certificate_id=third.pk, reason="误发")
    again = certificates.renew_certificate(actor=SYSTEM, certificate_id=second.pk, on=local_today(), reason="复训合格")
    assert again.renews_id == second.pk


def test_a_correction_issues_or_revokes_with_its_reason(cast: Cast) -> None:
    session = session_of(cast, course_of(cast, kind=kind_of(cast), exam=True))
    one, other = people(cast, 2)
    enrolled(session, [one, other])
    marked(session, [one], score=80)
    marked(session, [other], score=40)
    rows = {row.member_id: row.pk for row in Enrolment.objects.all()}
    with refused("session.not_held"):
        results.correct_result(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, score=10, reason="误登")
    results.close_session(actor=SYSTEM, session_id=session.pk)
    correct = results.correct_result
    with refused("reason.missing"):
        correct(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, score=10, reason="")
    with refused("enrolment.same"):
        correct(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, score=80, reason="误登")
    with refused("session.unscored"):
        correct(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, reason="误登")
    correct(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, score=30, reason="试卷改判")
    revoked = Certificate.objects.get(member=one)
    assert (revoked.revoked_on, revoked.revoked_reason) == (local_today(), "试卷改判")
    correct(actor=SYSTEM, enrolment_id=rows[other.pk], attended=True, score=90, reason="试卷改判")
    assert Certificate.objects.get(member=other).revoked_on is None
    correct(actor=SYSTEM, enrolment_id=rows[one.pk], attended=True, score=75, reason="复核")
    assert Certificate.objects.filter(member=one).count() == 2


def test_cancelling_after_somebody_passed_is_refused(cast: Cast) -> None:
    session, (one,) = session_of(cast, course_of(cast)), people(cast, 1)
    enrolled(session, [one])
    marked(session, [one])
    with refused("session.recorded"):
        sessions.cancel_session(actor=SYSTEM, session_id=session.pk, reason="改期")


def test_a_better_score_gives_no_revoked_certificate_back(cast: Cast) -> None:
    session, (one,) = session_of(cast, course_of(cast, kind=kind_of(cast), exam=True)), people(cast, 1)
    enrolled(session, [one])
    marked(session, [one], score=80)
    (issued,) = results.close_session(actor=SYSTEM, session_id=session.pk).certificates
    certificates.revoke_certificate(actor=SYSTEM, certificate_id=issued, reason="替考")
    row = Enrolment.objects.get()
    results.correct_result(actor=SYSTEM, enrolment_id=row.pk, attended=True, score=90, reason="统分有误")
    assert [one.pk for one in Certificate.objects.all()] == [issued]


def test_what_was_recorded_is_not_put_into_the_future(cast: Cast) -> None:
    course, (one,) = course_of(cast), people(cast, 1)
    session, later = session_of(cast, course), timezone.now() + HOUR
    enrolled(session, [one])
    change = partial(
        sessions.edit_session,
        actor=SYSTEM,
        session_id=session.pk,
        course_id=course.pk,
        mode=SessionMode.CENTRAL,
    )
    change(starts_at=later, ends_at=later + HOUR)
    change(starts_at=later - 4 * HOUR, ends_at=later + HOUR)
    marked(session, [one])
    with refused("session.recorded"):
        change(starts_at=later, ends_at=later + HOUR)
    change(starts_at=later - 5 * HOUR, ends_at=later + HOUR)
