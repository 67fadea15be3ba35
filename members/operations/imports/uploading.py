"""Taking an upload, its answers, and the decisions that end it before it has touched the roster."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.live import publish
from corps.operations.context import acting
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Scope, scope_of
from corps.queue import enqueue
from members.enums import ImportState
from members.logic.messages import file_message
from members.logic.roster_columns import BY_KEY
from members.models import ColumnAnswer, ImportFile, RosterImport, UnitAnswer
from members.operations.imports.progress import topic
from members.operations.imports.staging import forget_staged, store_upload
from members.policies.imports import (
    IN_FLIGHT,
    check_can_answer,
    check_can_discard,
    check_can_resume,
)
from members.reading.filetypes import kind_of
from members.reading.refusals import Refused

if TYPE_CHECKING:
    from corps.actors import Actor

STAGE_TASK = "members.stage_import"
APPLY_TASK = "members.apply_import"
UNDO_TASK = "members.undo_import"


def upload_roster(*, actor: "Actor", unit_id: int, file_name: str, content: bytes) -> RosterImport:
    """Take a workbook for a unit: cheap checks at once, the reading in the background.

    Raises `Refusal` for a file that cannot be a roster (`import.file`), or that is on its way already (`import.twice`).
    """
    return create_import(actor, unit_id, file_name, content, queued=True)


def create_import(actor: "Actor", unit_id: int, file_name: str, content: bytes, *, queued: bool) -> RosterImport:
    """`upload_roster`; with `queued=False` the caller stages it itself."""
    with acting(
        actor=actor,
        action="import.upload",
        permission=Permission.MEMBER_IMPORT,
        unit_id=unit_id,
        refusals_recorded=True,
    ):
        check_content(content)
        roster_import = new_import(actor, unit_id, file_name, len(content), hashlib.sha256(content).digest())
        store_upload(roster_import.pk, content)
        note(actor, "import.upload", roster_import, {"bytes": len(content)})
        if queued:
            enqueue(STAGE_TASK, roster_import.pk)
    return roster_import


def new_import(actor: "Actor", unit_id: int, file_name: str, size: int, digest: bytes) -> RosterImport:
    """The row of a new import. Raises `Refusal` when the same file is on its way for the same unit."""
    try:
        with transaction.atomic():
            return RosterImport.objects.create(
                unit_id=unit_id,
                uploaded_by_id=account_id(actor),
                file_name=PurePath(file_name.replace("\\", "/")).name[-200:] or "roster",
                file_size=size,
                file_digest=digest,
            )
    except IntegrityError as error:
        earlier = RosterImport.objects.filter(unit_id=unit_id, file_digest=digest, state__in=IN_FLIGHT).first()
        if earlier is None:
            raise
        raise Refusal(
            _("This very file is being imported for this unit already."),
            code="import.twice",
            place="file",
            remedy=_("Go on with that import, or discard it first."),
            params={"import_id": earlier.pk},
        ) from error


def check_content(content: bytes) -> None:
    """What can be said of a file without opening it. Raises `Refusal`."""
    limit = settings.ROSTER_UPLOAD_MAX_BYTES
    if len(content) > limit:
        raise file_refusal("file_too_large", {"limit": limit >> 20})
    if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return  # archives are opened by the child process only
    with tempfile.NamedTemporaryFile() as file:
        file.write(content[:8192])
        file.flush()
        try:
            kind_of(Path(file.name))
        except Refused as refused:
            raise file_refusal(refused.code, refused.params) from refused


def file_refusal(code: str, params: Mapping[str, Any]) -> Refusal:
    """The refusal of a whole file, as a sentence in the reader's language."""
    message = file_message(code, dict(params), _)
    return Refusal(message.text, code=f"import.{code}", place="file", remedy=message.remedy, params=dict(params))


def answer_questions(
    *, actor: "Actor", import_id: int, answers: Mapping[str, Any], queued: bool = True
) -> RosterImport:
    """Answer what an import asked, and have it read again.

    `answers` may hold `columns` (header of the question → key of a column, "" to ignore the column), `units` (name →
    unit id) and `default_unit` (unit id). Columns and units are remembered for the import's unit and those below it.
    What stays open is asked again. Raises `Refusal` for an answer that fits no question.
    """
    roster_import = visible_import(actor, import_id)
    with acting(
        actor=actor, action="import.answer", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id
    ):
        roster_import = locked_import(import_id)
        check_can_answer(roster_import)
        scope = scope_of(actor, Permission.MEMBER_IMPORT)
        kept = dict(roster_import.answers)
        kept["columns"] = kept.get("columns", {}) | _columns(roster_import, answers.get("columns", {}))
        kept["units"] = kept.get("units", {}) | _units(roster_import, answers.get("units", {}), scope)
        if answers.get("default_unit"):
            kept["default_unit"] = _unit(answers["default_unit"], scope)
        _remember(actor, roster_import, kept)
        roster_import.answers = kept
        roster_import.state = ImportState.UPLOADED
        roster_import.questions = []
        roster_import.heartbeat_at = None
        roster_import.tries = 0
        roster_import.save(update_fields=["answers", "state", "questions", "heartbeat_at", "tries"])
        publish(topic(import_id), "state", {"state": ImportState.UPLOADED})
        if queued:
            enqueue(STAGE_TASK, import_id)
    return roster_import


