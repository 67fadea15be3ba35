"""What is at risk in people's hands, and what keeps members from leaving or from going elsewhere."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from corps.queries.scope import current_tree
from members.logic.ledger import Place
from members.models import Holding, Store

_AT_RISK: Final = """
SELECT k.id, k.name, k.measure, sum(h.quantity)::integer, sum(h.quantity * k.value),
    coalesce(sum(h.quantity) FILTER (WHERE h.due_on < %(on)s), 0)::integer,
    coalesce(sum(h.quantity * k.value) FILTER (WHERE h.due_on < %(on)s), 0)
FROM members_holding h JOIN members_equipmentkind k ON k.id = h.kind_id
WHERE h.unit_id = ANY(%(units)s) AND h.place IN ('member', 'use') AND h.quantity > 0
GROUP BY k.id, k.name, k.measure, k.position ORDER BY k.position, k.name
"""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What is in people's hands of one kind; values in yuan. `overdue` is what should be back by now."""

    kind_id: int
    kind: str
    measure: str
    quantity: int
    value: Decimal
    overdue: int
    overdue_value: Decimal


def value_at_risk(unit_ids: Iterable[int], on: dt.date) -> list[AtRisk]:
    """By kind: how much is in hands in the units, what it is worth, and what of it is overdue on the day."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_RISK, {"units": list(unit_ids), "on": on})
        return [AtRisk(*row) for row in cursor.fetchall()]


def obstacles(
    member_ids: Collection[int], unit_id: int | None = None, *, apart: Collection[int] = ()
) -> dict[int, list[str]]:
    """What members hold that must come back before they leave, or before they are at home in `unit_id`: a sentence for
    each store. Who holds nothing of the kind, `apart` from the holdings of these keys, is not in the answer.
    """
    rows = Holding.objects.filter(
        member__in=member_ids, place=Place.MEMBER, quantity__gt=0, kind__returnable=True
    ).select_related("kind", "article", "store__unit")
    path = {node.id for node in current_tree().path(unit_id)} if unit_id is not None else set()
    things: dict[tuple[int, int], list[str]] = {}
    stores: dict[int, Store] = {}
    for held in rows.order_by("member", "store", "kind__position", "kind__name", "size", "article__number"):
        if held.store.unit_id in path or held.pk in apart:
            continue
        stores[held.store_id] = held.store
        words = f"{held.kind.name} {held.article.number if held.article else held.size}".strip()
        things.setdefault((held.member_id or 0, held.store_id), []).append(f"{words} × {held.quantity}")
    found: dict[int, list[str]] = {}
    for (member_id, store_id), several in things.items():
        values = {"store": stores[store_id], "things": "、".join(several)}
        sentence = (
            _("Still holds %(things)s from the store “%(store)s”; take it back there first.")
            if unit_id is None
            else _(
                "Still holds %(things)s from the store “%(store)s”, which does not supply the new unit;"
                " take it back there, or have it handed over with the transfer."
            )
        )
        found.setdefault(member_id, []).append(sentence % values)
    return found
