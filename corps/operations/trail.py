"""Writing the action log: append-only and hash-chained, in the transaction of the act itself."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from corps.actors import SystemActor
from corps.enums import ActionResult
from corps.models import ActionLog
from corps.operations.context import current_request

if TYPE_CHECKING:
    from corps.actors import Actor

# Writers of the chain stand in line: the digest of a row needs the digest of the row before it.
CHAIN_LOCK = 0x59495755_0001
GENESIS = bytes(32)


def record(
    *,
    actor: "Actor | None",
    action: str,
    actor_name: str = "",
    unit_id: int | None = None,
    object_type: str = "",
    object_id: str | int = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
    result: ActionResult = ActionResult.DONE,
) -> ActionLog:
    """Append one act. `actor` is None only for a failed sign-in, where `actor_name` says what was typed."""
    request = current_request.get()
    account = None if actor is None or isinstance(actor, SystemActor) else actor
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        previous = ActionLog.objects.order_by("-id").values_list("digest", flat=True).first()
        entry = ActionLog(
            at=timezone.now(),
            account=account,
            actor_name=(actor_name or str(actor))[:60],
            action=action,
            unit_id=unit_id,
            object_type=object_type,
            object_id=str(object_id),
            reason=reason[:200],
            detail=detail or {},
            result=result,
            ip=request.ip,
            request_id=request.request_id,
            previous_digest=bytes(previous) if previous is not None else GENESIS,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        return entry


def digest_of(entry: ActionLog) -> bytes:
    """SHA-256 over the previous digest and a canonical form of every other column but the key."""
    facts = [
        entry.at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds"),
        entry.account_id,
        entry.actor_name,
        entry.action,
        entry.unit_id,
        entry.object_type,
        entry.object_id,
        entry.reason,
        entry.detail,
        entry.result,
        entry.ip,
        entry.request_id,
    ]
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes(entry.previous_digest) + canonical.encode()).digest()
