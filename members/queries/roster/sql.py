"""Small pieces of SQL with their parameters, and what the planner expects of them."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection


class Condition(NamedTuple):
    """A piece of a WHERE clause on `m`, the member."""

    sql: str
    params: tuple[Any, ...] = ()


def all_of(conditions: Sequence[Condition]) -> Condition:
    """The conditions joined by AND; `true` for none."""
    return Condition(
        " AND ".join(condition.sql for condition in conditions) or "true",
        tuple(param for condition in conditions for param in condition.params),
    )


def negation(condition: Condition) -> Condition:
    """NOT (condition)."""
    return Condition(f"NOT ({condition.sql})", condition.params)


def between(column: str, low: str, high: str) -> Condition:
    """A half-open range in code-point order, which a plain index on the column answers."""
    return Condition(f"{column} >= %s AND {column} < %s", (low, high))


def expected_rows(condition: Condition) -> float:
    """How many members the planner expects to match, from its statistics; the table is not read."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM members_member m WHERE {condition.sql}", condition.params)
        (plan,) = cursor.fetchone()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return float(found[0]["Plan"]["Plan Rows"])


def total_rows() -> float:
    """How many members there are, as the planner knows it."""
    return expected_rows(Condition("true"))
