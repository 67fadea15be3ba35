"""Several questions of yes or no, asked as one."""

from typing import TYPE_CHECKING

from django.db.models import Exists

from corps.models import Unit
from corps.queries.scope import Node

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet


def which_exist(unit: Node, questions: "dict[str, QuerySet[Any]]") -> set[str]:
    """The names of the questions that have any row, about something in the unit. One statement."""
    if not questions:
        return set()
    answers = Unit.objects.filter(pk=unit.id).values_list(*(Exists(rows) for rows in questions.values())).get()
    return {name for name, answer in zip(questions, answers, strict=True) if answer}
