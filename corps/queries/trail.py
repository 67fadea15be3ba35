"""The trail of a subtree: acts of the action log and acts that changed rows, in one time line, newest first.

An act that has entries in the log is shown by them, with the rows it changed; any other by its history context. Pages
are walked by keys: a place in the time line is (time, source, id), and at one time contexts come before the log.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet
from pghistory.models import Context

from corps.actions import action_name
from corps.models import ActionLog
from corps.models.scope import InUnits, current_tree, scope_of
from corps.permissions import Permission
from corps.queries.history import Rows, rows_of_acts

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models.scope import Node

CONTEXT, LOG = "c", "l"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the time line ends; written as text for addresses."""

    at: datetime
    source: str
    key: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.key}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place, or None for anything that is not one."""
        try:
            at, source, key = text.split("~")
            moment = datetime.fromisoformat(at)
            # At the ends of the calendar another time zone may have no such moment.
            if source not in {CONTEXT, LOG} or moment.tzinfo is None or not 2000 <= moment.year < 2200:
                return None
            return cls(moment, source, str(uuid.UUID(key)) if source == CONTEXT else str(_key(key)))
        except ValueError:
            return None


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("no key")
    return int(text)


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; `since` is included, `until` is not.

    `kinds` are beginnings of action codes (`import.`), `who` is a part of the name of whoever acted.
    """

    since: datetime | None = None
    until: datetime | None = None
    account_id: int | None = None
    action: str = ""
    result: str = ""
    kinds: tuple[str, ...] = ()
    who: str = ""


@dataclass(slots=True)
class TrailEntry:
    """One line of the trail. `detail` are plain facts of the act, `rows` what it changed."""

    place: Place
    at: datetime
    actor: str
    account_id: int | None
    action: str
    name: str
    reason: str
    unit: "Node | None"
    result: str = "done"
    ip: str | None = None
    object_type: str = ""
    object_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    act: uuid.UUID | None = None
    rows: Rows = field(default_factory=Rows)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines and where the next page begins, None at the end."""

    entries: list[TrailEntry]
    following: Place | None


class _Number(Func):
    """A number in the context's metadata, written exactly as its index has it."""

    template = "(%(expressions)s)::bigint"
    output_field = BigIntegerField()


class _Text(Func):
    """`metadata ->> 'key'`."""

    template = "%(expressions)s ->> '%(key)s'"


def _number(key: str) -> Func:
    return _Number(_Text(F("metadata"), key=key))


def trail_page(
    actor: "Actor", *, unit_id: int | None, filters: Filters | None = None, after: Place | None = None, size: int = 50
) -> TrailPage:
    """A page of the trail of `unit_id` and everything below it; of all the actor may read without one.

    Entries of no unit (failed sign-ins with unknown names, work of the system) are for those who may read everything.
    """
    filters = filters or Filters()
    units, nodes = _units(actor, unit_id), current_tree().nodes
    lines = [_log_entry(one, nodes) for one in _from_log(units, filters, after)[: size + 1]]
    lines += [_context_entry(one, nodes) for one in _from_contexts(units, filters, after)[: size + 1]]
    lines.sort(key=_order, reverse=True)
    shown = lines[:size]
    _add_rows(actor, shown)
    return TrailPage(shown, shown[-1].place if len(lines) > size else None)


def act_page(
    actor: "Actor", act: uuid.UUID, *, after: tuple[str, int] | None = None, size: int = 50
) -> TrailEntry | None:
    """One act with its rows, `size` at a time; None when it is not in the trail of what the actor may read."""
    units, nodes = _units(actor, None), current_tree().nodes
    entries = [_log_entry(one, nodes) for one in _visible_log(units).filter(act=act).order_by("id")[:1]]
    if not entries:
        entries = [_context_entry(one, nodes) for one in _visible_contexts(units).filter(pk=act)]
    if not entries:
        return None
    entry = entries[0]
    entry.rows = rows_of_acts({act: entry.unit.id if entry.unit else None}, actor, each=size, after=after).get(
        act, Rows()
    )
    return entry


def _units(actor: "Actor", unit_id: int | None) -> frozenset[int] | None:
    """Ids whose entries may be shown; None for all, those of no unit included."""
    scope = scope_of(actor, Permission.TRAIL_VIEW)
    tree = scope.tree
    if unit_id is None:
        return None if scope.everything else scope.ids
    if scope.everything and [node.id for node in tree.roots()] == [unit_id]:
        return None
    return frozenset(tree.within(unit_id)) & scope.ids


