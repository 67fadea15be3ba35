"""Taking an applied import back as a whole, in one transaction; people edited since by hand are kept and listed."""

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from corps.actors import SYSTEM, account_id
from corps.live import publish
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require, scope_of
from corps.queue import enqueue
from members.enums import ImportState
from members.models import Member, RosterImport
from members.operations.holding import taken_back
from members.operations.imports.applying import links_in_bulk, lock_roster
from members.operations.imports.claims import Claim, finish
from members.operations.imports.columns import LINKS, OWN, SEARCH_WORDS
from members.operations.imports.progress import Listener, Progress, topic
from members.operations.imports.running import carry_out
from members.operations.imports.uploading import UNDO_TASK, locked_import, note, visible_import
from members.policies.imports import check_can_undo

if TYPE_CHECKING:
    from corps.actors import Actor

# Tables that belong to a member and go with it; anything else that points at a member keeps it.
_OWNED = frozenset(table for table, _ in LINKS.values())


def undo_import(*, actor: "Actor", import_id: int, queued: bool = True) -> RosterImport:
    """Decide that an applied import be undone; a worker does it, or with `queued=False` the caller.

    Raises `Refusal`, `Http404`, `PermissionDenied`.
    """
    roster_import = visible_import(actor, import_id)
    with acting(actor=actor, action="import.undo", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id):
        roster_import = locked_import(import_id)
        check_can_undo(roster_import, timezone.now())
        roster_import.state = ImportState.UNDOING
        roster_import.undone_by_id = account_id(actor)
        roster_import.heartbeat_at = None
        roster_import.tries = 0
        roster_import.save(update_fields=["state", "undone_by", "heartbeat_at", "tries"])
        publish(topic(import_id), "state", {"state": ImportState.UNDOING})
        if queued:
            enqueue(UNDO_TASK, import_id)
    return roster_import


def carry_out_undo(*, actor: "Actor", import_id: int, listener: Listener | None = None) -> None:
    """Undo what `undo_import` decided; does nothing when another worker holds it or it is done."""
    carry_out(actor, import_id, _undo, running=ImportState.UNDOING, before=ImportState.APPLIED, listener=listener)


def _undo(held: Claim, roster_import: RosterImport, progress: Progress) -> None:
    actor: Actor = roster_import.undone_by or SYSTEM
    with acting(actor=actor, action="import.undo", reason=roster_import.file_name, unit_id=roster_import.unit_id):
        progress.stage("waiting")
        hold_tree()
        lock_roster(roster_import.unit.corps_id)
        hold_tree()
        require(actor, Permission.MEMBER_IMPORT, roster_import.unit_id)
        parameters = {
            "id": roster_import.pk,
            "revision": roster_import.applied_revision,
            "applied_at": roster_import.applied_at,
            "scope": sorted(scope_of(actor, Permission.MEMBER_IMPORT).ids),
        }
        with connection.cursor() as cursor, links_in_bulk():
            progress.stage("removing")
            removed = _remove_new(cursor, parameters)
            progress.stage("restoring")
            restored = _restore_changed(cursor, parameters)
            kept = _list_kept(cursor, parameters)
        progress.stage("finishing")
        outcome = {"removed": removed, "restored": restored, "kept": kept}
        finish(
            held,
            state=ImportState.UNDONE,
            outcome=roster_import.outcome | {"undone": outcome},
            undone_at=timezone.now(),
        )
        note(actor, "import.undo", roster_import, outcome)
        publish(topic(roster_import.pk), "state", {"state": ImportState.UNDONE})


def _hangs_nothing() -> str:
    """SQL: no row of another table points at member `m`."""
    tests = ["m.account_id IS NULL"]
    # Hidden ones as well: what serves or carries points at members without a name back.
    relations: list[Any] = [
        one for one in Member._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete
    ]
    for relation in relations:
        if relation.many_to_many:
            continue
        table = relation.related_model._meta.db_table
        if table in _OWNED or not getattr(relation.field, "db_constraint", True) or not relation.field.concrete:
            continue
        tests.append(f'NOT EXISTS (SELECT 1 FROM "{table}" other WHERE other."{relation.field.column}" = m.id)')
    return " AND ".join(tests)


