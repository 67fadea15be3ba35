"""Two records of one person become one: everything held, served and learnt goes to the remaining record.

This operation lives here because incidents know all that hangs on a member. What is a fact of the past in itself keeps
naming the merged record (periods, ledger movements, requests): the record stays, and points to the remaining one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.scope import local_today
from incidents.queries.merging import obstacles_to_merging
from members.enums import EVER_MEMBERS, MemberStatus
from members.models import Member, Merger
from members.operations.duplicates import hold_pair, see_pair
from members.operations.equipment.carrying import hand_over
from members.operations.holding import figures_change, need_reason
from members.operations.life import settle_proposals, settle_requests

if TYPE_CHECKING:
    from corps.actors import Actor

#: Filled in from the merged record where the remaining one has nothing. What belongs together is taken together: the
#: phone of one relative never stands beside the name of another.
FILLED: Final = (
    ("phone",),
    ("occupation",),
    ("employer",),
    ("address",),
    ("grid_id",),
    ("political_status",),
    ("education",),
    ("emergency_name", "emergency_phone"),
    ("insurer", "policy_number", "insured_until"),
    ("recruiter",),
    ("partner_id",),
    ("remarks",),
)

#: Foreign keys to a member that go on naming the merged record, because they tell what was.
STAYS: Final = frozenset(
    {
        "members.Movement.from_member",
        "members.Movement.to_member",
        "members.Confirmation.member",
        # What is held goes over by movements of the ledger.
        "members.Holding.member",
        "members.StatusPeriod.member",
        "members.HomePeriod.member",
        "members.TransferRequest.member",
        "members.MovedMember.member",
        "members.Merger.merged",
        "members.Proposal.member",
        # That the merged record is not some third person's is no word about the remaining one.
        "members.Distinction.one",
        "members.Distinction.other",
    }
)


@dataclass(frozen=True, slots=True)
class Carried:
    """Rows of `table` whose `column` names a member go over; before that, those of `twice` both records have."""

    name: str
    table: str
    column: str
    twice: str = ""


#: Foreign keys that are made to name the remaining record, in this order.
CARRIED: Final = (
    Carried("members.Merger.into", "members_merger", "into_id"),
    Carried("members.GroupMembership.member", "members_groupmembership", "member_id", "group_id"),
    Carried("members.TeamMembership.member", "members_teammembership", "member_id", "unit_id"),
    Carried("members.Application.member", "members_application", "member_id"),
    Carried("members.Application.duplicate_of", "members_application", "duplicate_of_id"),
    Carried("members.Consent.member", "members_consent", "member_id"),
    Carried("members.Enrolment.member", "members_enrolment", "member_id"),
    Carried("members.Certificate.member", "members_certificate", "member_id"),
    Carried("duties.Assignment.member", "duties_assignment", "member_id", "shift_id"),
    Carried("duties.Attendance.member", "duties_attendance", "member_id"),
    Carried("duties.Attendance.replaced_by", "duties_attendance", "replaced_by_id"),
    Carried("incidents.Participant.member", "incidents_participant", "member_id", "incident_id"),
)


def merge_members(*, actor: "Actor", merged_id: int, into_id: int, reason: str) -> Merger:
    """Hand everything of `merged` over to `into`; `merged` counts nowhere from now on. It cannot be undone.

    The actor holds `member.merge` in both home units. Raises `Refusal` naming each thing both records cannot share, and
    `Http404`, `PermissionDenied`.
    """
    need_reason(reason)
    seen = see_pair(actor=actor, one_id=merged_id, other_id=into_id)
    with acting(
        actor=actor,
        action="member.merge",
        permission=Permission.MEMBER_MERGE,
        unit_id=seen[into_id].unit_id,
        reason=reason,
    ):
        held = hold_pair(actor=actor, one_id=merged_id, other_id=into_id)
        merged, into = held[merged_id], held[into_id]
        for member in held.values():
            figures_change(member.unit_id)
        _check(actor, merged, into)
        settle_requests(actor=actor, member=merged, remark=_("The record was merged into another one."))
        settle_proposals(actor=actor, member=merged, remark=_("The record was merged into another one."))
        # By recorded movements: the ledger itself is never rewritten.
        hand_over(actor=actor, from_member_id=merged.pk, to_member_id=into.pk, reason=reason)
        carried = _carry_rows(merged, into)
        account = merged.account_id
        _close(merged, reason)
        _complete(into, merged)
        if account is not None:
            into.account_id = account
        into.save()
        return Merger.objects.create(
            merged=merged, into=into, reason=reason.strip()[:200], merged_by_id=account_id(actor), carried=carried
        )


def _check(actor: "Actor", merged: Member, into: Member) -> None:
    found = obstacles_to_merging(actor, merged, into)
    if found:
        raise Refusal(
            _("The two records cannot be merged yet: %(obstacles)s") % {"obstacles": " ".join(found)},
            code="member.merge_conflict",
            place="into",
            remedy=_("Put this right in one of the two records, then merge."),
            params={"obstacles": found},
        )


def _carry_rows(merged: Member, into: Member) -> dict[str, int]:
    """Make rows name the remaining record; returns how many of each kind."""
    values = {"merged": merged.pk, "into": into.pk, "home": into.unit_id}
    counted: dict[str, int] = {}
    with connection.cursor() as cursor:
        # A bare enrolment in a session in which the other record took part says nothing more.
        cursor.execute(_BARE_ENROLMENTS, values)
        # Of two plans for the same past hours, one stays; those ahead are named as conflicts.
        cursor.execute(_PLANS_OF_THE_PAST, values)
        for one in CARRIED:
            if one.twice:
                cursor.execute(
                    f"DELETE FROM {one.table} a USING {one.table} b WHERE a.{one.column} = %(merged)s"
                    f" AND b.{one.column} = %(into)s AND b.{one.twice} = a.{one.twice}",
                    values,
                )
            if one.name == "members.TeamMembership.member":
                cursor.execute(_HOME_AS_TEAM, values)
            cursor.execute(f"UPDATE {one.table} SET {one.column} = %(into)s WHERE {one.column} = %(merged)s", values)
            if cursor.rowcount:
                counted[one.name] = cursor.rowcount
    return counted


_BARE_ENROLMENTS: Final = """
DELETE FROM members_enrolment a USING members_enrolment b
WHERE a.session_id = b.session_id AND a.member_id <> b.member_id
  AND a.member_id IN (%(merged)s, %(into)s) AND b.member_id IN (%(merged)s, %(into)s)
  AND a.attended IS NOT TRUE AND a.result = ''
  AND (b.attended IS TRUE OR b.result <> '' OR a.member_id = %(merged)s)
  AND NOT EXISTS (SELECT FROM members_quizattempt q WHERE q.enrolment_id = a.id)
"""


_HOME_AS_TEAM: Final = "DELETE FROM members_teammembership WHERE member_id = %(merged)s AND unit_id = %(home)s"
_PLANS_OF_THE_PAST: Final = """
UPDATE duties_assignment a SET active = false FROM duties_assignment b
WHERE a.member_id = %(merged)s AND b.member_id = %(into)s AND a.active AND b.active AND a.period && b.period
  AND upper(a.period) <= now()
"""


def _close(merged: Member, reason: str) -> None:
    merged.account = None
    merged.status, merged.status_on, merged.status_reason = MemberStatus.MERGED, local_today(), reason.strip()[:200]
    merged.save()


def _complete(into: Member, merged: Member) -> None:
    """The remaining record takes what only the other one knew, and the earlier day of joining."""
    for names in FILLED:
        if not any(getattr(into, name) for name in names):
            for name in names:
                setattr(into, name, getattr(merged, name))
    into.skills = [*into.skills, *(one for one in merged.skills if one not in into.skills)]
    into.roles = [*into.roles, *(one for one in merged.roles if one not in into.roles)]
    days = [member.joined_on for member in (into, merged) if member.joined_on is not None]
    into.joined_on = min(days, default=None) if into.status in EVER_MEMBERS else into.joined_on
