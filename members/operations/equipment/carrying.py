"""Things follow their holder, or their store, into another unit; every such step is a movement of the ledger.

`follow_homes` and `write_off_kept` belong to acts that change members and have checked the right for it.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.db import connection
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, require
from members.enums import MemberStatus
from members.logic.ledger import Act, Place, Side
from members.models import Confirmation, Holding, Member, Movement, Store, Voucher
from members.operations.equipment.getters import enumerated, hold_members
from members.operations.equipment.posting import (
    COLUMNS,
    Draft,
    booking,
    check_in_use,
    hold_stores,
    open_draft,
)
from members.operations.equipment.returning import line_of, side_of
from members.queries.equipment.reach import nearest_stores

if TYPE_CHECKING:
    from corps.actors import Actor

_IN_HANDS: Final = "h.place = 'member' AND h.quantity > 0 AND h.member_id = ANY(%(members)s)"
_FOLLOW: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, h.kind_id, h.size, h.article_id, h.quantity,
    h.place, h.store_id, h.unit_id, h.member_id, h.place, h.store_id, m.unit_id, h.member_id, h.due_on, NULL
FROM members_holding h JOIN members_member m ON m.id = h.member_id
WHERE {_IN_HANDS} AND h.unit_id <> m.unit_id
"""
_ASTRAY: Final = f"""
SELECT EXISTS (SELECT FROM members_holding h JOIN members_member m ON m.id = h.member_id
    WHERE {_IN_HANDS} AND h.unit_id <> m.unit_id)
"""
_KEPT: Final = f"""
SELECT DISTINCT h.member_id FROM members_holding h JOIN members_equipmentkind k ON k.id = h.kind_id
WHERE {_IN_HANDS} AND NOT k.returnable
"""
_WRITE_OFF: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, h.kind_id, h.size, h.article_id, h.quantity,
    h.place, h.store_id, h.unit_id, h.member_id, '', NULL, NULL, NULL, h.due_on, NULL
FROM members_holding h JOIN members_equipmentkind k ON k.id = h.kind_id
WHERE {_IN_HANDS} AND NOT k.returnable
"""
_CARRY_UNIT: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, h.kind_id, h.size, h.article_id, h.quantity,
    h.place, h.store_id, h.unit_id, h.member_id, h.place, h.store_id, %(target)s, h.member_id, h.due_on, NULL
FROM members_holding h WHERE h.unit_id = %(source)s AND h.quantity > 0
"""
_SAME_THING: Final = """
    h.place = 'member' AND h.member_id = m.to_member_id AND h.store_id = m.to_store_id AND h.kind_id = m.kind_id
    AND h.size = m.size AND h.article_id IS NOT DISTINCT FROM m.article_id
"""
_HANDED: Final = f"""
SELECT h.id, m.to_member_id, coalesce(h.quantity, 0) - m.quantity
FROM (
    SELECT to_member_id, to_store_id, kind_id, size, article_id, sum(quantity) AS quantity FROM members_movement
    WHERE voucher_id = %(handed)s AND to_member_id = ANY(%(members)s) GROUP BY 1, 2, 3, 4, 5
) m LEFT JOIN members_holding h ON {_SAME_THING} AND h.quantity > 0
"""
_CARRY_BACK: Final = f"""
INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, m.kind_id, m.size, m.article_id, m.quantity,
    h.place, h.store_id, h.unit_id, h.member_id, m.from_place, m.from_store_id, h.unit_id, h.member_id, m.due_on, NULL
FROM members_movement m JOIN members_holding h ON {_SAME_THING} AND h.quantity > 0
WHERE m.voucher_id = %(handed)s AND m.to_member_id = ANY(%(members)s)
"""


