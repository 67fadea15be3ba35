"""What waits for somebody in units: hand-overs nobody confirmed, things overdue, transfers on their way, repairs."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import connection

from members.queries.equipment.held import SOON

_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM members_confirmation c JOIN members_member m ON m.id = c.member_id
     WHERE c.confirmed_at IS NULL AND c.due_on < %(today)s AND m.unit_id = ANY(%(units)s)
        AND NOT EXISTS (SELECT FROM members_voucher r WHERE r.reverses_id = c.voucher_id)),
    (SELECT count(*) FROM members_confirmation c JOIN members_member m ON m.id = c.member_id
     WHERE c.confirmed_at IS NULL AND c.due_on >= %(today)s AND m.unit_id = ANY(%(units)s)
        AND NOT EXISTS (SELECT FROM members_voucher r WHERE r.reverses_id = c.voucher_id)),
    count(*) FILTER (WHERE place IN ('member', 'use') AND due_on < %(today)s),
    count(*) FILTER (WHERE place IN ('member', 'use') AND due_on BETWEEN %(today)s AND %(soon)s),
    (SELECT count(DISTINCT t.transfer_id) FROM members_store s JOIN members_holding t ON t.store_id = s.id
     WHERE s.unit_id = ANY(%(units)s) AND t.quantity > 0 AND t.place = 'transit'),
    coalesce(sum(quantity) FILTER (WHERE place = 'damaged'), 0)
FROM members_holding
WHERE unit_id = ANY(%(units)s) AND quantity > 0
    AND (place = 'damaged' OR (place IN ('member', 'use') AND due_on IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Numbers of what waits: hand-overs, things in hands, transfers, damaged pieces."""

    unconfirmed_late: int
    unconfirmed: int
    overdue: int
    due_soon: int
    on_their_way: int
    damaged: int


def waiting_in(unit_ids: Collection[int], today: dt.date) -> Waiting:
    """What waits in exactly these units. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"units": list(unit_ids), "today": today, "soon": today + SOON})
        return Waiting(*cursor.fetchone())
