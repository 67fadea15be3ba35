"""Damaged things go to repair and come back, mended or not."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from members.logic.ledger import Act, Place
from members.models import Voucher
from members.operations.equipment.goods import check_of_store
from members.operations.equipment.posting import at_store, shelf
from members.operations.equipment.returning import check_place, check_taken, held_now, line_of, side_of

if TYPE_CHECKING:
    from corps.actors import Actor


def send_to_repair(
    *,
    actor: "Actor",
    store_id: int,
    holdings: Mapping[int, int],
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Send damaged things of a store to repair: so many per holding. Raises `Refusal`."""
    with at_store(actor=actor, act=Act.TO_REPAIR, store_id=store_id, token=token, on=on, reason=reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        for held in held_now(holdings):
            check_of_store(held, store)
            check_place(held, {Place.DAMAGED}, _("among the damaged things"))
            check_taken(held, holdings[held.pk])
            draft.move(line_of(held, holdings[held.pk]), side_of(held), shelf(store, Place.REPAIR))
        return draft.post()


def back_from_repair(
    *,
    actor: "Actor",
    store_id: int,
    holdings: Mapping[int, tuple[int, int]],
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Things come back from repair: per holding how many are good again and how many still broken."""
    with at_store(actor=actor, act=Act.FROM_REPAIR, store_id=store_id, token=token, on=on, reason=reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        for held in held_now(holdings):
            good, broken = holdings[held.pk]
            check_of_store(held, store)
            check_place(held, {Place.REPAIR}, _("in repair"))
            check_taken(held, good + broken, low=min(good, broken))
            for quantity, place in ((good, Place.STORE), (broken, Place.DAMAGED)):
                if quantity:
                    draft.move(line_of(held, quantity), side_of(held), shelf(store, place))
        return draft.post()
