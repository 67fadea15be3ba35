"""Imports that wait for somebody, as the first page names them."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from corps.queries.scope import Node
from members.enums import ImportState
from members.queries.imports import imports_seen_by

if TYPE_CHECKING:
    from corps.actors import Actor

UNDO_ENDS_SOON = dt.timedelta(days=1)
FAILED_SHOWN = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import that waits for a person."""

    id: int
    file_name: str
    state: ImportState
    rejected: int


def imports_waiting(actor: "Actor", unit: Node, limit: int = 5) -> list[Waiting]:
    """Those that ask, are ready for review, failed lately, or whose undo ends within a day."""
    return [
        Waiting(one.pk, one.file_name, ImportState(one.state), one.counts.get("verdicts", {}).get("rejected", 0))
        for one in imports_to_look_at(actor, unit)[:limit]
    ]


def imports_to_look_at(actor: "Actor", unit: Node) -> Any:
    """Rows of them."""
    now = timezone.now()
    waits = (
        Q(state__in=[ImportState.ASKING, ImportState.READY])
        | Q(state=ImportState.FAILED, created_at__gt=now - FAILED_SHOWN)
        | Q(state=ImportState.APPLIED, undo_until__gt=now, undo_until__lt=now + UNDO_ENDS_SOON)
    )
    return imports_seen_by(actor, unit.id).filter(waits)
