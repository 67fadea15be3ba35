"""Studying online: graded on the server, within its time and its attempts."""

from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM
from members.enums import CourseResult, SessionMode, SessionState
from members.models import Certificate, Course, Enrolment, QuizAttempt, TrainingSession
from members.operations.training import enrolling, quizzes, results
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import HOUR, course_of, kind_of, marked, refused, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def online(cast: Cast) -> TrainingSession:
    person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    course = course_of(cast, kind=kind_of(cast), quiz=True, pass_mark=100, attempts=2)
    return session_of(cast, course, mode=SessionMode.ONLINE)


def sit(cast: Cast, session: TrainingSession, *chosen: list[int], edition: str = "") -> Any:
    return quizzes.answer(
        actor=cast.actor("member_sg11"),
        session_id=session.pk,
        answers=dict(enumerate(chosen)),
        edition=edition or quizzes.edition_of(Course.objects.get(pk=session.course_id)),
    )


def test_the_server_grades_and_the_certificate_comes_at_once(cast: Cast, online: TrainingSession) -> None:
    with pytest.raises(Http404):
        sit(cast, online, [0], [2])
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=online.pk)
    with refused("quiz.unanswered"):
        sit(cast, online, [0], [])
    assert not QuizAttempt.objects.exists()
    row, attempt = sit(cast, online, [0], [0])
    assert (row.result, row.score, attempt.passed) == (CourseResult.FAILED, 50, False)
    row, attempt = sit(cast, online, [0], [2])
    assert (row.result, row.score, attempt.number) == (CourseResult.PASSED, 100, 2)
    assert Certificate.objects.get().session_id == online.pk
    with refused("quiz.passed"):
        sit(cast, online, [0], [2])
    closed = results.close_session(actor=SYSTEM, session_id=online.pk)
    assert closed.certificates == []
    assert Certificate.objects.count() == 1


def test_attempts_end_and_changed_questions_cost_none(cast: Cast, online: TrainingSession) -> None:
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=online.pk)
    with refused("quiz.edition"):
        sit(cast, online, [0], [2], edition="other")
    sit(cast, online, [1], [1])
    sit(cast, online, [0, 1], [2])
    with refused("quiz.no_attempt"):
        sit(cast, online, [0], [2])
    assert not Certificate.objects.exists()
    # The captain's list does not change what the quiz said.
    marked(online, [Enrolment.objects.get().member], score=100)
    assert Enrolment.objects.get().result == CourseResult.FAILED


def test_a_quiz_is_open_in_its_time_only(cast: Cast, online: TrainingSession) -> None:
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=online.pk)
    TrainingSession.objects.update(starts_at=timezone.now() - 3 * HOUR, ends_at=timezone.now() - HOUR)
    with refused("quiz.closed"):
        sit(cast, online, [0], [2])


def test_who_did_not_study_was_not_there(cast: Cast, online: TrainingSession) -> None:
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=online.pk)
    results.close_session(actor=SYSTEM, session_id=online.pk)
    row = Enrolment.objects.get()
    assert (row.attended, row.result, row.session.state) == (False, "", SessionState.HELD)


def test_a_text_without_questions_is_studied_by_saying_so(cast: Cast) -> None:
    person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    session = session_of(cast, course_of(cast, kind=kind_of(cast), text="请阅读。"), mode=SessionMode.ONLINE)
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=session.pk)
    row, attempt = sit(cast, session)
    assert (row.result, attempt) == (CourseResult.PASSED, None)
    assert Certificate.objects.exists()


def test_a_member_is_not_told_to_correct_results(cast: Cast, online: TrainingSession) -> None:
    """A page of this morning answers to a session that was closed at noon."""
    enrolling.enrol_myself(actor=cast.actor("member_sg11"), session_id=online.pk)
    results.close_session(actor=SYSTEM, session_id=online.pk)
    for act in (lambda: sit(cast, online, [0], [2]), lambda: withdraw(cast, online)):
        with refused("session.settled") as caught:
            act()
        assert caught.value.remedy == "请另选培训，或联系队长。"


def withdraw(cast: Cast, session: TrainingSession) -> None:
    enrolling.withdraw_myself(actor=cast.actor("member_sg11"), session_id=session.pk)
