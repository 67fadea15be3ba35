"""Members confirm what they were given: by one tap, or the captain ticks them off from a signed sheet."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import allowed, require
from members.enums import ConfirmedBy
from members.models import Confirmation, Voucher

if TYPE_CHECKING:
    from corps.actors import Actor


def confirm_own(*, actor: "Actor", confirmation_id: int) -> Confirmation:
    """The member says: I have it. A second tap changes nothing. Raises `Http404` for what is somebody else's."""
    with acting(actor=actor, action="equipment.confirm"):
        own = Confirmation.objects.filter(pk=confirmation_id, member__account=account_id(actor))
        found = own.select_for_update(of=("self",)).select_related("voucher").first()
        if found is None:
            raise Http404("no such confirmation")
        if found.confirmed_at is None:
            _check_stands(found.voucher)
            _confirm([found], ConfirmedBy.TAP, actor)
        return found


def confirm_by_sheet(*, actor: "Actor", voucher_id: int, member_ids: Collection[int]) -> list[Confirmation]:
    """Tick off who has signed on paper; whoever confirmed before keeps that. Returns those newly confirmed.

    The right is needed in the voucher's unit, or else in the home units of the members. Raises `Refusal` for members
    who got nothing by the voucher.
    """
    voucher = Voucher.objects.filter(pk=voucher_id).first()
    if voucher is None:
        raise Http404("no such voucher")
    whole = allowed(actor, Permission.EQUIPMENT_RECORD, voucher.unit_id)
    with acting(actor=actor, action="equipment.confirm", unit_id=voucher.unit_id):
        hold_tree()
        rows = Confirmation.objects.filter(voucher=voucher, member__in=member_ids).select_related("member")
        found = list(rows.order_by("pk").select_for_update(of=("self",)))
        for unit_id in () if whole and found else sorted({one.member.unit_id for one in found} or {voucher.unit_id}):
            require(actor, Permission.EQUIPMENT_RECORD, unit_id)
        if len(found) < len(set(member_ids)) or not found:
            raise Refusal(
                _("Some of the chosen members were given nothing by this voucher."),
                code="equipment.not_on_voucher",
                place="members",
                remedy=_("Load the page again and tick those on the list."),
            )
        _check_stands(voucher)
        return _confirm([one for one in found if one.confirmed_at is None], ConfirmedBy.SHEET, actor)


def _confirm(found: list[Confirmation], how: ConfirmedBy, actor: "Actor") -> list[Confirmation]:
    """One statement, however many have signed."""
    now = timezone.now()
    for one in found:
        one.confirmed_at, one.how, one.confirmed_by_id = now, how, account_id(actor)
    rows = Confirmation.objects.filter(pk__in=[one.pk for one in found])
    rows.update(confirmed_at=now, how=how, confirmed_by=account_id(actor))
    return found


def _check_stands(voucher: Voucher) -> None:
    if Voucher.objects.filter(reverses=voucher).exists():
        raise Refusal(
            _("This issue has been reversed; there is nothing to confirm."),
            code="equipment.reversed",
            place="voucher",
            remedy=_("Load the page again."),
        )
