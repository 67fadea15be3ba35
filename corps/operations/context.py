"""The frame of every write: permission, one transaction, and the context that history rows link to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.logic.masking import mask_text
from corps.operations.acts import Act, current_request, running_act
from corps.operations.trail import record_refusal
from corps.permissions import Permission
from corps.queries.scope import require

if TYPE_CHECKING:
    from corps.actors import Actor


@contextmanager
def acting(
    *,
    actor: "Actor",
    action: str,
    reason: str = "",
    permission: Permission | None = None,
    unit_id: int | None = None,
    refusals_recorded: bool = False,
) -> Iterator[Act]:
    """Run a write: check `permission` in `unit_id`, open a transaction and set the context that history rows link to.

    `action` is a short frozen code such as `unit.rename`; `unit_id` is also the unit in whose trail the act stands.
    Inside another act the outer one stays in charge, so that one decision of one person is one context. The context is
    set by SQL at once, because COPY through the driver's own cursor is not seen by anything that wraps Django's
    `execute`. With `refusals_recorded` a refusal is itself an entry of the action log. Raises `Http404` or
    `PermissionDenied` (see `require`), `TypeError` without an actor.
    """
    outer = running_act.get()
    try:
        _check(actor, permission, unit_id)
        with transaction.atomic():
            if outer is not None:
                yield outer
                return
            act = Act(actor, action, reason, unit_id)
            _set_history_context(act)
            token = running_act.set(act)
            try:
                yield act
                for step in act.at_the_end:
                    step()
            finally:
                running_act.reset(token)
    except (PermissionDenied, Refusal, Http404) as refusal:
        # Only after the roll-back, and only by the outermost act: otherwise the entry would be rolled back as well.
        if refusals_recorded and outer is None and getattr(refusal, "recorded", True):
            _record_refusal(actor, action, unit_id, refusal)
        raise


def _check(actor: "Actor", permission: Permission | None, unit_id: int | None) -> None:
    if permission is not None:
        if unit_id is None:
            raise TypeError("a permission is held in a unit: unit_id is needed")
        require(actor, permission, unit_id)
    elif not isinstance(actor, SystemActor) and not getattr(actor, "is_authenticated", False):
        raise TypeError("an actor is needed")


def _record_refusal(
    actor: "Actor", action: str, unit_id: int | None, refusal: Refusal | PermissionDenied | Http404
) -> None:
    record_refusal(actor=actor, action=action, unit_id=unit_id, refusal=refusal)


def _set_history_context(act: Act) -> None:
    request = current_request.get()
    metadata: dict[str, Any] = {
        "account": None if isinstance(act.actor, SystemActor) else act.actor.pk,
        "actor": str(act.actor),
        "action": act.action,
        # Nobody should write a person's number into a reason; whoever does shall not have it kept in the open.
        "reason": mask_text(act.reason),
        "unit": act.unit_id,
        "request": request.request_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(act.id), json.dumps(metadata, ensure_ascii=False)],
        )
