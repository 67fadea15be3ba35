"""Moving and merging units: what goes out of the reach of its store is handed over, or keeps the unit where it is."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.models import Appointment, Unit
from corps.operations.tree import create_unit
from corps.roles import Role
from members.logic.ledger import Act, Line, Place
from members.models import Holding, Member, Store, Voucher
from members.operations.equipment.issuing import issue_to_unit
from members.operations.equipment.returning import take_back
from members.operations.units import merge_units, move_unit, split_unit
from members.queries.equipment.reach import in_hands, nearest_stores, superiors
from members.queries.equipment.recount import ledger_faults
from tests.admin_acts import act, send
from tests.cast import SINCE, Cast
from tests.members.equipment import stage
from tests.members.roster import person
from tests.together import await_end, await_waiting, begin, ways


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    """Zhang of a squad of the brigade holds two vests and the radio of the brigade's store."""
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2), Line(scene.radio.pk, article_id=scene.radio_1.pk))
    return scene


@pytest.fixture(autouse=True)
def _adds_up(scene: stage.Scene) -> object:
    yield
    assert ledger_faults() == []


def move(scene: stage.Scene, unit: str, parent: str, by: str = "liaison_sg", **more: Any) -> Unit:
    units = scene.cast.units
    actor = scene.cast.actor(by)
    return move_unit(actor=actor, unit_id=units[unit].pk, parent_id=units[parent].pk, reason="区划调整", **more)


def merge(scene: stage.Scene, source: str, target: str, by: str = "liaison_sg", **more: Any) -> None:
    units = scene.cast.units
    actor = scene.cast.actor(by)
    merge_units(actor=actor, source_id=units[source].pk, target_id=units[target].pk, reason="合并", **more)


def use(scene: stage.Scene, unit: str, quantity: int = 1) -> None:
    """Vests of the brigade's store go into the use of a unit."""
    unit_id, lines = scene.cast.units[unit].pk, [Line(scene.vest.pk, quantity)]
    issue_to_unit(actor=SYSTEM, store_id=scene.store.pk, unit_id=unit_id, lines=lines, token=stage.token())


def where(*, of: Member | None = None, place: Place = Place.MEMBER) -> set[tuple[str, int, int]]:
    """In which unit, of which store and how many, one row for each thing."""
    rows = Holding.objects.filter(member=of, place=place, quantity__gt=0)
    return set(rows.values_list("unit__code", "store", "quantity"))


def carried() -> list[Voucher]:
    return list(Voucher.objects.filter(act=Act.CARRY).order_by("unit__code"))


def unchanged(scene: stage.Scene) -> None:
    assert scene.cast.unit("sg11").parent_id == scene.cast.units["sg1"].pk
    assert scene.cast.unit("sg11").active_until is None
    assert where(of=scene.zhang) == {("sg11", scene.store.pk, 2), ("sg11", scene.store.pk, 1)}
    assert carried() == []


# --- moving -----------------------------------------------------------------------------------------------------------


def test_a_unit_whose_people_hold_things_of_the_old_superior_stays(scene: stage.Scene) -> None:
    stage.store(scene.cast, "sg2")
    use(scene, "sg11", 3)
    with translation.override("zh-hans"), pytest.raises(Refusal) as refused:
        move(scene, "sg11", "sg2")
    assert (refused.value.code, refused.value.place) == ("unit.equipment", "parent")
    assert "青山大队 · 装备室" in str(refused.value)
    assert "队员1人" in str(refused.value)
    assert "单位1个" in str(refused.value)
    assert "勾选" in str(refused.value)
    assert refused.value.params == {"members": 1, "in_use": 1, "stores": [scene.store.pk]}
    unchanged(scene)
    assert where(place=Place.USE) == {("sg11", scene.store.pk, 3)}


