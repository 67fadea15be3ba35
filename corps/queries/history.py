"""Row history: what the triggers wrote, as old → new per field, masked for whoever reads.

The events of a row are compared with the event before them; a row that was there before its model was tracked has an
unknown old value. Values of a kind of row that the reader may not see (people, for an auditor) are withheld: the fields
are named, the values are not.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from corps.actors import SystemActor
from corps.logic.shown import shown
from corps.models.scope import Scope, scope_of
from corps.permissions import Permission

if TYPE_CHECKING:
    from corps.actors import Actor

NAMING_FIELDS = ("name", "display_name", "title", "holder", "username", "code")
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row. `withheld`: the reader may know that it changed, not from what to what."""

    field: str
    label: str
    old: str
    new: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class RowChange:
    """One event of one row: `verb` is insert, update or delete; `kind` the row's sort, `name` what it is called."""

    verb: str
    kind: str
    model: str
    object_id: Any
    name: str
    changes: list[Change]
    event_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an object with the act it belongs to; `act` is None for writes outside any operation."""

    at: datetime
    actor: str
    account_id: int | None
    action: str
    reason: str
    act: uuid.UUID | None
    change: RowChange


@dataclass(slots=True)
class Rows:
    """What an act did: its first rows, and how many there are; `more_than_counted` says that there are more still."""

    first: list[RowChange] = field(default_factory=list)
    count: int = 0
    more_than_counted: bool = False


@lru_cache(maxsize=1)
def event_models() -> dict[str, Any]:
    """Every event model by the label of the model it tracks."""
    return {
        tracked._meta.label: model
        for model in apps.get_models()
        if (tracked := getattr(model, "pgh_tracked_model", None)) is not None
    }


def history_of(obj: models.Model, actor: "Actor", *, unit_id: int | None = None, limit: int = 100) -> list[Entry]:
    """The latest events of a row, newest first. `actor` must see the row already; `unit_id` is the unit it belongs to
    where the row itself does not say (`unit_id`, or the row is a unit).
    """
    model = event_models()[obj._meta.label]
    events = list(
        model.objects.filter(pgh_obj_id=obj.pk).select_related("pgh_context").order_by("-pgh_id")[: limit + 1]
    )
    before = dict(zip(events, [*events[1:], None], strict=True)) if events else {}
    place = unit_id if unit_id is not None else _unit_of(obj)
    reader = _Reader(actor, dict.fromkeys(events, place))
    reader.look_up(events)
    return [
        Entry(
            at=event.pgh_created_at,
            actor=(event.pgh_context.metadata.get("actor") or "") if event.pgh_context else "",
            account_id=event.pgh_context.metadata.get("account") if event.pgh_context else None,
            action=(event.pgh_context.metadata.get("action") or "") if event.pgh_context else "",
            reason=(event.pgh_context.metadata.get("reason") or "") if event.pgh_context else "",
            act=event.pgh_context_id,
            change=reader.row_change(event, before[event]),
        )
        for event in events[:limit]
    ]


def rows_of_acts(
    acts: dict[uuid.UUID, int | None], actor: "Actor", *, each: int = 5, after: tuple[str, int] | None = None
) -> dict[uuid.UUID, Rows]:
    """The first `each` rows of every act (`acts`: id → unit of the act), and how many rows it wrote.

    `after` (model label, event id) goes on behind a row already shown. A fixed number of queries for a page of acts,
    whatever their size: one that counts, two for each model that has events.
    """
    found: dict[uuid.UUID, Rows] = defaultdict(Rows)
    wanted: dict[str, list[uuid.UUID]] = defaultdict(list)
    for label, act, count in _counts(list(acts)):
        rows = found[act]
        rows.count += count
        rows.more_than_counted |= count > COUNTED
        wanted[label].append(act)
    for label, in_acts in wanted.items():
        if after and label < after[0]:
            continue
        start = after[1] if after and label == after[0] else 0
        events = _first_events(event_models()[label], in_acts, each, start)
        before = _events_before(event_models()[label], events)
        reader = _Reader(actor, {event: acts[event.pgh_context_id] for event in events})
        reader.look_up([*events, *before.values()])
        for event in events:
            rows = found[event.pgh_context_id]
            if len(rows.first) < each:
                rows.first.append(reader.row_change(event, before.get(event.pgh_id)))
    return dict(found)


def _counts(acts: Sequence[uuid.UUID]) -> list[tuple[str, uuid.UUID, int]]:
    """(model label, act, number of events up to one more than `COUNTED`), only where there are any."""
    if not acts:
        return []
    parts = [
        f"SELECT '{label}', act, (SELECT count(*) FROM (SELECT FROM {connection.ops.quote_name(model._meta.db_table)}"  # noqa: S608
        f" WHERE pgh_context_id = act LIMIT {COUNTED + 1}) AS part) FROM unnest(%(acts)s::uuid[]) AS act"
        for label, model in sorted(event_models().items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS counted (label, act, events) WHERE events > 0",  # noqa: S608
            {"acts": [str(act) for act in acts]},
        )
        return list(cursor.fetchall())


def _first_events(model: Any, acts: Sequence[uuid.UUID], each: int, start: int) -> list[Any]:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pgh_id FROM unnest(%s::uuid[]) AS act CROSS JOIN LATERAL (SELECT pgh_id FROM {table}"  # noqa: S608
            " WHERE pgh_context_id = act AND pgh_id > %s ORDER BY pgh_id LIMIT %s) AS picked",
            [[str(act) for act in acts], start, each],
        )
        ids = [identifier for (identifier,) in cursor.fetchall()]
    return list(model.objects.filter(pgh_id__in=ids).order_by("pgh_id"))


def _events_before(model: Any, events: Sequence[Any]) -> dict[int, Any]:
    """The event before each of `events` of the same row, by the id of the later one."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT later.id, (SELECT pgh_id FROM "  # noqa: S608
            f"{table} WHERE pgh_obj_id = later.obj AND pgh_id < later.id ORDER BY pgh_id DESC LIMIT 1)"
            " FROM unnest(%s::int[], %s::bigint[]) AS later (id, obj)",
            [[event.pgh_id for event in events], [event.pgh_obj_id for event in events]],
        )
        pairs = {later: earlier for later, earlier in cursor.fetchall() if earlier is not None}
    earlier_events = model.objects.in_bulk(list(pairs.values()))
    return {later: earlier_events[earlier] for later, earlier in pairs.items()}


