"""Reads of the trail: every act in a unit and below, whether it changed rows (history) or not (action log)."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.http import Http404
from pghistory.models import Context

from corps.enums import ActionResult
from corps.models import ActionLog
from corps.permissions import Permission
from corps.queries.history import Rows, rows_of_acts
from corps.queries.scope import require, scope_of

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE = 50
ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One act. `key` orders acts of the same moment; `act` leads to the rows it changed, if it changed any."""

    at: dt.datetime
    key: str
    who: str
    action: str
    unit_id: int | None
    reason: str
    result: str
    ip: str
    detail: dict[str, Any]
    act: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last act of the page before: the next page begins with what is older."""

    at: dt.datetime
    key: str


def acts_in(
    actor: "Actor", unit_id: int, *, kinds: Sequence[str] = (), who: str = "", before: Cursor | None = None
) -> list[TrailEntry]:
    """Acts in the unit and below, newest first: one page and one more, which tells that there is a next page.

    `kinds` are beginnings of action codes (`import.`), `who` is a part of the name of whoever acted. Raises like
    `require` when the actor may not read the trail there.
    """
    require(actor, Permission.TRAIL_VIEW, unit_id)
    scope = scope_of(actor, Permission.TRAIL_VIEW)
    units = [one for one in scope.tree.within(unit_id) if one in scope]
    found = [
        *_logged(units, kinds, who, before),
        *_changed(units, kinds, who, before),
    ]
    if before is not None:
        found = [one for one in found if (one.at, one.key) < (before.at, before.key)]
    found.sort(key=lambda one: (one.at, one.key), reverse=True)
    return found[: PAGE + 1]


def _logged(units: list[int], kinds: Sequence[str], who: str, before: Cursor | None) -> Iterable[TrailEntry]:
    rows = ActionLog.objects.in_units(units)
    if kinds:
        rows = rows.filter(_any_prefix("action", kinds))
    if who:
        rows = rows.filter(actor_name__icontains=who)
    if before is not None:
        rows = rows.filter(at__lte=before.at)
    for row in rows.order_by("-at", "-id")[: PAGE + 2]:
        yield TrailEntry(
            at=row.at,
            key=f"a{row.pk:020}",
            who=row.actor_name,
            action=row.action,
            unit_id=row.unit_id,
            reason=row.reason,
            result=row.result,
            ip=row.ip or "",
            detail=row.detail,
            act=row.act,
        )


def _any_prefix(field: str, prefixes: Sequence[str]) -> models.Q:
    found = models.Q()
    for prefix in prefixes:
        found |= models.Q(**{f"{field}__startswith": prefix})
    return found


# An act that stands in the action log as well is told from there, where it says more.
_CHANGED = """
SELECT id, created_at, metadata FROM pghistory_context
WHERE (metadata->>'unit')::bigint = ANY(%(units)s)
  AND (%(at)s::timestamptz IS NULL OR created_at <= %(at)s)
  AND (%(kinds)s::text[] IS NULL OR metadata->>'action' LIKE ANY(%(kinds)s))
  AND (%(who)s = '' OR strpos(lower(metadata->>'actor'), lower(%(who)s)) > 0)
  AND NOT EXISTS (SELECT FROM corps_actionlog WHERE act = pghistory_context.id)
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""


def _changed(units: list[int], kinds: Sequence[str], who: str, before: Cursor | None) -> Iterable[TrailEntry]:
    values = {
        "units": units,
        "at": before.at if before else None,
        "kinds": [f"{kind.replace('_', chr(92) + '_')}%" for kind in kinds] or None,
        "who": who,
        "limit": PAGE + 2,
    }
    for row in Context.objects.raw(_CHANGED, values):
        told = row.metadata or {}
        yield TrailEntry(
            at=row.created_at,
            key=f"c{row.pk}",
            who=told.get("actor", ""),
            action=told.get("action", ""),
            unit_id=told.get("unit"),
            reason=told.get("reason", ""),
            result=ActionResult.DONE,
            ip="",
            detail={},
            act=row.pk,
        )


def act_of(actor: "Actor", act: uuid.UUID) -> tuple[TrailEntry, Rows]:
    """One act and the rows it changed. Raises `Http404` outside the units whose trail the actor may read."""
    context = Context.objects.filter(pk=act).first()
    told = (context.metadata or {}) if context else {}
    if context is None or told.get("unit") not in scope_of(actor, Permission.TRAIL_VIEW):
        raise Http404("no such act")
    logged = ActionLog.objects.filter(act=act).order_by("id").first()
    entry = TrailEntry(
        at=context.created_at,
        key="",
        who=told.get("actor", ""),
        action=told.get("action", ""),
        unit_id=told.get("unit"),
        reason=told.get("reason", ""),
        result=logged.result if logged else ActionResult.DONE,
        ip=(logged.ip or "") if logged else "",
        detail=logged.detail if logged else {},
        act=act,
    )
    return entry, rows_of_acts({act: entry.unit_id}, actor, each=ROWS_SHOWN).get(act, Rows())
