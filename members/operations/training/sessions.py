"""Sessions: planned by a unit, changed, cancelled."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Site, Unit
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import current_tree
from members.enums import CourseResult, SessionMode, SessionState, TeacherService
from members.models import Course, SessionTeacher, TrainingSession
from members.operations.training.holding import writing_session
from members.policies import training as policy

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who teaches, and which service they come from."""

    service: TeacherService
    name: str


class Plan(TypedDict, total=False):
    """What is planned of a session beside course, mode and time; what is left out stays, or is the usual."""

    site_id: int | None
    place: str
    teachers: Sequence[Teacher]
    capacity: int | None
    open_below: bool
    open_to_members: bool
    remarks: str


def plan_session(
    *,
    actor: "Actor",
    unit_id: int,
    course_id: int,
    mode: SessionMode,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    **plan: Unpack[Plan],
) -> TrainingSession:
    """Plan a session of an open unit. Raises `Refusal`."""
    with acting(actor=actor, action="training.plan", permission=Permission.TRAINING_RECORD, unit_id=unit_id):
        hold_open([unit_id])
        session = TrainingSession(unit=Unit.objects.get(pk=unit_id))
        _write(
            actor=actor,
            session=session,
            course_id=course_id,
            mode=mode,
            starts_at=starts_at,
            ends_at=ends_at,
            plan=plan,
        )
        return session


def edit_session(
    *,
    actor: "Actor",
    session_id: int,
    course_id: int,
    mode: SessionMode,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    reason: str = "",
    **plan: Unpack[Plan],
) -> TrainingSession:
    """Change a session that is still planned. Raises `Refusal`, also for fewer places than are taken, and for another
    course or a time to come once results are recorded.
    """
    with writing_session(actor=actor, action="training.edit", session_id=session_id, reason=reason) as session:
        policy.check_can_change(session)
        hold_open([session.unit_id])
        recorded = session.enrolments.exclude(attended=None).exists()
        if recorded and session.course_id != course_id:
            raise Refusal(
                _("Attendance of this session is recorded already: its course stays."),
                code="session.recorded",
                place="course",
                remedy=_("Plan a new session for the other course."),
            )
        if recorded and starts_at > timezone.now():
            raise Refusal(
                _("Attendance of this session is recorded already: it cannot begin later than now."),
                code="session.recorded",
                place="starts_at",
                remedy=_("Plan a new session for the other day."),
            )
        _write(
            actor=actor,
            session=session,
            course_id=course_id,
            mode=mode,
            starts_at=starts_at,
            ends_at=ends_at,
            plan=plan,
        )
        policy.check_places(session, session.enrolments.count(), 0)
        return session


def cancel_session(*, actor: "Actor", session_id: int, reason: str) -> TrainingSession:
    """Call a session off; whoever is enrolled sees it. Refused once somebody has passed."""
    told = policy.check_reason(reason)
    with writing_session(actor=actor, action="training.cancel", session_id=session_id, reason=told) as session:
        policy.check_can_change(session)
        if session.enrolments.filter(result=CourseResult.PASSED).exists():
            raise Refusal(
                _("Somebody has passed this session already."),
                code="session.recorded",
                place="state",
                remedy=_("Close it instead, with those who were there."),
            )
        session.state, session.cancel_reason = SessionState.CANCELLED, told
        session.save(update_fields=["state", "cancel_reason"])
        return session


def _write(
    *,
    actor: "Actor",
    session: TrainingSession,
    course_id: int,
    mode: SessionMode,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    plan: Plan,
) -> None:
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise Http404("no such course")
    if session.course_id != course_id:
        policy.check_course(course, session.unit.corps_id)
    if "site_id" in plan:
        session.site = _site(actor, session, plan["site_id"])
    session.course, session.mode = course, mode
    session.starts_at, session.ends_at = starts_at, ends_at
    session.place = plan.get("place", session.place).strip()[:100]
    session.remarks = plan.get("remarks", session.remarks).strip()[:200]
    session.capacity = plan.get("capacity", session.capacity)
    session.open_below = plan.get("open_below", session.open_below)
    session.open_to_members = plan.get("open_to_members", session.open_to_members)
    policy.check_plan(
        course=course,
        mode=mode,
        starts_at=starts_at,
        ends_at=ends_at,
        somewhere=bool(session.site_id or session.place),
        capacity=session.capacity,
    )
    session.save()
    if "teachers" in plan:
        _set_teachers(session, plan["teachers"])


def _site(actor: "Actor", session: TrainingSession, site_id: int | None) -> Site | None:
    if site_id is None:
        return None
    # Sites of superior units serve as well: a central class is often held there.
    around = [*(node.id for node in current_tree().path(session.unit_id)), *current_tree().within(session.unit_id)]
    sites = Site.objects.filter(unit_id__in=around) | Site.objects.visible_to(actor)
    found: Site | None = sites.filter(pk=site_id, unit__corps_id=session.unit.corps_id).first()
    if found is None or (not found.active and session.site_id != site_id):
        raise Refusal(
            _("The site is not in use."), code="session.place", place="site", remedy=_("Choose from the list.")
        )
    return found


def _set_teachers(session: TrainingSession, teachers: Sequence[Teacher]) -> None:
    wanted = dict.fromkeys((one.service, one.name.strip()[:50]) for one in teachers if one.name.strip())
    if len(wanted) > policy.MOST_TEACHERS:
        raise Refusal(
            _("A session has at most %(number)d teachers.") % {"number": policy.MOST_TEACHERS},
            code="session.teachers",
            place="teachers",
            remedy=_("Name the others in the remarks."),
        )
    present = {(one.service, one.name): one.pk for one in session.teachers.all()}
    gone = [pk for key, pk in present.items() if key not in wanted]
    session.teachers.filter(pk__in=gone).delete()
    SessionTeacher.objects.bulk_create(
        SessionTeacher(session=session, service=service, name=name)
        for service, name in wanted
        if (service, name) not in present
    )
