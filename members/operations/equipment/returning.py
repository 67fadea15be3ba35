"""What comes out of hands again: returns, damage, loss, and a replacement in the same act."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import require
from members.logic.ledger import HELD, OUTSIDE_CORPS, Act, Line, Place, Side
from members.models import Holding, Store, Voucher
from members.operations.equipment.getters import (
    ask_to_confirm,
    check_lines,
    check_requirements,
    hold_getters,
    hold_members,
)
from members.operations.equipment.posting import at_store, check_in_use, reach_of, recording, shelf
from members.operations.equipment.refusals import place_words, thing_words

if TYPE_CHECKING:
    from corps.actors import Actor

_RELATED = ("kind", "article", "store__unit", "member", "unit")


def take_back(
    *,
    actor: "Actor",
    store_id: int,
    holdings: Mapping[int, tuple[int, int]],
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Put things from people's hands back into a store: per holding how many are good and how many are broken.

    They may have come from another store, when who holds them is in this one's reach. Raises `Refusal`.
    """
    with at_store(actor=actor, act=Act.RETURN, store_id=store_id, token=token, on=on, reason=reason) as (store, draft):
        if draft.repeated:
            return draft.voucher
        reach = reach_of(store)
        found = held_now(holdings)
        for held in found:
            if held.store_id != store.pk and held.unit_id not in reach:
                raise _out_of_reach(store)
            good, broken = holdings[held.pk]
            check_taken(held, good + broken, low=min(good, broken))
            check_place(held, HELD, _("in somebody's hands"))
            for quantity, place in ((good, Place.STORE), (broken, Place.DAMAGED)):
                if quantity:
                    draft.move(line_of(held, quantity), side_of(held), shelf(store, place), due_on=held.due_on)
        return draft.post()


def report_damage(
    *,
    actor: "Actor",
    holding_id: int,
    quantity: int,
    reason: str,
    token: UUID,
    on: dt.date | None = None,
) -> Voucher:
    """Things in store or in hands are broken: they lie with the damaged ones of their store. Raises `Refusal`."""
    places = frozenset({Place.STORE}) | HELD
    return _report(
        actor=actor,
        act=Act.DAMAGE,
        holding_id=holding_id,
        quantity=quantity,
        reason=reason,
        token=token,
        on=on,
        places=places,
    )


def report_loss(
    *,
    actor: "Actor",
    holding_id: int,
    quantity: int,
    reason: str,
    token: UUID,
    on: dt.date | None = None,
) -> Voucher:
    """Things are lost and leave the corps' books. What is on its way is settled by receiving. Raises `Refusal`."""
    places = frozenset(Place) - {Place.TRANSIT}
    return _report(
        actor=actor,
        act=Act.LOSS,
        holding_id=holding_id,
        quantity=quantity,
        reason=reason,
        token=token,
        on=on,
        places=places,
    )


