"""Background work of the roster; each task is one domain call, and a lost or repeated message does no harm."""

from celery import shared_task

from corps.actors import SYSTEM
from members.operations import imports


@shared_task(name="members.stage_import")
def stage_import(import_id: int) -> None:
    """Read and stage an upload."""
    imports.stage_import(actor=SYSTEM, import_id=import_id)


@shared_task(name="members.apply_import")
def apply_import(import_id: int) -> None:
    """Apply what was decided."""
    imports.carry_out_apply(actor=SYSTEM, import_id=import_id)


@shared_task(name="members.undo_import")
def undo_import(import_id: int) -> None:
    """Undo what was decided."""
    imports.carry_out_undo(actor=SYSTEM, import_id=import_id)


@shared_task(name="members.resume_stalled_imports")
def resume_stalled_imports() -> None:
    """Once a minute: imports whose message or worker was lost."""
    imports.resume_stalled_imports(actor=SYSTEM)


@shared_task(name="members.forget_old_uploads")
def forget_old_uploads() -> None:
    """Once an hour: uploads and staged rows that are kept no longer."""
    imports.forget_old_uploads(actor=SYSTEM)