def _remove_new(cursor: Any, parameters: dict[str, Any]) -> int:
    cursor.execute(
        f"""
CREATE TEMP TABLE undone_members ON COMMIT DROP AS
SELECT m.id FROM members_member m JOIN members_stagedrow s ON s.member_id = m.id
 WHERE s.import_id = %(id)s AND s.verdict = 'new' AND m.revision <= %(revision)s AND m.unit_id = ANY(%(scope)s)
   AND {_hangs_nothing()} FOR UPDATE OF m
""",
        parameters,
    )
    for table, _ in LINKS.values():
        cursor.execute(f"DELETE FROM {table} WHERE member_id IN (SELECT id FROM undone_members)")
    cursor.execute("DELETE FROM members_member WHERE id IN (SELECT id FROM undone_members)")
    return int(cursor.rowcount)


def _restore_changed(cursor: Any, parameters: dict[str, Any]) -> int:
    columns = [column.column for column in OWN] + list(SEARCH_WORDS)
    old = ", ".join(f"{name} = old.{name}" for name in columns)
    # Nobody goes back to a unit that was closed since.
    untouched = (
        "m.revision <= %(revision)s AND m.unit_id = ANY(%(scope)s) AND NOT EXISTS (SELECT 1 FROM corps_unit u"
        " WHERE u.id = (c.before ->> 'unit_id')::bigint AND u.active_until IS NOT NULL)"
        # Nor anywhere else while holding equipment: it would have to go along, or come back first.
        " AND NOT (m.id IN (SELECT h.member_id FROM members_holding h WHERE h.member_id IS NOT NULL AND h.quantity > 0)"
        " AND (coalesce((c.before ->> 'unit_id')::bigint, m.unit_id) <> m.unit_id"
        " OR coalesce(c.before ->> 'status', m.status) <> m.status))"
    )
    cursor.execute(
        f"""
CREATE TEMP TABLE restored_members ON COMMIT DROP AS
SELECT m.id, c.before FROM members_member m JOIN members_importchange c ON c.member_id = m.id
 WHERE c.roster_import_id = %(id)s AND c.verdict = 'changed' AND {untouched}
   AND NOT EXISTS (SELECT 1 FROM corps_unit u
                    WHERE u.id = (c.before ->> 'unit_id')::bigint AND u.active_until IS NOT NULL)
   FOR UPDATE OF m
""",
        parameters,
    )
    with taken_back(parameters["applied_at"]):
        cursor.execute(
            f"""
UPDATE members_member m SET {old}, updated_at = now()
  FROM (SELECT r.id AS wanted, (jsonb_populate_record(present, r.before)).*
          FROM restored_members r JOIN members_member present ON present.id = r.id) old
 WHERE m.id = old.wanted
"""
        )
        restored = int(cursor.rowcount)
    for key, (table, other) in LINKS.items():
        column = {"groups": "group_ids", "teams": "team_ids"}[key]
        cursor.execute(
            f"DELETE FROM {table} l USING restored_members r WHERE l.member_id = r.id AND r.before ? '{column}'"
            f" AND NOT r.before -> '{column}' @> to_jsonb(l.{other})"
        )
        cursor.execute(
            f"INSERT INTO {table} (member_id, {other})"
            f" SELECT r.id, (jsonb_array_elements(r.before -> '{column}'))::bigint FROM restored_members r"
            f" WHERE r.before ? '{column}' ON CONFLICT DO NOTHING"
        )
    return restored


def _list_kept(cursor: Any, parameters: dict[str, Any]) -> int:
    cursor.execute(
        "UPDATE members_importchange c SET kept_on_undo = true WHERE c.roster_import_id = %(id)s"
        " AND c.member_id NOT IN (SELECT id FROM restored_members)",
        parameters,
    )
    kept = int(cursor.rowcount)
    cursor.execute(
        "INSERT INTO members_importchange (roster_import_id, member_id, verdict, before, kept_on_undo)"
        " SELECT %(id)s, m.id, 'new', NULL, true FROM members_member m JOIN members_stagedrow s ON s.member_id = m.id"
        " WHERE s.import_id = %(id)s AND s.verdict = 'new'",
        parameters,
    )
    return kept + int(cursor.rowcount)
