"""A member's own equipment: what to confirm, what is carried, what is still to come. Open to that member alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from corps.queries.scope import local_today
from members.models import Confirmation, Holding, Member, Movement
from members.queries.equipment.hands import in_hands
from members.queries.equipment.missing import Lack, missing
from members.queries.people import member_of

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """What a member was handed and has not confirmed yet."""

    confirmation: Confirmation
    movements: Sequence[Movement]


@dataclass(frozen=True, slots=True)
class MyEquipment:
    """Everything about the equipment of one member."""

    member: Member
    to_confirm: list[ToConfirm]
    carried: list[Holding]
    lacks: list[Lack]


@dataclass(frozen=True, slots=True)
class Warnings:
    """What a member's own page warns of: numbers of hand-overs to confirm and of things overdue."""

    to_confirm: int
    overdue: int

    def __bool__(self) -> bool:
        return bool(self.to_confirm or self.overdue)


def my_equipment(actor: "Actor") -> MyEquipment | None:
    """What the actor carries as a member; None for who is none."""
    member = member_of(actor)
    if member is None:
        return None
    return MyEquipment(member, to_confirm_of(member.pk), in_hands([member.pk]), missing(member_ids=[member.pk]))


def to_confirm_of(member_id: int) -> list[ToConfirm]:
    """Hand-overs to the member that are not confirmed, the oldest first. Reversed ones need no confirmation."""
    open_ones = list(
        Confirmation.objects.filter(member=member_id, confirmed_at=None, voucher__reversed_by=None)
        .select_related("voucher__unit")
        .order_by("due_on", "id")
    )
    if not open_ones:
        return []
    rows = Movement.objects.filter(
        to_member=member_id, voucher__in=[one.voucher_id for one in open_ones]
    ).select_related("kind", "article", "to_store")
    by_voucher: dict[int, list[Movement]] = {}
    for row in rows.order_by("kind__position", "id"):
        by_voucher.setdefault(row.voucher_id, []).append(row)
    return [ToConfirm(one, by_voucher.get(one.voucher_id, [])) for one in open_ones]


_WARNINGS = """
SELECT
    (SELECT count(*) FROM members_confirmation c WHERE c.member_id = %(member)s AND c.confirmed_at IS NULL
        AND NOT EXISTS (SELECT FROM members_voucher r WHERE r.reverses_id = c.voucher_id)),
    (SELECT count(*) FROM members_holding h WHERE h.member_id = %(member)s AND h.quantity > 0 AND h.due_on < %(today)s)
"""


def warnings_of(member_id: int, today: dt.date | None = None) -> Warnings:
    """What the member's first page warns of. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WARNINGS, {"member": member_id, "today": today or local_today()})
        return Warnings(*cursor.fetchone())
