"""Many members into another unit by one decision: prepared and looked at, applied set by set, undone as a whole.

As with a roster import, what changed since the preview is left alone and named, and undoing keeps and lists whoever was
changed since.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import SYSTEM, account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_open, hold_tree
from corps.permissions import Permission
from corps.queries.scope import current_tree, require
from members.enums import ON_THE_ROSTER, MoveState, MoveVerdict, TransferState
from members.models import Move, MovedMember, TransferRequest
from members.operations.equipment.carrying import carry_back, carry_members, check_carry, follow_homes, untouched_since
from members.operations.holding import figures_change, need_reason, taken_back
from members.operations.imports.applying import last_revision, links_in_bulk, lock_roster
from members.policies.asking import UNDO_PERIOD, check_can_undo, check_move
from members.queries.obstacles import obstacles_to_transfer

if TYPE_CHECKING:
    from corps.actors import Actor

MOST = 5000
_LOCK = "SELECT id FROM members_member WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def prepare_move(
    *,
    actor: "Actor",
    unit_id: int,
    target_id: int,
    member_ids: Collection[int],
    reason: str,
    asking: bool = False,
    carry: bool = False,
) -> Move:
    """Choose members at home in the unit or below it, to be at home in `target_id`; nothing is moved yet.

    The actor holds `member.edit` in both, or with `asking` in the first alone: the other unit of the corps will be
    asked (`ask_move`). With `carry` what they hold of stores that do not supply the target is handed over with them;
    the actor records equipment in the units of these stores. Who cannot go stands in the preview with what stands in
    the way. Raises `Refusal` for nobody or too many, `Http404` for people outside the unit.
    """
    need_reason(reason)
    wanted = sorted(set(member_ids))
    with acting(actor=actor, action="move.prepare", permission=Permission.MEMBER_EDIT, unit_id=unit_id, reason=reason):
        if not 0 < len(wanted) <= MOST:
            raise Refusal(
                _("Nobody was chosen, or more than %(most)s people at once.") % {"most": f"{MOST:,}"},
                code="move.number",
                place="id",
                remedy=_("Tick the members in the roster, or narrow the filter."),
            )
        if not asking:
            require(actor, Permission.MEMBER_EDIT, target_id)
        tree = current_tree()
        if target_id not in tree or tree.nodes[target_id].corps_id != tree.nodes[unit_id].corps_id:
            raise Http404("no such unit in this corps")
        hold_open([target_id])
        move = Move.objects.create(
            unit_id=unit_id,
            target_id=target_id,
            reason=reason.strip()[:200],
            carry=carry,
            made_by_id=account_id(actor),
        )
        if _write_rows(move, wanted, current_tree().within(unit_id)) != len(wanted):
            raise Http404("somebody is not at home in the unit")
        if carry:
            check_carry(actor=actor, member_ids=_moving(move), unit_id=target_id)
        _name_obstacles(move)
        _count(move)
        move.save(update_fields=["counts"])
        return move


def apply_move(*, actor: "Actor", move_id: int) -> Move:
    """Move those who can go, in one transaction; whoever changed since the preview stays and is named."""
    seen = _seen(actor, move_id)
    with acting(
        actor=actor, action="move.apply", permission=Permission.MEMBER_EDIT, unit_id=seen.unit_id, reason=seen.reason
    ):
        move = _held(actor, seen, seen.unit_id, seen.target_id)
        check_move(move, MoveState.READY)
        return _carry_out(actor, move)


def ask_move(*, actor: "Actor", move_id: int) -> Move:
    """Ask the receiving unit once for all of them; whoever asks holds `member.edit` where they were chosen."""
    seen = _seen(actor, move_id)
    with acting(
        actor=actor, action="move.ask", permission=Permission.MEMBER_EDIT, unit_id=seen.unit_id, reason=seen.reason
    ):
        move = _held(actor, seen, seen.unit_id)
        check_move(move, MoveState.READY)
        hold_open([move.target_id])
        _check_somebody(move)
        move.state, move.asked_at = MoveState.ASKED, timezone.now()
        move.save()
        return move


def accept_move(*, actor: "Actor", move_id: int) -> Move:
    """Take those who can still go; whoever accepts holds `member.edit` in the receiving unit. Raises `Refusal`."""
    seen = _seen(actor, move_id)
    with acting(
        actor=actor, action="move.accept", permission=Permission.MEMBER_EDIT, unit_id=seen.target_id, reason=seen.reason
    ):
        move = _held(actor, seen, seen.target_id)
        check_move(move, MoveState.ASKED)
        move.answered_at, move.answered_by_id = timezone.now(), account_id(actor)
        return _carry_out(actor, move)


def return_move(*, actor: "Actor", move_id: int, remark: str) -> Move:
    """Say no to all of them, with a remark that the giving unit reads."""
    need_reason(remark)
    seen = _seen(actor, move_id)
    with acting(
        actor=actor, action="move.return", permission=Permission.MEMBER_EDIT, unit_id=seen.target_id, reason=remark
    ):
        move = _held(actor, seen, seen.target_id)
        check_move(move, MoveState.ASKED)
        move.state, move.remark = MoveState.RETURNED, remark.strip()[:200]
        move.answered_at, move.answered_by_id = timezone.now(), account_id(actor)
        move.save()
        return move


def undo_move(*, actor: "Actor", move_id: int) -> Move:
    """Put everybody back whom nobody has changed since; the others stay where they are and are named."""
    seen = _seen(actor, move_id)
    with acting(
        actor=actor, action="move.undo", permission=Permission.MEMBER_EDIT, unit_id=seen.unit_id, reason=seen.reason
    ):
        move = _held(actor, seen, seen.unit_id, seen.target_id)
        check_can_undo(move, timezone.now())
        ids = _moving(move)
        _run(_LOCK, [ids])
        values = {
            "move": move.pk,
            "target": move.target_id,
            "revision": move.applied_revision,
            "changed": _("The record was changed after the move."),
            "closed": _("The former home unit was closed meanwhile."),
            "elsewhere": _("The former home unit has another superior by now."),
            "within": list(current_tree().within(move.unit_id)),
        }
        _run(_KEEP, values)
        _keep_holders(move)
        with taken_back(move.applied_at):
            _run(_BACK, values)
        follow_homes(actor=actor, member_ids=ids, unit_id=move.unit_id, reason=move.reason)
        if move.carried_id is not None and (back := _moving(move)):
            carry_back(
                actor=actor, voucher_id=move.carried_id, member_ids=back, unit_id=move.unit_id, reason=move.reason
            )
        with links_in_bulk():
            _run(_GIVE_TEAMS_BACK, values)
        _run("UPDATE members_movedmember SET verdict = 'back' WHERE move_id = %(move)s AND verdict = 'moves'", values)
        move.state, move.undone_at = MoveState.UNDONE, timezone.now()
        teams = move.counts.get("teams", 0)
        _count(move)
        move.counts["teams"] = teams
        move.save()
        _recount(move)
        return move


def discard_move(*, actor: "Actor", move_id: int) -> Move:
    """Drop a prepared move, or ask for it no longer."""
    seen = _seen(actor, move_id)
    with acting(actor=actor, action="move.discard", permission=Permission.MEMBER_EDIT, unit_id=seen.unit_id):
        move: Move = Move.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        check_move(move, MoveState.READY, MoveState.ASKED)
        move.state = MoveState.DISCARDED
        move.save(update_fields=["state"])
        return move


_STALE = """
UPDATE members_movedmember r SET verdict = 'blocked', obstacle = %(said)s
WHERE r.move_id = %(move)s AND r.verdict = 'moves'
  AND NOT EXISTS (SELECT FROM members_member m WHERE m.id = r.member_id AND m.revision = r.revision)
