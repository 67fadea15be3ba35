"""Who held what at the end of a day, by the movements until then."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.queries.scope import Node
from members.logic.ledger import HELD
from members.models import Holding
from members.queries.equipment.held import RELATED, SOON, HandsFilter
from members.queries.equipment.parts import all_of, page_of

# What came into hands in the units less what went out of them. Every place that ever held something has a row of
# holdings, found by its key (migration 0008); only the quantity is that of the day.
_HELD_ON: Final = """
WITH sides AS (
    SELECT to_unit_id AS unit_id, to_place AS place, to_store_id AS store_id, to_member_id AS member_id, due_on,
        kind_id, size, article_id, quantity AS change
    FROM members_movement
    WHERE to_unit_id = ANY(%(units)s::bigint[]) AND to_place = ANY(%(places)s) AND "on" <= %(day)s
        AND (%(kind)s::bigint IS NULL OR kind_id = %(kind)s)
    UNION ALL
    SELECT from_unit_id, from_place, from_store_id, from_member_id, due_on, kind_id, size, article_id, -quantity
    FROM members_movement
    WHERE from_unit_id = ANY(%(units)s::bigint[]) AND from_place = ANY(%(places)s) AND "on" <= %(day)s
        AND (%(kind)s::bigint IS NULL OR kind_id = %(kind)s)
), held AS (
    SELECT unit_id, place, store_id, member_id, due_on, kind_id, size, article_id, sum(change)::integer AS quantity
    FROM sides GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(change) > 0
), shown AS (
    SELECT held.*, row_number() OVER (ORDER BY u.tree_id, u.lft, m.pinyin NULLS LAST, m.id, k.position, k.name,
        held.size, a.number, held.due_on NULLS FIRST, held.store_id) AS turn
    FROM held
    JOIN corps_unit u ON u.id = held.unit_id
    JOIN members_equipmentkind k ON k.id = held.kind_id
    LEFT JOIN members_member m ON m.id = held.member_id
    LEFT JOIN members_article a ON a.id = held.article_id
    WHERE (%(member)s::bigint IS NULL OR held.member_id = %(member)s)
        AND (%(typed)s = '' OR starts_with(m.name, %(typed)s) OR starts_with(m.pinyin, lower(%(typed)s))
            OR starts_with(m.initials, lower(%(typed)s)) OR position(lower(%(typed)s) IN lower(a.number)) > 0
            OR position(lower(%(typed)s) IN lower(k.name)) > 0)
        AND CASE %(due)s WHEN 'over' THEN held.due_on < %(day)s
            WHEN 'soon' THEN held.due_on BETWEEN %(day)s AND %(soon)s
            WHEN 'any' THEN held.due_on IS NOT NULL ELSE true END
    ORDER BY turn LIMIT %(most)s OFFSET %(skip)s
)
SELECT h.id, shown.quantity
FROM shown
JOIN members_holding h ON h.key = md5(concat_ws('|', shown.unit_id, shown.place, shown.store_id,
    coalesce(shown.member_id, 0), 0, coalesce(shown.due_on, 'epoch'), shown.kind_id, shown.size,
    coalesce(shown.article_id, 0)))::uuid
ORDER BY shown.turn
"""


def past_day(text: str, today: dt.date) -> dt.date | None:
    """The day that `text` names; None for today and for no text. Raises `Refusal` for what is no day until today."""
    text = text.strip()
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text[:20])
    except ValueError:
        day = None
    if day is None or day > today:
        raise Refusal(
            _("“%(text)s” is no day until today.") % {"text": text[:20]},
            code="equipment.day",
            place="on",
            remedy=_("Write a day as 2022-11-03."),
        )
    return day if day < today else None


def page_held_on(unit: Node, chosen: HandsFilter, day: dt.date, *, after: str, size: int) -> tuple[list[Holding], str]:
    """A page of what members and units held in `unit` and below at the end of `day`, unit by unit, by name; and the
    cursor of the page after it.

    Things count where they counted on that day, whoever holds them now; the holdings have the quantity of the day.
    """
    return page_of(unit, partial(_held, chosen, day), after=after, size=size)


def every_held_on(unit: Node, chosen: HandsFilter, day: dt.date) -> Iterator[Holding]:
    """All that the pages would show, for an export."""
    return all_of(unit, partial(_held, chosen, day))


def _held(chosen: HandsFilter, day: dt.date, unit_ids: Sequence[int], most: int | None, skip: int) -> list[Holding]:
    values: dict[str, Any] = {
        "units": list(unit_ids),
        "places": [chosen.place] if chosen.place in HELD else [place.value for place in HELD],
        "day": day,
        "soon": day + SOON,
        "kind": chosen.kind_id,
        "member": chosen.member_id,
        "typed": chosen.typed.strip(),
        "due": chosen.due,
        "most": most,
        "skip": skip,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD_ON, values)
        quantities = dict(cursor.fetchall())
    rows = Holding.objects.select_related(*RELATED).in_bulk(list(quantities))
    for identifier, quantity in quantities.items():
        rows[identifier].quantity = quantity
    return [rows[identifier] for identifier in quantities]
