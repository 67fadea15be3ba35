"""A voucher with thousands of lines, told in sums: by unit, and by kind."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Q, Sum

from members.models import Movement, Voucher

# The unit of a line is where its things went, else where they came from.
_PARTS: Final = """
SELECT coalesce(m.to_unit_id, m.from_unit_id), count(DISTINCT coalesce(m.to_member_id, m.from_member_id)),
    sum(m.quantity)::integer, count(DISTINCT c.member_id),
    count(DISTINCT c.member_id) FILTER (WHERE c.confirmed_at IS NOT NULL)
FROM members_movement m
LEFT JOIN members_confirmation c ON c.voucher_id = m.voucher_id AND c.member_id = m.to_member_id
WHERE m.voucher_id = %(voucher)s
    AND (%(units)s::bigint[] IS NULL OR coalesce(m.to_unit_id, m.from_unit_id) = ANY(%(units)s::bigint[]))
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What a voucher moved for one unit: people, pieces, how many were asked to confirm and how many have."""

    unit_id: int
    people: int
    pieces: int
    asked: int
    confirmed: int


def in_part(unit_id: int) -> Q:
    """Lines of a voucher that belong to a unit's part of it."""
    return Q(to_unit=unit_id) | Q(to_unit=None, from_unit=unit_id)


def parts_of(voucher: Voucher, unit_ids: Collection[int] | None) -> list[Part]:
    """By unit, all of them or those named. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"voucher": voucher.pk, "units": None if unit_ids is None else list(unit_ids)})
        return [Part(*row) for row in cursor.fetchall()]


def sums_of(voucher: Voucher, unit_ids: Collection[int] | None) -> list[dict[str, Any]]:
    """By kind and size, with `name`, `size`, `measure` and `pieces`. One statement."""
    lines = Movement.objects.filter(voucher=voucher)
    if unit_ids is not None:
        lines = lines.filter(Q(to_unit__in=unit_ids) | Q(to_unit=None, from_unit__in=unit_ids))
    rows = lines.values_list("kind__name", "size", "kind__measure").annotate(pieces=Sum("quantity"))
    return [
        {"name": name, "size": size, "measure": measure, "pieces": pieces}
        for name, size, measure, pieces in rows.order_by("kind__position", "kind__name", "size")
    ]
