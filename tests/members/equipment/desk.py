"""A brigade's equipment for tests of pages: kinds with sizes and numbers, entitlements, a stocked store, a squad."""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from members.logic.ledger import Line
from members.models import Article, EquipmentKind, Member, Store, Voucher
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person

SQUAD = ("张伟", "王芳", "李娜", "刘敏", "陈曦", "赵磊")


@dataclass
class Desk:
    """The store of sg1 with vests by size, lights and numbered radios; six people in sg11, entitled to a vest each."""

    cast: Cast
    store: Store
    vest: EquipmentKind
    light: EquipmentKind
    radio: EquipmentKind
    radios: list[Article]
    people: dict[str, Member] = field(default_factory=dict)

    def give(self, name: str, *lines: Line, **more: Any) -> Voucher:
        """Issue lines to one of the squad."""
        return stage.give(self.store, self.people[name], *lines, **more)

    def vests(self, quantity: int = 1, size: str = "L") -> Line:
        return Line(self.vest.pk, quantity, size)

    def one_radio(self, position: int = 0) -> Line:
        return Line(self.radio.pk, 1, "", self.radios[position].pk)


def desk_of(cast: Cast) -> Desk:
    """Vest in M, L and XL (value 60), shoulder light, radio (value 900); every member is entitled to vest and light."""
    store = stage.store(cast, "sg1", "大队装备室")
    vest = stage.kind(cast, "反光背心", sizes=["M", "L", "XL"], value=60, position=1)
    light = stage.kind(cast, "肩灯", measure="个", value=15, position=2)
    radio = stage.radio_kind(cast, value=900, position=3)
    radios = [stage.article(radio, f"对{number:03d}") for number in range(1, 6)]
    for kind in (vest, light):
        stage.entitle(kind)
    lines = [Line(vest.pk, 10, size) for size in vest.sizes] + [Line(light.pk, 20)]
    stage.fill(store, *lines, *(Line(radio.pk, 1, "", one.pk) for one in radios))
    people = {name: person(cast.units["sg11"].pk, name, status="active") for name in SQUAD}
    return Desk(cast, store, vest, light, radio, radios, people)


def signed_in(client: Client, cast: Cast, name: str) -> Client:
    """The client as that account."""
    client.force_login(cast.actor(name))
    return client


def token_of(page: bytes | str) -> str:
    """The token that stands in a form."""
    text = page.decode() if isinstance(page, bytes) else page
    return text.split('name="token" value="', 1)[1].split('"', 1)[0]
