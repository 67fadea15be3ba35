"""From an upload to its preview, in one transaction: read in a child process, encode, COPY, check set by set.

Reading goes on in the child while this process seals and PostgreSQL writes. If anything dies, nothing was staged,
and the sealed upload is read again from its beginning.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM, SystemActor
from corps.crypto import seal_bytes, unseal_bytes
from corps.live import publish
from corps.permissions import Permission
from corps.queries.scope import Scope, current_tree, local_today, require, scope_of
from members.enums import ImportState, RowVerdict
from members.logic.rows import Problem
from members.models import ColumnAnswer, ImportFile, RosterImport, RowProblem, StagedRow, UnitAnswer
from members.models.imports import UPLOAD_PURPOSE
from members.operations.imports import checks, wire
from members.operations.imports.claims import Claim, LostClaim, claim, finish
from members.operations.imports.columns import present
from members.operations.imports.encoding import PROBLEM, RowEncoder
from members.operations.imports.progress import Listener, Progress, topic
from members.operations.imports.references import UnitResolver, grids_of, groups_of, partners_of
from members.operations.imports.steps import reject_steps
from members.reading import Batch, Done, Event, FileRefused, Limits, Notice, Questions, SheetFound, read_roster

if TYPE_CHECKING:
    from corps.actors import Actor

_COPY_PROBLEMS = "COPY members_rowproblem ({}) FROM STDIN (FORMAT BINARY)".format(
    ", ".join(f'"{name}"' for name in PROBLEM)
)
_DEFAULT_UNIT_OPTIONS = 200


def stage_import(
    *, actor: "Actor", import_id: int, content: bytes | None = None, listener: Listener | None = None
) -> None:
    """Read and stage an uploaded import; does nothing when another worker holds it or it is past that.

    `content` is the upload where the caller has it at hand; it is kept sealed beside the import otherwise.

    `actor` is who runs the stage (the system); rows are resolved within what the uploader may do. Ends in READY,
    ASKING or FAILED.
    """
    if not isinstance(actor, SystemActor):
        raise TypeError("a stage is run by the system, in the name of the uploader")
    held = claim(import_id, waiting=ImportState.UPLOADED, running=ImportState.READING)
    if held is None:
        return
    roster_import = RosterImport.objects.select_related("uploaded_by", "unit").get(pk=import_id)
    if content is None:
        content = stored_upload(import_id)
    answers = remembered_columns(roster_import)
    limits = Limits(file_size=settings.ROSTER_UPLOAD_MAX_BYTES, rows=settings.ROSTER_ROW_LIMIT)
    events = read_roster(content, today=local_today(), answers=answers, limits=limits)
    del content
    _stage(held, roster_import, lambda: events, listener)


def stored_upload(import_id: int) -> bytes:
    """The upload, opened. Raises `ImportFile.DoesNotExist` when it is kept no longer."""
    # In binary: the driver would otherwise unpick two hexadecimal digits for every byte.
    statement = f"COPY (SELECT sealed FROM members_importfile WHERE roster_import_id = {int(import_id)})"
    with connection.cursor() as cursor, cursor.copy(f"{statement} TO STDOUT (FORMAT BINARY)") as copy:
        data = b"".join(map(bytes, copy))
    if len(data) <= len(wire.SIGNATURE) + len(wire.END):
        raise ImportFile.DoesNotExist
    return unseal_bytes(data[len(wire.SIGNATURE) + 6 : -len(wire.END)], purpose=UPLOAD_PURPOSE)


def store_upload(import_id: int, content: bytes) -> None:
    """Keep the upload, sealed, beside its import."""
    with connection.cursor() as cursor:
        statement = "COPY members_importfile (roster_import_id, sealed) FROM STDIN (FORMAT BINARY)"
        sealed = seal_bytes(content, purpose=UPLOAD_PURPOSE)
        head = wire.fields(2) + wire.int8(import_id) + wire.length_of(sealed)
        _copy_in(cursor, statement, head, sealed)


def stage_events(held: Claim, roster_import: RosterImport, events: Iterable[Event], listener: Listener | None) -> None:
    """Stage what did not come from a file."""
    _stage(held, roster_import, lambda: events, listener)


def importer_of(roster_import: RosterImport) -> "Actor":
    """In whose name rows are resolved: who uploaded the file, or the system."""
    return roster_import.uploaded_by or SYSTEM


def remembered_columns(roster_import: RosterImport) -> dict[str, str]:
    """Answers to unknown headers that hold for this unit: its own, and those of the units above it, nearest first."""
    path = [node.id for node in current_tree().path(roster_import.unit_id)]
    depth = {unit_id: index for index, unit_id in enumerate(path)}
    found = ColumnAnswer.objects.filter(unit__in=path).values_list("unit_id", "header", "field")
    by_depth = sorted(found, key=lambda answer: depth[answer[0]])
    return {header: key for _, header, key in by_depth} | dict(roster_import.answers.get("columns", {}))


def remembered_units(roster_import: RosterImport) -> dict[str, int]:
    """Answers to ambiguous names of units, as `remembered_columns`."""
    path = [node.id for node in current_tree().path(roster_import.unit_id)]
    depth = {unit_id: index for index, unit_id in enumerate(path)}
    found = UnitAnswer.objects.filter(unit__in=path).values_list("unit_id", "text", "meant_id")
    by_depth = sorted(found, key=lambda answer: depth[answer[0]])
    return {text: meant for _, text, meant in by_depth} | dict(roster_import.answers.get("units", {}))


@dataclass
class _Found:
    """What the file held, gathered on the way."""

    sheets: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    keys_of: dict[int, frozenset[str]] = field(default_factory=dict)
    without_unit: list[int] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0


def _stage(
    held: Claim, roster_import: RosterImport, source: Callable[[], Iterable[Event]], listener: Listener | None
) -> None:
    try:
        with Progress(held, listener) as progress, transaction.atomic():
            _in_transaction(held, roster_import, source(), progress)
    except FileRefused as refused:
        _fail(held, roster_import, {"code": refused.code, "params": refused.params})
    except (PermissionDenied, Http404):
        _fail(held, roster_import, {"code": "right_lost", "params": {}})
    except LostClaim:
        return


def _fail(held: Claim, roster_import: RosterImport, refusal: dict[str, Any]) -> None:
    with transaction.atomic():
        try:
            finish(held, state=ImportState.FAILED, refusal=refusal)
        except LostClaim:
            return
        publish(topic(roster_import.pk), "state", {"state": ImportState.FAILED})


def _in_transaction(held: Claim, roster_import: RosterImport, events: Iterable[Event], progress: Progress) -> None:
    actor = importer_of(roster_import)
    require(actor, Permission.MEMBER_IMPORT, roster_import.unit_id)
    scope = scope_of(actor, Permission.MEMBER_IMPORT)
    forget_staged(roster_import.pk)
    progress.stage("reading")
    leaf = is_leaf(scope, roster_import.unit_id)
    units = UnitResolver(scope, roster_import.unit_id, remembered_units(roster_import))
    corps_id = units.corps_id
    encoder = RowEncoder(
        roster_import.pk,
        units=units,
        groups=groups_of(corps_id),
        partners=partners_of(corps_id),
        grids=grids_of(corps_id),
        implied_unit=roster_import.unit_id if leaf else None,
    )
    with _without_collection():
        found = _copy(encoder, events, progress)
    if found.questions:
        _ask(held, roster_import, found)
        return
    progress.stage("checking", found.rows)
    checks.analyze(found.rows)
    checks.classify(roster_import.pk, present(found.keys | ({"unit"} if leaf else set())), _limits_of(scope, corps_id))
    if "status" in found.keys:
        reject_steps(roster_import.pk, actor)
    found.questions = [*_unit_questions(scope, encoder), *_home_questions(scope, roster_import, found, leaf=leaf)]
    if found.questions:
        _ask(held, roster_import, found)
        return
    checks.reject_homeless(roster_import.pk)
    finish(
        held,
        state=ImportState.READY,
        sheets=found.sheets,
        questions=[],
        refusal=None,
        counts=checks.counts(roster_import.pk),
        rows_done=found.rows,
        rows_total=found.rows,
        staged_at=timezone.now(),
    )
    publish(topic(roster_import.pk), "state", {"state": ImportState.READY})


def forget_staged(import_id: int) -> None:
    """Remove the staged rows and problems of an import."""
    StagedRow.objects.filter(import_id=import_id).delete()
    RowProblem.objects.filter(import_id=import_id).delete()


def is_leaf(scope: Scope, unit_id: int) -> bool:
    """Whether people belong to this unit when their sheet names none: it has no open unit below it."""
    return all(node.closed for node in scope.tree.children(unit_id))


def _limits_of(scope: Scope, corps_id: int) -> frozenset[int] | None:
    """The units whose members an import may touch; None when that is every unit there is."""
    allowed = frozenset(unit_id for unit_id in scope.ids if scope.tree.nodes[unit_id].corps_id == corps_id)
    return None if len(allowed) == len(scope.tree.ids) else allowed


@contextmanager
def _without_collection() -> Iterator[None]:
    """Rows come and go by the hundred thousand and hold no cycles; looking for some costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _copy(encoder: RowEncoder, events: Iterable[Event], progress: Progress) -> _Found:
    found = _Found()
    total = 0
    with connection.cursor() as cursor:
        for event in events:
            if isinstance(event, Batch):
                found.rows += _copy_batch(cursor, encoder, event, found.keys_of[event.sheet])
                progress.advance(found.rows, max(total, found.rows))
            elif isinstance(event, SheetFound):
                total += max(0, event.last_row - event.header_row)
                _note_sheet(found, event)
            elif isinstance(event, Notice):
                problem = Problem(event.row, "", event.code, "", event.params, fatal=False)
                _copy_in(cursor, _COPY_PROBLEMS, encoder.encode_problems(event.sheet, [problem]))
            elif isinstance(event, Questions):
                found.questions = [_column_question(question) for question in event.questions]
            elif isinstance(event, Done):
                break
    return found


