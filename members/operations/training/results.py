"""What became of a session: attendance and results of the whole list, closing, corrections with a reason.

Closing settles a session in one act: whoever passed gets the course's certificate by one statement, however many they
are. Afterwards a result is corrected by an act of its own, which issues or revokes the certificate that hangs on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.actors import account_id
from corps.errors import Refusal
from corps.queries.scope import local_today
from members.enums import CourseResult, SessionMode, SessionState
from members.models import Certificate, Enrolment, TrainingSession
from members.operations.training.holding import writing_session
from members.operations.training.issuing import issue
from members.policies import training as policy

if TYPE_CHECKING:
    from corps.actors import Actor

NAMED = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """What the list says of one member; `score` in per cent, None where there is none (yet)."""

    member_id: int
    attended: bool
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """How a session ended; `certificates` are the keys of those issued by closing it."""

    session: TrainingSession
    attended: int
    passed: int
    certificates: list[int]


def record_results(*, actor: "Actor", session_id: int, marks: Iterable[Mark]) -> int:
    """Write attendance and scores of the list, all of it or nothing; returns how many rows changed.

    With a pass mark the score decides who passes, without one attendance does. Results of a quiz stand as they were
    graded. Raises `Refusal`: not begun, settled, not enrolled, a score that cannot be.
    """
    with writing_session(actor=actor, action="training.results", session_id=session_id) as session:
        policy.check_can_change(session)
        policy.check_begun(session, timezone.now())
        wanted = {mark.member_id: mark for mark in marks}
        rows = _rows(session, wanted)
        changed = []
        for row in rows:
            mark = wanted[row.member_id]
            policy.check_score(mark.score, attended=mark.attended, name=row.member.name)
            if row.quiz_attempts.all():
                continue
            was = (row.attended, row.score, row.result)
            _mark(row, session, attended=mark.attended, score=mark.score)
            if was != (row.attended, row.score, row.result):
                changed.append(row)
        Enrolment.objects.bulk_update(changed, ["attended", "score", "result"])
        return len(changed)


def close_session(*, actor: "Actor", session_id: int) -> Closed:
    """Settle a session that was held and issue the certificates of everybody who passed: both or neither.

    Online, whoever has not studied by then was not there. Raises `Refusal` that names what is missing.
    """
    with writing_session(actor=actor, action="training.close", session_id=session_id) as session:
        policy.check_can_change(session)
        policy.check_begun(session, timezone.now())
        if session.mode == SessionMode.ONLINE:
            session.enrolments.filter(attended=None).update(attended=False)
        rows = list(session.enrolments.select_related("member").order_by("pk"))
        _check_complete(session, rows)
        passed = [row.member_id for row in rows if row.result == CourseResult.PASSED]
        session.state, session.closed_at = SessionState.HELD, timezone.now()
        session.closed_by_id = account_id(actor)
        session.save(update_fields=["state", "closed_at", "closed_by"])
        issued = issue_for(session, passed, account_id(actor))
        return Closed(session, sum(1 for row in rows if row.attended), len(passed), issued)


def correct_result(
    *, actor: "Actor", enrolment_id: int, attended: bool, score: int | None = None, reason: str
) -> Enrolment:
    """Put one result of a closed session right. Who passes now gets the certificate; who no longer does loses the one
    of this session, for the same reason. Raises `Refusal`.
    """
    told = policy.check_reason(reason)
    session_id = Enrolment.objects.filter(pk=enrolment_id).values_list("session_id", flat=True).first()
    if session_id is None:
        raise Http404("no such enrolment")
    with writing_session(
        actor=actor, action="training.correct", session_id=session_id, reason=told, refusals_recorded=True
    ) as session:
        if session.state != SessionState.HELD:
            raise Refusal(
                _("The session is not closed."),
                code="session.not_held",
                place="state",
                remedy=_("Change the list itself."),
            )
        rows = session.enrolments.select_for_update(of=("self",)).select_related("member")
        row: Enrolment = rows.get(pk=enrolment_id)
        policy.check_score(score, attended=attended, name=row.member.name)
        was = (row.attended, row.score, row.result)
        _mark(row, session, attended=attended, score=score)
        if was == (row.attended, row.score, row.result):
            raise Refusal(
                _("The correction changes nothing."),
                code="enrolment.same",
                place="score",
                remedy=_("Change the attendance or the score."),
            )
        if row.attended and not row.result:
            raise _no_score(1, row.member.name)
        row.save(update_fields=["attended", "score", "result"])
        if row.result == CourseResult.PASSED:
            # Of somebody who had passed before, a certificate that was revoked meanwhile stays revoked.
            if was[2] != CourseResult.PASSED:
                issue_for(session, [row.member_id], account_id(actor))
        else:
            Certificate.objects.filter(session=session, member_id=row.member_id, revoked_on=None).update(
                revoked_on=local_today(), revoked_reason=told, revoked_by_id=account_id(actor)
            )
        return row


def issue_for(session: TrainingSession, member_ids: Sequence[int], account: int | None) -> list[int]:
    """The course's certificates for members who passed this session, of the day it ended or, before that, of today."""
    if session.course.certificate_kind_id is None:
        return []
    on = min(timezone.localtime(session.ends_at).date(), local_today())
    return issue(
        kind_id=session.course.certificate_kind_id, member_ids=member_ids, on=on, session=session, account=account
    )


