"""What is in hands when units go out of the reach of the stores it came from; for acts that change the tree.

They hold the tree, have checked who may change it, and call these with the units above that are above no more.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree
from members.logic.ledger import Act
from members.models import Store, Voucher
from members.operations.equipment.getters import enumerated
from members.operations.equipment.posting import COLUMNS, booking, hold_stores, open_draft
from members.queries.equipment.reach import IN_HANDS, InHands, nearest_stores

if TYPE_CHECKING:
    from corps.actors import Actor

TICK_IT: Final = gettext_lazy(
    "Tick that such equipment is handed over to the store that supplies the new place, or have it taken back first."
)

_GIVING: Final = f"SELECT DISTINCT h.store_id {IN_HANDS}"
_HAND_OVER: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, h.kind_id, h.size, h.article_id, h.quantity,
    h.place, h.store_id, h.unit_id, h.member_id, h.place, %(store)s, h.unit_id, h.member_id, h.due_on, NULL
{IN_HANDS}
"""


def check_in_reach(found: InHands, *, place: str, remedy: str | Promise = TICK_IT) -> None:
    """Raises `Refusal`, beside the field `place`, when something would be out of the reach of its store."""
    if not found:
        return
    stores = Store.objects.filter(pk__in=found.store_ids).select_related("unit").order_by("pk")
    raise Refusal(
        _("Equipment of %(holders)s would be out of the reach of its store: %(stores)s.")
        % {"stores": enumerated([str(store) for store in stores]), "holders": found.words},
        code="unit.equipment",
        place=place,
        remedy=remedy,
        params={"members": found.members, "in_use": found.in_use, "stores": sorted(found.store_ids)},
    )


def hand_over_in(
    *, actor: "Actor", unit_ids: Collection[int], giver_ids: Collection[int], reason: str
) -> list[Voucher]:
    """Everything in hands in `unit_ids`, of members or in the units' own use, that came from stores of `giver_ids`
    goes over to the nearest store that supplies each unit now: a voucher for each unit.

    The actor records equipment in the units of the stores that give. Raises `Refusal` without the right, and when no
    store in use supplies one of the units.
    """
    _check_givers(actor, unit_ids, giver_ids)
    stores = nearest_stores(unit_ids)
    if unsupplied := [unit_id for unit_id in unit_ids if unit_id not in stores]:
        nodes = current_tree().nodes
        raise Refusal(
            _("At the new place no store in use supplies %(units)s.")
            % {"units": enumerated([nodes[unit_id].name for unit_id in unsupplied])},
            code="equipment.no_store",
            place="carry",
            remedy=_("Set up a store there or in a unit above, or take the things back first."),
        )
    hold_stores(stores.values())
    return [_hand_over(actor, unit_id, stores[unit_id], giver_ids, reason) for unit_id in sorted(stores)]


def _hand_over(actor: "Actor", unit_id: int, store_id: int, giver_ids: Collection[int], reason: str) -> Voucher:
    voucher = open_draft(actor=actor, act=Act.CARRY, unit_id=unit_id, token=uuid4(), reason=reason).voucher
    values: dict[str, Any] = {"units": [unit_id], "givers": list(giver_ids), "store": store_id}
    with booking(), connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, values | {"voucher": voucher.pk, "on": voucher.on})
    return voucher


def _check_givers(actor: "Actor", unit_ids: Collection[int], giver_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GIVING, {"units": list(unit_ids), "givers": list(giver_ids)})
        giving = [row[0] for row in cursor.fetchall()]
    stores = Store.objects.filter(pk__in=giving).select_related("unit").order_by("pk")
    if denied := [str(store) for store in stores if not allowed(actor, Permission.EQUIPMENT_RECORD, store.unit_id)]:
        raise Refusal(
            _("You may not hand over equipment of the store “%(stores)s”.") % {"stores": enumerated(denied)},
            code="equipment.giver",
            place="carry",
            remedy=_("Have it taken back there first, or leave this to somebody who records equipment there as well."),
        )