"""
# An answer takes days, and records are edited meanwhile: only who is not there any more does not go.
_GONE = """
UPDATE members_movedmember r SET verdict = 'blocked', obstacle = %(said)s
WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND NOT EXISTS (
    SELECT FROM members_member m
    WHERE m.id = r.member_id AND m.unit_id = r.from_unit_id AND m.status = ANY(%(roster)s))
"""
_TAKE_TEAMS = """
UPDATE members_movedmember r SET had_team = true
WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND EXISTS (
    SELECT FROM members_teammembership l WHERE l.member_id = r.member_id AND l.unit_id = %(target)s)
"""
_KEEP = """
UPDATE members_movedmember r SET verdict = 'kept',
    obstacle = CASE WHEN u.active_until IS NOT NULL THEN %(closed)s
        WHEN NOT u.id = ANY(%(within)s) THEN %(elsewhere)s ELSE %(changed)s END
FROM members_member m, corps_unit u
WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND m.id = r.member_id AND u.id = r.from_unit_id
  AND (m.revision > %(revision)s OR m.unit_id <> %(target)s OR u.active_until IS NOT NULL
       OR NOT u.id = ANY(%(within)s))
"""
_BACK = """
UPDATE members_member m SET unit_id = r.from_unit_id, updated_at = now() FROM members_movedmember r
WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND m.id = r.member_id
"""
_GIVE_TEAMS_BACK = """
INSERT INTO members_teammembership (member_id, unit_id)
SELECT r.member_id, %(target)s FROM members_movedmember r
WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND r.had_team
ON CONFLICT DO NOTHING
"""


def _seen(actor: "Actor", move_id: int) -> Move:
    found: Move | None = Move.objects.visible_to(actor).filter(pk=move_id).first()
    if found is None:
        raise Http404("no such move")
    return found


def _held(actor: "Actor", seen: Move, *unit_ids: int) -> Move:
    """The move, locked after the tree and the roster; the actor still decides for the units."""
    hold_tree()
    lock_roster(current_tree().nodes[seen.unit_id].corps_id)
    move: Move = Move.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    for unit_id in unit_ids:
        require(actor, Permission.MEMBER_EDIT, unit_id)
    return move


def _carry_out(actor: "Actor", move: Move) -> Move:
    hold_open([move.target_id])
    ids = _moving(move)
    _run(_LOCK, [ids])
    if move.asked_at is None:
        _run(_STALE, {"move": move.pk, "said": _("The record was changed after the preview.")})
    else:
        said = _("Has left, or is at home elsewhere since it was asked.")
        _run(_GONE, {"move": move.pk, "said": said, "roster": [status.value for status in ON_THE_ROSTER]})
    _name_obstacles(move)
    _count(move)
    _check_somebody(move)
    if move.carry:
        giver = None if move.asked_at is None else move.made_by or SYSTEM
        move.carried = carry_members(
            actor=actor, giver=giver, member_ids=_moving(move), unit_id=move.target_id, reason=move.reason
        )
    given = _run(_TAKE_TEAMS, {"move": move.pk, "target": move.target_id})
    with links_in_bulk():
        _run(
            "DELETE FROM members_teammembership l USING members_movedmember r"
            " WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND l.member_id = r.member_id"
            " AND l.unit_id = %(target)s",
            {"move": move.pk, "target": move.target_id},
        )
    _run(
        "UPDATE members_member m SET unit_id = %(target)s, updated_at = now() FROM members_movedmember r"
        " WHERE r.move_id = %(move)s AND r.verdict = 'moves' AND m.id = r.member_id",
        {"move": move.pk, "target": move.target_id},
    )
    follow_homes(actor=actor, member_ids=ids, unit_id=move.target_id, reason=move.reason)
    now = timezone.now()
    TransferRequest.objects.filter(
        state=TransferState.ASKED, member__moves__move=move, member__moves__verdict=MoveVerdict.MOVES
    ).update(
        state=TransferState.WITHDRAWN,
        answered_at=now,
        answered_by=account_id(actor),
        remark=_("Transferred without waiting for the answer."),
    )
    move.state, move.applied_at, move.undo_until = MoveState.APPLIED, now, now + UNDO_PERIOD
    move.applied_revision = last_revision()
    move.counts["teams"] = given
    move.save()
    _recount(move)
    return move


def _moving(move: Move) -> list[int]:
    """Whom the move takes, as far as it is known."""
    return list(move.rows.filter(verdict=MoveVerdict.MOVES).values_list("member_id", flat=True))


def _check_somebody(move: Move) -> None:
    if not move.counts["moves"]:
        raise Refusal(
            _("Nobody of these can go any more."),
            code="move.nobody",
            place="move",
            remedy=_("Discard the move and choose again."),
        )


def _write_rows(move: Move, member_ids: list[int], unit_ids: Collection[int]) -> int:
    """The members as they are now, with what speaks against each by itself."""
    return _run(
        """
