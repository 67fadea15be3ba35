"""What a member wants changed in the own record: proposed from the phone, approved or returned by the captain."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.scope import require
from members.enums import EVER_MEMBERS, ON_THE_ROSTER, ProposalState
from members.models import Member, Proposal
from members.operations.holding import editing, hold_member, need_reason
from members.operations.people import clean, edit
from members.policies.asking import check_open

if TYPE_CHECKING:
    from corps.actors import Actor

#: What members may propose of themselves; all else is the captain's to say.
PROPOSABLE: Final = (
    "phone",
    "occupation",
    "employer",
    "address",
    "political_status",
    "education",
    "skills",
    "emergency_name",
    "emergency_phone",
)


def propose(*, actor: "Actor", particulars: Mapping[str, Any]) -> Proposal | None:
    """Propose new values of fields in `PROPOSABLE` for the actor's own record; None when none of them differs.

    A proposal that still waits takes them in. Raises `InvalidParticulars`, `Refusal`, `Http404` for who is no member.
    """
    own = _own(actor)
    with acting(actor=actor, action="proposal.make", unit_id=own.unit_id):
        member = hold_member(own.pk)
        if member.status not in ON_THE_ROSTER:
            raise Refusal(
                _("Your record is closed since you left."),
                code="proposal.closed",
                place="member",
                remedy=_("Ask your captain."),
            )
        if strange := set(particulars) - set(PROPOSABLE):
            raise TypeError(f"{strange} cannot be proposed")
        values = clean(particulars)
        waiting = Proposal.objects.select_for_update(of=("self",)).filter(member=member, state=ProposalState.OPEN)
        proposal = waiting.first() or Proposal(member=member, fields=[], entered={}, present={})
        entered = {**proposal.entered, **values}
        entered = {name: value for name, value in entered.items() if getattr(member, name) != value}
        if not entered:
            if proposal.pk is not None:
                _settle(proposal, ProposalState.WITHDRAWN, actor, "")
            return None
        proposal.entered = entered
        proposal.present = {name: getattr(member, name) for name in entered}
        proposal.fields = sorted(entered, key=PROPOSABLE.index)
        proposal.proposed_at = timezone.now()
        proposal.save()
        return proposal


def approve(*, actor: "Actor", proposal_id: int) -> Member:
    """Write what was proposed into the record; the actor holds `member.edit` in the home unit. Raises `Refusal`."""
    seen = _seen(actor, proposal_id)
    with editing(actor=actor, member_id=seen.member_id, action="proposal.approve") as member:
        proposal = _held(seen)
        entered = {
            # As typed into a form: lists with 、 between them.
            name: "、".join(value) if isinstance(value, list) else value
            for name, value in proposal.entered.items()
        }
        changed = edit(actor=actor, member_id=member.pk, particulars=entered)
        _settle(proposal, ProposalState.APPROVED, actor, "")
        return changed


def return_proposal(*, actor: "Actor", proposal_id: int, remark: str) -> Proposal:
    """Say no, with a remark that the member reads. Raises `Refusal`."""
    need_reason(remark)
    seen = _seen(actor, proposal_id)
    with editing(actor=actor, member_id=seen.member_id, action="proposal.return", reason=remark):
        proposal = _held(seen)
        _settle(proposal, ProposalState.RETURNED, actor, remark)
        return proposal


def withdraw_proposal(*, actor: "Actor") -> Proposal | None:
    """Take the own proposal back; None when nothing waits any more."""
    own = _own(actor)
    with acting(actor=actor, action="proposal.withdraw", unit_id=own.unit_id):
        hold_member(own.pk)
        waiting = Proposal.objects.select_for_update(of=("self",)).filter(member=own, state=ProposalState.OPEN)
        proposal: Proposal | None = waiting.first()
        if proposal is not None:
            _settle(proposal, ProposalState.WITHDRAWN, actor, "")
        return proposal


def _own(actor: "Actor") -> Member:
    """The record of whoever acts."""
    account = account_id(actor)
    own: Member | None = None
    if account is not None:
        own = Member.objects.filter(account_id=account, status__in=EVER_MEMBERS).first()
    if own is None:
        raise Http404("no member")
    return own


def _seen(actor: "Actor", proposal_id: int) -> Proposal:
    found: Proposal | None = Proposal.objects.visible_to(actor).select_related("member").filter(pk=proposal_id).first()
    if found is None:
        raise Http404("no such proposal")
    require(actor, Permission.MEMBER_EDIT, found.member.unit_id)
    return found


def _held(seen: Proposal) -> Proposal:
    proposal: Proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    check_open(proposal)
    return proposal


def _settle(proposal: Proposal, state: ProposalState, actor: "Actor", remark: str) -> None:
    proposal.state, proposal.remark = state, remark.strip()[:200]
    proposal.decided_at, proposal.decided_by_id = timezone.now(), account_id(actor)
    proposal.save()
