"""What the beat does for imports: find those whose message or worker was lost, and wipe what is kept no longer."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from corps.actors import SystemActor
from corps.live import publish
from corps.queue import enqueue
from members.enums import ImportState
from members.models import ImportChange, ImportFile, RosterImport
from members.operations.imports.progress import topic
from members.operations.imports.staging import forget_staged
from members.operations.imports.uploading import APPLY_TASK, STAGE_TASK, UNDO_TASK
from members.policies.imports import LOST_AFTER, MAX_TRIES, RUNNING, STALE_AFTER

if TYPE_CHECKING:
    from corps.actors import Actor

KEPT: Final = timedelta(days=7)
"""So long uploads and staged rows outlive their import; applied ones keep them until undoing ends."""
ABANDONED: Final = timedelta(days=30)
"""A preview or a question that nobody came back to."""

_TASKS: Final = {
    ImportState.UPLOADED: STAGE_TASK,
    ImportState.READING: STAGE_TASK,
    ImportState.APPLYING: APPLY_TASK,
    ImportState.UNDOING: UNDO_TASK,
}
# Where an import goes that was interrupted too often: nothing was written, a person decides.
_GIVEN_UP: Final = {
    ImportState.READING: ImportState.FAILED,
    ImportState.APPLYING: ImportState.READY,
    ImportState.UNDOING: ImportState.APPLIED,
}


def resume_stalled_imports(*, actor: "Actor") -> list[int]:
    """Send for a worker again where none gives a sign of life; after several tries leave it to a person.

    Returns the ids of the imports that were sent again.
    """
    _only_system(actor)
    now = timezone.now()
    dead = Q(state__in=RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    unheard = Q(state=ImportState.UPLOADED, created_at__lt=now - LOST_AFTER) | Q(
        state__in=(ImportState.APPLYING, ImportState.UNDOING), heartbeat_at__isnull=True
    )
    sent = []
    for import_id in RosterImport.objects.filter(dead | unheard).values_list("pk", flat=True):
        with transaction.atomic():
            stalled = (
                RosterImport.objects.select_for_update(skip_locked=True).filter(dead | unheard, pk=import_id).first()
            )
            if stalled is not None and _revive(stalled):
                sent.append(import_id)
    return sent


def _revive(stalled: RosterImport) -> bool:
    state = ImportState(stalled.state)
    if stalled.tries >= MAX_TRIES and state in _GIVEN_UP:
        stalled.state = _GIVEN_UP[state]
        stalled.refusal = {"code": "interrupted", "params": {}, "passing": True}
        stalled.heartbeat_at = None
        stalled.tries = 0
        stalled.attempts += 1
        stalled.save(update_fields=["state", "refusal", "heartbeat_at", "tries", "attempts"])
        publish(topic(stalled.pk), "state", {"state": stalled.state})
        return False
    enqueue(_TASKS[state], stalled.pk)
    return True


def forget_old_uploads(*, actor: "Actor") -> int:
    """Wipe uploads, staged rows and old values that are kept no longer. Returns the number of imports wiped."""
    _only_system(actor)
    now = timezone.now()
    abandoned = RosterImport.objects.filter(
        state__in=(ImportState.ASKING, ImportState.READY), created_at__lt=now - ABANDONED
    )
    for import_id in abandoned.values_list("pk", flat=True):
        with transaction.atomic():
            abandoned.filter(pk=import_id).update(state=ImportState.DISCARDED, heartbeat_at=None)
    old = (
        Q(state=ImportState.APPLIED, undo_until__lt=now)
        | Q(state=ImportState.UNDONE, undone_at__lt=now - KEPT)
        | Q(state=ImportState.FAILED, created_at__lt=now - KEPT)
        | Q(state=ImportState.DISCARDED)
    )
    wiped = 0
    for import_id in RosterImport.objects.filter(old, wiped_at__isnull=True).values_list("pk", flat=True):
        with transaction.atomic():
            forget_staged(import_id)
            ImportChange.objects.filter(roster_import=import_id).update(before=None)
            ImportFile.objects.filter(pk=import_id).delete()
            RosterImport.objects.filter(pk=import_id).update(wiped_at=now)
        wiped += 1
    return wiped


def _only_system(actor: "Actor") -> None:
    if not isinstance(actor, SystemActor):
        raise TypeError("sweeping is the system's work")
