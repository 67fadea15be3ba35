"""Put invented training into a freshly loaded demonstration city: the catalogue, sessions with people, certificates.

A few units of each level are enough to show every page; the number of rows does not grow with the city.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from corps.models import Appointment, Corps, Unit
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.scope import current_tree
from members.demo.training import AID, COURSES, DRILL, KINDS, PLANS, SessionPlan
from members.enums import CourseResult, MemberStatus, SessionMode, SessionState
from members.models import Course, Enrolment, Member, SessionTeacher, TrainingSession
from members.operations.training import catalogue
from members.operations.training.issuing import issue

if TYPE_CHECKING:
    from corps.actors import Actor

# How many units of each level hold a session of a plan.
UNITS_EACH: Final = 4
# Everybody so often did not come, or did not pass.
_MISSED, _FAILED = 0.08, 0.07


@dataclass(frozen=True, slots=True)
class InventedTraining:
    """What was invented; `requirement` is one that a kind of duty may ask for."""

    sessions: int
    certificates: int
    requirement: int


def invent_training(*, actor: "Actor", corps_code: str, seed: int, now: dt.datetime) -> InventedTraining:
    """Invent what a demonstration city teaches. The same seed and moment give the same training."""
    corps = Corps.objects.get(code=corps_code)
    root = Unit.objects.get(corps=corps, parent=None)
    rng = Random(f"{corps_code}:{seed}:training")  # noqa: S311 - an invented city
    with acting(actor=actor, action="city.training", permission=Permission.TRAINING_COURSE, unit_id=root.pk):
        courses, requirement = _catalogue(actor, corps.pk)
        people = _people(corps.pk)
        sessions, enrolments = [], []
        for plan in PLANS[corps_code]:
            for unit_id in _units(corps.pk, plan.level):
                session = _session(courses[plan.course], unit_id, plan, now)
                sessions.append(session)
                enrolments += _enrolments(rng, session, plan, people, now)
        TrainingSession.objects.bulk_create(sessions)
        SessionTeacher.objects.bulk_create(_teachers(sessions, corps_code))
        Enrolment.objects.bulk_create(enrolments)
        return InventedTraining(len(sessions), _issue(sessions, enrolments), requirement)


def _catalogue(actor: "Actor", corps_id: int) -> tuple[dict[str, Course], int]:
    kinds = {
        one.name: catalogue.add_certificate_kind(
            actor=actor, corps_id=corps_id, name=one.name, valid_months=one.months, warn_days=one.warn_days
        )
        for one in KINDS
    }
    courses = {
        one.name: catalogue.add_course(
            actor=actor,
            corps_id=corps_id,
            name=one.name,
            kind=one.kind,
            hours=Decimal(one.hours),
            certificate_kind_id=kinds[one.certificate].pk if one.certificate else None,
            pass_mark=one.pass_mark,
            text=one.text,
            questions=one.questions,
        )
        for one in COURSES
    }
    catalogue.add_requirement(
        actor=actor,
        corps_id=corps_id,
        name="上岗基本要求",
        certificate_kind_ids=[kinds[DRILL].pk],
        min_age=18,
        max_age=65,
    )
    rescue = catalogue.add_requirement(
        actor=actor,
        corps_id=corps_id,
        name="应急救援要求",
        certificate_kind_ids=[kinds[AID].pk],
        insured=True,
        min_age=18,
        max_age=55,
    )
    return courses, rescue.pk


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody who may be taught; `looks` is who can sign in and shall find something."""

    id: int
    joined: dt.date | None
    looks: bool


def _people(corps_id: int) -> dict[int, list[_Person]]:
    """Active members by home unit."""
    found: dict[int, list[_Person]] = {}
    rows = Member.objects.filter(unit__corps_id=corps_id, status=MemberStatus.ACTIVE).order_by("pk")
    for pk, unit_id, joined, account in rows.values_list("pk", "unit_id", "joined_on", "account_id"):
        found.setdefault(unit_id, []).append(_Person(pk, joined, account is not None))
    return found


