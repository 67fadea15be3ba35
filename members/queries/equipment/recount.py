"""Does the ledger add up? Everything that is where by the holdings, counted once more from the movements.

Nothing here trusts what the triggers wrote: sums come from the movements alone, day by day.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from members.enums import ON_THE_ROSTER, EquipmentPlace

LISTED: Final = 1_000
"""So many faults are told at most; whoever has more has one cause for them."""

_SIDES: Final = """
WITH sides AS (
    SELECT from_unit_id AS unit_id, from_place AS place, from_store_id AS store_id, from_member_id AS member_id,
        CASE WHEN from_place = 'transit' THEN transfer_id END AS transfer_id,
        CASE WHEN from_place IN ('member', 'use') THEN due_on END AS due_on,
        kind_id, size, article_id, "on", -quantity::bigint AS change
    FROM members_movement WHERE from_place <> ''
    UNION ALL
    SELECT to_unit_id, to_place, to_store_id, to_member_id,
        CASE WHEN to_place = 'transit' THEN transfer_id END,
        CASE WHEN to_place IN ('member', 'use') THEN due_on END,
        kind_id, size, article_id, "on", quantity
    FROM members_movement WHERE to_place <> ''
), days AS (
    SELECT unit_id, place, store_id, coalesce(member_id, 0) AS member_id, coalesce(transfer_id, 0) AS transfer_id,
        coalesce(due_on, 'epoch') AS due_on, kind_id, size, coalesce(article_id, 0) AS article_id, "on",
        sum(change) AS change
    FROM sides GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
), counted AS (
    SELECT unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id,
        sum(change) AS quantity, max("on") AS last_on, min(run) AS low
    FROM (SELECT *, sum(change) OVER (
              PARTITION BY unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id
              ORDER BY "on") AS run FROM days) AS running
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), booked AS (
    SELECT unit_id, place, store_id, coalesce(member_id, 0) AS member_id, coalesce(transfer_id, 0) AS transfer_id,
        coalesce(due_on, 'epoch') AS due_on, kind_id, size, coalesce(article_id, 0) AS article_id,
        quantity::bigint AS quantity, last_on
    FROM members_holding
)
"""
_DIFFERENCES: Final = (
    _SIDES
    + """, found AS (
    SELECT unit_id, place, store_id, member_id, kind_id, size, article_id, c.quantity AS counted, b.quantity AS booked,
        c.low, c.last_on IS DISTINCT FROM b.last_on AS dated
    FROM counted c FULL JOIN booked b
        USING (unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id)
    WHERE c.quantity IS DISTINCT FROM b.quantity OR c.last_on IS DISTINCT FROM b.last_on OR c.low < 0
)
SELECT CASE WHEN found.low < 0 THEN 'negative' WHEN coalesce(counted, 0) <> coalesce(booked, 0) THEN 'quantity'
        WHEN booked IS NULL OR counted IS NULL THEN 'row' ELSE 'date' END,
    s.name, u.name, m.name, k.name, found.size, a.number, found.place, coalesce(counted, 0), coalesce(booked, 0), low
FROM found JOIN members_store s ON s.id = found.store_id JOIN corps_unit u ON u.id = found.unit_id
JOIN members_equipmentkind k ON k.id = found.kind_id
LEFT JOIN members_member m ON m.id = found.member_id LEFT JOIN members_article a ON a.id = found.article_id
ORDER BY found.store_id, found.kind_id, found.size, found.article_id, found.member_id LIMIT %(most)s
"""
)
# What no sum shows: hands that are gone, and things that did not follow their holder.
_ASTRAY: Final = """
SELECT CASE WHEN m.status <> ALL(%(roster)s) THEN 'gone' ELSE 'elsewhere' END,
    s.name, u.name, m.name, k.name, h.size, a.number, h.place, h.quantity, h.quantity, 0
FROM members_holding h JOIN members_member m ON m.id = h.member_id JOIN members_store s ON s.id = h.store_id
JOIN corps_unit u ON u.id = h.unit_id JOIN members_equipmentkind k ON k.id = h.kind_id
LEFT JOIN members_article a ON a.id = h.article_id
WHERE h.quantity > 0 AND (m.status <> ALL(%(roster)s) OR m.unit_id <> h.unit_id)
ORDER BY h.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One difference. `code`: `quantity`, `negative`, `row`, `date` (of the sums), `gone`, `elsewhere` (of people)."""

    code: str
    store: str
    unit: str
    member: str | None
    kind: str
    size: str
    number: str | None
    place: str
    counted: int
    booked: int
    low: int


def ledger_faults() -> list[Fault]:
    """Every place where holdings and movements differ, and every holding in wrong hands; the first thousand of each."""
    values: dict[str, Any] = {"most": LISTED, "roster": [status.value for status in ON_THE_ROSTER]}
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, values)
        found = [Fault(*row) for row in cursor.fetchall()]
        cursor.execute(_ASTRAY, values)
        return found + [Fault(*row) for row in cursor.fetchall()]


def movements_counted() -> tuple[int, dt.date | None]:
    """How many movements the ledger has, and the day of the last one."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*), max("on") FROM members_movement')
        number, last = cursor.fetchone()
        return int(number), last


def sentence(fault: Fault) -> str:
    """The fault in words."""
    thing = " ".join(part for part in (fault.kind, fault.size, fault.number or "") if part)
    where = fault.member or f"{fault.unit}（{EquipmentPlace(fault.place).label}）"
    values: dict[str, Any] = {
        "where": f"{fault.store} · {where}",
        "thing": thing,
        "counted": fault.counted,
        "booked": fault.booked,
        "low": fault.low,
    }
    return str(_SENTENCES[fault.code]() % values)


_SENTENCES: "Final[dict[str, Callable[[], str]]]" = {
    "quantity": lambda: _("%(where)s: %(thing)s: by the movements %(counted)d, in the books %(booked)d."),
    "negative": lambda: _("%(where)s: %(thing)s: the movements fall to %(low)d on some day."),
    "row": lambda: _("%(where)s: %(thing)s: a line of the books is missing or has no movements."),
    "date": lambda: _("%(where)s: %(thing)s: the books have another day of the last movement."),
    "gone": lambda: _("%(where)s: %(thing)s × %(booked)d is held by somebody who is no member."),
    "elsewhere": lambda: _("%(where)s: %(thing)s × %(booked)d counts in another unit than its holder."),
}
