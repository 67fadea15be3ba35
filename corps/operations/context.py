"""The frame of every write: permission, one transaction, and the context that history rows link to."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from corps.actors import SystemActor
from corps.permissions import Permission
from corps.queries.scope import require

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Where an act comes from: filled by the middleware for pages and the API, empty for background work."""

    request_id: str = ""
    ip: str | None = None


@dataclass(slots=True)
class Act:
    """A running operation. `id` is the primary key of the pghistory context its row events link to."""

    actor: "Actor"
    action: str
    reason: str
    id: uuid.UUID = field(default_factory=uuid.uuid4)


NO_REQUEST = RequestFacts()
current_request: ContextVar[RequestFacts] = ContextVar("current_request", default=NO_REQUEST)
_current_act: ContextVar[Act | None] = ContextVar("current_act", default=None)


@contextmanager
def acting(
    *,
    actor: "Actor",
    action: str,
    reason: str = "",
    permission: Permission | None = None,
    unit_id: int | None = None,
) -> Iterator[Act]:
    """Run a write: check `permission` in `unit_id`, open a transaction and set the context that history rows link to.

    `action` is a short frozen code such as `unit.rename`. Inside another act the outer one stays in charge, so that one
    decision of one person is one context. The context is set by SQL at once: COPY through the driver's own cursor
    is not seen by anything that wraps Django's `execute`. Raises `Http404` or `PermissionDenied` (see `require`),
    `TypeError` without an actor.
    """
    if permission is not None:
        if unit_id is None:
            raise TypeError("a permission is held in a unit: unit_id is needed")
        require(actor, permission, unit_id)
    elif not isinstance(actor, SystemActor) and not getattr(actor, "is_authenticated", False):
        raise TypeError("an actor is needed")
    outer = _current_act.get()
    with transaction.atomic():
        if outer is not None:
            yield outer
            return
        act = Act(actor, action, reason)
        _set_history_context(act)
        token = _current_act.set(act)
        try:
            yield act
        finally:
            _current_act.reset(token)


def _set_history_context(act: Act) -> None:
    request = current_request.get()
    metadata: dict[str, Any] = {
        "account": None if isinstance(act.actor, SystemActor) else act.actor.pk,
        "actor": str(act.actor),
        "action": act.action,
        "reason": act.reason,
        "request": request.request_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(act.id), json.dumps(metadata, ensure_ascii=False)],
        )
