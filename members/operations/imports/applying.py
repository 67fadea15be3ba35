"""From preview to roster, in one transaction under the roster's lock; what changed since the preview is left alone.

Imports of a corps are applied one after the other. Edits by hand do not take that lock: rows to be changed are
locked and compared with the revision the preview saw, and a person who was entered meanwhile is found again by the
identity index. Whatever is not as previewed is rejected with that reason, never overwritten.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from corps.actors import SYSTEM, account_id
from corps.live import publish
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require, scope_of
from corps.queue import enqueue
from members.enums import ImportState, MemberStatus
from members.models import Holding, Member, RosterImport, StagedRow
from members.operations.equipment.carrying import follow_homes, write_off_kept
from members.operations.imports import checks
from members.operations.imports.claims import Claim, finish
from members.operations.imports.columns import (
    IDENTITY,
    LINKS,
    OWN,
    SEARCH_WORDS,
    StagedColumn,
    changed_keys,
    links_now,
    present,
)
from members.operations.imports.progress import Listener, Progress, topic
from members.operations.imports.running import carry_out
from members.operations.imports.staging import is_leaf
from members.operations.imports.steps import FOLLOWING, reject_steps, settle_asked, written_with_status
from members.operations.imports.uploading import APPLY_TASK, locked_import, note, visible_import
from members.policies.imports import UNDO_PERIOD, check_can_apply

if TYPE_CHECKING:
    from corps.actors import Actor

ROSTER_LOCK = 0x5957_5202
"""First key of the advisory lock under which rosters are written in bulk; the second is the corps."""
PIECE = 40_000
"""New members are inserted in pieces of about so many rows, so that progress can be told."""
_ATTEMPTS = 3

_PROBLEMS = (
    'INSERT INTO members_rowproblem (import_id, sheet, "row", "column", code, shown, params, fatal)'
    " SELECT %(id)s, sheet, \"row\", '', 'changed_since_preview', '', '{}', true FROM gone"
)


def apply_import(*, actor: "Actor", import_id: int, queued: bool = True) -> RosterImport:
    """Decide that a preview be applied; a worker does it, or with `queued=False` the caller.

    Raises `Refusal`, `Http404`, `PermissionDenied`.
    """
    roster_import = visible_import(actor, import_id)
    with acting(actor=actor, action="import.apply", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id):
        roster_import = locked_import(import_id)
        check_can_apply(roster_import)
        roster_import.state = ImportState.APPLYING
        roster_import.applied_by_id = account_id(actor)
        roster_import.heartbeat_at = None
        roster_import.tries = 0
        roster_import.rows_done = 0
        roster_import.save(update_fields=["state", "applied_by", "heartbeat_at", "tries", "rows_done"])
        publish(topic(import_id), "state", {"state": ImportState.APPLYING})
        if queued:
            enqueue(APPLY_TASK, import_id)
    return roster_import


def carry_out_apply(*, actor: "Actor", import_id: int, listener: Listener | None = None) -> None:
    """Apply what `apply_import` decided; does nothing when another worker holds it or it is done.

    `actor` is who runs the stage (the system); it acts in the name of whoever decided, whose right is checked again.
    """
    carry_out(actor, import_id, _apply, running=ImportState.APPLYING, before=ImportState.READY, listener=listener)


def lock_roster(corps_id: int) -> None:
    """Until the end of the transaction, nobody else writes rosters of this corps in bulk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ROSTER_LOCK, corps_id])


