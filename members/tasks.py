"""Background work of the roster; each task is one domain call, and a lost or repeated message does no harm."""

import structlog
from celery import shared_task

from corps.actors import SYSTEM
from members.operations import imports
from members.operations.recruitment import codes
from members.queries.equipment.recount import ledger_faults, sentence

_log = structlog.get_logger(__name__)


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


@shared_task(name="members.send_code")
def send_code(code_id: int) -> None:
    """Send the one-time code that waits in a row."""
    codes.deliver_code(actor=SYSTEM, code_id=code_id)


@shared_task(name="members.forget_codes")
def forget_codes() -> None:
    """Once an hour: rows of codes that are over."""
    codes.forget_codes(actor=SYSTEM)


@shared_task(name="members.check_ledger")
def check_ledger() -> None:
    """Nightly: an equipment ledger that does not add up is an alarm for the operators, never mended silently."""
    faults = ledger_faults()
    if faults:
        _log.error("equipment_ledger_broken", faults=len(faults), first=[sentence(fault) for fault in faults[:5]])
