"""Kinds, stores and goods for tests of the equipment ledger, written by the operations themselves."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from members.enums import Counting
from members.logic.ledger import OUTSIDE_CORPS, Act, Line, Place
from members.models import Article, Entitlement, EquipmentKind, Holding, Member, Store, Voucher
from members.operations.equipment.issuing import issue
from members.operations.equipment.posting import at_store, shelf
from tests.cast import Cast
from tests.members.roster import person


def token() -> uuid.UUID:
    return uuid.uuid4()


def days_ago(days: int) -> dt.date:
    return local_today() - dt.timedelta(days=days)


def kind(cast: Cast, name: str = "反光背心", **values: Any) -> EquipmentKind:
    return EquipmentKind.objects.create(corps_id=cast.units["hy"].corps_id, name=name, **values)


def radio_kind(cast: Cast, name: str = "对讲机", **values: Any) -> EquipmentKind:
    return kind(cast, name, counting=Counting.NUMBERED, measure="部", **values)


def article(of: EquipmentKind, number: str) -> Article:
    return Article.objects.create(kind=of, corps_id=of.corps_id, number=number)


def store(cast: Cast, unit: str = "sg1", name: str = "装备室") -> Store:
    return Store.objects.create(unit=cast.units[unit], name=name)


def entitle(of: EquipmentKind, quantity: int = 1, **condition: Any) -> Entitlement:
    return Entitlement.objects.create(kind=of, quantity=quantity, **condition)


def fill(to: Store, *lines: Line, on: dt.date | None = None) -> Voucher:
    """Goods received, without the checks that receiving makes."""
    with at_store(actor=SYSTEM, act=Act.RECEIPT, store_id=to.pk, token=token(), on=on) as (room, draft):
        for line in lines:
            draft.move(line, OUTSIDE_CORPS, shelf(room))
        return draft.post()


def give(from_store: Store, member: Member, *lines: Line, **more: Any) -> Voucher:
    return issue(actor=SYSTEM, store_id=from_store.pk, member_lines={member.pk: lines}, token=token(), **more)


def in_store(room: Store, of: EquipmentKind, place: Place = Place.STORE, size: str = "") -> int:
    rows = Holding.objects.filter(store=room, kind=of, place=place.value, size=size)
    return sum(rows.values_list("quantity", flat=True))


def in_hands(member: Member, of: EquipmentKind) -> int:
    return sum(Holding.objects.filter(member=member, kind=of).values_list("quantity", flat=True))


def holding(member: Member, of: EquipmentKind) -> Holding:
    return Holding.objects.get(member=member, kind=of, quantity__gt=0)


@dataclass
class Scene:
    """A brigade's store with twenty vests and a radio, and two members of a squad of it."""

    cast: Cast
    store: Store
    vest: EquipmentKind
    radio: EquipmentKind
    radio_1: Article
    zhang: Member
    li: Member

    @property
    def captain(self) -> Any:
        return self.cast.actor("captain_sg1")


def build(cast: Cast) -> Scene:
    vest, radio = kind(cast), radio_kind(cast)
    room, one = store(cast), article(radio, "R-001")
    fill(room, Line(vest.pk, 20), Line(radio.pk, article_id=one.pk), on=days_ago(30))
    zhang, li = person(cast.units["sg11"].pk, "张伟"), person(cast.units["sg11"].pk, "李娜")
    return Scene(cast, room, vest, radio, one, zhang, li)
