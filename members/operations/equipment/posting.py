"""The one place that writes vouchers and movements.

An act opens its voucher first: the token of the form decides there whether it has been recorded before, and a second
press waits for the first. Then the store is held, members are locked in the order of their ids, what must hold is
looked at again, and all movements of the act go into the ledger by one statement. The database books them (migration
0008).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import DataError, IntegrityError, connection, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import current_tree, local_today
from members.logic.ledger import HELD, REASON_NEEDED, Act, Line, Moved, Place, Side, may_move
from members.models import Store, Voucher
from members.operations.equipment.refusals import reversed_already, told

if TYPE_CHECKING:
    from corps.actors import Actor

COLUMNS: Final = (
    'voucher_id, "on", kind_id, size, article_id, quantity, from_place, from_store_id, from_unit_id, from_member_id,'
    " to_place, to_store_id, to_unit_id, to_member_id, due_on, transfer_id"
)
_OPEN: Final = """
INSERT INTO members_voucher (act, unit_id, "on", reason, follows_id, reverses_id, token, recorded_by_id, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp())
ON CONFLICT (token) DO NOTHING RETURNING id
"""
_HOLD: Final = "SELECT FROM members_store WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE"
_HOLD_ALONE: Final = "SELECT FROM members_store WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_HOLD_KINDS: Final = "SELECT FROM members_equipmentkind WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE"


@dataclass(slots=True)
class Draft:
    """A voucher being written. When `repeated`, it was written before by the same form: nothing is to be done."""

    voucher: Voucher
    repeated: bool
    moves: list[Moved] = field(default_factory=list)

    def move(self, line: Line, here: Side, there: Side, *, due_on: dt.date | None = None) -> None:
        """Put a movement on the voucher; on their way things carry its number."""
        here_or_there = {here.place, there.place}
        transfer_id = (self.voucher.follows_id or self.voucher.pk) if Place.TRANSIT in here_or_there else None
        held = due_on if here_or_there & HELD else None
        self.moves.append(Moved(line, here, there, held, transfer_id))

    def post(self) -> Voucher:
        """Write the movements. Raises `Refusal` for what the ledger does not allow."""
        post_all([self])
        return self.voucher


def post_all(drafts: Iterable[Draft]) -> None:
    """Write the movements of several vouchers by one statement, so that their locks are taken in one order."""
    rows: list[tuple[object, ...]] = []
    moved: list[Moved] = []
    for draft in drafts:
        voucher, act = draft.voucher, Act(draft.voucher.act)
        for move in _together(draft.moves):
            if not may_move(act, move.here.place, move.there.place):
                raise ValueError(f"{act} does not take things from {move.here.place!r} to {move.there.place!r}")
            line, here, there = move.line, move.here, move.there
            rows.append(
                (
                    voucher.pk, voucher.on, line.kind_id, line.size, line.article_id, line.quantity,
                    *here, *there, move.due_on, move.transfer_id,
                )
            )  # fmt: skip
            moved.append(move)
    if rows:
        with booking(moved):
            _copy(rows)


@contextmanager
def booking(moved: Sequence[Moved] = ()) -> Iterator[None]:
    """Around the statement that writes movements: what the database refuses becomes a `Refusal` in words.

    `moved` tells what the statement holds, where it is known, for places that the ledger has never seen.
    """
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            yield
    except (IntegrityError, DataError) as error:
        refusal = told(error, moved)
        if refusal is None:
            raise
        raise refusal from error


def _copy(rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY members_movement ({COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _together(moves: Iterable[Moved]) -> Iterator[Moved]:
    """The same thing between the same places is one movement."""
    found: dict[Moved, int] = {}
    for move in moves:
        key = move._replace(line=move.line._replace(quantity=0))
        found[key] = found.get(key, 0) + move.line.quantity
    for key, quantity in found.items():
        yield key._replace(line=key.line._replace(quantity=quantity))


@contextmanager
def recording(
    *,
    actor: "Actor",
    act: Act,
    unit_id: int,
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
    follows_id: int | None = None,
    reverses_id: int | None = None,
) -> Iterator[Draft]:
    """An act of the ledger in `unit_id`: the right, one transaction, the tree held still, and its voucher.

    Raises `Http404`, `PermissionDenied`, `Refusal`. Whoever gets a repeated draft returns its voucher at once.
    """
    reason = checked_reason(act, reason)
    with acting(
        actor=actor,
        action=f"equipment.{act.value}",
        permission=Permission.EQUIPMENT_RECORD,
        unit_id=unit_id,
        reason=reason,
    ):
        hold_open([unit_id])
        yield open_draft(
            actor=actor,
            act=act,
            unit_id=unit_id,
            token=token,
            on=on,
            reason=reason,
            follows_id=follows_id,
            reverses_id=reverses_id,
        )


def open_draft(
    *,
    actor: "Actor",
    act: Act,
    unit_id: int,
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
    follows_id: int | None = None,
    reverses_id: int | None = None,
) -> Draft:
    """A new voucher, or the one that this token made before. Belongs into an act that has checked the right."""
    on = checked_day(on)
    reason = checked_reason(act, reason)
    values = [act.value, unit_id, on, reason, follows_id, reverses_id, token, account_id(actor)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_OPEN, values)
            made = cursor.fetchone()
    except IntegrityError as error:
        if "reverses" in str(error):
            raise reversed_already() from error
        raise
    if made is not None:
        return Draft(Voucher.objects.get(pk=made[0]), repeated=False)
    voucher = Voucher.objects.get(token=token)
    same = (act.value, unit_id, follows_id, reverses_id)
    if (voucher.act, voucher.unit_id, voucher.follows_id, voucher.reverses_id) != same:
        raise Refusal(
            _("This form has been used for another voucher already."),
            code="equipment.token",
            place="token",
            remedy=_("Load the page again and fill it in once more."),
        )
    return Draft(voucher, repeated=True)


@contextmanager
def at_store(
    *,
    actor: "Actor",
    act: Act,
    store_id: int,
    token: UUID,
    on: dt.date | None = None,
    reason: str = "",
    follows_id: int | None = None,
    alone: bool = False,
) -> Iterator[tuple[Store, Draft]]:
    """An act in the name of a store's unit. With `alone` no other act at the store runs beside it. Raises as
    `recording`, and `Refusal` for a store out of use.
    """
    unit_id = seen_store(actor=actor, store_id=store_id).unit_id
    with recording(
        actor=actor, act=act, unit_id=unit_id, token=token, on=on, reason=reason, follows_id=follows_id
    ) as draft:
        hold_stores([store_id], alone=alone)
        store = Store.objects.select_related("unit").get(pk=store_id)
        if not draft.repeated:
            check_in_use(store)
        yield store, draft


def hold_stores(store_ids: Iterable[int], *, alone: bool = False) -> None:
    """Keep stores as they are until the transaction ends: none goes out of use while something is put into it.

    Any number of acts hold a store at once. One that is `alone` waits for all of them, and they for it: whoever counts
    what is there must not be beside somebody who brings what the books do not have yet, where no row could be locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_ALONE if alone else _HOLD, [sorted(set(store_ids))])