def follow_homes(*, actor: "Actor", member_ids: Collection[int], unit_id: int, reason: str = "") -> Voucher | None:
    """What members hold counts where they are at home now; for acts that have just changed homes, in their transaction.

    `unit_id` is the unit in whose books the voucher stands. None when nobody holds anything that has to follow.
    """
    values: dict[str, Any] = {"members": list(member_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_ASTRAY, values)
        if not cursor.fetchone()[0]:
            return None
        voucher = _open(actor, Act.CARRY, unit_id, reason)
        with booking():
            cursor.execute(_FOLLOW, values | {"voucher": voucher.pk, "on": voucher.on})
    return voucher


def write_off_kept(*, actor: "Actor", member_ids: Collection[int], unit_id: int) -> Voucher | None:
    """What need not come back stays with who leaves, and leaves the books; for acts that let members go.

    It is disposed of, not lost: losses are what somebody has to answer for.
    """
    values: dict[str, Any] = {"members": list(member_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, values)
        if not cursor.fetchall():
            return None
        voucher = _open(actor, Act.DISPOSAL, unit_id, _("Kept by who left; need not be returned"))
        with booking():
            cursor.execute(_WRITE_OFF, values | {"voucher": voucher.pk, "on": voucher.on})
    return voucher


def carry_members(
    *, actor: "Actor", member_ids: Collection[int], unit_id: int, reason: str, giver: "Actor | None" = None
) -> Voucher | None:
    """Hand what members hold over to the store that supplies `unit_id`, so that they may be transferred there with it.

    The things stay in their hands. The nearest store of the unit or above takes them over; what it supplies already
    stays as it is. Who gives them away, the actor or the `giver` whose request the actor answers, records equipment in
    the unit of every store that does. None when there is nothing to hand over. Raises `Refusal`.
    """
    path = [node.id for node in current_tree().path(unit_id)]
    if not _supplied_elsewhere(member_ids, path):
        return None
    home = Member.objects.filter(pk__in=member_ids).order_by("pk").values_list("unit_id", flat=True)[0]
    with acting(actor=actor, action=f"equipment.{Act.CARRY.value}", unit_id=home, reason=reason):
        hold_open([home])
        hold_members(member_ids)
        leaving = _supplied_elsewhere(member_ids, path)
        if not leaving:
            return None
        _check_giver(actor, giver, leaving)
        target = _nearest_store(unit_id)
        hold_stores([target])
        check_in_use(Store.objects.get(pk=target))
        draft = open_draft(actor=actor, act=Act.CARRY, unit_id=home, token=uuid4(), reason=reason)
        for held in leaving:
            there = Side(held.place, target, held.unit_id, held.member_id)
            draft.move(line_of(held, held.quantity), side_of(held), there, due_on=held.due_on)
        return draft.post()


def check_carry(*, actor: "Actor", member_ids: Collection[int], unit_id: int) -> None:
    """Whether what members hold could be handed over for `unit_id` today, for acts that ask for it. Raises as
    `carry_members`.
    """
    path = [node.id for node in current_tree().path(unit_id)]
    if leaving := _supplied_elsewhere(member_ids, path):
        _check_giver(actor, None, leaving)
        _nearest_store(unit_id)


def carry_back(
    *, actor: "Actor", voucher_id: int, member_ids: Collection[int], unit_id: int, reason: str
) -> Voucher | None:
    """What a hand-over brought under another store goes back to the stores it came from; for who undoes a transfer.

    Only for members of whom `untouched_since` finds nothing given away, and who are at home where they were before.
    The voucher stands in the books of `unit_id`; None when nothing of these members was handed over. Raises
    `PermissionDenied` without the right in the units of the stores that give them back.
    """
    handed = Movement.objects.filter(voucher=voucher_id, to_member__in=member_ids)
    giving = list(handed.order_by("to_store__unit").values_list("to_store__unit", flat=True).distinct())
    if not giving:
        return None
    for store_unit_id in giving:
        require(actor, Permission.EQUIPMENT_RECORD, store_unit_id)
    voucher = _open(actor, Act.CARRY, unit_id, reason)
    values: dict[str, Any] = {
        "voucher": voucher.pk,
        "on": voucher.on,
        "handed": voucher_id,
        "members": list(member_ids),
    }
    with booking(), connection.cursor() as cursor:
        cursor.execute(_CARRY_BACK, values)
    return voucher


def untouched_since(voucher_id: int, member_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Of a hand-over of members' things: the holdings that are as it left them, and the members who have given some
    of it away since.
    """
    ids = list(member_ids)
    with connection.cursor() as cursor:
        cursor.execute(_HANDED, {"handed": voucher_id, "members": ids})
        rows = cursor.fetchall()
    return {held for held, _member, more in rows if not more}, {member for _held, member, more in rows if more < 0}


def _check_giver(actor: "Actor", giver: "Actor | None", leaving: Collection[Holding]) -> None:
    """The right of whoever gives things away, in the units of their stores."""
    gives = actor if giver is None else giver
    units = {held.store.unit_id for held in leaving}
    if foreign := {unit_id for unit_id in units if not allowed(gives, Permission.EQUIPMENT_RECORD, unit_id)}:
        stores = enumerated(sorted({held.store.name for held in leaving if held.store.unit_id in foreign}))
        if giver is None:
            said = _("You may not hand over equipment of the store “%(stores)s”.")
            remedy = _("Have it taken back there first, or ask whoever keeps that store to make the transfer.")
        else:
            said = _("Who asked may not hand over equipment of the store “%(stores)s” any more.")
            remedy = _("Return the request with a remark, so that the things are taken back or handed over first.")
        raise Refusal(said % {"stores": stores}, code="equipment.giver", place="carry", remedy=remedy)


def _supplied_elsewhere(member_ids: Collection[int], path: Collection[int]) -> list[Holding]:
    """What members hold of stores of other units than these."""
    rows = Holding.objects.filter(member__in=member_ids, place=Place.MEMBER, quantity__gt=0)
    return list(rows.exclude(store__unit__in=path).select_related("store", "kind").order_by("pk"))


def hand_over(*, actor: "Actor", from_member_id: int, to_member_id: int, reason: str = "") -> Voucher | None:
    """One record of a person gets what another one holds, and what that one has still to confirm; for the merger of
    two records, which has checked the right. Raises `Refusal` when one member may not hold so much.
    """
    people = hold_members([from_member_id, to_member_id])
    getter = people[to_member_id]
    asked = Confirmation.objects.filter(member=from_member_id, confirmed_at=None)
    asked.exclude(voucher__confirmations__member=to_member_id).update(member_id=to_member_id)
    rows = list(Holding.objects.filter(member=from_member_id, quantity__gt=0).order_by("pk"))
    if not rows:
        return None
    draft = open_draft(actor=actor, act=Act.CARRY, unit_id=getter.unit_id, token=uuid4(), reason=reason)
    for held in rows:
        there = Side(held.place, held.store_id, getter.unit_id, getter.id)
        draft.move(line_of(held, held.quantity), side_of(held), there, due_on=held.due_on)
    return draft.post()


def carry_unit(*, actor: "Actor", source_id: int, target_id: int, reason: str = "") -> Voucher | None:
    """The stores of a unit, and everything that counts in it, go over to another one; for the merger of units, which
    holds the tree. Raises `Refusal` while things it has sent are on their way.
    """
    check_nothing_on_its_way(source_id)
    here = set(Store.objects.filter(unit=target_id).values_list("name", flat=True))
    for store in Store.objects.filter(unit=source_id).select_related("unit").order_by("pk"):
        if store.name in here:
            store.name = _free_name(store, here)
        store.unit_id = target_id
        store.save(update_fields=["unit", "name"])
        here.add(store.name)
    members = Holding.objects.filter(unit=source_id, quantity__gt=0)
    if not members.exists():
        return None
    hold_members([pk for pk in members.values_list("member_id", flat=True) if pk])
    voucher = _open(actor, Act.CARRY, target_id, reason)
    with booking(), connection.cursor() as cursor:
        cursor.execute(_CARRY_UNIT, {"voucher": voucher.pk, "on": voucher.on, "source": source_id, "target": target_id})
    return voucher


def check_nothing_on_its_way(unit_id: int) -> None:
    """Raises `Refusal` when the unit has sent things that nobody has received yet."""
    rows = Holding.objects.filter(unit=unit_id, place=Place.TRANSIT, quantity__gt=0).select_related("store__unit")
    if stores := {str(held.store) for held in rows}:
        raise Refusal(
            _("The unit has sent things that have not been received yet: to %(stores)s.")
            % {"stores": enumerated(sorted(stores))},
            code="equipment.on_the_way",
            place="unit",
            remedy=_("Have them received first, or reverse the sending."),
        )


def departed(status: str) -> bool:
    """Whether somebody of this status may hold nothing."""
    return status in {MemberStatus.LEFT, MemberStatus.REFUSED, MemberStatus.MERGED}


def _open(actor: "Actor", act: Act, unit_id: int, reason: str) -> Voucher:
    draft: Draft = open_draft(actor=actor, act=act, unit_id=unit_id, token=uuid4(), reason=reason)
    return draft.voucher


def _nearest_store(unit_id: int) -> int:
    """The store that supplies the unit from nearest. Raises `Refusal` when there is none."""
    if found := nearest_stores([unit_id]).get(unit_id):
        return found
    raise Refusal(
        _("No store supplies the new unit."),
        code="equipment.no_store",
        place="unit",
        remedy=_("Set up a store there or in a unit above, or take the things back first."),
    )


def _free_name(store: Store, taken: set[str]) -> str:
    name = f"{store.name}（{store.unit.short_name}）"[:40]
    number = 2
    while name in taken:
        name = f"{store.name[:30]} {number}"
        number += 1
    return name
