"""What a session, an enrolment and a certificate may look like, and which state of a session allows what."""

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from members.enums import ON_THE_ROSTER, MemberStatus, SessionMode, SessionState

if TYPE_CHECKING:
    from members.models import Course, Member, TrainingSession

LONGEST_CLASS: Final = dt.timedelta(days=14)
LONGEST_ONLINE: Final = dt.timedelta(days=366)
MOST_PLACES: Final = 5000
MOST_TEACHERS: Final = 10
EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def check_can_change(session: "TrainingSession", remedy: str = "") -> None:
    """Raise `Refusal` for a session that was held or cancelled; `remedy` where it is no captain who reads it."""
    if session.state != SessionState.PLANNED:
        raise Refusal(
            _("The session of %(day)s is settled: %(state)s.")
            % {
                "day": f"{timezone.localtime(session.starts_at):%Y-%m-%d}",
                "state": SessionState(session.state).label,
            },
            code="session.settled",
            place="state",
            remedy=remedy or _("Correct a result with a reason, or plan a new session."),
        )


def check_mine(session: "TrainingSession") -> None:
    """The same for the member who enrols, goes or answers."""
    check_can_change(session, _("Choose another one, or ask your captain."))


def check_begun(session: "TrainingSession", now: dt.datetime) -> None:
    """Nobody attends before it begins."""
    if session.starts_at > now:
        raise Refusal(
            _("The session has not begun."),
            code="session.not_begun",
            place="starts_at",
            remedy=_("Record attendance and results once it has begun, or change its time."),
        )


def check_plan(
    *,
    course: "Course",
    mode: SessionMode,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    somewhere: bool,
    capacity: int | None,
) -> None:
    """Raise `Refusal` for the first thing that cannot be; `somewhere`: a site or a place is named."""
    if not (EARLIEST <= starts_at < LATEST and EARLIEST <= ends_at < LATEST) or ends_at <= starts_at:
        raise Refusal(
            _("The session does not end after its start."),
            code="session.period",
            place="ends_at",
            remedy=_("Enter a later end."),
        )
    longest = LONGEST_ONLINE if mode == SessionMode.ONLINE else LONGEST_CLASS
    if ends_at - starts_at > longest:
        raise Refusal(
            _("A session of this mode lasts at most %(days)d days.") % {"days": longest.days},
            code="session.period",
            place="ends_at",
            remedy=_("Enter an earlier end, or plan several sessions."),
        )
    if mode in {SessionMode.CENTRAL, SessionMode.MEETING} and not somewhere:
        raise Refusal(
            _("Nobody would know where to go."),
            code="session.place",
            place="place",
            remedy=_("Choose a site or write where it is held."),
        )
    if mode == SessionMode.ONLINE and not (course.text.strip() or course.questions):
        raise Refusal(
            _("“%(course)s” has neither a text to study nor a quiz.") % {"course": course.name},
            code="session.nothing_to_study",
            place="course",
            remedy=_("Have them added to the course, or choose another mode."),
        )
    if capacity is not None and not 1 <= capacity <= MOST_PLACES:
        raise Refusal(
            _("%(number)d cannot be right.") % {"number": capacity},
            code="session.capacity",
            place="capacity",
            remedy=_("Enter a number from %(least)d to %(most)d.") % {"least": 1, "most": MOST_PLACES},
        )


def check_course(course: "Course", corps_id: int) -> None:
    """Raise `Refusal` for a course of another corps or one out of use."""
    if course.corps_id != corps_id or not course.active:
        raise Refusal(
            _("“%(course)s” is not offered here.") % {"course": course.name},
            code="session.course",
            place="course",
            remedy=_("Choose from the list."),
        )


def check_places(session: "TrainingSession", taken: int, wanted: int) -> None:
    """Raise `Refusal` when so many more do not fit."""
    if session.capacity is None or taken + wanted <= session.capacity:
        return
    left = max(0, session.capacity - taken)
    message = (
        ngettext(
            "Only %(left)d place is left, %(wanted)d are wanted.",
            "Only %(left)d places are left, %(wanted)d are wanted.",
            left,
        )
        % {"left": left, "wanted": wanted}
        if left
        else _("All %(capacity)d places are taken.") % {"capacity": session.capacity}
    )
    raise Refusal(
        message,
        code="session.full",
        place="members",
        remedy=_("Choose fewer people or another session, or ask the organiser for more places."),
    )


def check_can_learn(member: "Member") -> None:
    """Raise `Refusal` for somebody who is not on the roster."""
    if member.status not in ON_THE_ROSTER:
        raise Refusal(
            _("%(name)s cannot be enrolled: %(status)s.")
            % {"name": member.name, "status": MemberStatus(member.status).label},
            code="enrolment.member_status",
            place=member.name,
            remedy=_("Choose somebody else, or change the member's status first."),
        )


def check_score(score: int | None, *, attended: bool, name: str) -> None:
    """Raise `Refusal` for a score that cannot be, or one of somebody who was not there."""
    if score is None:
        return
    if not 0 <= score <= 100:
        raise Refusal(
            _("%(name)s: a score is a number from 0 to 100.") % {"name": name},
            code="enrolment.score",
            place=name,
            remedy=_("Correct it and save again; nothing was saved."),
        )
    if not attended:
        raise Refusal(
            _("%(name)s has a score without having attended.") % {"name": name},
            code="enrolment.score",
            place=name,
            remedy=_("Tick the attendance, or take the score away; nothing was saved."),
        )


def check_days(*, issued_on: dt.date, valid_until: dt.date | None, today: dt.date) -> None:
    """Raise `Refusal` for a certificate of the future or one that ends before it begins."""
    if issued_on > today:
        raise Refusal(
            _("The day of issue lies in the future."),
            code="certificate.days",
            place="issued_on",
            remedy=_("Enter today or an earlier day."),
        )
    if valid_until is not None and valid_until < issued_on:
        raise Refusal(
            _("The certificate would end before it was issued."),
            code="certificate.days",
            place="valid_until",
            remedy=_("Correct one of the two days."),
        )


def check_reason(reason: str) -> str:
    """The reason, trimmed. Raises `Refusal` without one."""
    if not reason.strip():
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
    return reason.strip()[:200]
