"""The member's own training, made for a phone: my certificates, my courses, what I may enrol in, the quiz."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.queries.scope import local_today
from corps.views.pages import frame, refused, settle
from members.enums import CourseResult, SessionMode, SessionState
from members.logic import quiz as questions_of
from members.models import Enrolment, Member
from members.operations.training import enrolling, quizzes
from members.queries.people import member_of
from members.queries.training.mine import my_enrolments, offered_to
from members.views.training.words import (
    certificate_rows,
    place_of,
    result_state,
    session_row,
    session_state,
    times_of,
)


@login_required
@require_GET
def training(request: HttpRequest) -> HttpResponse:
    """My certificates with what expires on top, my courses, what is offered."""
    member = member_of(actor_of(request))
    if member is None:
        return render(request, "duties/my_none.html", frame(request, None, "my_training", member=None))
    now, today = timezone.now(), local_today()
    rows = [_enrolment(one, now) for one in my_enrolments(member)]
    certificates = certificate_rows(member, today)
    values = {
        "due": [one for one in certificates if one["left"]],
        "certificates": certificates,
        "coming": [row for row in rows if not row["over"]],
        "past": [row for row in reversed(rows) if row["over"]],
        "offered": [session_row(one) for one in offered_to(member)],
    }
    return _page(request, member, "members/training/my_training.html", **values)


@login_required
@require_POST
def enrol(request: HttpRequest, session_id: int) -> HttpResponse:
    """Enrol in a session that is offered to me."""
    actor, back = actor_of(request), reverse("my_training")
    if member_of(actor) is None:
        raise Http404("no member")
    return settle(
        request, lambda: enrolling.enrol_myself(actor=actor, session_id=session_id), back, _("You are enrolled.")
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take my enrolment back."""
    actor, back = actor_of(request), reverse("my_training")
    if member_of(actor) is None:
        raise Http404("no member")
    act = enrolling.withdraw_myself
    return settle(request, lambda: act(actor=actor, session_id=session_id), back, _("The enrolment is taken back."))


@login_required
@require_http_methods(["GET", "POST"])
def quiz(request: HttpRequest, session_id: int) -> HttpResponse:
    """Read the text and answer; the server grades."""
    actor = actor_of(request)
    member = member_of(actor)
    row = None
    if member is not None:
        rows = member.enrolments.select_related("session__course", "session__unit")
        row = rows.filter(session_id=session_id, session__mode=SessionMode.ONLINE).first()
    if member is None or row is None:
        raise Http404("no such enrolment")
    course = row.session.course
    questions = questions_of.restored(course.questions)
    answers = _answers(request, len(questions)) if request.method == "POST" else {}
    wrong = ""
    if request.method == "POST":
        try:
            done, attempt = quizzes.answer(
                actor=actor, session_id=session_id, answers=answers, edition=request.POST.get("edition", "")
            )
        except Refusal as refusal:
            if refusal.code != "quiz.unanswered":
                return refused(request, refusal, reverse("my_training"))
            wrong = str(refusal)
        except PermissionDenied as error:
            raise Http404("no such enrolment") from error
        else:
            _tell(request, done, attempt)
            passed = done.result == CourseResult.PASSED
            return redirect(reverse("my_training") if passed else request.path)
    sat = row.quiz_attempts.count()
    asked = [
        {
            **one,
            "number": number,
            "options": [
                {"position": place, "text": option, "chosen": place in answers.get(number, ())}
                for place, option in enumerate(one["options"])
            ],
        }
        for number, one in enumerate(questions_of.shown(questions))
    ]
    shape, word = result_state(row)
    values = {
        "row": row,
        "course": course,
        "shape": shape,
        "word": word,
        "questions": asked,
        "wrong": wrong,
        "edition": quizzes.edition_of(course),
        "times": times_of(row.session),
        "open": _is_open(row) and (not questions or sat < course.attempts),
        "why_not": _why_not(row, sat if questions else None),
        "left": max(0, course.attempts - sat) if questions else 0,
        "last": row.quiz_attempts.last(),
    }
    return _page(request, member, "members/training/my_quiz.html", **values)


def _answers(request: HttpRequest, number: int) -> dict[int, list[int]]:
    """Chosen options by position of the question."""
    found: dict[int, list[int]] = {}
    for position in range(number):
        chosen = [one for one in map(number_in, request.POST.getlist(f"q{position}")[:10]) if one is not None]
        if chosen:
            found[position] = chosen
    return found


def _tell(request: HttpRequest, done: Enrolment, attempt: Any) -> None:
    if done.result == CourseResult.PASSED:
        if attempt is None:
            messages.success(request, _("You have studied this course."))
        else:
            messages.success(request, _("Passed with %(score)d points.") % {"score": attempt.score})
        return
    course, values = done.session.course, {"score": attempt.score, "mark": done.session.course.pass_mark or 0}
    if attempt.number < course.attempts:
        told = _("Not passed: %(score)d points, %(mark)d are needed. Read the text again and try once more.") % values
    else:
        told = _("Not passed: %(score)d points, %(mark)d are needed.") % values
    messages.error(request, told)


def _is_open(row: Enrolment) -> bool:
    session = row.session
    begun = session.starts_at <= timezone.now() < session.ends_at
    return session.state == SessionState.PLANNED and begun and row.result != CourseResult.PASSED


def _why_not(row: Enrolment, sat: int | None) -> str:
    """Why there is nothing to answer, and what to do; `sat` is how many attempts were made at a quiz."""
    session, now = row.session, timezone.now()
    if row.result == CourseResult.PASSED:
        return _("You have passed this course already.")
    if session.state == SessionState.CANCELLED:
        return _("This session was cancelled.")
    if session.state == SessionState.PLANNED and now < session.starts_at:
        return _("It can be answered from %(day)s on.") % {
            "day": f"{timezone.localtime(session.starts_at):%Y-%m-%d %H:%M}"
        }
    if session.state == SessionState.PLANNED and now < session.ends_at and sat is not None:
        return _("All attempts are used up. Ask your captain for another session.")
    return _("The time for this course is over. Ask your captain for another session.")


def _enrolment(row: Any, now: Any) -> dict[str, Any]:
    session = row.session
    shape, word = result_state(row) if row.attended is not None else session_state(session)
    over = session.ends_at <= now or session.state != SessionState.PLANNED
    online = session.mode == SessionMode.ONLINE
    kind = session.course.certificate_kind
    return {
        "session_id": session.pk,
        "starts_at": session.starts_at,
        "times": times_of(session),
        "course": session.course.name,
        "place": place_of(session) or SessionMode(session.mode).label,
        "unit": session.unit.short_name,
        "gives": kind.name if kind else "",
        "reason": session.cancel_reason,
        "shape": shape,
        "word": word,
        "score": row.score,
        "over": over,
        "quiz": online and not over,
        "may_study": online and _is_open(row),
        "may_withdraw": not over and row.attended is None and not row.sat and (online or session.starts_at > now),
    }


def _page(request: HttpRequest, member: Member, template: str, **values: Any) -> HttpResponse:
    return render(request, template, frame(request, None, "my_training", member=member, **values))