@contextmanager
def links_in_bulk() -> Iterator[None]:
    """Links written in the block raise no revisions: who writes them writes the members themselves, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.links_in_bulk', 'on', true)")
        yield
        cursor.execute("SELECT set_config('yiwu.links_in_bulk', 'off', true)")


def _apply(held: Claim, roster_import: RosterImport, progress: Progress) -> None:
    actor: Actor = roster_import.applied_by or SYSTEM
    with acting(actor=actor, action="import.apply", reason=roster_import.file_name, unit_id=roster_import.unit_id):
        progress.stage("waiting")
        corps_id = roster_import.unit.corps_id
        # Units stay open, or closed, until the members are in them.
        hold_tree()
        lock_roster(corps_id)
        hold_tree()
        require(actor, Permission.MEMBER_IMPORT, roster_import.unit_id)
        columns = _columns(roster_import)
        progress.stage("checking again", roster_import.rows_total)
        scope = scope_of(actor, Permission.MEMBER_IMPORT).ids
        counts = _write(actor, roster_import.pk, columns, scope, progress)
        verdicts = counts["verdicts"]
        if verdicts["changed"] and {"unit", "status"} & {column.key for column in columns}:
            _carry_equipment(actor, roster_import)
            settle_asked(actor, roster_import.pk)
        checks.analyze_members(verdicts["new"])
        progress.stage("finishing")
        now = timezone.now()
        finish(
            held,
            state=ImportState.APPLIED,
            counts=counts,
            outcome={"applied": verdicts},
            applied_at=now,
            applied_revision=last_revision(),
            undo_until=now + UNDO_PERIOD,
            refusal=None,
        )
        note(actor, "import.apply", roster_import, {"counts": verdicts})
        publish(topic(roster_import.pk), "state", {"state": ImportState.APPLIED})


def _carry_equipment(actor: "Actor", roster_import: RosterImport) -> None:
    """What people hold counts where they are at home now; what need not come back stays with who left."""
    changed = StagedRow.objects.filter(import_id=roster_import.pk, verdict="changed").values("member_id")
    holders = Holding.objects.filter(member__in=changed, quantity__gt=0).values("member")
    rows = Member.objects.filter(pk__in=holders).order_by("pk").values_list("unit_id", "pk", "status")
    homes: dict[int, list[int]] = {}
    gone = []
    for unit_id, member_id, status in rows:
        homes.setdefault(unit_id, []).append(member_id)
        if status in {MemberStatus.LEFT, MemberStatus.REFUSED}:
            gone.append(member_id)
    for unit_id, member_ids in sorted(homes.items()):
        follow_homes(actor=actor, member_ids=member_ids, unit_id=unit_id, reason=roster_import.file_name)
    write_off_kept(actor=actor, member_ids=gone, unit_id=roster_import.unit_id)


def _write(
    actor: "Actor", import_id: int, columns: Sequence[StagedColumn], scope: frozenset[int], progress: Progress
) -> dict[str, Any]:
    """Check again, change and add; returns the counts of what was done.

    Somebody may enter a person by hand between the check and the insert; the identity index then refuses the
    insert, and the second look finds that person.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic(), links_in_bulk():
                _check_again(import_id, columns, scope)
                checks.reject_holders(import_id)
                if "status" in {column.key for column in columns}:
                    reject_steps(import_id, actor)
                counts = checks.counts(import_id)
                progress.stage("changing", counts["verdicts"]["changed"])
                if counts["verdicts"]["changed"]:
                    _change(import_id, columns)
                progress.stage("adding", counts["verdicts"]["new"])
                if counts["verdicts"]["new"]:
                    _add(import_id, columns, counts["units"], progress)
                return counts
        except IntegrityError as error:
            if attempt == _ATTEMPTS - 1 or "one_member_per_identity" not in str(error):
                raise
    raise AssertionError("unreachable")


def _columns(roster_import: RosterImport) -> list[StagedColumn]:
    """What the file could write: its columns, and the unit where the import's own unit was implied."""
    keys = {key for sheet in roster_import.sheets for key in sheet["columns"]}
    scope = scope_of(SYSTEM, Permission.MEMBER_IMPORT)
    if is_leaf(scope, roster_import.unit_id):
        keys.add("unit")
    return present(keys)