def _note_sheet(found: _Found, sheet: SheetFound) -> None:
    found.keys.update(sheet.columns)
    found.keys_of[sheet.sheet] = frozenset(sheet.columns)
    if "unit" not in sheet.columns:
        found.without_unit.append(sheet.sheet)
    found.sheets.append(
        {
            "index": sheet.sheet,
            "name": sheet.name,
            "header_row": sheet.header_row,
            "columns": {key: list(place) for key, place in sheet.columns.items()},
        }
    )


def _copy_batch(cursor: Any, encoder: RowEncoder, batch: Batch, keys: Collection[str]) -> int:
    problems = list(batch.problems)
    data = []
    for rows, verdict in ((batch.rows, RowVerdict.NEW), (batch.rejected, RowVerdict.REJECTED)):
        encoded, unresolved = encoder.encode(batch.sheet, keys, rows, verdict)
        data.append(encoded)
        problems += unresolved
    columns = ", ".join(f'"{name}"' for name in encoder.staged_columns(keys))
    _copy_in(cursor, f"COPY members_stagedrow ({columns}) FROM STDIN (FORMAT BINARY)", *data)
    _copy_in(cursor, _COPY_PROBLEMS, encoder.encode_problems(batch.sheet, problems))
    return len(batch.rows) + len(batch.rejected)


