"""Where a member is at home and what a member is: the steps of the life cycle, and a transfer that needs no asking."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import current_tree, local_today, require
from members.enums import (
    CANDIDATES,
    EVER_MEMBERS,
    ON_THE_ROSTER,
    ApplicationState,
    MemberStatus,
    ProposalState,
    TransferState,
)
from members.models import Application, Member
from members.operations.equipment.carrying import carry_members, follow_homes, write_off_kept
from members.operations.holding import editing, figures_change
from members.policies.life import check_can_change_status, check_day
from members.queries.obstacles import obstacles_to_leaving, obstacles_to_transfer

if TYPE_CHECKING:
    from corps.actors import Actor

NOWHERE = frozenset({MemberStatus.LEFT, MemberStatus.REFUSED})


def transfer(
    *, actor: "Actor", member_id: int, unit_id: int, reason: str, carry: bool = False, on: dt.date | None = None
) -> Member:
    """Move a member's home to another unit; the actor must hold `member.edit` in both.

    From `on` (today, or earlier) the new home prevails over what was recorded for that day and later ones.

    Equipment goes along, recorded. What belongs to a store that does not supply the new unit keeps the member here,
    unless it is handed over to the store that does (`carry`).

    Whoever holds it in the giving unit alone asks the other one: `members.operations.transfers`. Raises `Refusal` for
    a unit that is closed or the home already, and for what `obstacles_to_transfer` finds.
    """
    with editing(actor=actor, member_id=member_id, action="member.transfer", reason=reason) as member:
        require(actor, Permission.MEMBER_EDIT, unit_id)
        check_day(on or local_today(), local_today(), member.joined_on)
        settle_requests(actor=actor, member=member, remark=_("Transferred without waiting for the answer."))
        if carry:
            carry_members(actor=actor, member_ids=[member.pk], unit_id=unit_id, reason=reason)
        go_home(actor=actor, member=member, unit_id=unit_id, reason=reason, on=on)
        return member


def go_home(*, actor: "Actor", member: Member, unit_id: int, reason: str = "", on: dt.date | None = None) -> None:
    """Put a member, held for the act, into another unit, with what the member holds; the caller has checked who may."""
    if member.unit_id == unit_id:
        raise Refusal(
            _("The member already belongs to this unit."),
            code="member.same_unit",
            place="unit",
            remedy=_("Choose another unit."),
        )
    tree = current_tree()
    if unit_id not in tree or tree.nodes[unit_id].corps_id != tree.nodes[member.unit_id].corps_id:
        # Groups, partner organisations and kinds of equipment are a corps' own.
        raise Http404("no such unit in this corps")
    if member.status not in (*CANDIDATES, *EVER_MEMBERS):
        raise Refusal(
            _("%(name)s is “%(status)s” and belongs to no unit.")
            % {"name": member.name, "status": MemberStatus(member.status).label},
            code="member.nowhere",
            place="unit",
            remedy=_("Choose somebody who is on the roster."),
        )
    hold_open([unit_id])
    check_may_go(member, unit_id)
    figures_change(unit_id)
    member.unit_id = unit_id
    with _home_since(on):
        member.save()
    # The new home is no further team any more.
    member.team_links.filter(unit_id=unit_id).delete()
    follow_homes(actor=actor, member_ids=[member.pk], unit_id=unit_id, reason=reason)


def change_status(
    *, actor: "Actor", member_id: int, status: MemberStatus, reason: str = "", on: dt.date | None = None
) -> Member:
    """Take a step of the life cycle; `members.policies.life` says what may follow what, by what right.

    From `on` (today, or earlier) the new status prevails over what was recorded for that day and later ones. Whoever
    becomes a member joined on that day, unless an earlier one is known. An application that waits is decided by it.
    Raises `Refusal`, also for what `obstacles_to_leaving` finds.
    """
    with (
        transaction.atomic(),
        _deciding(actor, member_id, status, reason),
        editing(actor=actor, member_id=member_id, action="member.status", reason=reason) as member,
    ):
        step = check_can_change_status(member.status, status, reason)
        if step.permission is not None:
            require(actor, step.permission, member.unit_id)
        if status not in NOWHERE:
            hold_open([member.unit_id])
        today = local_today()
        check_day(on or today, today, member.joined_on)
        if status in NOWHERE:
            _check_free(member, obstacles_to_leaving([member.pk]))
            settle_requests(actor=actor, member=member, remark=str(MemberStatus(status).label))
            settle_proposals(actor=actor, member=member, remark=str(MemberStatus(status).label))
        if member.status not in EVER_MEMBERS and status in ON_THE_ROSTER and member.joined_on is None:
            member.joined_on = on or today
        member.status, member.status_reason, member.status_on = status, reason[:200], on or today
        member.save()
        if status in NOWHERE:
            write_off_kept(actor=actor, member_ids=[member.pk], unit_id=member.unit_id)
        return member


@contextmanager
def _home_since(on: dt.date | None) -> Iterator[None]:
    """Tell the ledger of homes on which day a change in the block was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.home_since', %s, true)", [on.isoformat() if on else ""])
        yield
        cursor.execute("SELECT set_config('yiwu.home_since', '', true)")


@contextmanager
def _deciding(actor: "Actor", member_id: int, status: MemberStatus, reason: str) -> Iterator[None]:
    """An application that waits for a decision gets it with the status, by whatever door; the applicant reads why.

    Its row is locked before the member's, as where applications are decided.
    """
    rows = Application.objects.select_for_update(of=("self",)).filter(member=member_id, state=ApplicationState.WAITING)
    waiting = [row.pk for row in rows.order_by("pk")]
    yield
    decided = (
        ApplicationState.ACCEPTED
        if status in ON_THE_ROSTER
        else ApplicationState.REFUSED
        if status in NOWHERE
        else None
    )
    if waiting and decided:
        Application.objects.filter(pk__in=waiting).update(
            state=decided, reason=reason[:200], decided_at=timezone.now(), decided_by=account_id(actor)
        )


def settle_requests(*, actor: "Actor", member: Member, remark: str) -> None:
    """Take back what is still asked about a member's home, because it was decided by another way."""
    member.transfer_requests.filter(state=TransferState.ASKED).update(
        state=TransferState.WITHDRAWN, answered_at=timezone.now(), answered_by=account_id(actor), remark=remark[:200]
    )


def settle_proposals(*, actor: "Actor", member: Member, remark: str) -> None:
    """Take back what a member proposed for a record that is closed now."""
    member.proposals.filter(state=ProposalState.OPEN).update(
        state=ProposalState.WITHDRAWN, decided_at=timezone.now(), decided_by=account_id(actor), remark=remark[:200]
    )


def check_may_go(member: Member, unit_id: int) -> None:
    """Refuse what `obstacles_to_transfer` finds."""
    _check_free(member, obstacles_to_transfer([member.pk], unit_id))


def _check_free(member: Member, found: dict[int, list[str]]) -> None:
    """Raise `Refusal` with the first thing that stands in the way; the others are its parameters."""
    sentences = found.get(member.pk)
    if sentences:
        raise Refusal(
            _("%(name)s cannot go yet: %(obstacles)s")
            % {"name": member.name, "obstacles": "；".join(sentence.rstrip("。.") for sentence in sentences) + "。"},
            code="member.obstacles",
            place="member",
            remedy="",
            params={"obstacles": sentences},
        )