INSERT INTO members_movedmember (move_id, member_id, from_unit_id, revision, verdict, obstacle, had_team)
SELECT %(move)s, m.id, m.unit_id, m.revision, CASE WHEN why.said = '' THEN 'moves' ELSE 'blocked' END, why.said, false
FROM members_member m CROSS JOIN LATERAL (SELECT CASE
    WHEN m.unit_id = %(target)s THEN %(here)s
    WHEN NOT m.status = ANY(%(roster)s) THEN %(gone)s
    ELSE '' END AS said) why
WHERE m.id = ANY(%(ids)s) AND m.unit_id = ANY(%(units)s) AND m.status <> 'merged'
""",
        {
            "move": move.pk,
            "target": move.target_id,
            "ids": member_ids,
            "units": list(unit_ids),
            "roster": [status.value for status in ON_THE_ROSTER],
            "here": _("Is at home there already."),
            "gone": _("Is no member at present."),
        },
    )


def _name_obstacles(move: Move) -> None:
    """Whom something keeps from going stays, with the sentence that says what; what is handed over keeps nobody."""
    if move.carry:
        return
    rows = {row.member_id: row for row in move.rows.filter(verdict=MoveVerdict.MOVES)}
    kept = []
    for member_id, sentences in obstacles_to_transfer(list(rows), move.target_id).items():
        row = rows[member_id]
        row.verdict, row.obstacle = MoveVerdict.BLOCKED, " ".join(sentences)[:300]
        kept.append(row)
    MovedMember.objects.bulk_update(kept, ["verdict", "obstacle"], batch_size=500)


def _keep_holders(move: Move) -> None:
    """Who was given things meanwhile by a store that does not supply the former home stays, and is named."""
    rows = move.rows.filter(verdict=MoveVerdict.MOVES)
    kept = []
    apart: set[int] = set()
    if move.carried_id is not None:
        apart, changed = untouched_since(move.carried_id, _moving(move))
        said = _("Has given back some of what was handed over.")
        rows.filter(member__in=changed).update(verdict=MoveVerdict.KEPT, obstacle=said)
    for unit_id in set(rows.values_list("from_unit_id", flat=True)):
        there = {row.member_id: row for row in rows.filter(from_unit_id=unit_id)}
        for member_id, sentences in obstacles_to_transfer(list(there), unit_id, apart=apart).items():
            row = there[member_id]
            row.verdict, row.obstacle = MoveVerdict.KEPT, " ".join(sentences)[:300]
            kept.append(row)
    MovedMember.objects.bulk_update(kept, ["verdict", "obstacle"], batch_size=500)


def _count(move: Move) -> None:
    found: dict[str, Any] = {verdict.value: 0 for verdict in MoveVerdict}
    with connection.cursor() as cursor:
        cursor.execute("SELECT verdict, count(*) FROM members_movedmember WHERE move_id = %s GROUP BY 1", [move.pk])
        found |= dict(cursor.fetchall())
    move.counts = found


def _recount(move: Move) -> None:
    for unit_id in {*move.rows.values_list("from_unit_id", flat=True).distinct(), move.target_id}:
        figures_change(unit_id)


def _run(statement: str, values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