def _copy_in(cursor: Any, statement: str, *data: bytes) -> None:
    if any(data):
        with cursor.copy(statement) as copy:
            for part in (wire.SIGNATURE, *data, wire.END):
                copy.write(part)


def _ask(held: Claim, roster_import: RosterImport, found: _Found) -> None:
    finish(held, state=ImportState.ASKING, questions=found.questions, sheets=found.sheets, rows_total=found.rows)
    publish(topic(roster_import.pk), "state", {"state": ImportState.ASKING})


def _column_question(question: Any) -> dict[str, Any]:
    return {
        "kind": "column",
        "why": question.kind,
        "header": question.header,
        "shown": question.shown,
        "place": question.place,
        "samples": list(question.samples),
        "suggestions": list(question.suggestions),
    }


def _unit_questions(scope: Scope, encoder: RowEncoder) -> list[dict[str, Any]]:
    return [
        {"kind": "unit", "text": text, "rows": rows, "options": [_option(scope, unit_id) for unit_id in options]}
        for text, (options, rows) in encoder.ambiguous.items()
    ]


def _home_questions(scope: Scope, roster_import: RosterImport, found: _Found, *, leaf: bool) -> list[dict[str, Any]]:
    """Where do people belong whose sheet has no column of units, when the import's own unit has units below it?"""
    chosen = roster_import.answers.get("default_unit")
    if chosen is not None and chosen in scope:
        checks.give_unit(roster_import.pk, chosen)
        return []
    if leaf:
        checks.give_unit(roster_import.pk, roster_import.unit_id)
        return []
    rows = checks.homeless(roster_import.pk, found.without_unit) if found.without_unit else 0
    if not rows:
        return []
    below = [unit_id for unit_id in scope.tree.within(roster_import.unit_id) if not scope.tree.nodes[unit_id].closed]
    options = [_option(scope, unit_id) for unit_id in below[:_DEFAULT_UNIT_OPTIONS]]
    return [{"kind": "default_unit", "rows": rows, "options": options}]


def _option(scope: Scope, unit_id: int) -> dict[str, Any]:
    path = scope.tree.path(unit_id)
    return {"id": unit_id, "code": path[-1].code, "name": path[-1].name, "path": [node.name for node in path]}
