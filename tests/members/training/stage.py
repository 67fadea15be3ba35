"""Training for tests: a kind of certificate, courses with and without a pass mark, sessions that have begun."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import CourseKind, SessionMode
from members.models import CertificateKind, Course, Requirement, TrainingSession
from members.operations.training import catalogue, enrolling, results
from members.operations.training.results import Mark
from members.operations.training.sessions import plan_session
from tests.cast import Cast
from tests.members.roster import person

QUIZ = """
问：先做什么？
+ 劝开双方
- 拍照发群

问：可以带走什么？
- 手机
- 钥匙
+ 什么都不带
"""
HOUR = dt.timedelta(hours=1)


def corps_of(cast: Cast) -> int:
    """The corps of the cast."""
    return int(cast.units["hy"].corps_id)


def kind_of(cast: Cast, name: str = "急救证", months: int | None = 24, warn: int = 60) -> CertificateKind:
    """A kind of certificate."""
    return catalogue.add_certificate_kind(
        actor=SYSTEM, corps_id=corps_of(cast), name=name, valid_months=months, warn_days=warn
    )


def course_of(cast: Cast, name: str = "急救培训", kind: CertificateKind | None = None, **values: Any) -> Course:
    """A course; with `exam` one that is passed by a score of 60, with `quiz` by two questions."""
    if values.pop("quiz", False):
        values |= {"text": "先读这一段。", "questions": QUIZ, "pass_mark": values.get("pass_mark", 60)}
    if values.pop("exam", False):
        values["pass_mark"] = 60
    return catalogue.add_course(
        actor=SYSTEM,
        corps_id=corps_of(cast),
        name=name,
        kind=CourseKind.FIRST_AID,
        hours=Decimal(4),
        certificate_kind_id=kind.pk if kind else None,
        **values,
    )


def session_of(
    cast: Cast, course: Course, code: str = "sg", *, begins: dt.timedelta = -2 * HOUR, **values: Any
) -> TrainingSession:
    """A session of an hour that began two hours ago, unless told otherwise; an online one is open for two days."""
    starts = timezone.now() + begins
    mode = values.pop("mode", SessionMode.CENTRAL)
    ends = starts + (dt.timedelta(days=2) if mode == SessionMode.ONLINE else HOUR)
    return plan_session(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        course_id=course.pk,
        mode=mode,
        starts_at=starts,
        ends_at=values.pop("ends_at", ends),
        place=values.pop("place", "支队会议室"),
        **values,
    )


def requirement_of(cast: Cast, *kinds: CertificateKind, name: str = "巡逻要求", **values: Any) -> Requirement:
    """What is asked of members."""
    return catalogue.add_requirement(
        actor=SYSTEM, corps_id=corps_of(cast), name=name, certificate_kind_ids=[one.pk for one in kinds], **values
    )


def refused(code: str) -> Any:
    """A refusal with this code."""
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def people(cast: Cast, number: int, code: str = "sg11", **values: Any) -> list[Any]:
    """So many members of a unit."""
    return [person(cast.units[code].pk, f"队员{position}", **values) for position in range(number)]


def enrolled(session: TrainingSession, members: list[Any]) -> None:
    """Enrol them."""
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[one.pk for one in members])


def marked(session: TrainingSession, members: list[Any], score: int | None = None) -> None:
    """Say that they were there, and what they reached."""
    results.record_results(
        actor=SYSTEM, session_id=session.pk, marks=[Mark(one.pk, attended=True, score=score) for one in members]
    )
