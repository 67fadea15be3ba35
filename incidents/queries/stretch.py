"""Pages of incidents as statements: keys (time and id) within some units, newest first, without sorting a scope."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db import connection

Key = tuple[dt.datetime, int]

# Up to so many units, the newest of each are read from the units' own index and merged; beyond, the index by time of
# the whole corps finds rows of the scope soon enough.
FEW_UNITS = 150
# Words are looked for in so many of the newest rows of the scope; only for older ones their index is asked. It is quick
# for rare words and slow for those of every other incident, but these fill a page from the newest.
READ_AT_ONCE = 5_000


class Condition(NamedTuple):
    """A piece of a WHERE clause on `incidents_incident`."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of some units (`everything`: of all there are) within bounds of time, from the newest, or `backward`."""

    unit_ids: Sequence[int]
    everything: bool
    bounds: tuple[Condition, ...] = ()
    backward: bool = False

    def keys(self, conditions: Sequence[Condition], limit: int) -> list[Key]:
        """Up to `limit` keys of rows that meet the conditions."""
        return self._merge(conditions, limit) if self._few_units else self._walk(conditions, limit)

    def searched(self, read: Sequence[Condition], indexed: Sequence[Condition], limit: int) -> list[Key]:
        """The same for conditions with an index that has no order: `read` is asked of rows, `indexed` of the index."""
        edge = self._edge()
        if edge is None:
            return self.keys(read, limit)
        found = self._bounded("<" if self.backward else ">", edge).keys(read, limit)
        if len(found) < limit:
            rest = self._bounded(">=" if self.backward else "<=", edge)
            found += rest.sorted_keys(indexed, limit - len(found))
        return found

    def after(self, key: Key) -> "Stretch":
        """What follows the row with this key in the direction of reading."""
        return self._bounded(">" if self.backward else "<", key)

    def sorted_keys(self, conditions: Sequence[Condition], limit: int) -> list[Key]:
        """As `keys`, for conditions that few rows meet: these are found first, then sorted."""
        # Materialised, so that the planner cannot hope to meet rare words early on a walk through all rows.
        where = _all_of([*self._scope, *self.bounds, *conditions])
        return _fetch(
            f"WITH found AS MATERIALIZED (SELECT occurred_at, id FROM incidents_incident WHERE {where.sql})"
            f" SELECT occurred_at, id FROM found ORDER BY {self._order} LIMIT %s",
            [*where.params, limit],
        )

    def _edge(self) -> Key | None:
        """A key with at most `READ_AT_ONCE` rows before it; None when there are no more. Asks indexes alone."""
        if self._few_units:
            edges = self._merge((), 1, skip=READ_AT_ONCE // len(self.unit_ids))
        else:
            edges = self._walk((), 1, skip=READ_AT_ONCE)
        return edges[0] if edges else None

    @property
    def _few_units(self) -> bool:
        return len(self.unit_ids) <= FEW_UNITS and not self.everything

    @property
    def _order(self) -> str:
        return "occurred_at, id" if self.backward else "occurred_at DESC, id DESC"

    @property
    def _scope(self) -> list[Condition]:
        return [] if self.everything else [Condition("unit_id = ANY(%s)", (list(self.unit_ids),))]

    def _bounded(self, side: str, key: Key) -> "Stretch":
        return replace(self, bounds=(*self.bounds, Condition(f"(occurred_at, id) {side} (%s, %s)", key)))

    def _walk(self, conditions: Sequence[Condition], limit: int, *, skip: int = 0) -> list[Key]:
        where = _all_of([*self._scope, *self.bounds, *conditions])
        return _fetch(
            f"SELECT occurred_at, id FROM incidents_incident WHERE {where.sql}"
            f" ORDER BY {self._order} LIMIT %s OFFSET %s",
            [*where.params, limit, skip],
        )

    def _merge(self, conditions: Sequence[Condition], limit: int, *, skip: int = 0) -> list[Key]:
        """The first of each unit, merged; `skip` leaves out so many of each."""
        where = _all_of([Condition("unit_id = one.id"), *self.bounds, *conditions])
        return _fetch(
            "SELECT found.occurred_at, found.id FROM unnest(%s::bigint[]) AS one (id) CROSS JOIN LATERAL ("
            f"SELECT occurred_at, id FROM incidents_incident WHERE {where.sql}"
            f" ORDER BY {self._order} LIMIT %s OFFSET %s) AS found ORDER BY {self._order} LIMIT %s",
            [list(self.unit_ids), *where.params, limit, skip, limit],
        )


def _all_of(conditions: Sequence[Condition]) -> Condition:
    return Condition(
        " AND ".join(condition.sql for condition in conditions) or "true",
        tuple(param for condition in conditions for param in condition.params),
    )


def _fetch(sql: str, params: Sequence[Any]) -> list[Key]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(at, identifier) for at, identifier in cursor.fetchall()]