def _unit_of(obj: models.Model) -> int | None:
    if obj._meta.label == "corps.Unit":
        return int(obj.pk)
    found = getattr(obj, "unit_id", None)
    return int(found) if found is not None else None


def _unit_of_event(event: Any, unit_of_act: int | None) -> int | None:
    """The row's own unit where it has one: an import writes into many units, an act stands in one."""
    if event.pgh_tracked_model._meta.label == "corps.Unit":
        return int(event.pgh_obj_id)
    found = getattr(event, "unit_id", None)
    return int(found) if found is not None else unit_of_act


def _view_permission(model: Any) -> Permission:
    """What one must hold to see rows of the model; rows without a rule of their own go with the unit."""
    queryset = model._default_manager.get_queryset()
    found: Permission = getattr(queryset, "view_permission", Permission.UNIT_VIEW)
    return found


class _Reader:
    """Somebody who reads events, and what they may see of them."""

    def __init__(self, actor: "Actor", units: dict[Any, int | None]) -> None:
        self.actor = actor
        self.units = units
        self.names: dict[tuple[str, Any], str] = {}
        # Asked once for each permission: every question to `scope_of` looks at the version of the tree.
        self.scopes: dict[Permission, Scope] = {}

    def look_up(self, events: Iterable[Any]) -> None:
        """Names of everything that foreign keys of the events point to: one query for each kind."""
        wanted: dict[Any, set[Any]] = defaultdict(set)
        for event in events:
            for one in _fields(event):
                value = getattr(event, one.attname)
                if one.related_model is not None and value is not None:
                    wanted[one.related_model].add(value)
        for model, ids in wanted.items():
            for key, found in model._base_manager.in_bulk(list(ids)).items():
                self.names[(model._meta.label, key)] = str(found)

    def row_change(self, event: Any, before: Any | None) -> RowChange:
        model = event.pgh_tracked_model
        visible = self._may_see(model, event)
        if event.pgh_label == "update":
            names = [one for one in _fields(event) if before is None or _differs(event, before, one)]
            pairs = [(one, before, event) for one in names]
        elif event.pgh_label == "insert":
            pairs = [(one, None, event) for one in _fields(event) if not _is_empty(getattr(event, one.attname))]
        else:
            pairs = [(one, event, None) for one in _fields(event) if not _is_empty(getattr(event, one.attname))]
        return RowChange(
            verb=event.pgh_label,
            kind=str(model._meta.verbose_name),
            model=model._meta.label,
            object_id=event.pgh_obj_id,
            name=_name_of(event) if visible else f"#{event.pgh_obj_id}",
            changes=[self._change(model, one, old, new, event=event, visible=visible) for one, old, new in pairs],
            event_id=event.pgh_id,
        )

    def _may_see(self, model: Any, event: Any) -> bool:
        if isinstance(self.actor, SystemActor):
            return True
        permission = _view_permission(model)
        scope = self.scopes.get(permission)
        if scope is None:
            scope = self.scopes[permission] = scope_of(self.actor, permission)
        unit = _unit_of_event(event, self.units.get(event))
        return scope.everything or (unit is not None and unit in scope)

    def _change(self, model: Any, one: Any, old: Any, new: Any, *, event: Any, visible: bool) -> Change:
        label = str(model._meta.get_field(one.name).verbose_name)
        withheld = (
            not visible
            or isinstance(one, models.BinaryField)
            or (one.related_model is not None and not self._may_see(one.related_model, event))
        )
        if withheld:
            return Change(one.name, label, "", "", withheld=True)
        return Change(one.name, label, self._text(one, old), self._text(one, new))

    def _text(self, one: Any, event: Any | None) -> str:
        value = getattr(event, one.attname) if event is not None else None
        if one.related_model is not None and value is not None:
            return self.names.get((one.related_model._meta.label, value), f"#{value}")
        choices = dict(getattr(one, "base_field", one).flatchoices)
        return shown(value, choices=choices, phone="phone" in one.name)


def _fields(event: Any) -> list[Any]:
    return [one for one in event._meta.fields if not one.name.startswith("pgh_") and one.name != "id"]


def _differs(event: Any, before: Any, one: Any) -> bool:
    new, old = getattr(event, one.attname), getattr(before, one.attname)
    if isinstance(one, models.BinaryField):
        return bytes(new or b"") != bytes(old or b"")
    return bool(new != old)


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _name_of(event: Any) -> str:
    for name in NAMING_FIELDS:
        value = getattr(event, name, "")
        if value:
            return shown(value)
    return f"#{event.pgh_obj_id}"