def result_of(session: TrainingSession, *, attended: bool, score: int | None) -> str:
    """Passed, not passed, or "" where nobody can say yet."""
    if not attended:
        return ""
    if session.course.pass_mark is None:
        return CourseResult.PASSED
    if score is None:
        return ""
    return CourseResult.PASSED if score >= session.course.pass_mark else CourseResult.FAILED


def _mark(row: Enrolment, session: TrainingSession, *, attended: bool, score: int | None) -> None:
    row.attended, row.score = attended, score if attended else None
    row.result = result_of(session, attended=attended, score=score)


def _rows(session: TrainingSession, wanted: dict[int, Mark]) -> list[Enrolment]:
    rows = session.enrolments.filter(member_id__in=wanted).select_related("member").prefetch_related("quiz_attempts")
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise Refusal(
            _("%(number)d people of the list are not enrolled in this session any more.")
            % {"number": len(wanted) - len(found)},
            code="enrolment.unknown",
            place="members",
            remedy=_("Open the session again and record the list as it stands there; nothing was saved."),
        )
    return found


def _check_complete(session: TrainingSession, rows: Sequence[Enrolment]) -> None:
    if not rows:
        raise Refusal(
            _("Nobody is enrolled in this session."),
            code="session.empty",
            place="members",
            remedy=_("Enrol who was there, or cancel the session."),
        )
    open_still = [row.member.name for row in rows if row.attended is None]
    if open_still:
        raise Refusal(
            ngettext(
                "Of %(number)d person nobody has said who was there: %(names)s.",
                "Of %(number)d people nobody has said who was there: %(names)s.",
                len(open_still),
            )
            % {"number": len(open_still), "names": _names(open_still)},
            code="session.unmarked",
            place="members",
            remedy=_("Tick who attended and save the list first."),
        )
    unscored = [row.member.name for row in rows if row.attended and not row.result]
    if unscored:
        raise _no_score(len(unscored), _names(unscored))


def _no_score(number: int, names: str) -> Refusal:
    return Refusal(
        ngettext(
            "%(number)d person attended and has no score: %(names)s.",
            "%(number)d people attended and have no score: %(names)s.",
            number,
        )
        % {"number": number, "names": names},
        code="session.unscored",
        place="score",
        remedy=_("The course has a pass mark: enter the scores first."),
    )


def _names(names: Sequence[str]) -> str:
    shown = "、".join(names[:NAMED])
    return shown if len(names) <= NAMED else _("%(names)s and others") % {"names": shown}
