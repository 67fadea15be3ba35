"""Which store supplies which unit, and what is in hands in units of stores that do not.

A store supplies the unit it belongs to and everything below it. What holds are counted by is the unit they count in,
which is the home of who holds them, so neither members nor the tree are joined.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.queries.scope import current_tree
from members.models import Store

IN_HANDS: Final = """
FROM members_holding h JOIN members_store s ON s.id = h.store_id
WHERE h.unit_id = ANY(%(units)s) AND h.place IN ('member', 'use') AND h.quantity > 0 AND s.unit_id = ANY(%(givers)s)
"""
"""What is in hands in `units`, of members or in the units' own use, and came from stores of `givers`."""

_TO_COME_BACK: Final = f"""
SELECT count(DISTINCT h.member_id)::integer, (count(DISTINCT h.unit_id) FILTER (WHERE h.place = 'use'))::integer,
    array_agg(DISTINCT h.unit_id), array_agg(DISTINCT h.store_id)
{IN_HANDS} AND EXISTS (SELECT FROM members_equipmentkind k WHERE k.id = h.kind_id AND k.returnable)
"""


@dataclass(frozen=True, slots=True)
class InHands:
    """How many members hold something, how many units have something in their own use; where that is, whence it came.

    False when there is nothing.
    """

    members: int = 0
    in_use: int = 0
    unit_ids: tuple[int, ...] = ()
    store_ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unit_ids)

    @property
    def words(self) -> str:
        """The holders as part of a sentence."""
        told = []
        if self.members:
            told.append(ngettext("%(n)d member", "%(n)d members", self.members) % {"n": self.members})
        if self.in_use:
            words = ngettext("%(n)d unit for its own use", "%(n)d units for their own use", self.in_use)
            told.append(words % {"n": self.in_use})
        return _(", ").join(told)


def in_hands(unit_ids: Collection[int], giver_ids: Collection[int]) -> InHands:
    """What must come back that is in hands in `unit_ids` and came from stores of the units `giver_ids`."""
    if not unit_ids or not giver_ids:
        return InHands()
    with connection.cursor() as cursor:
        cursor.execute(_TO_COME_BACK, {"units": list(unit_ids), "givers": list(giver_ids)})
        members, in_use, units, stores = cursor.fetchone()
    return InHands(members, in_use, tuple(units or ()), tuple(stores or ()))


def superiors(unit_id: int) -> set[int]:
    """Ids of the units above: whose stores supply the unit besides its own."""
    return {node.id for node in current_tree().path(unit_id)[:-1]}


def nearest_stores(unit_ids: Iterable[int]) -> dict[int, int]:
    """By unit the store in use that supplies it from nearest: its own first one, or that of the next unit above.

    A unit that no store supplies is not in the answer.
    """
    paths = {unit_id: [node.id for node in current_tree().path(unit_id)] for unit_id in unit_ids}
    wanted = {one for path in paths.values() for one in path}
    rows = Store.objects.filter(unit__in=wanted, active=True).order_by("-pk").values_list("unit_id", "pk")
    first = dict(rows)
    nearest = {
        unit_id: next((first[one] for one in reversed(path) if one in first), None) for unit_id, path in paths.items()
    }
    return {unit_id: store_id for unit_id, store_id in nearest.items() if store_id is not None}
