"""From one store to another: sent, on its way, received; what did not arrive is shown and explained.

On its way a thing belongs to the store it is sent to and still counts in the unit that sent it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.tree import hold_open
from members.logic.ledger import OUTSIDE_CORPS, Act, Line, Place, Side
from members.models import Holding, Movement, Store, Voucher
from members.operations.equipment.getters import check_lines
from members.operations.equipment.posting import at_store, check_in_use, hold_stores, seen_store, shelf
from members.operations.equipment.refusals import thing_words
from members.operations.equipment.returning import line_of, name_of, side_of

if TYPE_CHECKING:
    from corps.actors import Actor


def send(
    *,
    actor: "Actor",
    from_store_id: int,
    to_store_id: int,
    lines: Sequence[Line],
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Send things from a store to another one of the corps; they are on their way until that store receives them."""
    with at_store(actor=actor, act=Act.SEND, store_id=from_store_id, token=token, on=on, reason=reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        check_lines(store, lines)
        target = _target(store, to_store_id)
        for line in lines:
            draft.move(line, shelf(store), Side(Place.TRANSIT.value, target.pk, store.unit_id))
        return draft.post()


def receive(
    *,
    actor: "Actor",
    voucher_id: int,
    arrived: Mapping[int, tuple[int, int]],
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Receive what was sent by a voucher: per movement of it how many arrived good and how many broken.

    What is missing of a line that is named leaves the books with this voucher; lines that are not named stay on their
    way. Where something is missing or broken, the reason explains it. Raises `Refusal`.
    """
    sent = get_object_or_404(Voucher.objects.filter(act=Act.SEND), pk=voucher_id)
    store = seen_store(actor=actor, store_id=_receiving_store(sent))
    with at_store(
        actor=actor, act=Act.RECEIVE, store_id=store.pk, token=token, on=on, reason=reason, follows_id=sent.pk
    ) as (store, draft):
        if draft.repeated:
            return draft.voucher
        # Two who receive, or one who receives and one who reverses, are decided one after the other.
        Voucher.objects.select_for_update(no_key=True).get(pk=sent.pk)
        unexplained = False
        for held, good, broken in _arrivals(sent, arrived):
            short = held.quantity - good - broken
            unexplained = unexplained or bool(short or broken)
            for quantity, there in (
                (good, shelf(store)),
                (broken, shelf(store, Place.DAMAGED)),
                (short, OUTSIDE_CORPS),
            ):
                if quantity:
                    draft.move(line_of(held, quantity), side_of(held), there)
        if unexplained and not reason.strip():
            raise Refusal(
                _("Not everything has arrived, or not whole."),
                code="reason.missing",
                place="reason",
                remedy=_("Say why in a few words: lost on the way, counted wrong when sent …"),
            )
        return draft.post()


def _target(store: Store, to_store_id: int) -> Store:
    hold_stores([to_store_id])
    stores = Store.objects.select_related("unit").filter(unit__corps=store.unit.corps_id)
    target: Store | None = stores.filter(pk=to_store_id).first()
    if target is None:
        raise Http404("no such store")
    if target.pk == store.pk:
        raise Refusal(
            _("Things cannot be sent to the store they come from."),
            code="equipment.same_store",
            place="to_store",
            remedy=_("Choose another store."),
        )
    check_in_use(target)
    hold_open([target.unit_id])
    return target


def _receiving_store(sent: Voucher) -> int:
    movement = Movement.objects.filter(voucher=sent, to_place=Place.TRANSIT).first()
    if movement is None or movement.to_store_id is None:
        raise Http404("no such transfer")
    return movement.to_store_id


def _arrivals(sent: Voucher, arrived: Mapping[int, tuple[int, int]]) -> Iterable[tuple[Holding, int, int]]:
    """What is still on its way of the named lines, with what arrived. Raises `Refusal`."""
    if not arrived:
        raise Refusal(
            _("Nothing has been entered."),
            code="equipment.nothing",
            place="lines",
            remedy=_("Say of at least one line how much arrived."),
        )
    lines = Movement.objects.filter(voucher=sent, pk__in=arrived, to_place=Place.TRANSIT)
    named = {(line.kind_id, line.size, line.article_id): line for line in lines.select_related("kind", "article")}
    if len(named) < len(arrived):
        raise Refusal(
            _("One of the lines does not belong to this transfer."),
            code="equipment.line_unknown",
            place="lines",
            remedy=_("Load the page again and enter it once more."),
        )
    rows = Holding.objects.select_related("kind", "article", "store__unit").order_by("pk")
    found = []
    for held in rows.filter(transfer=sent, place=Place.TRANSIT, quantity__gt=0):
        line = named.pop((held.kind_id, held.size, held.article_id), None)
        if line is not None:
            good, broken = arrived[line.pk]
            _check_arrived(held, good, broken)
            found.append((held, good, broken))
    for line in named.values():
        thing = thing_words(line.kind.name, line.size, line.article.number if line.article else "")
        raise Refusal(
            _("%(thing)s has been received already.") % {"thing": thing},
            code="equipment.received",
            place=thing,
            remedy=_("Load the page again; it shows what is still on its way."),
        )
    return found


def _check_arrived(held: Holding, good: int, broken: int) -> None:
    if min(good, broken) < 0 or good + broken > held.quantity:
        raise Refusal(
            _("%(thing)s: %(left)d are on their way, %(n)d cannot have arrived.")
            % {"thing": name_of(held), "left": held.quantity, "n": good + broken},
            code="equipment.wrong_quantity",
            place=name_of(held),
            remedy=_("Correct the quantity; what came too much is entered as goods received."),
        )
