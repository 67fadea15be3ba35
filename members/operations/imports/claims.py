"""Who works on an import: claimed by a conditional update, finished only by the latest holder.

A worker that was taken for dead and comes back finds its claim gone: its last statement, inside the transaction that
did the work, changes no row, and the transaction is rolled back. So no order of deaths and resurrections applies an
import twice or half.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from members.enums import ImportState
from members.models import RosterImport
from members.policies.imports import STALE_AFTER


class LostClaim(Exception):
    """Another worker holds the import, or somebody discarded it. Whatever was done is rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish what `state` names, as long as nobody claims after us."""

    import_id: int
    state: ImportState
    token: int


def claim(import_id: int, *, waiting: ImportState, running: ImportState) -> Claim | None:
    """Take an import that waits, or whose worker has died. None when there is nothing to take."""
    now = timezone.now()
    free = Q(state=waiting) if waiting != running else Q()
    idle = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - STALE_AFTER)
    takable = (free | (Q(state=running) & idle)) if waiting != running else Q(state=running) & idle
    with transaction.atomic():
        taken = (
            RosterImport.objects.filter(takable, pk=import_id)
            .update(
                state=running, attempts=F("attempts") + 1, tries=F("tries") + 1, heartbeat_at=now, rows_done=0,
                stage="", stage_started_at=now,
            )
        )  # fmt: skip
        if not taken:
            return None
        token = RosterImport.objects.values_list("attempts", flat=True).get(pk=import_id)
    return Claim(import_id, running, token)


def finish(held: Claim, **values: Any) -> None:
    """Write the end of a stage, if the claim still holds. Raises `LostClaim`."""
    changed = RosterImport.objects.filter(pk=held.import_id, state=held.state, attempts=held.token).update(
        heartbeat_at=None, stage="", tries=0, **values
    )
    if not changed:
        raise LostClaim(held)


def still_held(held: Claim) -> bool:
    """Whether the claim holds at this moment."""
    return RosterImport.objects.filter(pk=held.import_id, state=held.state, attempts=held.token).exists()
