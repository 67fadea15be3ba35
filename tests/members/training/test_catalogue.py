"""The catalogue of training: courses with a quiz, kinds of certificate, requirements."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from corps.actors import SYSTEM
from members.operations.training import catalogue
from tests.cast import Cast
from tests.members.training.stage import (
    QUIZ,
    corps_of,
    course_of,
    kind_of,
    refused,
    requirement_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("questions", "line"),
    [
        ("+ 选项", 1),
        ("问：甲\n+ 一", 1),
        ("问：甲\n+ 一\n+ 二", 1),
        ("问：甲\n- 一\n- 二", 1),
        (f"问：甲\n+ 一\n- {'长' * 400}", 3),
    ],
)
def test_a_quiz_that_cannot_be_names_its_line(cast: Cast, questions: str, line: int) -> None:
    with refused("course.questions") as caught:
        course_of(cast, questions=questions, pass_mark=60)
    assert f"第 {line} 行" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"questions": QUIZ}, "course.pass_mark"),
        ({"pass_mark": 101}, "training.number"),
        ({"attempts": 0}, "training.number"),
        ({"name": ""}, "course.name_missing"),
    ],
)
def test_a_course_that_cannot_be_is_refused(cast: Cast, values: dict[str, Any], code: str) -> None:
    with refused(code):
        course_of(cast, **values)


def test_the_catalogue_is_the_top_units(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        catalogue.add_certificate_kind(actor=cast.actor("captain_hy"), corps_id=corps_of(cast), name="甲证")
    kind_of(cast, "甲证")
    with refused("certificate_kind.exists"):
        kind_of(cast, "甲证")


def test_requirements_ask_something_and_are_kept_while_they_are_asked_for(cast: Cast) -> None:
    with refused("requirement.empty"):
        requirement_of(cast)
    with refused("requirement.ages"):
        requirement_of(cast, min_age=60, max_age=18)
    kind, other = kind_of(cast), kind_of(cast, "乙证")
    made = requirement_of(cast, kind, min_age=18)
    catalogue.edit_requirement(
        actor=SYSTEM, requirement_id=made.pk, name="要求", certificate_kind_ids=[other.pk], reason="改"
    )
    made.refresh_from_db()
    assert (list(made.certificates.all()), made.min_age) == ([other], None)
    catalogue.remove_requirement(actor=SYSTEM, requirement_id=made.pk, reason="不用")