def _check_again(import_id: int, columns: Sequence[StagedColumn], scope: frozenset[int]) -> None:
    """Hold the preview against the roster as it is now, and lock what will be changed."""
    differs = changed_keys(columns)
    parameters: dict[str, Any] = {"id": import_id, "scope": sorted(scope)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM members_member m JOIN members_stagedrow s ON s.member_id = m.id"
            " WHERE s.import_id = %(id)s AND s.verdict = 'changed' ORDER BY m.id FOR NO KEY UPDATE OF m",
            parameters,
        )
        # A person entered since: fine if nothing differs, otherwise not what was previewed.
        cursor.execute(
            f"""
WITH gone AS (
    UPDATE members_stagedrow s SET verdict = CASE WHEN found.same THEN 'same' ELSE 'rejected' END,
           member_id = CASE WHEN found.same THEN found.id ELSE s.member_id END
      FROM (SELECT s.sheet, s."row", m.id, m.unit_id = ANY(%(scope)s) AND {differs} = '{{}}' AS same
              FROM members_stagedrow s JOIN members_member m ON m.identity_index = s.identity_index {links_now(columns)}
             WHERE s.import_id = %(id)s AND s.verdict = 'new') found
     WHERE s.import_id = %(id)s AND s.sheet = found.sheet AND s."row" = found."row"
    RETURNING s.sheet, s."row", s.verdict
) {_PROBLEMS} WHERE verdict = 'rejected'
""",
            parameters,
        )
        # A person edited, moved out of reach or removed since: fine if nothing is left to change.
        cursor.execute(
            f"""
WITH gone AS (
    UPDATE members_stagedrow s SET verdict = CASE WHEN found.same THEN 'same' ELSE 'rejected' END
      FROM (SELECT s.sheet, s."row", m.id IS NOT NULL AND m.unit_id = ANY(%(scope)s) AND {differs} = '{{}}' AS same
              FROM members_stagedrow s LEFT JOIN members_member m ON m.id = s.member_id {links_now(columns)}
             WHERE s.import_id = %(id)s AND s.verdict = 'changed'
               AND (m.id IS NULL OR m.revision <> s.base_revision OR NOT m.unit_id = ANY(%(scope)s))) found
     WHERE s.import_id = %(id)s AND s.sheet = found.sheet AND s."row" = found."row"
    RETURNING s.sheet, s."row", s.verdict
) {_PROBLEMS} WHERE verdict = 'rejected'
""",
            parameters,
        )
        # Units closed, or taken out of the actor's reach, since.
        cursor.execute(
            f"""
WITH gone AS (
    UPDATE members_stagedrow s SET verdict = 'rejected'
     WHERE s.import_id = %(id)s AND s.verdict IN ('new', 'changed')
       AND s.unit_id NOT IN (SELECT id FROM corps_unit WHERE active_until IS NULL AND id = ANY(%(scope)s))
    RETURNING s.sheet, s."row"
) {_PROBLEMS}
""",
            parameters,
        )