def test_only_what_must_come_back_is_asked_for(scene: stage.Scene) -> None:
    held = {one.pk: (one.quantity, 0) for one in Holding.objects.filter(member=scene.zhang, quantity__gt=0)}
    take_back(actor=scene.captain, store_id=scene.store.pk, holdings=held, token=stage.token())
    cap = stage.kind(scene.cast, "帽子", returnable=False)
    stage.fill(scene.store, Line(cap.pk, 1))
    stage.give(scene.store, scene.zhang, Line(cap.pk))
    move(scene, "sg11", "sg2")
    assert where(of=scene.zhang) == {("sg11", scene.store.pk, 1)}


def test_within_the_reach_of_the_store_nothing_is_asked(scene: stage.Scene) -> None:
    above = stage.store(scene.cast, "sg", "支队装备室")
    stage.fill(above, Line(scene.vest.pk, 5))
    stage.give(above, scene.li, Line(scene.vest.pk))
    held = {one.pk: (one.quantity, 0) for one in Holding.objects.filter(member=scene.zhang, quantity__gt=0)}
    take_back(actor=scene.captain, store_id=scene.store.pk, holdings=held, token=stage.token())
    assert move(scene, "sg11", "sg2").parent_id == scene.cast.units["sg2"].pk
    assert where(of=scene.li) == {("sg11", above.pk, 1)}
    assert carried() == []


def test_a_store_that_moves_along_keeps_its_people(scene: stage.Scene) -> None:
    use(scene, "sg12")
    move(scene, "sg1", "zx", by="liaison_hy")
    move(scene, "sg1", "zx", by="liaison_hy", carry=True)
    assert where(of=scene.zhang) == {("sg11", scene.store.pk, 2), ("sg11", scene.store.pk, 1)}
    assert carried() == []


def test_where_it_is_already_nothing_is_asked(scene: stage.Scene) -> None:
    move(scene, "sg11", "sg1")
    move(scene, "sg11", "sg1", carry=True)
    unchanged(scene)


def test_what_is_out_of_reach_is_handed_over_unit_by_unit(scene: stage.Scene) -> None:
    """A brigade goes to another detachment: things of the old one go over, things of its own store stay."""
    cast = scene.cast
    old, _further = stage.store(cast, "sg", "支队装备室"), stage.store(cast, "zx", "蒸湘装备室")
    own = stage.store(cast, "sg12", "中队柜")
    cap, numbered = stage.kind(cast, "帽子", returnable=False), stage.article(scene.radio, "R-002")
    stage.fill(old, Line(scene.vest.pk, 9), Line(cap.pk, 2), Line(scene.radio.pk, article_id=numbered.pk))
    wang = person(cast.units["sg12"].pk, "王强")
    chen = person(cast.units["sg2"].pk, "陈静")
    due = stage.days_ago(-30)
    lines = [Line(scene.vest.pk), Line(cap.pk), Line(scene.radio.pk, article_id=numbered.pk)]
    stage.give(old, scene.li, *lines, due_on=due)
    stage.give(old, wang, Line(scene.vest.pk))
    stage.give(old, chen, Line(scene.vest.pk))
    issue_to_unit(
        actor=SYSTEM,
        store_id=old.pk,
        unit_id=cast.units["sg12"].pk,
        lines=[Line(scene.vest.pk, 2)],
        token=stage.token(),
    )
    with pytest.raises(Refusal) as refused:
        move(scene, "sg1", "zx", by="liaison_hy")
    assert refused.value.params == {"members": 2, "in_use": 1, "stores": [old.pk]}

    move(scene, "sg1", "zx", by="liaison_hy", carry=True)
    assert where(of=scene.zhang) == {("sg11", scene.store.pk, 2), ("sg11", scene.store.pk, 1)}, "the own store's"
    held = Holding.objects.filter(member=scene.li, quantity__gt=0)
    assert set(held.values_list("kind", "store", "quantity", "due_on")) == {
        (kind.pk, scene.store.pk, 1, due) for kind in (scene.vest, scene.radio, cap)
    }, "the nearest store is one that moved along"
    assert where(of=wang) == {("sg12", own.pk, 1)}
    assert where(place=Place.USE) == {("sg12", own.pk, 2)}
    assert where(of=chen) == {("sg2", old.pk, 1)}, "stayed behind"
    vouchers = carried()
    assert [(one.unit.code, one.reason) for one in vouchers] == [("sg11", "区划调整"), ("sg12", "区划调整")]
    assert [one.movements.count() for one in vouchers] == [3, 2]
    assert {line.to_unit_id for one in vouchers for line in one.movements.all()} == {
        cast.units["sg11"].pk,
        cast.units["sg12"].pk,
    }
    assert act("unit.move")["reason"] == "区划调整"


