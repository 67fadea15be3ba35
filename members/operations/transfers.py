"""A transfer that is asked for: the giving unit asks, the receiving one accepts or returns it with a remark.

The member's row is locked before the request, as wherever a member changes: two captains who answer at once, or a
member who leaves meanwhile, are decided one after the other.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import SYSTEM, account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, local_today, require
from members.enums import ON_THE_ROSTER, TransferState
from members.models import Member, TransferRequest
from members.operations.equipment.carrying import carry_members, check_carry
from members.operations.holding import editing, hold_member, need_reason
from members.operations.life import check_may_go, go_home, transfer
from members.policies.asking import check_asked

if TYPE_CHECKING:
    from corps.actors import Actor


def ask_transfer(*, actor: "Actor", member_id: int, unit_id: int, reason: str, carry: bool = False) -> TransferRequest:
    """Ask another unit of the corps to take a member; whoever asks holds `member.edit` in the home unit.

    With `carry` its acceptance hands over what the member holds of stores that do not supply the other unit; whoever
    asks records equipment in the units of these stores.

    Raises `Refusal`: nothing to ask for, asked already, something stands in the way, no reason.
    """
    need_reason(reason)
    with editing(actor=actor, member_id=member_id, action="transfer.ask", reason=reason) as member:
        _check_target(member, unit_id)
        if member.status not in ON_THE_ROSTER:
            raise Refusal(
                _("%(name)s is “%(status)s”; only members are transferred.")
                % {"name": member.name, "status": member.get_status_display()},
                code="transfer.no_member",
                place="unit",
                remedy=_("Change the status first."),
            )
        hold_open([unit_id])
        if carry:
            check_carry(actor=actor, member_ids=[member.pk], unit_id=unit_id)
        else:
            check_may_go(member, unit_id)
        request = TransferRequest(
            member=member,
            from_unit_id=member.unit_id,
            to_unit_id=unit_id,
            reason=reason.strip()[:200],
            carry=carry,
            asked_by_id=account_id(actor),
        )
        try:
            with transaction.atomic():
                request.save()
        except IntegrityError as error:
            if "one_open_transfer" not in str(error):
                raise
            raise Refusal(
                _("A transfer of %(name)s has been asked for already.") % {"name": member.name},
                code="transfer.asked",
                place="unit",
                remedy=_("Wait for the answer, or withdraw that request first."),
            ) from error
        return request


def accept_transfer(*, actor: "Actor", request_id: int) -> TransferRequest:
    """Take the member: whoever accepts holds `member.edit` in the receiving unit. Raises `Refusal`."""
    seen = _seen(actor, request_id)
    with acting(
        actor=actor,
        action="transfer.accept",
        permission=Permission.MEMBER_EDIT,
        unit_id=seen.to_unit_id,
        reason=seen.reason,
    ):
        member, request = _held(seen)
        require(actor, Permission.MEMBER_EDIT, request.to_unit_id)
        if member.unit_id != request.from_unit_id:
            raise Refusal(
                _("%(name)s is at home in another unit by now.") % {"name": member.name},
                code="transfer.moved",
                place="member",
                remedy=_("Return the request; the unit where the member is now may ask again."),
            )
        if request.carry:
            carry_members(
                actor=actor,
                giver=request.asked_by or SYSTEM,
                member_ids=[member.pk],
                unit_id=request.to_unit_id,
                reason=request.reason,
            )
        go_home(actor=actor, member=member, unit_id=request.to_unit_id, reason=request.reason)
        return _answered(request, TransferState.ACCEPTED, actor, "")


def return_transfer(*, actor: "Actor", request_id: int, remark: str) -> TransferRequest:
    """Say no, with a remark that the giving unit reads. Raises `Refusal`."""
    need_reason(remark)
    seen = _seen(actor, request_id)
    with acting(
        actor=actor,
        action="transfer.return",
        permission=Permission.MEMBER_EDIT,
        unit_id=seen.to_unit_id,
        reason=remark,
    ):
        _member, request = _held(seen)
        return _answered(request, TransferState.RETURNED, actor, remark)


def withdraw_transfer(*, actor: "Actor", request_id: int) -> TransferRequest:
    """Ask no longer; whoever withdraws holds `member.edit` in the giving unit. Raises `Refusal`."""
    seen = _seen(actor, request_id)
    with acting(actor=actor, action="transfer.withdraw", permission=Permission.MEMBER_EDIT, unit_id=seen.from_unit_id):
        _member, request = _held(seen)
        return _answered(request, TransferState.WITHDRAWN, actor, "")


def move_or_ask(
    *,
    actor: "Actor",
    member_id: int,
    unit_id: int,
    reason: str,
    on: dt.date | None = None,
    carry: bool = False,
) -> TransferRequest | Member:
    """Transfer directly where the actor holds `member.edit` in both units, else ask the receiving one.

    Only a direct transfer may have been `on` an earlier day: one that is asked for counts from the answer.
    """
    if allowed(actor, Permission.MEMBER_EDIT, unit_id):
        return transfer(actor=actor, member_id=member_id, unit_id=unit_id, reason=reason, on=on, carry=carry)
    if on is not None and on != local_today():
        raise Refusal(
            _("The other unit has to agree; the transfer counts from the day of its answer."),
            code="transfer.day",
            place="on",
            remedy=_("Leave today's date here."),
        )
    return ask_transfer(actor=actor, member_id=member_id, unit_id=unit_id, reason=reason, carry=carry)


def _seen(actor: "Actor", request_id: int) -> TransferRequest:
    found: TransferRequest | None = TransferRequest.objects.visible_to(actor).filter(pk=request_id).first()
    if found is None:
        raise Http404("no such request")
    return found


def _held(seen: TransferRequest) -> tuple[Member, TransferRequest]:
    """The member and the request, locked in this order; the request waits still."""
    member = hold_member(seen.member_id)
    request = TransferRequest.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    check_asked(request)
    return member, request


def _answered(request: TransferRequest, state: TransferState, actor: "Actor", remark: str) -> TransferRequest:
    request.state, request.remark = state, remark.strip()[:200]
    request.answered_at, request.answered_by_id = timezone.now(), account_id(actor)
    request.save()
    return request


def _check_target(member: Member, unit_id: int) -> None:
    tree = current_tree()
    if unit_id not in tree or tree.nodes[unit_id].corps_id != tree.nodes[member.unit_id].corps_id:
        raise Http404("no such unit in this corps")
    if unit_id == member.unit_id:
        raise Refusal(
            _("The member already belongs to this unit."),
            code="member.same_unit",
            place="unit",
            remedy=_("Choose another unit."),
        )