def _visible_log(units: frozenset[int] | None) -> QuerySet[ActionLog]:
    entries = ActionLog.objects.all()
    return entries if units is None else entries.filter(InUnits("unit_id", units))


def _visible_contexts(units: frozenset[int] | None) -> QuerySet[Context]:
    contexts = Context.objects.annotate(unit=_number("unit"))
    return contexts if units is None else contexts.filter(InUnits("unit", units))


def _from_log(units: frozenset[int] | None, filters: Filters, after: Place | None) -> QuerySet[ActionLog]:
    entries = _within(_visible_log(units), filters, "at")
    if filters.account_id is not None:
        entries = entries.filter(account_id=filters.account_id)
    if filters.action:
        entries = entries.filter(action=filters.action)
    if filters.result:
        entries = entries.filter(result=filters.result)
    if filters.kinds:
        entries = entries.filter(_begins("action", filters.kinds))
    if filters.who:
        entries = entries.filter(actor_name__icontains=filters.who)
    if after is not None and after.source == LOG:
        entries = entries.filter(Q(at__lt=after.at) | Q(at=after.at, id__lt=int(after.key)), at__lte=after.at)
    elif after is not None:
        entries = entries.filter(at__lte=after.at)
    return entries.order_by("-at", "-id")


def _from_contexts(units: frozenset[int] | None, filters: Filters, after: Place | None) -> QuerySet[Context]:
    if filters.result not in {"", "done"}:
        return Context.objects.none()
    contexts = _within(_visible_contexts(units), filters, "created_at")
    contexts = contexts.exclude(Exists(ActionLog.objects.filter(act=OuterRef("pk"))))
    if filters.account_id is not None:
        contexts = contexts.annotate(account=_number("account")).filter(account=filters.account_id)
    if filters.action:
        contexts = contexts.filter(metadata__action=filters.action)
    if filters.kinds:
        contexts = contexts.filter(_begins("metadata__action", filters.kinds))
    if filters.who:
        contexts = contexts.filter(metadata__actor__icontains=filters.who)
    if after is not None and after.source == CONTEXT:
        contexts = contexts.filter(
            Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.key), created_at__lte=after.at
        )
    elif after is not None:
        contexts = contexts.filter(created_at__lt=after.at)
    return contexts.order_by("-created_at", "-id")


def _begins(column: str, prefixes: tuple[str, ...]) -> Q:
    found = Q()
    for prefix in prefixes:
        found |= Q(**{f"{column}__startswith": prefix})
    return found


def _within(found: QuerySet[Any], filters: Filters, column: str) -> QuerySet[Any]:
    if filters.since is not None:
        found = found.filter(**{f"{column}__gte": filters.since})
    if filters.until is not None:
        found = found.filter(**{f"{column}__lt": filters.until})
    return found


def _order(entry: TrailEntry) -> tuple[datetime, bool, int | str]:
    """For sorting downwards: at one time contexts first, then by key."""
    is_context = entry.place.source == CONTEXT
    return entry.at, is_context, entry.place.key if is_context else int(entry.place.key)


def _log_entry(one: ActionLog, nodes: "dict[int, Node]") -> TrailEntry:
    return TrailEntry(
        place=Place(one.at, LOG, str(one.pk)),
        at=one.at,
        actor=one.actor_name,
        account_id=one.account_id,
        action=one.action,
        name=action_name(one.action),
        reason=one.reason,
        unit=nodes.get(one.unit_id) if one.unit_id is not None else None,
        result=one.result,
        ip=one.ip,
        object_type=one.object_type,
        object_id=one.object_id,
        detail=one.detail,
        act=one.act,
    )


def _context_entry(one: Context, nodes: "dict[int, Node]") -> TrailEntry:
    facts = one.metadata
    unit_id = facts.get("unit")
    return TrailEntry(
        place=Place(one.created_at, CONTEXT, str(one.pk)),
        at=one.created_at,
        actor=facts.get("actor") or "",
        account_id=facts.get("account"),
        action=facts.get("action") or "",
        name=action_name(facts.get("action") or ""),
        reason=facts.get("reason") or "",
        unit=nodes.get(unit_id) if unit_id is not None else None,
        act=one.pk,
    )


def _add_rows(actor: "Actor", entries: list[TrailEntry]) -> None:
    acts = {entry.act: entry.unit.id if entry.unit else None for entry in entries if entry.act is not None}
    rows = rows_of_acts(acts, actor)
    for entry in entries:
        if entry.act is not None:
            entry.rows = rows.get(entry.act, Rows())
