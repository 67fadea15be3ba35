"""An import from beginning to end in one call, without queue and worker: for the command line and the demo city."""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from corps.actors import SYSTEM
from corps.operations.context import acting
from corps.permissions import Permission
from members.enums import ImportState
from members.logic.roster_columns import KEYS
from members.models import RosterImport
from members.operations.imports.applying import apply_import, carry_out_apply
from members.operations.imports.claims import claim
from members.operations.imports.encoding import Row
from members.operations.imports.progress import Listener
from members.operations.imports.staging import stage_events, stage_import
from members.operations.imports.uploading import answer_questions, create_import, new_import, note
from members.policies.imports import can_apply
from members.reading import Batch, Event, SheetFound

if TYPE_CHECKING:
    from corps.actors import Actor

BATCH = 5_000


def import_now(
    *,
    actor: "Actor",
    unit_id: int,
    file_name: str,
    content: bytes,
    answers: Mapping[str, Any] | None = None,
    apply: bool = True,
    listener: Listener | None = None,
) -> RosterImport:
    """Upload, stage and, with `apply`, apply a workbook in this process; the same stages as in the background.

    Returns the import in the state it reached: APPLIED; READY without `apply` or with nothing to write; ASKING when
    `answers` leave questions open; FAILED with its refusal. Raises `Refusal` as `upload_roster` does.
    """
    roster_import = create_import(actor, unit_id, file_name, content, queued=False)
    stage_import(actor=SYSTEM, import_id=roster_import.pk, content=content, listener=listener)
    roster_import.refresh_from_db()
    for _round in range(2):  # first the header, then the names of units
        fitting = _fitting(roster_import, answers or {})
        if not fitting:
            break
        answer_questions(actor=actor, import_id=roster_import.pk, answers=fitting, queued=False)
        stage_import(actor=SYSTEM, import_id=roster_import.pk, content=content, listener=listener)
        roster_import.refresh_from_db()
    return _applied(actor, roster_import, listener) if apply else roster_import


def stage_rows(
    *,
    actor: "Actor",
    unit_id: int,
    name: str,
    rows: Iterable[Row],
    keys: Iterable[str] = KEYS,
    apply: bool = True,
    listener: Listener | None = None,
) -> RosterImport:
    """Bring cleaned rows into the roster without a file: staged, checked and, with `apply`, applied as any import.

    A row is `(row number, value, …)` with one value for each of `members.logic.roster_columns.KEYS`, as
    `members.logic.rows` cleans them: text, codes, ISO dates, tuples of text or None. `keys` are the columns that
    are meant; the others are left alone. `name` stands where the name of a file would.
    """
    with acting(actor=actor, action="import.upload", permission=Permission.MEMBER_IMPORT, unit_id=unit_id):
        roster_import = new_import(actor, unit_id, name, 0, os.urandom(32))
        note(actor, "import.upload", roster_import, {})
    held = claim(roster_import.pk, waiting=ImportState.UPLOADED, running=ImportState.READING)
    if held is not None:
        stage_events(held, roster_import, _events(name, rows, keys), listener)
    roster_import.refresh_from_db()
    return _applied(actor, roster_import, listener) if apply else roster_import


def _applied(actor: "Actor", roster_import: RosterImport, listener: Listener | None) -> RosterImport:
    if can_apply(roster_import):
        apply_import(actor=actor, import_id=roster_import.pk, queued=False)
        carry_out_apply(actor=SYSTEM, import_id=roster_import.pk, listener=listener)
        roster_import.refresh_from_db()
    return roster_import


def _fitting(roster_import: RosterImport, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the answers that fit a question that is open."""
    questions = roster_import.questions if roster_import.state == ImportState.ASKING else []
    headers = {question["header"] for question in questions if question["kind"] == "column"}
    texts = {question["text"] for question in questions if question["kind"] == "unit"}
    fitting: dict[str, Any] = {}
    if columns := {key: value for key, value in answers.get("columns", {}).items() if key in headers}:
        fitting["columns"] = columns
    if units := {key: value for key, value in answers.get("units", {}).items() if key in texts}:
        fitting["units"] = units
    if answers.get("default_unit") and any(question["kind"] == "default_unit" for question in questions):
        fitting["default_unit"] = answers["default_unit"]
    return fitting


def _events(name: str, rows: Iterable[Row], keys: Iterable[str]) -> Iterator[Event]:
    yield SheetFound(0, name, 0, 0, {key: ("", key) for key in keys})
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield Batch(0, batch, [], [])