def test_several_units_go_over_to_a_store_of_the_new_superior(scene: stage.Scene) -> None:
    old, new = stage.store(scene.cast, "sg", "支队装备室"), stage.store(scene.cast, "zx", "蒸湘装备室")
    stage.fill(old, Line(scene.vest.pk, 3))
    chen, liu = person(scene.cast.units["sg2"].pk, "陈静"), person(scene.cast.units["sg21"].pk, "刘洋")
    stage.give(old, chen, Line(scene.vest.pk))
    stage.give(old, liu, Line(scene.vest.pk, 2))
    move(scene, "sg2", "zx", by="liaison_hy", carry=True)
    assert where(of=chen) == {("sg2", new.pk, 1)}
    assert where(of=liu) == {("sg21", new.pk, 2)}
    assert [one.unit.code for one in carried()] == ["sg2", "sg21"]
    assert stage.in_store(old, scene.vest) == 0


def test_two_stores_that_are_lost_become_one_line(scene: stage.Scene) -> None:
    second, room = stage.store(scene.cast, "sg1", "二号柜"), stage.store(scene.cast, "sg2", "二大队装备室")
    stage.fill(second, Line(scene.vest.pk, 3))
    stage.give(second, scene.zhang, Line(scene.vest.pk, 3), extra_reason="备用")
    move(scene, "sg11", "sg2", carry=True)
    assert where(of=scene.zhang) == {("sg11", room.pk, 5), ("sg11", room.pk, 1)}
    assert len(carried()) == 1


def test_without_a_store_at_the_new_place_nothing_is_handed_over(scene: stage.Scene) -> None:
    room = stage.store(scene.cast, "sg2", "二大队装备室")
    Store.objects.filter(pk=room.pk).update(active=False)
    with pytest.raises(Refusal, match="一中队") as refused:
        move(scene, "sg11", "sg2", carry=True)
    assert (refused.value.code, refused.value.place) == ("equipment.no_store", "carry")
    unchanged(scene)
    Store.objects.filter(pk=room.pk).update(active=True)
    move(scene, "sg11", "sg2", carry=True)
    assert where(of=scene.zhang) == {("sg11", room.pk, 2), ("sg11", room.pk, 1)}


def test_who_may_not_record_in_the_giving_store_hands_nothing_over(scene: stage.Scene) -> None:
    """The store lies above what the officer is appointed for; so does everything of an administrator."""
    cast = scene.cast
    room, other = stage.store(cast, "sg", "支队装备室"), stage.store(cast, "zx1")
    stage.fill(room, Line(scene.vest.pk, 2))
    chen = person(cast.units["sg21"].pk, "陈静")
    stage.give(room, chen, Line(scene.vest.pk))
    for code in ("sg2", "zx1"):
        Appointment.objects.create(
            account=cast.accounts["nobody"], role=Role.LIAISON, unit=cast.units[code], starts_on=SINCE
        )
    for by in ("nobody", "admin"):
        with pytest.raises(Refusal, match="支队装备室") as refused:
            move(scene, "sg21", "zx1", by=by, carry=True)
        assert (refused.value.code, refused.value.place) == ("equipment.giver", "carry")
    assert cast.unit("sg21").parent_id == cast.units["sg2"].pk
    move(scene, "sg21", "zx1", by="liaison_hy", carry=True)
    assert where(of=chen) == {("sg21", other.pk, 1)}


