"""An example of everything that addresses of equipment name, in a unit of the cast."""

from dataclasses import dataclass
from uuid import uuid4

from corps.actors import SYSTEM
from members.enums import Counting
from members.logic.ledger import Line
from members.models import Article, Confirmation, EquipmentKind, Holding, Member, Store
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue
from members.operations.equipment.transfers import send
from tests.cast import Cast


@dataclass(frozen=True)
class EquipmentCase:
    """Keys: a store, the voucher by which the member got a radio, what the member holds of it, the radio itself, a
    voucher by which something is on its way to the store, and the receipt that the member is to confirm."""

    store: int
    voucher: int
    holding: int
    article: int
    transfer: int
    receipt: int


def equipment_case(cast: Cast, code: str, member: Member) -> EquipmentCase:
    """A store with vests and a radio in the member's hands; vests on their way from a second store of the unit."""
    corps_id = cast.units[code].corps_id
    vest, _made = EquipmentKind.objects.get_or_create(corps_id=corps_id, name="反光背心")
    radio, _made = EquipmentKind.objects.get_or_create(corps_id=corps_id, name="对讲机", counting=Counting.NUMBERED)
    room = Store.objects.create(unit=cast.units[code], name="装备室")
    other = Store.objects.create(unit=cast.units[code], name="备用库")
    for store, numbers in ((room, {radio.pk: f"台{code}"}), (other, {})):
        receive_goods(actor=SYSTEM, store_id=store.pk, lines=[Line(vest.pk, 5)], numbers=numbers, token=uuid4())
    article = Article.objects.get(number=f"台{code}")
    lines = {member.pk: [Line(radio.pk, 1, "", article.pk)]}
    voucher = issue(actor=SYSTEM, store_id=room.pk, member_lines=lines, token=uuid4())
    on_its_way = send(
        actor=SYSTEM, from_store_id=other.pk, to_store_id=room.pk, lines=[Line(vest.pk, 2)], token=uuid4()
    )
    held = Holding.objects.get(member=member, article=article)
    receipt = Confirmation.objects.get(voucher=voucher, member=member)
    return EquipmentCase(room.pk, voucher.pk, held.pk, article.pk, on_its_way.pk, receipt.pk)