def _change(import_id: int, columns: Sequence[StagedColumn]) -> None:
    own = [column for column in columns if column.kind != "links"]
    keys = [column.key for column in own]
    before = ", ".join(f"'{column.column}', m.{column.column}" for column in own)
    if "name" in keys:
        before += "".join(f", '{word}', m.{word}" for word in SEARCH_WORDS)
    if "status" in keys:
        before += "".join(f", '{name}', m.{name}" for name in FOLLOWING if name not in keys)
    links = [column for column in columns if column.kind == "links"]
    before += "".join(f", '{column.column}', to_jsonb(coalesce({column.key}_old.ids, '{{}}'))" for column in links)
    old = " ".join(
        f"LEFT JOIN LATERAL (SELECT array_agg(l.{LINKS[column.key][1]} ORDER BY l.{LINKS[column.key][1]}) AS ids"
        f" FROM {LINKS[column.key][0]} l WHERE l.member_id = m.id) {column.key}_old ON true"
        for column in links
    )
    following = written_with_status(keys) if "status" in keys else []
    written = [(column.column, column.merged) for column in own if column.column not in dict(following)] + following
    if "name" in keys:
        written += [(word, f"coalesce(s.{word}, m.{word})") for word in SEARCH_WORDS]
    with connection.cursor() as cursor:
        parameters = {"id": import_id}
        cursor.execute(
            f"INSERT INTO members_importchange (roster_import_id, member_id, verdict, before, kept_on_undo)"
            f" SELECT %(id)s, m.id, 'changed', {_json_object(before)}, false"
            f" FROM members_stagedrow s JOIN members_member m ON m.id = s.member_id {old}"
            f" WHERE s.import_id = %(id)s AND s.verdict = 'changed'",
            parameters,
        )
        cursor.execute(
            f"UPDATE members_member m SET {', '.join(f'{name} = {value}' for name, value in written)},"
            " updated_at = now()"
            f" FROM members_stagedrow s WHERE s.import_id = %(id)s AND s.verdict = 'changed' AND m.id = s.member_id",
            parameters,
        )
        for column in links:
            table, other = LINKS[column.key]
            cursor.execute(
                f"DELETE FROM {table} l USING members_stagedrow s WHERE s.import_id = %(id)s AND s.verdict = 'changed'"
                f" AND l.member_id = s.member_id AND NOT l.{other} = ANY(s.{column.column})",
                parameters,
            )
            cursor.execute(_link(table, other, column.column, "changed") + " ON CONFLICT DO NOTHING", parameters)


def _json_object(pairs: str) -> str:
    """PostgreSQL takes at most a hundred arguments; there are fewer columns than fifty."""
    return f"jsonb_build_object({pairs})"


def _link(table: str, other: str, column: str, verdict: str) -> str:
    return (
        f"INSERT INTO {table} (member_id, {other}) SELECT s.member_id, unnest(s.{column}) FROM members_stagedrow s"
        f" WHERE s.import_id = %(id)s AND s.verdict = '{verdict}' AND s.{column} <> '{{}}'"
    )


def _add(import_id: int, columns: Sequence[StagedColumn], units: dict[str, dict[str, int]], progress: Progress) -> None:
    """Insert the new members unit by unit: neighbours in lists become neighbours on the disk, indexes stay warm.

    All share one revision: what counts is that later edits get higher ones.
    """
    values = {column.column: column.fresh for column in OWN}
    values |= {name: f"s.{name}" for name in (*SEARCH_WORDS, *IDENTITY)}
    statement = (
        f"INSERT INTO members_member (id, updated_at, revision, {', '.join(values)})"
        f" SELECT s.member_id, now(), %(revision)s, {', '.join(values.values())} FROM members_stagedrow s"
        " WHERE s.import_id = %(id)s AND s.verdict = 'new' AND s.unit_id BETWEEN %(first)s AND %(last)s"
        " ORDER BY s.unit_id, s.name"
    )
    parameters = {"id": import_id, "revision": last_revision()}
    added = 0
    with connection.cursor() as cursor:
        for first, last in _pieces(units):
            cursor.execute(statement, parameters | {"first": first, "last": last})
            added += cursor.rowcount
            progress.advance(added)
        for column in columns:
            if column.kind == "links":
                table, other = LINKS[column.key]
                cursor.execute(_link(table, other, column.column, "new"), parameters)


def _pieces(units: dict[str, dict[str, int]]) -> list[tuple[int, int]]:
    """Ranges of unit ids with about `PIECE` new members each."""
    pieces: list[tuple[int, int]] = []
    first, held = 0, 0
    for unit_id in sorted(map(int, units)):
        held += units[str(unit_id)].get("new", 0)
        if held >= PIECE:
            pieces.append((first, unit_id))
            first, held = unit_id + 1, 0
    return [*pieces, (first, 2**62)] if held else pieces


def last_revision() -> int:
    """A revision of now; later edits get higher ones, as what this transaction wrote stays locked until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('members_revision_sequence')")
        return int(cursor.fetchone()[0])
