"""The rules of the equipment ledger: where things can be, and which act moves them from where to where.

A movement takes a quantity from one place to another. The empty place is the world outside the corps: suppliers, what
was lost, what was thrown away. Every act is written in these terms, so that stock is nothing but what the movements
add up to.
"""

import datetime as dt
from enum import StrEnum
from typing import Final, NamedTuple


class Place(StrEnum):
    """Where things are while they belong to the corps."""

    STORE = "store"
    DAMAGED = "damaged"
    REPAIR = "repair"
    TRANSIT = "transit"
    MEMBER = "member"
    USE = "use"


OUTSIDE = ""
HELD = frozenset({Place.MEMBER, Place.USE})
"""In somebody's hands: these places know the store the things came from and may have a day by which they are due."""


class Act(StrEnum):
    """What a voucher records."""

    RECEIPT = "receipt"
    SEND = "send"
    RECEIVE = "receive"
    ISSUE = "issue"
    RETURN = "return"
    DAMAGE = "damage"
    LOSS = "loss"
    TO_REPAIR = "to_repair"
    FROM_REPAIR = "from_repair"
    REPLACEMENT = "replacement"
    DISPOSAL = "disposal"
    COUNT = "count"
    CARRY = "carry"
    REVERSAL = "reversal"


_FROM_HANDS = {(Place.MEMBER, Place.STORE), (Place.USE, Place.STORE)}
_TO_HANDS = {(Place.STORE, Place.MEMBER), (Place.STORE, Place.USE)}
_BROKEN = {(Place.STORE, Place.DAMAGED), (Place.MEMBER, Place.DAMAGED), (Place.USE, Place.DAMAGED)}
_GONE = {(place, OUTSIDE) for place in Place if place is not Place.TRANSIT}

FLOWS: dict[Act, frozenset[tuple[str, str]]] = {
    Act.RECEIPT: frozenset({(OUTSIDE, Place.STORE)}),
    Act.SEND: frozenset({(Place.STORE, Place.TRANSIT)}),
    # What was sent and did not arrive leaves the corps' books with the voucher that says so.
    Act.RECEIVE: frozenset({(Place.TRANSIT, Place.STORE), (Place.TRANSIT, Place.DAMAGED), (Place.TRANSIT, OUTSIDE)}),
    Act.ISSUE: frozenset(_TO_HANDS),
    Act.RETURN: frozenset(_FROM_HANDS | {(Place.MEMBER, Place.DAMAGED), (Place.USE, Place.DAMAGED)}),
    Act.DAMAGE: frozenset(_BROKEN),
    Act.LOSS: frozenset(_GONE),
    Act.TO_REPAIR: frozenset({(Place.DAMAGED, Place.REPAIR)}),
    Act.FROM_REPAIR: frozenset({(Place.REPAIR, Place.STORE), (Place.REPAIR, Place.DAMAGED)}),
    # The old thing comes back broken or is gone, a new one goes out: one voucher.
    Act.REPLACEMENT: frozenset({(Place.STORE, Place.MEMBER), (Place.MEMBER, Place.DAMAGED), (Place.MEMBER, OUTSIDE)}),
    # What need not be returned is kept by who leaves: it goes with the member, and nobody has to answer for it.
    Act.DISPOSAL: frozenset(
        {(Place.STORE, OUTSIDE), (Place.DAMAGED, OUTSIDE), (Place.REPAIR, OUTSIDE), (Place.MEMBER, OUTSIDE)}
    ),
    Act.COUNT: frozenset({(Place.STORE, OUTSIDE), (OUTSIDE, Place.STORE)}),
    # Things follow their holder or their store into another unit; they stay what and where they are.
    Act.CARRY: frozenset((place, place) for place in Place if place is not Place.TRANSIT),
}
FLOWS[Act.REVERSAL] = frozenset((there, here) for act, flows in FLOWS.items() for here, there in flows)

REASON_NEEDED = frozenset({Act.DAMAGE, Act.LOSS, Act.REPLACEMENT, Act.DISPOSAL, Act.COUNT, Act.REVERSAL})
"""Acts that nobody understands a year later without being told why."""


def may_move(act: Act, here: str, there: str) -> bool:
    """Whether `act` may take things from `here` to `there`; the empty text is outside."""
    return (here, there) in FLOWS[act]


class Line(NamedTuple):
    """So many of a kind, in a size where the kind has sizes; or one numbered thing."""

    kind_id: int
    quantity: int = 1
    size: str = ""
    article_id: int | None = None


class Side(NamedTuple):
    """One side of a movement; without a place it is the world outside the corps."""

    place: str = ""
    store_id: int | None = None
    unit_id: int | None = None
    member_id: int | None = None


OUTSIDE_CORPS: Final = Side()


class Moved(NamedTuple):
    """What goes from where to where. `due_on` belongs to things in hands, `transfer_id` to things on their way."""

    line: Line
    here: Side
    there: Side
    due_on: dt.date | None = None
    transfer_id: int | None = None
