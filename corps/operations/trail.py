"""Writing the action log: append-only and hash-chained, in the transaction of the act itself."""

import ipaddress
import json
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from corps.actors import account_id
from corps.crypto import seal_bytes
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.logic.chain import GENESIS
from corps.logic.masking import mask_text
from corps.models import ActionLog, TrailHead
from corps.models.trail import HEAD_PURPOSE
from corps.operations.acts import current_act, current_request

if TYPE_CHECKING:
    from corps.actors import Actor

_log = structlog.get_logger("yiwu.trail")


class TrailBroken(RuntimeError):
    """The end of the chain is gone although there are entries: `manage.py verify_trail` says what happened."""


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
) -> None:
    """Append one act. `actor` is None only for a failed sign-in, where `actor_name` says what was typed.

    Inside `acting` the entry is written as the last statement of the transaction, so that a long act does not keep the
    others waiting for the end of the chain. `detail` holds plain values (text, whole numbers, lists, dates); personal
    numbers in it are masked.
    """
    request, act = current_request.get(), current_act()
    entry = ActionLog(
        at=timezone.now(),
        account_id=account_id(actor),
        actor_name=_clean(actor_name or str(actor), 60),
        action=action,
        unit_id=unit_id if unit_id is not None or act is None else act.unit_id,
        object_type=object_type,
        object_id=str(object_id),
        reason=_clean(reason, 200),
        detail=_plain(detail or {}),
        result=result,
        ip=_plain_address(request.ip),
        request_id=request.request_id,
        act=act.id if act else None,
    )
    if act is None:
        _append(entry)
    else:
        act.at_the_end.append(lambda: _append(entry))


def record_refusal(
    *, actor: "Actor", action: str, unit_id: int | None, refusal: Refusal | PermissionDenied | Http404
) -> None:
    """Append an attempt that was refused: for want of a right, or by a rule (`Refusal`)."""
    if isinstance(refusal, Refusal):
        detail = {"code": refusal.code, "place": refusal.place}
    else:
        detail = {"code": "denied" if isinstance(refusal, PermissionDenied) else "outside"}
    reason = str(refusal) if isinstance(refusal, Refusal) else ""
    record(actor=actor, action=action, unit_id=unit_id, reason=reason, detail=detail, result=ActionResult.REFUSED)


def _append(entry: ActionLog) -> None:
    with transaction.atomic():
        head = _locked_head()
        entry.previous_digest = bytes(head.digest)
        entry.digest = entry.computed_digest()
        entry.save(force_insert=True)
        head.entries += 1
        head.last_id = entry.pk
        head.digest = entry.digest
        head.seal = seal_bytes(head.sealed_facts(), purpose=HEAD_PURPOSE)
        head.save(force_update=True)
    facts = {"id": entry.pk, "digest": entry.digest.hex(), "action": entry.action, "result": str(entry.result)}
    # Logs are shipped to another host, so the chain can be compared with a copy that the database's owner cannot reach.
    transaction.on_commit(lambda: _log.info("trail", **facts))


def _locked_head() -> TrailHead:
    """The end of the chain, locked until the transaction ends: the next digest needs the one before it."""
    head = TrailHead.objects.select_for_update().first()
    if head is None:
        # The first entry of all. Several may be first at once: one of them makes the row, the others wait for it.
        TrailHead.objects.bulk_create(
            [TrailHead(entries=0, last_id=0, digest=GENESIS, seal=b"")], ignore_conflicts=True
        )
        head = TrailHead.objects.select_for_update().get()
    if head.entries == 0 and ActionLog.objects.exists():
        raise TrailBroken("The end of the action log is missing. Run `manage.py verify_trail`.")
    return head


def _clean(text: str, length: int) -> str:
    """Text as PostgreSQL will give it back, without a person's numbers."""
    return mask_text(text.replace("\0", ""))[:length]


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    """`detail` as jsonb will give it back, or the digest would not match; a float may come back as another number."""
    text = mask_text(json.dumps(detail, cls=DjangoJSONEncoder, ensure_ascii=False).replace("\\u0000", ""))
    found: dict[str, Any] = json.loads(text, parse_float=str)
    return found


def _plain_address(address: str | None) -> str | None:
    """The address in the one spelling that PostgreSQL gives back."""
    if not address:
        return None
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return found.compressed