def _units(corps_id: int, level: int) -> list[int]:
    """Units of the level: those that somebody who can sign in leads, then the first in tree order."""
    led = set(Appointment.objects.filter(unit__corps_id=corps_id).values_list("unit_id", flat=True))
    found = [node.id for node in current_tree().nodes.values() if node.corps_id == corps_id and node.level == level]
    return sorted(found, key=lambda unit_id: unit_id not in led)[:UNITS_EACH]


def _session(course: Course, unit_id: int, plan: SessionPlan, now: dt.datetime) -> TrainingSession:
    day = timezone.localtime(now).date() + dt.timedelta(days=plan.days)
    starts = timezone.make_aware(dt.datetime.combine(day, dt.time(19, 30)))
    ends = starts + dt.timedelta(days=30 if plan.mode == SessionMode.ONLINE else 0, hours=2)
    # What is some days old was closed; of yesterday the captain still has to.
    held = plan.mode != SessionMode.ONLINE and plan.days < -2
    return TrainingSession(
        course=course,
        unit_id=unit_id,
        mode=plan.mode,
        starts_at=starts,
        ends_at=ends,
        place=plan.place,
        capacity=None if plan.mode == SessionMode.ONLINE else plan.people + 20,
        state=SessionState.HELD if held else SessionState.PLANNED,
        closed_at=ends if held else None,
    )


def _enrolments(
    rng: Random,
    session: TrainingSession,
    plan: SessionPlan,
    people: dict[int, list[_Person]],
    now: dt.datetime,
) -> list[Enrolment]:
    """People of the units below, as many as the plan says, who had joined by then."""
    day = timezone.localdate(session.starts_at)
    within = [one for unit_id in current_tree().within(session.unit_id) for one in people.get(unit_id, ())]
    fit = [one for one in within if one.joined is None or one.joined <= day]
    readers = [one.id for one in fit if one.looks]
    others = [one.id for one in fit if not one.looks]
    chosen = readers + rng.sample(others, max(0, min(len(others), plan.people - len(readers))))
    made = []
    for member_id in chosen:
        row = Enrolment(session=session, member_id=member_id, enrolled_at=min(session.starts_at, now))
        if session.state == SessionState.HELD:
            row.attended = rng.random() >= _MISSED
            if row.attended:
                _mark(rng, row, session)
        made.append(row)
    return made


def _mark(rng: Random, row: Enrolment, session: TrainingSession) -> None:
    mark = session.course.pass_mark
    passed = mark is None or rng.random() >= _FAILED
    row.result = CourseResult.PASSED if passed else CourseResult.FAILED
    if mark is not None:
        row.score = rng.randint(mark, 100) if passed else rng.randint(30, mark - 1)


def _teachers(sessions: Iterable[TrainingSession], corps_code: str) -> list[SessionTeacher]:
    by_course = {(plan.course, plan.mode): plan.teacher for plan in PLANS[corps_code]}
    found = []
    for session in sessions:
        service, name = by_course[session.course.name, SessionMode(session.mode)]
        found.append(SessionTeacher(session=session, service=service, name=name))
    return found


def _issue(sessions: Iterable[TrainingSession], enrolments: Iterable[Enrolment]) -> int:
    passed: dict[int, list[int]] = {}
    for row in enrolments:
        if row.result == CourseResult.PASSED:
            passed.setdefault(row.session_id, []).append(row.member_id)
    number = 0
    for session in sorted(sessions, key=lambda one: one.starts_at):
        if session.pk in passed and session.course.certificate_kind_id is not None:
            on = timezone.localtime(session.ends_at).date()
            kind, members = session.course.certificate_kind_id, passed[session.pk]
            number += len(issue(kind_id=kind, member_ids=members, on=on, session=session, account=None))
    return number