def test_who_may_not_move_learns_nothing_of_equipment(scene: stage.Scene) -> None:
    for carry in (False, True):
        with pytest.raises(PermissionDenied):
            move(scene, "sg11", "sg2", by="captain_sg", carry=carry)


def test_a_new_superior_who_has_no_store_of_the_own_is_supplied_from_above(scene: stage.Scene) -> None:
    above = stage.store(scene.cast, "hy", "总队装备室")
    move(scene, "sg11", "zx", by="liaison_hy", carry=True)
    assert where(of=scene.zhang) == {("sg11", above.pk, 2), ("sg11", above.pk, 1)}


# --- merging ----------------------------------------------------------------------------------------------------------


def test_a_merger_within_the_reach_asks_nothing(scene: stage.Scene) -> None:
    merge(scene, "sg11", "sg12")
    assert where(of=scene.zhang) == {("sg12", scene.store.pk, 2), ("sg12", scene.store.pk, 1)}


def test_a_merger_into_the_superior_keeps_its_things(scene: stage.Scene) -> None:
    merge(scene, "sg11", "sg1")
    assert where(of=scene.zhang) == {("sg1", scene.store.pk, 2), ("sg1", scene.store.pk, 1)}


def test_a_merger_into_another_branch_is_refused_or_hands_over(scene: stage.Scene) -> None:
    own = stage.store(scene.cast, "sg11", "柜")
    stage.fill(own, Line(scene.vest.pk, 1))
    stage.give(own, scene.li, Line(scene.vest.pk))
    use(scene, "sg11", 2)
    with pytest.raises(Refusal, match="装备室") as refused:
        merge(scene, "sg11", "sg21")
    assert (refused.value.code, refused.value.place) == ("unit.equipment", "target")
    assert refused.value.params == {"members": 1, "in_use": 1, "stores": [scene.store.pk]}
    unchanged(scene)

    merge(scene, "sg11", "sg21", carry=True)
    own.refresh_from_db()
    assert own.unit == scene.cast.units["sg21"]
    assert where(of=scene.li) == {("sg21", own.pk, 1)}, "its own store went over with it"
    assert where(of=scene.zhang) == {("sg21", own.pk, 2), ("sg21", own.pk, 1)}
    assert where(place=Place.USE) == {("sg21", own.pk, 2)}
    assert [one.unit.code for one in carried()] == ["sg21", "sg21"], "one brings them along, one hands them over"


def test_a_merger_asks_for_the_units_below_as_well(scene: stage.Scene) -> None:
    room, other = stage.store(scene.cast, "hy", "总队装备室"), stage.store(scene.cast, "sg", "支队装备室")
    stage.fill(room, Line(scene.vest.pk, 1))
    stage.fill(other, Line(scene.vest.pk, 1))
    stage.give(room, scene.li, Line(scene.vest.pk))
    wang = person(scene.cast.units["sg12"].pk, "王强")
    stage.give(other, wang, Line(scene.vest.pk))
    with pytest.raises(Refusal) as refused:
        merge(scene, "sg1", "zx1", by="liaison_hy")
    assert refused.value.params == {"members": 1, "in_use": 0, "stores": [other.pk]}
    merge(scene, "sg1", "zx1", by="liaison_hy", carry=True)
    assert where(of=wang) == {("sg12", scene.store.pk, 1)}, "the source's store supplies them from the target now"
    assert where(of=scene.li) == {("sg11", room.pk, 1)}, "the corps' store reaches everybody"
    assert where(of=scene.zhang) == {("sg11", scene.store.pk, 2), ("sg11", scene.store.pk, 1)}


def test_a_merger_hands_nothing_over_without_a_store_or_the_right(scene: stage.Scene) -> None:
    with pytest.raises(Refusal) as refused:
        merge(scene, "sg11", "sg21", carry=True)
    assert refused.value.code == "equipment.no_store"
    stage.store(scene.cast, "sg2")
    with pytest.raises(Refusal) as refused:
        merge(scene, "sg11", "sg21", by="admin", carry=True)
    assert refused.value.code == "equipment.giver"
    unchanged(scene)


