"""How a worker carries out what somebody decided of an import: claimed, with signs of life, once."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from corps.actors import SystemActor
from corps.live import publish
from members.enums import ImportState
from members.models import RosterImport
from members.operations.imports.claims import Claim, LostClaim, claim, finish
from members.operations.imports.progress import Listener, Progress, topic

if TYPE_CHECKING:
    from corps.actors import Actor


def carry_out(
    actor: "Actor",
    import_id: int,
    work: Callable[[Claim, RosterImport, Progress], None],
    *,
    running: ImportState,
    before: ImportState,
    listener: Listener | None,
) -> None:
    """Do `work` on an import that is in the state `running`; nothing when another worker holds it or it is done.

    `actor` is who runs the stage (the system); the work acts in the name of whoever decided. When that right is
    gone, the import is put back into the state `before`.
    """
    if not isinstance(actor, SystemActor):
        raise TypeError("a stage is run by the system, in the name of whoever decided")
    held = claim(import_id, waiting=running, running=running)
    if held is None:
        return
    roster_import = RosterImport.objects.select_related("applied_by", "undone_by", "unit").get(pk=import_id)
    try:
        with Progress(held, listener) as progress:
            work(held, roster_import, progress)
    except LostClaim:
        return
    except (PermissionDenied, Http404):
        with transaction.atomic(), suppress(LostClaim):
            finish(held, state=before, refusal={"code": "right_lost", "params": {}})
            publish(topic(import_id), "state", {"state": before})
