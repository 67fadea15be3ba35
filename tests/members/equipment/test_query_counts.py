"""How many questions each page of equipment asks: as many with fifty rows as with one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from members.logic.ledger import Line, Place
from members.models import Confirmation, EquipmentKind, Holding, Member, Store, Voucher
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue
from members.operations.equipment.repairs import send_to_repair
from members.operations.equipment.returning import report_damage, take_back
from members.operations.equipment.transfers import send
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in
from tests.members.roster import person

pytestmark = pytest.mark.django_db

# Of each: session, account, the tree's version, appointments. Then the page's own, named beside it.
PAGES = {
    "": 14,  # what waits, stores twice (seen, kept), shelves, pieces by place, people, value, lacks, kinds
    "missing/": 8,
    "issue/": 9,
    "issue/all/": 9,
    "hand-out/": 6,
    "holdings/": 6,
    "take-back/?q=%E9%98%9F": 6,
    "vouchers/": 5,
    "confirmations/": 5,
    "transfers/": 6,
    "import/": 6,
    "stores/new/": 4,
}
OF_A_STORE = {"": 8, "goods/": 6, "send/": 7, "count/": 8, "repair/": 6, "repaired/": 6, "disposal/": 6, "edit/": 5}
OF_A_VOUCHER = {"": 7, "sheet/": 7}
RECEIVING, A_HOLDING, A_STORY, MY_EQUIPMENT = 8, 6, 7, 9
API = {"equipment-kind-list": 5, "store-list": 5, "holding-list": 5, "voucher-list": 5}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    made = desk_of(cast)
    Member.objects.filter(pk__in=[one.pk for one in made.people.values()]).update(status="left")
    return made


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def asked(client: Client, path: str) -> int:
    """How many questions the page asks when it is opened for the second time."""
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200, path
    return len(caught)


def plenty(desk: Desk, rows: int) -> tuple[Voucher, Voucher]:
    """So many kinds, stores, numbered things, people with a light each by one voucher, and things broken, in repair and
    on their way; gives the voucher of the lights and the transfer.
    """
    store, cast = desk.store, desk.cast
    kinds = [stage.kind(cast, f"器材{number:02d}", position=10 + number) for number in range(rows)]
    stage.fill(store, *(Line(kind.pk, 9) for kind in kinds), Line(desk.light.pk, 100), desk.vests(rows + 9))
    numbers = "、".join(f"新{number:03d}" for number in range(rows))
    receive_goods(actor=SYSTEM, store_id=store.pk, numbers={desk.radio.pk: numbers}, lines=[], token=stage.token())
    for number in range(rows):
        stage.store(cast, "sg12", f"库{number:02d}")
        person(cast.units["sg12"].pk, f"待领{number:02d}", status="active")
    people = [person(cast.units["sg11"].pk, f"队员{number:02d}", status="active") for number in range(rows)]
    lines = {one.pk: [Line(desk.light.pk, 1)] for one in people}
    given = issue(actor=SYSTEM, store_id=store.pk, member_lines=lines, token=stage.token(), due_on=local_today())
    for kind in kinds:
        lying = Holding.objects.get(store=store, kind=kind, place=Place.STORE.value)
        report_damage(actor=SYSTEM, holding_id=lying.pk, quantity=4, reason="受潮", token=stage.token())
        broken = Holding.objects.get(store=store, kind=kind, place=Place.DAMAGED.value)
        send_to_repair(actor=SYSTEM, store_id=store.pk, holdings={broken.pk: 2}, token=stage.token())
    sent = send(
        actor=SYSTEM,
        from_store_id=stage.store(cast, "sg1", "备用库").pk,
        to_store_id=store.pk,
        lines=_filled(cast, kinds),
        token=stage.token(),
    )
    return given, sent


def _filled(cast: Cast, kinds: list[EquipmentKind]) -> list[Line]:
    lines = [Line(kind.pk, 1) for kind in kinds]
    stage.fill(Store.objects.get(unit=cast.units["sg1"], name="备用库"), *lines)
    return lines


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_of_a_unit(desk: Desk, captain: Client, rows: int) -> None:
    plenty(desk, rows)
    assert {page: asked(captain, f"/u/sg1/equipment/{page}") for page in PAGES} == PAGES


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_of_a_store_and_of_vouchers(desk: Desk, captain: Client, rows: int) -> None:
    given, sent = plenty(desk, rows)
    store, voucher = f"/equipment/stores/{desk.store.pk}/", f"/equipment/vouchers/{given.pk}/"
    held = Holding.objects.filter(member__isnull=False).latest("pk")
    assert {page: asked(captain, f"{store}{page}") for page in OF_A_STORE} == OF_A_STORE
    assert {page: asked(captain, f"{voucher}{page}") for page in OF_A_VOUCHER} == OF_A_VOUCHER
    assert asked(captain, reverse("equipment_receive", args=[sent.pk])) == RECEIVING
    assert asked(captain, reverse("equipment_holding", args=[held.pk])) == A_HOLDING


@pytest.mark.parametrize("rows", [1, 50])
def test_the_story_of_a_thing(desk: Desk, captain: Client, rows: int) -> None:
    for _turn in range(rows):
        one = person(desk.cast.units["sg11"].pk, "队员", status="active")
        stage.give(desk.store, one, desk.one_radio())
        held = stage.holding(one, desk.radio)
        take_back(actor=SYSTEM, store_id=desk.store.pk, holdings={held.pk: (1, 0)}, token=stage.token())
    assert asked(captain, reverse("equipment_article", args=[desk.radios[0].pk])) == A_STORY


@pytest.mark.parametrize("rows", [1, 50])
def test_the_own_page(desk: Desk, client: Client, rows: int) -> None:
    account = desk.cast.actor("member_sg11")
    me = person(desk.cast.units["sg11"].pk, "张三", status="active", account=account)
    for number in range(rows):
        kind = stage.kind(desk.cast, f"器材{number:02d}", position=10 + number)
        stage.entitle(kind, 2)
        stage.fill(desk.store, Line(kind.pk, 1))
        stage.give(desk.store, me, Line(kind.pk, 1))
    client.force_login(account)
    assert asked(client, reverse("my_equipment")) == MY_EQUIPMENT
    assert Confirmation.objects.filter(member=me).count() == rows


@pytest.mark.parametrize("rows", [1, 50])
def test_lists_of_the_api(desk: Desk, captain: Client, rows: int) -> None:
    plenty(desk, rows)
    assert {name: asked(captain, reverse(f"api:{name}")) for name in API} == API
