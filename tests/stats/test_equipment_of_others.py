"""What two more corps reported of their equipment needs data alone: kinds, entitlements and stores, no line of code.

A full-time patrol force with 14 kinds for each person; a team with a car, two carts and a drone, and a picked squad.
"""

import datetime as dt
from uuid import uuid4

import pytest

from corps.actors import SYSTEM
from corps.models import Speciality, UnitSpeciality
from corps.queries.scope import local_today
from members.enums import Counting
from members.logic.ledger import Line
from members.models import Article, EquipmentKind, FunctionalGroup, GroupMembership
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue_kit, issue_to_unit
from members.operations.equipment.kinds import Condition, create_kind, create_store, set_entitlements
from members.queries.equipment.missing import missing
from stats.operations import rollups
from stats.queries.stock import Stock, by_kind, stock_of
from tests.cast import Cast
from tests.members.roster import person

pytestmark = pytest.mark.django_db

FOURTEEN = {
    **dict.fromkeys(("反光背心", "防刺服", "雨衣"), "件"),
    **dict.fromkeys(("作训帽", "头盔"), "顶"),
    "作训服": "套",
    "肩灯": "盏",
    "强光手电": "支",
    "对讲机": "部",
    "伸缩棍": "根",
    "防割手套": "副",
    "急救包": "个",
    "多功能腰带": "条",
    "执法记录仪": "台",
}
NUMBERED = {"对讲机", "执法记录仪"}


def kind(cast: Cast, name: str, measure: str, *conditions: Condition, numbered: bool = False) -> EquipmentKind:
    """A kind with who is entitled to it."""
    counting = Counting.NUMBERED.value if numbered else Counting.COUNTED.value
    corps_id = cast.units["hy"].corps_id
    made = create_kind(actor=SYSTEM, corps_id=corps_id, name=name, counting=counting, measure=measure)
    set_entitlements(actor=SYSTEM, kind_id=made.pk, conditions=conditions)
    return made


def shown(cast: Cast, code: str, day: dt.date | None = None) -> Stock:
    """The unit's stock as the report has it."""
    rollups.drain_all(actor=SYSTEM)
    unit_id = cast.units[code].pk
    return stock_of([unit_id], day or local_today())[unit_id]


def test_fourteen_kinds_for_each_of_a_patrol_force(cast: Cast) -> None:
    """Whoever is at home in a patrol unit is entitled to all fourteen; the others of the corps are not."""
    patrol = Speciality.objects.create(corps_id=cast.units["hy"].corps_id, name="专职巡逻")
    UnitSpeciality.objects.create(unit=cast.units["sg11"], speciality=patrol)
    kinds = {
        name: kind(cast, name, measure, Condition(speciality_id=patrol.pk), numbered=name in NUMBERED)
        for name, measure in FOURTEEN.items()
    }
    assert len(kinds) == 14
    force = [person(cast.units["sg11"].pk, "王芳", status="active") for _number in range(3)]
    person(cast.units["sg12"].pk, "李强", status="active")
    lacks = missing(unit_ids=[unit.pk for unit in cast.units.values()])
    assert {(one.member_id, one.kind) for one in lacks} == {(one.pk, name) for one in force for name in kinds}
    store = create_store(actor=SYSTEM, unit_id=cast.units["sg"].pk, name="装备库")
    receive_goods(
        actor=SYSTEM,
        store_id=store.pk,
        token=uuid4(),
        lines=[Line(one.pk, 3) for name, one in kinds.items() if name not in NUMBERED],
        numbers={kinds[name].pk: f"{name[0]}001–{name[0]}003" for name in NUMBERED},
    )
    issue_kit(actor=SYSTEM, store_id=store.pk, member_ids=[one.pk for one in force], token=uuid4())
    assert missing(unit_ids=[unit.pk for unit in cast.units.values()]) == []
    for code in ("sg11", "sg", "hy"):
        assert by_kind(shown(cast, code)) == {one.pk: {"member": 3} for one in kinds.values()}
    assert shown(cast, "zx") == {}


def test_a_car_two_carts_and_a_drone_in_the_use_of_a_team(cast: Cast) -> None:
    """Things with numbers that no member is entitled to are in the team's use; the picked squad has its own kit."""
    corps_id = cast.units["hy"].corps_id
    squad = FunctionalGroup.objects.create(corps_id=corps_id, name="处突队")
    vehicles = (("巡逻车", "辆"), ("电动巡逻车", "辆"), ("无人机", "架"))
    car, cart, drone = (kind(cast, name, measure, numbered=True) for name, measure in vehicles)
    shield = kind(cast, "盾牌", "面", Condition(group_id=squad.pk))
    vest = kind(cast, "反光背心", "件", Condition())
    picked, other = (person(cast.units["sg11"].pk, name, status="active") for name in ("王芳", "李强"))
    GroupMembership.objects.create(group=squad, member=picked)
    assert {(one.member_id, one.kind_id) for one in missing(member_ids=[picked.pk, other.pk])} == {
        (picked.pk, vest.pk),
        (picked.pk, shield.pk),
        (other.pk, vest.pk),
    }
    store = create_store(actor=SYSTEM, unit_id=cast.units["sg11"].pk, name="基地")
    numbers = {car.pk: "浙D0001警", cart.pk: "电瓶车1、电瓶车2", drone.pk: "无人机1"}
    receive_goods(actor=SYSTEM, store_id=store.pk, token=uuid4(), numbers=numbers)
    things = Article.objects.order_by("pk").values_list("pk", "kind_id")
    issue_to_unit(
        actor=SYSTEM,
        store_id=store.pk,
        unit_id=cast.units["sg11"].pk,
        lines=[Line(kind_id, 1, "", article) for article, kind_id in things],
        token=uuid4(),
    )
    for code in ("sg11", "sg1", "hy"):
        assert by_kind(shown(cast, code)) == {car.pk: {"use": 1}, cart.pk: {"use": 2}, drone.pk: {"use": 1}}