def discard_import(*, actor: "Actor", import_id: int) -> RosterImport:
    """Throw an import away that has not touched the roster; one that is being applied stops and is rolled back."""
    roster_import = visible_import(actor, import_id)
    with acting(
        actor=actor, action="import.discard", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id
    ):
        # Waits for a worker that is about to commit; afterwards the policy sees what came of it.
        roster_import = locked_import(import_id)
        check_can_discard(roster_import)
        roster_import.state = ImportState.DISCARDED
        roster_import.heartbeat_at = None
        roster_import.save(update_fields=["state", "heartbeat_at"])
        forget_staged(import_id)
        ImportFile.objects.filter(pk=import_id).delete()
        note(actor, "import.discard", roster_import, {})
        publish(topic(import_id), "state", {"state": ImportState.DISCARDED})
    return roster_import


def resume_import(*, actor: "Actor", import_id: int) -> RosterImport:
    """Start an interrupted import again where its row says it stands."""
    roster_import = visible_import(actor, import_id)
    with acting(
        actor=actor, action="import.resume", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id
    ):
        roster_import = locked_import(import_id)
        check_can_resume(roster_import, timezone.now())
        restart(roster_import)
        note(actor, "import.resume", roster_import, {})
    return roster_import


def restart(roster_import: RosterImport) -> None:
    """Make a locked, interrupted import free for the next worker and send for one."""
    state = ImportState(roster_import.state)
    task = {ImportState.APPLYING: APPLY_TASK, ImportState.UNDOING: UNDO_TASK}.get(state, STAGE_TASK)
    if task == STAGE_TASK:
        roster_import.state = ImportState.UPLOADED
    roster_import.refusal = None
    roster_import.heartbeat_at = None
    roster_import.tries = 0
    # A new token: a worker that was only slow cannot finish any more.
    roster_import.attempts += 1
    roster_import.save(update_fields=["state", "refusal", "heartbeat_at", "tries", "attempts"])
    publish(topic(roster_import.pk), "state", {"state": roster_import.state})
    enqueue(task, roster_import.pk)


def visible_import(actor: "Actor", import_id: int) -> RosterImport:
    """The import, if the actor may import in its unit. Raises `Http404`."""
    found: RosterImport = get_object_or_404(RosterImport.objects.visible_to(actor), pk=import_id)
    return found


def locked_import(import_id: int) -> RosterImport:
    """The import with its row locked, as it is now."""
    found: RosterImport = RosterImport.objects.select_for_update().get(pk=import_id)
    return found


def note(actor: "Actor", action: str, roster_import: RosterImport, detail: dict[str, Any]) -> None:
    """Write the act into the action log."""
    record(
        actor=actor,
        action=action,
        unit_id=roster_import.unit_id,
        object_type="members.rosterimport",
        object_id=roster_import.pk,
        detail={"file": roster_import.file_name, **detail},
    )


def _columns(roster_import: RosterImport, given: Mapping[str, str]) -> dict[str, str]:
    asked = {question["header"] for question in roster_import.questions if question["kind"] == "column"}
    for header, key in given.items():
        if header not in asked or (key and key not in BY_KEY):
            raise Refusal(
                _("This answer fits no question of the import."),
                code="import.answer",
                place=header,
                remedy=_("Choose one of the columns offered, or ignore the column."),
            )
    return dict(given)


def _units(roster_import: RosterImport, given: Mapping[str, Any], scope: Scope) -> dict[str, int]:
    asked = {question["text"] for question in roster_import.questions if question["kind"] == "unit"}
    if not asked.issuperset(given):
        raise _no_such_unit(str(next(iter(set(given) - asked))))
    return {text: _unit(meant, scope) for text, meant in given.items()}


def _unit(meant: Any, scope: Scope) -> int:
    """A unit id within the scope, from an id (a number) or a code (text); text may be an id, too."""
    unit_id = meant if isinstance(meant, int) else None
    text = str(meant).strip()
    if unit_id is None:
        unit_id = next((node.id for node in scope.tree.nodes.values() if node.code.lower() == text.lower()), None)
    if unit_id is None and text.isascii() and text.isdigit() and int(text) in scope.tree:
        unit_id = int(text)
    if unit_id is None or unit_id not in scope or scope.tree.nodes[unit_id].closed:
        raise _no_such_unit(text)
    return unit_id


def _no_such_unit(text: str) -> Refusal:
    return Refusal(
        _("There is no such unit among those you are responsible for."),
        code="import.answer",
        place=text,
        remedy=_("Choose one of the units offered."),
    )


def _remember(actor: "Actor", roster_import: RosterImport, kept: Mapping[str, Any]) -> None:
    account = account_id(actor)
    for header, key in kept["columns"].items():
        ColumnAnswer.objects.update_or_create(
            unit_id=roster_import.unit_id, header=header[:100], defaults={"field": key, "answered_by_id": account}
        )
    for text, meant in kept["units"].items():
        UnitAnswer.objects.update_or_create(
            unit_id=roster_import.unit_id, text=text[:200], defaults={"meant_id": meant, "answered_by_id": account}
        )
