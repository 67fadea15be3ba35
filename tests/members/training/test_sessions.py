"""Sessions: planned, changed, cancelled; who sees them."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM
from members.enums import SessionMode, TeacherService
from members.models import Course, TrainingSession
from members.operations.training import catalogue, sessions
from members.operations.training.sessions import Teacher
from tests.cast import Cast
from tests.members.training.stage import (
    HOUR,
    course_of,
    refused,
    session_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ends_at": timezone.now() - 9 * HOUR}, "session.period"),
        ({"ends_at": timezone.now() + dt.timedelta(days=30)}, "session.period"),
        ({"place": " "}, "session.place"),
        ({"capacity": 0}, "session.capacity"),
        ({"mode": SessionMode.ONLINE}, "session.nothing_to_study"),
        ({"teachers": [Teacher(TeacherService.POLICE, f"教员{n}") for n in range(11)]}, "session.teachers"),
    ],
)
def test_a_session_that_cannot_be_is_refused(cast: Cast, values: dict[str, Any], code: str) -> None:
    course = course_of(cast)
    with refused(code):
        session_of(cast, course, **values)
    assert not TrainingSession.objects.exists()


def test_a_session_is_planned_changed_and_cancelled(cast: Cast) -> None:
    captain, course = cast.actor("captain_sg"), course_of(cast)
    starts = timezone.now() + HOUR
    made = sessions.plan_session(
        actor=captain,
        unit_id=cast.units["sg"].pk,
        course_id=course.pk,
        mode=SessionMode.DOOR,
        starts_at=starts,
        ends_at=starts + HOUR,
        teachers=[Teacher(TeacherService.POLICE, "王警官"), Teacher(TeacherService.FIRE, "李教官")],
        capacity=20,
    )
    changed = sessions.edit_session(
        actor=captain,
        session_id=made.pk,
        course_id=course.pk,
        mode=SessionMode.DOOR,
        starts_at=starts,
        ends_at=starts + 2 * HOUR,
        teachers=[Teacher(TeacherService.POLICE, "王警官")],
    )
    assert changed.capacity == 20
    assert [one.name for one in changed.teachers.all()] == ["王警官"]
    with refused("reason.missing"):
        sessions.cancel_session(actor=captain, session_id=made.pk, reason=" ")
    sessions.cancel_session(actor=captain, session_id=made.pk, reason="暴雨")
    with refused("session.settled"):
        sessions.cancel_session(actor=captain, session_id=made.pk, reason="暴雨")


def test_courses_out_of_use_or_of_nobody_are_not_planned(cast: Cast) -> None:
    course = course_of(cast)
    catalogue.retire_course(actor=SYSTEM, kind_id=course.pk)
    with refused("session.course"):
        session_of(cast, course)
    with pytest.raises(Http404):
        session_of(cast, Course(pk=987654))


def test_a_session_of_above_is_seen_where_it_is_open_and_changed_by_nobody_below(cast: Cast) -> None:
    course = course_of(cast)
    shown, hidden = session_of(cast, course), session_of(cast, course, open_below=False)
    below, beside = cast.actor("captain_sg11"), cast.actor("captain_zx")
    assert list(TrainingSession.objects.visible_to(below)) == [shown]
    assert not TrainingSession.objects.visible_to(beside).exists()
    with pytest.raises(PermissionDenied):
        sessions.cancel_session(actor=below, session_id=shown.pk, reason="不去")
    with pytest.raises(Http404):
        sessions.cancel_session(actor=below, session_id=hidden.pk, reason="不去")


def test_a_class_before_eight_is_named_by_its_own_day(cast: Cast) -> None:
    """Half past seven in the morning is still yesterday by the clock of the database."""
    starts = dt.datetime(2026, 5, 1, 23, 30, tzinfo=dt.UTC)
    session = sessions.plan_session(
        actor=SYSTEM,
        unit_id=cast.units["sg"].pk,
        course_id=course_of(cast).pk,
        mode=SessionMode.DOOR,
        starts_at=starts,
        ends_at=starts + HOUR,
    )
    sessions.cancel_session(actor=SYSTEM, session_id=session.pk, reason="暴雨")
    with refused("session.settled") as caught:
        sessions.cancel_session(actor=SYSTEM, session_id=session.pk, reason="暴雨")
    assert "2026-05-02" in str(caught.value)
