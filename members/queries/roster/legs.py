"""How a list is read: one leg per index that answers, and within a leg the cheapest of four shapes.

A word may be answered by several indexes (four digits end an identity number or a phone number); the legs follow one
another, each without what those before it gave. A page asks the database for keys only; the rows are fetched by them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from members.queries.roster.scope import Within
from members.queries.roster.sql import Condition, all_of, expected_rows, negation

# Rough costs in microseconds, measured at 1.24 million members: a row behind an index entry, one descent of an index,
# one look at an entry without its row.
_ROW = 1.0
_DESCENT = 6.0
_LOOK = 0.2

BY_NAME = ("pinyin", "name", "id")
BY_UNIT = ("unit_id", "pinyin", "name", "id")


class Shape(StrEnum):
    """`WALK` an index in its order; `MERGE` the first of each unit; `STREAM` unit after unit; sort the `FEW` found."""

    WALK = "walk"
    MERGE = "merge"
    STREAM = "stream"
    FEW = "few"


class Window(NamedTuple):
    """Up to `limit` keys behind `start`, or before it when going backward; an empty start is the end of the list."""

    limit: int
    start: tuple[Any, ...] = ()
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """Members that match `condition`, in the order of `order` (which ends with the id), read in `shape`."""

    name: str
    condition: Condition
    order: tuple[str, ...]
    shape: Shape

    def keys(self, place: Within, extra: Condition, window: Window) -> list[tuple[Any, ...]]:
        """The order's values of the members in the window, nearest to its start first."""
        sql, params = self.query(place, extra, window)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    def query(self, place: Within, extra: Condition, window: Window) -> tuple[str, list[Any]]:
        """The statement and its parameters."""
        conditions = [self.condition, extra]
        if window.start:
            marks = ", ".join(["%s"] * len(window.start))
            side = "<" if window.backward else ">"
            conditions.append(Condition(f"({_named(self.order, 'm')}) {side} ({marks})", window.start))
        build = {Shape.WALK: _walk, Shape.FEW: _few, Shape.MERGE: _merge, Shape.STREAM: _stream}[self.shape]
        return build(self.order, conditions, place, "DESC" if window.backward else "ASC", window.limit)


def _ordered(order: tuple[str, ...], alias: str, direction: str) -> str:
    return ", ".join(f"{alias}.{column} {direction}" for column in order)


def _named(order: tuple[str, ...], alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in order)


def _walk(
    order: tuple[str, ...], conditions: list[Condition], place: Within, direction: str, limit: int
) -> tuple[str, list[Any]]:
    where = all_of([*conditions, *place.condition])
    sql = (
        f"SELECT {_named(order, 'm')} FROM members_member m WHERE {where.sql}"
        f" ORDER BY {_ordered(order, 'm', direction)} LIMIT %s"
    )
    return sql, [*where.params, limit]


def _few(
    order: tuple[str, ...], conditions: list[Condition], place: Within, direction: str, limit: int
) -> tuple[str, list[Any]]:
    # Materialised, so that the planner cannot hope to meet a few rows early on a walk through all of them; the scope is
    # checked outside, because of a search by an expression the planner knows nothing and would fetch whole units first.
    where = all_of(conditions)
    columns = tuple(dict.fromkeys((*order, "unit_id")))
    scope = all_of([Condition(condition.sql.replace("m.", "few."), condition.params) for condition in place.condition])
    sql = (
        f"WITH few AS MATERIALIZED (SELECT {_named(columns, 'm')} FROM members_member m WHERE {where.sql})"
        f" SELECT {_named(order, 'few')} FROM few WHERE {scope.sql}"
        f" ORDER BY {_ordered(order, 'few', direction)} LIMIT %s"
    )
    return sql, [*where.params, *scope.params, limit]


def _merge(
    order: tuple[str, ...], conditions: list[Condition], place: Within, direction: str, limit: int
) -> tuple[str, list[Any]]:
    where = all_of(conditions)
    sql = (
        f"SELECT {_named(order, 'k')} FROM unnest(%s::bigint[]) AS u (id) CROSS JOIN LATERAL ("
        f"SELECT {_named(order, 'm')} FROM members_member m WHERE m.unit_id = u.id AND {where.sql}"
        f" ORDER BY {_ordered(order, 'm', direction)} LIMIT %s) AS k"
        f" ORDER BY {_ordered(order, 'k', direction)} LIMIT %s"
    )
    return sql, [list(place.ids), *where.params, limit, limit]


def _stream(
    order: tuple[str, ...], conditions: list[Condition], place: Within, direction: str, limit: int
) -> tuple[str, list[Any]]:
    # The units come sorted, each unit's members come sorted: the planner stops at the limit without sorting all.
    where = all_of(conditions)
    inner = order[1:]
    # Where all units are meant the database knows them; sending and sorting a thousand takes longer than a page does.
    units = (
        Condition("corps_unit AS u")
        if place.everything
        else Condition("unnest(%s::bigint[]) AS u (id)", (list(place.ids),))
    )
    sql = (
        f"SELECT u.id, {_named(inner, 'k')}"
        f" FROM (SELECT u.id FROM {units.sql} ORDER BY u.id {direction} OFFSET 0) AS u"
        " CROSS JOIN LATERAL ("
        f"SELECT {_named(inner, 'm')} FROM members_member m WHERE m.unit_id = u.id AND {where.sql}"
        f" ORDER BY {_ordered(inner, 'm', direction)} LIMIT %s) AS k"
        f" ORDER BY u.id {direction}, {_ordered(inner, 'k', direction)} LIMIT %s"
    )
    return sql, [*units.params, *where.params, limit, limit]


def without(conditions: list[Condition], found: Condition) -> Condition:
    """`found`, less what matches one of `conditions`."""
    return all_of([found, *(negation(condition) for condition in conditions)])


def by_name(name: str, condition: Condition, place: Within, matches: float, limit: int) -> Leg:
    """A leg in the order of the list; `condition` is a range of pinyin, or holds for `matches` members all over."""
    walk = min(matches, limit / max(place.share, 1e-9)) * _ROW
    merge = len(place.ids) * _DESCENT + min(limit * len(place.ids), matches * place.share) * _ROW
    return Leg(name, condition, BY_NAME, Shape.WALK if place.everything or walk <= merge else Shape.MERGE)


def few_or_stream(name: str, indexed: Condition, read: Condition, place: Within, total: float, limit: int) -> Leg:
    """A leg for a condition that an index finds but does not sort: fetch all when they are few, else look unit by unit.

    `indexed` is what the index answers, `read` the same asked of a row of the (unit, pinyin, name) index.
    """
    matches = expected_rows(indexed)
    few = matches * _ROW
    stream = min(total * place.share, limit * total / max(matches, 1.0)) * _LOOK
    if few <= stream:
        return Leg(name, indexed, BY_UNIT, Shape.FEW)
    return Leg(f"{name}-by-unit", read, BY_UNIT, Shape.STREAM)