def hold_kinds(kind_ids: Iterable[int]) -> None:
    """Keep kinds as they are until the transaction ends, for acts that bring some from outside: else a kind could go
    out of use, or lose a size, while the first of it comes in.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_KINDS, [sorted(set(kind_ids))])


def seen_store(*, actor: "Actor", store_id: int) -> Store:
    """The store, if the actor may see it; else `Http404`."""
    store: Store = get_object_or_404(Store.objects.visible_to(actor).select_related("unit"), pk=store_id)
    return store


def check_in_use(store: Store) -> None:
    """Raises `Refusal` for a store that is out of use."""
    if not store.active:
        raise Refusal(
            _("The store “%(store)s” is out of use.") % {"store": store.name},
            code="equipment.store_closed",
            place="store",
            remedy=_("Take it into use again, or choose another store."),
        )


def shelf(store: Store, place: Place = Place.STORE) -> Side:
    """A place in the store itself: good things, damaged ones, or those it has sent to repair."""
    return Side(place.value, store.pk, store.unit_id)


def reach_of(store: Store) -> set[int]:
    """Units that the store supplies: its own and everything below."""
    return set(current_tree().within(store.unit_id))


def checked_day(on: dt.date | None) -> dt.date:
    """The day of an act: today unless another is named. Raises `Refusal` for a day to come."""
    today = local_today()
    if on is not None and on > today:
        raise Refusal(
            _("%(day)s lies in the future.") % {"day": on},
            code="equipment.future",
            place="on",
            remedy=_("Enter today or an earlier day."),
        )
    return on or today


def checked_reason(act: Act, reason: str) -> str:
    """The reason as it is kept. Raises `Refusal` where the act needs one and there is none."""
    reason = reason.strip()[:200]
    if act in REASON_NEEDED and not reason:
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
    return reason
