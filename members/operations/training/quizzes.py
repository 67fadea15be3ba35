"""Studying online: the member answers, the server grades, and whoever passes has the certificate at once."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from members.enums import CourseResult, SessionMode
from members.logic import quiz
from members.models import Course, Enrolment, QuizAttempt
from members.operations.training.holding import take_session
from members.operations.training.results import issue_for, result_of
from members.policies import training as policy
from members.queries.people import member_of

if TYPE_CHECKING:
    from corps.actors import Actor


def edition_of(course: Course) -> str:
    """A short mark of the questions as they are; answers to other questions are not graded."""
    return hashlib.sha256(json.dumps(course.questions, sort_keys=True).encode()).hexdigest()[:16]


def answer(
    *, actor: "Actor", session_id: int, answers: Mapping[int, Collection[int]], edition: str
) -> tuple[Enrolment, QuizAttempt | None]:
    """Hand in a quiz of an online session in which the actor is enrolled: positions of options by position of question.

    Graded at once; a text without questions counts as studied (the attempt is then None). Raises `Http404` for a
    session one is not enrolled in, `Refusal`: not open, questions changed meanwhile, passed already, no attempt left.
    """
    member = member_of(actor)
    if member is None or not Enrolment.objects.filter(session_id=session_id, member=member).exists():
        raise Http404("no such enrolment")
    with acting(actor=actor, action="training.quiz", unit_id=member.unit_id):
        session = take_session(session_id)
        policy.check_mine(session)
        row = session.enrolments.select_for_update(of=("self",)).select_related("member").get(member=member)
        _check_open(session, row, edition)
        questions = quiz.restored(session.course.questions)
        attempt = _attempt(row, session.course, questions, answers) if questions else None
        score = attempt.score if attempt is not None else None
        row.attended, row.score = True, score
        row.result = CourseResult.PASSED if attempt is None else _result(session, attempt)
        row.save(update_fields=["attended", "score", "result"])
        if row.result == CourseResult.PASSED:
            issue_for(session, [member.pk], account_id(actor))
        return row, attempt


def _attempt(
    row: Enrolment, course: Course, questions: list[quiz.Question], answers: Mapping[int, Collection[int]]
) -> QuizAttempt:
    sat = row.quiz_attempts.count()
    if sat >= course.attempts:
        raise Refusal(
            _("All %(number)d attempts at this quiz are used up.") % {"number": course.attempts},
            code="quiz.no_attempt",
            place="quiz",
            remedy=_("Ask your captain for another session."),
        )
    missing = [number for number in range(len(questions)) if not answers.get(number)]
    if missing:
        raise Refusal(
            _("Question %(number)d is not answered.") % {"number": missing[0] + 1},
            code="quiz.unanswered",
            place=f"q{missing[0]}",
            remedy=_("Please answer every question; the attempt is not used up."),
        )
    score = quiz.grade(questions, answers)
    passed = score >= (course.pass_mark or 0)
    given: dict[str, Any] = {str(number): sorted(answers[number]) for number in range(len(questions))}
    return QuizAttempt.objects.create(enrolment=row, number=sat + 1, answers=given, score=score, passed=passed)


def _result(session: Any, attempt: QuizAttempt) -> str:
    return result_of(session, attended=True, score=attempt.score)


def _check_open(session: Any, row: Enrolment, edition: str) -> None:
    now = timezone.now()
    if session.mode != SessionMode.ONLINE or not session.starts_at <= now < session.ends_at:
        raise Refusal(
            _("This session is not open for study now."),
            code="quiz.closed",
            place="quiz",
            remedy=_("See its time among your courses."),
        )
    if row.result == CourseResult.PASSED:
        raise Refusal(
            _("You have passed this course already."),
            code="quiz.passed",
            place="quiz",
            remedy=_("Your certificate stands among your certificates."),
        )
    if edition != edition_of(session.course):
        raise Refusal(
            _("The questions have been changed in the meantime."),
            code="quiz.edition",
            place="quiz",
            remedy=_("Please answer the new ones; the attempt is not used up."),
        )
