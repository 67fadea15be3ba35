"""A sheet takes the steps of the life cycle as everybody does: by the same right, with the reason it needs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.queries.scope import scope_of
from members.enums import EVER_MEMBERS, ON_THE_ROSTER, ApplicationState, MemberStatus, ProposalState, TransferState
from members.models import Application, Member, Proposal, StagedRow, TransferRequest
from members.operations.imports.columns import BY_KEY, StagedColumn
from members.operations.life import NOWHERE
from members.policies.life import STEPS

if TYPE_CHECKING:
    from corps.actors import Actor

#: What follows from a change of status, whether or not the sheet has the column.
FOLLOWING: Final = ("status_on", "status_reason", "joined_on")

_PROBLEMS: Final = 'INSERT INTO members_rowproblem (import_id, sheet, "row", "column", code, shown, params, fatal)'
_FIRST: Final = (
    """
WITH strange AS (
    UPDATE members_stagedrow SET verdict = 'rejected'
     WHERE import_id = %(id)s AND verdict = 'new' AND NOT coalesce(status, 'active') = ANY(%(first)s)
    RETURNING sheet, "row"
)
"""
    + _PROBLEMS
    + """
SELECT %(id)s, sheet, "row", 'status', 'status_first', '', '{}', true FROM strange
"""
)
_NEXT: Final = (
    """
WITH asked AS (
    SELECT s.sheet, s."row", step.becomes IS NOT NULL AS possible,
           coalesce(step.reason, false) AND coalesce(s.status_reason, '') = '' AS bare
      FROM members_stagedrow s JOIN members_member m ON m.id = s.member_id
      LEFT JOIN unnest(%(was)s::text[], %(becomes)s::text[], %(rights)s::text[], %(reasons)s::boolean[])
             AS step (was, becomes, code, reason)
        ON step.was = m.status AND step.becomes = s.status AND (WITHIN)
     WHERE s.import_id = %(id)s AND s.verdict = 'changed' AND 'status' = ANY(s.changed_fields)
), forbidden AS (
    UPDATE members_stagedrow s SET verdict = 'rejected' FROM asked
     WHERE s.import_id = %(id)s AND s.sheet = asked.sheet AND s."row" = asked."row"
       AND (NOT asked.possible OR asked.bare)
    RETURNING s.sheet, s."row", asked.possible
)
"""
    + _PROBLEMS
    + """
SELECT %(id)s, sheet, "row", CASE WHEN possible THEN 'status_reason' ELSE 'status' END,
       CASE WHEN possible THEN 'status_reason_missing' ELSE 'status_step' END, '', '{}', true FROM forbidden
"""
)


def reject_steps(import_id: int, actor: "Actor") -> None:
    """Rows with a status that no step of `members.policies.life` leads to, or not by a right of the actor's, or not
    without a reason, are not taken. New people enter with a status that somebody may begin with.
    """
    steps = [step for step in STEPS if step.was is not None and step.by_hand and step.permission is not None]
    values: dict[str, Any] = {
        "id": import_id,
        "first": [step.becomes.value for step in STEPS if step.was is None],
        "was": [str(step.was) for step in steps],
        "becomes": [step.becomes.value for step in steps],
        "rights": [str(step.permission) for step in steps],
        "reasons": [step.reason for step in steps],
    }
    within = []
    for place, permission in enumerate(sorted({step.permission for step in steps if step.permission is not None})):
        scope = scope_of(actor, permission)
        values |= {
            f"right{place}": str(permission),
            f"units{place}": scope.tree.ids if scope.everything else sorted(scope.ids),
        }
        within.append(f"step.code = %(right{place})s AND m.unit_id = ANY(%(units{place})s)")
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, values)
        cursor.execute(_NEXT.replace("WITHIN", " OR ".join(within)), values)


def written_with_status(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Column and SQL of its value for `FOLLOWING`; without a change of status they are as the sheet or the member has
    them. Another status begins on the day the sheet gives, or today: the day of the one before says nothing of it, nor
    does its reason. Whoever becomes a member joined on that day, unless one is known.
    """
    today = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
    changes = "coalesce(s.status, m.status) <> m.status"
    since = (
        f"CASE WHEN {changes} AND coalesce(s.status_on, m.status_on) IS NOT DISTINCT FROM m.status_on THEN {today}"
        f" ELSE {_kept('status_on', keys)} END"
    )
    reason = f"CASE WHEN {changes} THEN coalesce(s.status_reason, '') ELSE {_kept('status_reason', keys)} END"
    known = _kept("joined_on", keys)
    joined = (
        f"CASE WHEN {changes} AND {known} IS NULL AND m.status NOT IN ({_codes(EVER_MEMBERS)})"
        f" AND s.status IN ({_codes(ON_THE_ROSTER)}) THEN {since} ELSE {known} END"
    )
    return [("status_on", since), ("status_reason", reason), ("joined_on", joined)]


def settle_asked(actor: "Actor", import_id: int) -> None:
    """What was asked about people whose home or status the import changed is decided by it."""
    changed = StagedRow.objects.filter(import_id=import_id, verdict="changed")
    moved = changed.filter(changed_fields__contains=["unit"]).values("member_id")
    restated = changed.filter(changed_fields__contains=["status"]).values("member_id")
    answer = {"answered_at": timezone.now(), "answered_by": account_id(actor)}
    decision = {"decided_at": timezone.now(), "decided_by": account_id(actor)}
    asked = TransferRequest.objects.filter(state=TransferState.ASKED)
    asked.filter(member__in=moved).update(
        state=TransferState.WITHDRAWN, remark=_("Transferred without waiting for the answer."), **answer
    )
    for status in NOWHERE:
        word = str(MemberStatus(status).label)
        gone = restated.filter(status=status)
        asked.filter(member__in=gone).update(state=TransferState.WITHDRAWN, remark=word, **answer)
        Proposal.objects.filter(state=ProposalState.OPEN, member__in=gone).update(
            state=ProposalState.WITHDRAWN, remark=word, **decision
        )
    waiting = Application.objects.filter(state=ApplicationState.WAITING)
    # The applicant reads why.
    why = Subquery(Member.objects.filter(pk=OuterRef("member_id")).values("status_reason")[:1])
    for state, statuses in ((ApplicationState.ACCEPTED, ON_THE_ROSTER), (ApplicationState.REFUSED, NOWHERE)):
        waiting.filter(member__in=restated.filter(status__in=statuses)).update(state=state, reason=why, **decision)


def _kept(key: str, keys: Sequence[str]) -> str:
    column: StagedColumn = BY_KEY[key]
    return column.merged if key in keys else f"m.{column.column}"


def _codes(statuses: Sequence[MemberStatus]) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