# --- splitting --------------------------------------------------------------------------------------------------------


def test_a_split_takes_no_unit_out_of_the_reach_of_the_store(scene: stage.Scene) -> None:
    split: dict[str, Any] = {
        "actor": SYSTEM,
        "unit_id": scene.cast.units["sg1"].pk,
        "name": "青山二大队",
        "short_name": "青山二",
        "code": "sg1b",
    }
    with pytest.raises(Refusal, match="装备室") as refused:
        split_unit(**split, child_ids=[scene.cast.units["sg11"].pk])
    assert (refused.value.code, refused.value.place) == ("unit.equipment", "child_ids")
    unchanged(scene)
    split_unit(**split, child_ids=[scene.cast.units["sg12"].pk])


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_is_given_out_by_the_old_store_while_the_unit_moves(scene: stage.Scene) -> None:
    """Who hands out waits for the move, then sees that the store does not reach there any more; so does the move."""
    stage.store(scene.cast, "sg2", "二大队装备室")
    with transaction.atomic():
        move(scene, "sg11", "sg2", carry=True)
        giving = begin(lambda: stage.give(scene.store, scene.li, Line(scene.vest.pk)))
        await_waiting(giving)
        assert giving.is_alive(), giving.answer
    await_end([giving])
    assert ways([giving.answer]) == ["equipment.out_of_reach"]

    room = Store.objects.get(unit__code="sg2")
    stage.fill(room, Line(scene.vest.pk, 1))
    with transaction.atomic():
        stage.give(room, scene.li, Line(scene.vest.pk))
        back = begin(lambda: move(scene, "sg11", "sg1"))
        await_waiting(back)
        assert back.is_alive(), back.answer
    with pytest.raises(Refusal) as refused:
        back.result()
    assert refused.value.params["members"] == 2, "who was given something a moment before is counted"


# --- what the rules ask -----------------------------------------------------------------------------------------------


def test_the_nearest_store_in_use_supplies_a_unit(scene: stage.Scene) -> None:
    cast = scene.cast
    shut, squad = stage.store(cast, "sg12", "旧柜"), stage.store(cast, "sg11", "柜")
    stage.store(cast, "sg1", "二号柜")
    Store.objects.filter(pk=shut.pk).update(active=False)
    ids = {code: cast.units[code].pk for code in ("sg11", "sg12", "sg1", "sg2")}
    assert nearest_stores(ids.values()) == {
        ids["sg11"]: squad.pk,
        ids["sg12"]: scene.store.pk,
        ids["sg1"]: scene.store.pk,
    }
    assert superiors(ids["sg11"]) == {cast.units[code].pk for code in ("hy", "sg", "sg1")}


