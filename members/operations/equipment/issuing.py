"""Issuing from a store: to members line by line, a whole kit to many of them at once, and to a unit's use."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.tree import hold_open
from members.logic.ledger import Act, Line, Place, Side
from members.models import Store, Voucher
from members.operations.equipment.getters import (
    ask_to_confirm,
    check_due,
    check_lines,
    check_not_double,
    check_requirements,
    hold_getters,
)
from members.operations.equipment.kits import issue_kit
from members.operations.equipment.posting import at_store, reach_of, shelf

if TYPE_CHECKING:
    from corps.actors import Actor


def issue(
    *,
    actor: "Actor",
    store_id: int,
    member_lines: Mapping[int, Sequence[Line]],
    token: UUID,
    on: dt.date | None = None,
    due_on: dt.date | None = None,
    extra_reason: str = "",
    reason: str = "",
) -> Voucher:
    """Give members things from a store, each the own lines, in one voucher that each of them is to confirm.

    `due_on` is the day by which all of it must be back. Who would get more than the entitlement is refused, unless
    `extra_reason` says why. Raises `Refusal`: out of reach, not on duty, lacking what the kind requires, holding it
    already, not in store.
    """
    with at_store(actor=actor, act=Act.ISSUE, store_id=store_id, token=token, on=on, reason=extra_reason or reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        day = draft.voucher.on
        check_due(day, due_on)
        check_lines(store, [line for lines in member_lines.values() for line in lines])
        people = hold_getters(actor=actor, store=store, member_ids=member_lines.keys())
        check_requirements(people, _by_kind(member_lines), day)
        if not extra_reason.strip():
            check_not_double(people, member_lines)
        for member_id, lines in member_lines.items():
            hands = Side(Place.MEMBER.value, store.pk, people[member_id].unit_id, member_id)
            for line in lines:
                draft.move(line, shelf(store), hands, due_on=due_on)
        draft.post()
        ask_to_confirm(draft.voucher)
        return draft.voucher


def issue_to_unit(
    *,
    actor: "Actor",
    store_id: int,
    unit_id: int,
    lines: Iterable[Line],
    token: UUID,
    on: dt.date | None = None,
    due_on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Give things into the use of a unit in the store's reach: a car, a tent. Raises `Refusal`."""
    with at_store(actor=actor, act=Act.ISSUE, store_id=store_id, token=token, on=on, reason=reason) as (store, draft):
        if draft.repeated:
            return draft.voucher
        check_due(draft.voucher.on, due_on)
        lines = list(lines)
        check_lines(store, lines)
        _check_unit(store, unit_id)
        for line in lines:
            draft.move(line, shelf(store), Side(Place.USE.value, store.pk, unit_id), due_on=due_on)
        return draft.post()


def _by_kind(member_lines: Mapping[int, Sequence[Line]]) -> dict[int, Collection[int]]:
    found: dict[int, Collection[int]] = {}
    for member_id, lines in member_lines.items():
        for line in lines:
            found[line.kind_id] = {*found.get(line.kind_id, ()), member_id}
    return found


def _check_unit(store: Store, unit_id: int) -> None:
    if unit_id not in reach_of(store):
        raise Refusal(
            _("The unit is not in the reach of the store “%(store)s”.") % {"store": store},
            code="equipment.out_of_reach",
            place="unit",
            remedy=_("Choose %(unit)s or a unit below it, or another store.") % {"unit": store.unit},
        )
    hold_open([unit_id])


__all__ = ["issue", "issue_kit", "issue_to_unit"]
