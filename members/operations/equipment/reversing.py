"""Reversing a voucher as a whole: every movement of it once more, the other way round, with a reason."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.enums import ON_THE_ROSTER
from members.logic.ledger import Act, Place
from members.models import Movement, Store, Voucher
from members.operations.equipment.getters import enumerated, hold_members
from members.operations.equipment.posting import COLUMNS, booking, check_in_use, hold_stores, recording

if TYPE_CHECKING:
    from corps.actors import Actor

_SWAP: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(reversal)s, %(on)s::date, kind_id, size, article_id, quantity,
    to_place, to_store_id, to_unit_id, to_member_id,
    from_place, from_store_id, from_unit_id, from_member_id, due_on, transfer_id
FROM members_movement WHERE voucher_id = %(voucher)s ORDER BY id
"""


def reverse(*, actor: "Actor", voucher_id: int, reason: str, token: UUID) -> Voucher:
    """Take a voucher back, today, as if it had not been. Raises `Refusal` when it was reversed already, when what it
    moved has been moved on since, or when it would put things into the hands of somebody who is there no longer.
    """
    voucher = get_object_or_404(Voucher.objects.visible_to(actor), pk=voucher_id)
    with recording(
        actor=actor, act=Act.REVERSAL, unit_id=voucher.unit_id, token=token, reason=reason, reverses_id=voucher.pk
    ) as draft:
        if draft.repeated:
            return draft.voucher
        _check_reversible(voucher)
        lines = Movement.objects.filter(voucher=voucher)
        # As receiving does: what is on its way is received or reversed, one after the other.
        sent_by = {voucher.pk, *lines.exclude(transfer=None).values_list("transfer", flat=True)}
        list(Voucher.objects.filter(pk__in=sent_by).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        stores = set(lines.exclude(from_store=None).values_list("from_store", flat=True))
        stores |= set(lines.exclude(to_store=None).values_list("to_store", flat=True))
        hold_stores(stores)
        for store in Store.objects.filter(pk__in=stores).select_related("unit").order_by("pk"):
            check_in_use(store)
        _check_hands(voucher)
        try:
            with booking(), connection.cursor() as cursor:
                cursor.execute(_SWAP, {"reversal": draft.voucher.pk, "on": draft.voucher.on, "voucher": voucher.pk})
        except Refusal as refusal:
            if refusal.code not in {"equipment.not_enough", "equipment.article_elsewhere"}:
                raise
            raise Refusal(
                _("What this voucher moved has been moved on since. %(what)s") % {"what": refusal.message},
                code="equipment.moved_on",
                place="voucher",
                remedy=_("Reverse the later vouchers first, or record a return or a loss instead."),
                params=refusal.params,
            ) from refusal
        return draft.voucher


def _check_reversible(voucher: Voucher) -> None:
    if voucher.act == Act.REVERSAL:
        raise Refusal(
            _("A reversal is not reversed."),
            code="equipment.reversal",
            place="voucher",
            remedy=_("Record the act once more, as it really was."),
        )
    if voucher.act == Act.CARRY:
        raise Refusal(
            _("Things that followed their holder into another unit go back with the holder only."),
            code="equipment.carried",
            place="voucher",
            remedy=_("Transfer the member or the unit back."),
        )


def _check_hands(voucher: Voucher) -> None:
    """Things that go back into hands go to who is still there, and in the same unit."""
    lines = Movement.objects.filter(voucher=voucher)
    named = {pk for pair in lines.values_list("from_member", "to_member") for pk in pair if pk}
    people = hold_members(named)
    back = set(lines.filter(from_place=Place.MEMBER).values_list("from_member", "from_unit"))
    gone = [
        people[member_id].name
        for member_id, unit_id in back
        if people[member_id].status not in ON_THE_ROSTER or people[member_id].unit_id != unit_id
    ]
    if gone:
        raise Refusal(
            _("Things would go back to who has left the unit since: %(people)s.") % {"people": enumerated(gone)},
            code="equipment.gone",
            place="members",
            remedy=_("Record goods received instead, and say why."),
        )