def replace(
    *,
    actor: "Actor",
    holding_id: int,
    reason: str,
    token: UUID,
    store_id: int | None = None,
    quantity: int = 1,
    lost: bool = False,
    size: str | None = None,
    article_id: int | None = None,
    on: dt.date | None = None,
) -> Voucher:
    """补发: a member gets a new one for one that is broken, or `lost`; both in one voucher.

    `article_id` is the new thing's number; without `size` the old one's is kept. The new one comes from `store_id`,
    or from where the old one came. Raises `Refusal` as issuing does.
    """
    seen = seen_holding(actor=actor, holding_id=holding_id)
    store_id = store_id or seen.store_id
    with at_store(actor=actor, act=Act.REPLACEMENT, store_id=store_id, token=token, on=on, reason=reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        people = hold_getters(actor=actor, store=store, member_ids=[seen.member_id] if seen.member_id else [])
        (held,) = held_now([holding_id])
        check_place(held, {Place.MEMBER}, _("held by a member"))
        check_taken(held, quantity)
        check_requirements(people, {held.kind_id: people.keys()}, draft.voucher.on)
        new = Line(held.kind_id, quantity, held.size if size is None else size, article_id)
        check_lines(store, [new])
        gone = OUTSIDE_CORPS if lost else shelf(held.store, Place.DAMAGED)
        draft.move(line_of(held, quantity), side_of(held), gone, due_on=held.due_on)
        (getter,) = people.values()
        hands = Side(Place.MEMBER.value, store.pk, getter.unit_id, getter.id)
        draft.move(new, shelf(store), hands, due_on=held.due_on)
        draft.post()
        ask_to_confirm(draft.voucher)
        return draft.voucher


def seen_holding(*, actor: "Actor", holding_id: int) -> Holding:
    """The holding, if the actor may see it where it counts or where its store is; else `Http404`."""
    rows = Holding.objects.select_related(*_RELATED)
    found: Holding = get_object_or_404(rows, pk=holding_id)
    if not Store.objects.visible_to(actor).filter(pk=found.store_id).exists():
        require(actor, Permission.EQUIPMENT_VIEW, found.unit_id)
    return found


def held_now(holding_ids: Iterable[int]) -> list[Holding]:
    """Holdings as they are now, their members locked before. Raises `Refusal` for one that is unknown."""
    wanted = set(holding_ids)
    if not wanted:
        raise Refusal(
            _("Nothing has been chosen."),
            code="equipment.nothing",
            place="lines",
            remedy=_("Choose at least one line."),
        )
    rows = Holding.objects.filter(pk__in=wanted)
    hold_members([pk for pk in rows.exclude(member=None).values_list("member_id", flat=True) if pk])
    found = list(rows.select_related(*_RELATED).order_by("pk"))
    if len(found) < len(wanted):
        raise Refusal(
            _("One of the chosen lines does not exist."),
            code="equipment.line_unknown",
            place="lines",
            remedy=_("Load the page again and choose once more."),
        )
    return found


def side_of(held: Holding) -> Side:
    """The place of a holding as a side of a movement."""
    return Side(held.place, held.store_id, held.unit_id, held.member_id)


def line_of(held: Holding, quantity: int) -> Line:
    """So many of what a holding holds."""
    return Line(held.kind_id, quantity, held.size, held.article_id)


def name_of(held: Holding) -> str:
    """What a holding holds, in words."""
    return thing_words(held.kind.name, held.size, held.article.number if held.article else "")


def check_taken(held: Holding, quantity: int, *, low: int = 0) -> None:
    """Raises `Refusal` when nothing, or more than there is, shall be taken from a holding."""
    if low < 0 or not 0 < quantity <= held.quantity:
        raise Refusal(
            _("%(place)s has %(left)d %(measure)s of %(thing)s.")
            % {
                "place": place_words(held),
                "left": held.quantity,
                "measure": held.kind.measure,
                "thing": name_of(held),
            },
            code="equipment.not_enough",
            place=name_of(held),
            remedy=_("Enter between 1 and %(left)d.") % {"left": held.quantity}
            if held.quantity
            else _("Load the page again and choose once more."),
            params={"holding": held.pk, "left": held.quantity},
        )


def check_place(held: Holding, places: "frozenset[Place] | set[Place]", words: str) -> None:
    """Raises `Refusal` when a holding is not in one of the places; `words` say which those are."""
    if Place(held.place) not in places:
        raise Refusal(
            _("%(thing)s is not %(places)s but here: %(place)s.")
            % {"thing": name_of(held), "places": words, "place": place_words(held)},
            code="equipment.wrong_place",
            place=name_of(held),
            remedy=_("Choose from the list."),
        )


def _report(
    *,
    actor: "Actor",
    act: Act,
    holding_id: int,
    quantity: int,
    reason: str,
    token: UUID,
    on: dt.date | None,
    places: frozenset[Place],
) -> Voucher:
    """Whoever runs the unit where things count reports on them, also on those of a store above."""
    unit_id = seen_holding(actor=actor, holding_id=holding_id).unit_id
    with recording(actor=actor, act=act, unit_id=unit_id, token=token, on=on, reason=reason) as draft:
        if draft.repeated:
            return draft.voucher
        (held,) = held_now([holding_id])
        check_in_use(held.store)
        check_place(held, places, _("where this can be reported"))
        check_taken(held, quantity)
        there = OUTSIDE_CORPS if act == Act.LOSS else shelf(held.store, Place.DAMAGED)
        draft.move(line_of(held, quantity), side_of(held), there, due_on=held.due_on)
        return draft.post()


def _out_of_reach(store: Store) -> Refusal:
    return Refusal(
        _("Some of this is held outside the reach of the store “%(store)s”.") % {"store": store},
        code="equipment.out_of_reach",
        place="lines",
        remedy=_("Have it returned to the store it came from."),
    )
