"""Incidents for doors: one, a page of many, what waits for verification, what is open.

Lists run backwards in time and go from page to page by the key of the last row (time and id): nothing is counted, and
what is recorded meanwhile shifts no page.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from django.utils import timezone

from corps.actors import account_id
from corps.permissions import Permission
from corps.queries.scope import Node, require, scope_of
from incidents.enums import CONTENT, IncidentCategory, IncidentState
from incidents.models import Incident, LogEntry
from incidents.queries import words
from incidents.queries.log import with_last_entry
from incidents.queries.stretch import Condition, Key, Stretch

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Account

PAGE_SIZE = 50
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
    """What waits for verification by the reader, oldest first; `number` counts all of it.

    `seen` has the last entry of each row's log: a list sends it back, so that nobody verifies what they have not read.
    """

    number: int
    rows: list[Incident]
    seen: dict[int, int]


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
    rows = with_last_entry(Incident.objects.visible_to(actor)).select_related(
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
    stretch = Stretch(unit_ids, everything, _bounds(filters), backward)
    keys = _keys(stretch if position is None else stretch.after(position), filters, size + 1)
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
    """Submitted incidents within the unit that the actor may verify: in units of that right, written by others."""
    tree = scope_of(actor, Permission.INCIDENT_VERIFY).tree
    rows = _submitted_to(actor).in_units(tree.within(unit.id))
    shown = list(rows[: limit + 1])
    number = len(shown) if len(shown) <= limit else rows.count()
    return _waiting(number, shown[:limit])


def submitted_to(actor: "Actor", *, limit: int) -> Waiting:
    """The oldest that wait for the actor in any unit; only these are counted."""
    rows = list(_submitted_to(actor)[:limit])
    return _waiting(len(rows), rows)


def _waiting(number: int, rows: list[Any]) -> Waiting:
    return Waiting(number, rows, {one.pk: one.last_entry for one in rows})


def _submitted_to(actor: "Actor") -> Any:
    rows = Incident.objects.visible_to(actor, Permission.INCIDENT_VERIFY).filter(state=IncidentState.SUBMITTED)
    if (account := account_id(actor)) is not None:
        written = LogEntry.objects.filter(incident=OuterRef("pk"), author_id=account, kind__in=CONTENT)
        rows = rows.exclude(recorded_by_id=account).exclude(Exists(written))
    return with_last_entry(rows).select_related("kind", "recorded_by").order_by("occurred_at", "id")


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


def _bounds(filters: IncidentFilter) -> tuple[Condition, ...]:
    found = []
    if filters.first is not None:
        found.append(Condition("occurred_at >= %s", (_midnight(filters.first),)))
    if filters.end is not None:
        found.append(Condition("occurred_at < %s", (_midnight(filters.end),)))
    return tuple(found)


def _conditions(filters: IncidentFilter) -> list[Condition]:
    """What narrows, but for time and words."""
    found: list[Condition] = []
    states = [state for state in filters.states if state in IncidentState.values]
    categories = [one for one in filters.categories if one in IncidentCategory.values]
    if states:
        found.append(Condition("state = ANY(%s)", (states,)))
        if IncidentState.VERIFIED not in states:
            # Says the same again, so that the index over what is not verified fits.
            found.append(Condition("state <> %s", (IncidentState.VERIFIED.value,)))
    if len(categories) == 1:
        found.append(Condition("category = %s", (categories[0],)))
    elif categories:
        found.append(Condition("category = ANY(%s)", (categories,)))
    if filters.kind_id is not None:
        found.append(Condition("kind_id = %s", (filters.kind_id,)))
    if filters.recorded_by is not None:
        found.append(Condition("recorded_by_id = %s", (filters.recorded_by,)))
    return found


def _keys(stretch: Stretch, filters: IncidentFilter, limit: int) -> list[Key]:
    narrowed = _conditions(filters)
    read = words.read(filters.words)
    if not read:
        return stretch.keys(narrowed, limit)
    return stretch.searched([*narrowed, *read], [*narrowed, *words.indexed(filters.words)], limit)


def _rows(identifiers: list[int]) -> list[Incident]:
    if not identifiers:
        return []
    rows = Incident.objects.select_related("kind", "recorded_by", "verified_by").in_bulk(identifiers)
    return [rows[identifier] for identifier in identifiers if identifier in rows]


def _cursor(key: Key) -> str:
    at, identifier = key
    return f"{(at - _EPOCH) // dt.timedelta(microseconds=1)}.{identifier}"


def _position(cursor: str) -> Key | None:
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