def test_nothing_is_looked_for_where_nothing_is_lost(scene: stage.Scene, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert not in_hands([scene.cast.units["sg11"].pk], [])
    with django_assert_num_queries(1):
        found = in_hands([scene.cast.units["sg11"].pk], [scene.cast.units["sg1"].pk])
    assert (found.members, found.in_use, found.unit_ids) == (1, 0, (scene.cast.units["sg11"].pk,))


def test_handing_over_asks_no_more_for_more_people(scene: stage.Scene, django_assert_max_num_queries: Any) -> None:
    """One statement for each home unit, however many members are at home there."""
    room = stage.store(scene.cast, "sg2", "二大队装备室")
    stage.fill(scene.store, Line(scene.vest.pk, 30))
    people = [person(scene.cast.units["sg11"].pk, f"队员{number}") for number in range(30)]
    for one in people:
        stage.give(scene.store, one, Line(scene.vest.pk))
    with django_assert_max_num_queries(60):
        move(scene, "sg11", "sg2", carry=True)
    assert Holding.objects.filter(store=room, place=Place.MEMBER, quantity__gt=0).count() == 32
    assert len(carried()) == 1


# --- doors ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(scene: stage.Scene) -> Client:
    client = Client()
    client.force_login(scene.cast.accounts["liaison_sg"])
    return client


def test_the_page_of_a_move_says_who_holds_things_and_asks(scene: stage.Scene, officer: Client) -> None:
    room = stage.store(scene.cast, "sg2", "二大队装备室")
    key, parent = scene.cast.units["sg11"].pk, scene.cast.units["sg2"].pk
    page = officer.get(reverse("admin:corps_unit_move", args=[key])).content.decode()
    assert "队员1人的装备领自上级单位的仓库" in page
    assert 'name="carry"' in page
    answer = send(officer, "corps_unit_move", key, parent=parent, reason="区划调整")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "青山大队 · 装备室" in page
    assert "区划调整" in page
    unchanged(scene)
    assert send(officer, "corps_unit_move", key, parent=parent, reason="区划调整", carry="on").status_code == 302
    assert where(of=scene.zhang) == {("sg11", room.pk, 2), ("sg11", room.pk, 1)}


def test_the_page_of_a_move_of_people_without_equipment_says_nothing_of_it(scene: stage.Scene, officer: Client) -> None:
    page = officer.get(reverse("admin:corps_unit_move", args=[scene.cast.units["sg12"].pk])).content.decode()
    assert "领自上级单位的仓库" not in page
    client = Client()
    client.force_login(scene.cast.accounts["admin"])
    page = client.get(reverse("admin:corps_unit_move", args=[scene.cast.units["sg11"].pk])).content.decode()
    assert "领自上级单位的仓库" not in page, "an administrator sees no equipment"


def test_the_page_of_a_merger_says_it_and_asks_as_well(scene: stage.Scene, officer: Client) -> None:
    key, target = scene.cast.units["sg11"].pk, scene.cast.units["sg21"].pk
    page = officer.get(reverse("admin:corps_unit_merge", args=[key])).content.decode()
    assert "队员1人的装备领自上级单位的仓库" in page
    answer = send(officer, "corps_unit_merge", key, target=target, reason="合并")
    assert answer.status_code == 200
    assert "青山大队 · 装备室" in answer.content.decode()
    answer = send(officer, "corps_unit_merge", key, target=target, reason="合并", carry="on")
    assert answer.status_code == 200
    assert "没有在用的仓库供应" in answer.content.decode()
    unchanged(scene)
    room = stage.store(scene.cast, "sg21", "柜")
    assert send(officer, "corps_unit_merge", key, target=target, reason="合并", carry="on").status_code == 302
    assert where(of=scene.zhang) == {("sg21", room.pk, 2), ("sg21", room.pk, 1)}


def test_other_systems_move_units_by_the_same_rule(scene: stage.Scene, officer: Client) -> None:
    room = stage.store(scene.cast, "sg2", "二大队装备室")

    def moved(**more: Any) -> Any:
        entered = {"superior": "sg2", "reason": "区划调整", **more}
        return officer.post("/api/v1/units/sg11/move/", entered, "application/json")

    for more in ({}, {"carry": False}):
        answer = moved(**more)
        assert answer.status_code in {409, 422}
        assert (answer.json()["code"], answer.json()["place"]) == ("unit.equipment", "parent")
        assert set(answer.json()) >= {"message", "remedy"}
    for odd in (None, "perhaps", 7, "[]", ["x"]):
        assert moved(carry=odd).status_code in {400, 422}, odd
    unchanged(scene)
    answer = moved(carry=True)
    assert (answer.status_code, answer.json()["superior"]) == (200, "sg2")
    assert where(of=scene.zhang) == {("sg11", room.pk, 2), ("sg11", room.pk, 1)}


def test_a_unit_without_people_moves_as_before(scene: stage.Scene) -> None:
    create_unit(
        actor=SYSTEM,
        parent_id=scene.cast.units["sg1"].pk,
        level=Level.SQUAD,
        name="三中队",
        short_name="三中队",
        code="sg13",
        active_from=SINCE,
    )
    scene.cast.units["sg13"] = scene.cast.unit("sg13")
    assert move(scene, "sg13", "sg2").parent_id == scene.cast.units["sg2"].pk
