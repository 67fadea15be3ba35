"""Incidents for doors: one, a page of many, what waits for verification, what is open.

Lists run backwards in time and go from page to page by the key of the last row (time and id): nothing is counted, and
what is recorded meanwhile shifts no page.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from django.utils import timezone

from corps.actors import account_id
from corps.permissions import Permission
from corps.queries.scope import Node, require, scope_of
from incidents.enums import IncidentCategory, IncidentState
from incidents.models import Incident

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Account

PAGE_SIZE = 50
# Up to so many units, the newest of each are read from the units' own index and merged; beyond, the index by time of
# the whole corps finds rows of the scope soon enough.
FEW_UNITS = 150
MOST_WORDS = 5
OPEN_STATES = (IncidentState.RETURNED, IncidentState.DRAFT, IncidentState.SUBMITTED)
_CURSOR = re.compile(r"(-?\d{1,18})\.(\d{1,18})", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Django's own limits keep a moment representable on both sides.
_LATEST = dt.datetime(9990, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """What a list shows; empty means everything. `first` and `end` are local days, the end no longer included."""

    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    kind_id: int | None = None
    unit_id: int | None = None
    first: dt.date | None = None
    end: dt.date | None = None
    words: str = ""
    recorded_by: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Rows, newest first; `next` and `previous` are cursors, empty at the ends."""

    rows: list[Incident]
    next: str
    previous: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for verification by the reader, oldest first; `number` counts all of it."""

    number: int
    rows: list[Incident]


@dataclass(frozen=True, slots=True)
class OpenIncidents:
    """What is not settled, by state, and the first rows: returned ones before drafts before submitted ones."""

    drafts: int
    returned: int
    submitted: int
    rows: list[Incident]

    @property
    def number(self) -> int:
        """All of them."""
        return self.drafts + self.returned + self.submitted


def incident_of(actor: "Actor", incident_id: int) -> Incident:
    """The incident with what its page shows: participants, parties (masked), log. `Http404` outside the scope."""
    rows = Incident.objects.visible_to(actor).select_related(
        "kind", "unit", "grid", "shift__kind", "recorded_by", "verified_by"
    )
    found: Incident = get_object_or_404(
        rows.prefetch_related("participants__member", "participants__unit", "parties", "log__author"), pk=incident_id
    )
    return found


def page_of(
    actor: "Actor",
    unit: Node,
    filters: IncidentFilter = IncidentFilter(),
    after: str = "",
    *,
    before: str = "",
    size: int = PAGE_SIZE,
) -> IncidentPage:
    """A page of the incidents of `unit` and everything below it. A stale or foreign cursor gives the first page.

    Raises `Http404` or `PermissionDenied` as `require` does.
    """
    unit_ids, everything = _within(actor, unit, filters)
    position = _position(before or after)
    backward = bool(before) and position is not None
    keys = _keys(unit_ids, everything, filters, position, size + 1, backward=backward)
    more, keys = len(keys) > size, keys[:size]
    if backward:
        keys.reverse()
    has_previous, has_next = (more, bool(keys)) if backward else (position is not None and bool(keys), more)
    return IncidentPage(
        _rows([identifier for _at, identifier in keys]),
        _cursor(keys[-1]) if has_next else "",
        _cursor(keys[0]) if has_previous else "",
    )


def waiting_for_verification(actor: "Actor", unit: Node, *, limit: int = 20) -> Waiting:
    """Submitted incidents within the unit that the actor may verify: in units of that right, recorded by others."""
    tree = scope_of(actor, Permission.INCIDENT_VERIFY).tree
    rows = _submitted_to(actor).in_units(tree.within(unit.id))
    shown = list(rows[: limit + 1])
    number = len(shown) if len(shown) <= limit else rows.count()
    return Waiting(number, shown[:limit])


def submitted_to(actor: "Actor", *, limit: int) -> list[Incident]:
    """The oldest that wait for the actor in any unit."""
    return list(_submitted_to(actor)[:limit])


def _submitted_to(actor: "Actor") -> Any:
    rows = Incident.objects.visible_to(actor, Permission.INCIDENT_VERIFY).filter(state=IncidentState.SUBMITTED)
    if (account := account_id(actor)) is not None:
        rows = rows.exclude(recorded_by_id=account)
    return rows.select_related("kind", "recorded_by").order_by("occurred_at", "id")


def open_incidents(actor: "Actor", unit: Node, *, limit: int = 20) -> OpenIncidents:
    """What is being written, was returned or waits, within the unit. Raises `Http404` or `PermissionDenied`."""
    unit_ids, _everything = _within(actor, unit, IncidentFilter())
    return _open(Incident.objects.in_units(unit_ids), limit)


def own_open(actor: "Account", *, limit: int = 20) -> OpenIncidents:
    """The same of what the actor recorded, wherever that is."""
    return _open(Incident.objects.visible_to(actor).filter(recorded_by=actor), limit)


def _open(rows: "QuerySet[Incident]", limit: int) -> OpenIncidents:
    rows = rows.filter(state__in=OPEN_STATES)
    counts = dict(rows.order_by().values_list("state").annotate(Count("id")))
    order = Case(
        *(When(state=state, then=Value(rank)) for rank, state in enumerate(OPEN_STATES)), output_field=IntegerField()
    )
    return OpenIncidents(
        drafts=counts.get(IncidentState.DRAFT, 0),
        returned=counts.get(IncidentState.RETURNED, 0),
        submitted=counts.get(IncidentState.SUBMITTED, 0),
        rows=list(rows.select_related("kind", "recorded_by").order_by(order, "-occurred_at", "-id")[:limit]),
    )


def _within(actor: "Actor", unit: Node, filters: IncidentFilter) -> tuple[list[int], bool]:
    """The units a list looks at, and whether they are all there are. A narrower unit outside of `unit` is ignored."""
    require(actor, Permission.INCIDENT_VIEW, unit.id)
    tree = scope_of(actor, Permission.INCIDENT_VIEW).tree
    ids = tree.within(unit.id)
    if filters.unit_id is not None and filters.unit_id in set(ids):
        ids = tree.within(filters.unit_id)
    return ids, len(ids) == len(tree.ids)


def _conditions(filters: IncidentFilter) -> tuple[list[str], list[Any]]:
    found: list[tuple[str, Any]] = []
    states = [state for state in filters.states if state in IncidentState.values]
    categories = [one for one in filters.categories if one in IncidentCategory.values]
    if states:
        found.append(("state = ANY(%s)", states))
        if IncidentState.VERIFIED not in states:
            # Says the same again, so that the index over what is not verified fits.
            found.append(("state <> %s", IncidentState.VERIFIED.value))
    if len(categories) == 1:
        found.append(("category = %s", categories[0]))
    elif categories:
        found.append(("category = ANY(%s)", categories))
    if filters.kind_id is not None:
        found.append(("kind_id = %s", filters.kind_id))
    if filters.recorded_by is not None:
        found.append(("recorded_by_id = %s", filters.recorded_by))
    if filters.first is not None:
        found.append(("occurred_at >= %s", _midnight(filters.first)))
    if filters.end is not None:
        found.append(("occurred_at < %s", _midnight(filters.end)))
    text = "concat_ws(' ', account, outcome, place) ILIKE %s"
    found += [(text, f"%{_literal(word)}%") for word in filters.words.split()[:MOST_WORDS]]
    return [sql for sql, _value in found], [value for _sql, value in found]


def _keys(
    unit_ids: Sequence[int],
    everything: bool,  # noqa: FBT001 - one of two shapes of the statement
    filters: IncidentFilter,
    position: tuple[dt.datetime, int] | None,
    limit: int,
    *,
    backward: bool,
) -> list[tuple[dt.datetime, int]]:
    """Time and id of up to `limit` incidents from `position` on, in the direction of reading."""
    conditions, values = _conditions(filters)
    if position is not None:
        conditions.append(f"(occurred_at, id) {'>' if backward else '<'} (%s, %s)")
        values += position
    order = "occurred_at, id" if backward else "occurred_at DESC, id DESC"
    if len(unit_ids) <= FEW_UNITS and not everything:
        inner = " AND ".join(["unit_id = one.id", *conditions])
        statement = (
            "SELECT found.occurred_at, found.id FROM unnest(%s::bigint[]) AS one (id) CROSS JOIN LATERAL ("
            f"SELECT occurred_at, id FROM incidents_incident WHERE {inner} ORDER BY {order} LIMIT %s"
            f") AS found ORDER BY {order} LIMIT %s"
        )
        values = [list(unit_ids), *values, limit, limit]
    else:
        if not everything:
            conditions, values = ["unit_id = ANY(%s)", *conditions], [list(unit_ids), *values]
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = f"SELECT occurred_at, id FROM incidents_incident {where} ORDER BY {order} LIMIT %s"
        values = [*values, limit]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(at, identifier) for at, identifier in cursor.fetchall()]


def _rows(identifiers: list[int]) -> list[Incident]:
    if not identifiers:
        return []
    rows = Incident.objects.select_related("kind", "recorded_by", "verified_by").in_bulk(identifiers)
    return [rows[identifier] for identifier in identifiers if identifier in rows]


def _cursor(key: tuple[dt.datetime, int]) -> str:
    at, identifier = key
    return f"{(at - _EPOCH) // dt.timedelta(microseconds=1)}.{identifier}"


def _position(cursor: str) -> tuple[dt.datetime, int] | None:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        return None
    try:
        at = _EPOCH + dt.timedelta(microseconds=int(found[1]))
    except OverflowError:
        return None
    return (at, int(found[2])) if at < _LATEST else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _literal(word: str) -> str:
    return word.replace("\0", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
