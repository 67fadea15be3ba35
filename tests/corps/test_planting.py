"""Planting a whole corps: the tree is the one mptt would have built, and a second time is refused in one sentence."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.logic.plans import CorpsPlan, GridPlan, Point, SitePlan, StationPlan, TermPlan, UnitPlan
from corps.models import Corps, Grid, Post, Site, Station, Term, Unit
from corps.operations.planting import plant
from corps.queries.scope import current_tree
from tests.cast import Cast, make_account

HERE = Point(26.9, 112.5)
SINCE = date(2022, 3, 1)


def unit(code: str, parent: str, level: Level, **more: object) -> UnitPlan:
    plan = UnitPlan(code, parent, int(level), f"unit {code}", code, "430400", SINCE, HERE)
    return replace(plan, **more)  # type: ignore[arg-type]


PLAN = CorpsPlan(
    code="small",
    name="Small corps",
    division_code="430400",
    founded_on=SINCE,
    level_names={Level.CORPS: "总会", Level.SQUAD: "工作站"},
    units=[
        unit("S", "", Level.CORPS),
        unit("S2", "S", Level.DETACHMENT),
        # Out of the order of codes on purpose: siblings stand in the order of their codes all the same.
        unit("S1", "S", Level.DETACHMENT, stations=("P1", "P2"), specialities=("水上救援",)),
        unit("S2-1", "S2", Level.SQUAD, specialities=("水上救援", "山地搜救")),
        unit("S1-1", "S1", Level.BRIGADE),
        unit("S1-1-1", "S1-1", Level.SQUAD, stations=("P2-1",)),
    ],
    stations=[
        StationPlan("P1", "station one", "station", "430405", HERE),
        StationPlan("P2", "station two", "station", "430405", HERE),
        StationPlan("P2-1", "post", "post", "430405007", HERE, parent="P2"),
    ],
    sites=[SitePlan("S1", "assembly", "square", HERE), SitePlan("S2", "school", "school", HERE)],
    grids=[
        GridPlan("G", "", 1, "first", "S1"),
        GridPlan("G-1", "G", 2, "second", "S1-1"),
        GridPlan("G-1-1", "G-1", 3, "third", "S1-1-1"),
    ],
    terms=[
        TermPlan("S", "captain", "队长", "王强", "deputy chief", SINCE, date(2023, 1, 1)),
        TermPlan("S", "captain", "队长", "李敏", "deputy chief", date(2023, 1, 1)),
        TermPlan("S", "commissar", "政治委员", "刘洋", "deputy secretary", SINCE),
    ],
)


def positions() -> dict[str, tuple[int, int, int, int]]:
    return {unit.code: (unit.tree_id, unit.lft, unit.rght, unit.depth) for unit in Unit.objects.all()}


@pytest.mark.django_db
def test_the_tree_is_the_one_mptt_builds() -> None:
    plant(actor=SYSTEM, plan=PLAN)
    planted = positions()
    Unit.objects.rebuild()
    assert positions() == planted


@pytest.mark.django_db
def test_a_second_tree_leaves_the_first_alone(cast: Cast) -> None:
    before = positions()
    root = plant(actor=SYSTEM, plan=PLAN)
    after = positions()
    assert {code: after[code] for code in before} == before
    assert {after[code][0] for code in after.keys() - before.keys()} == {root.tree_id}
    assert root.tree_id not in {position[0] for position in before.values()}


@pytest.mark.django_db
def test_everything_of_the_plan_arrives() -> None:
    root = plant(actor=SYSTEM, plan=PLAN)
    assert str(root) == "unit S"
    assert dict(root.corps.level_names.values_list("level", "name")) == {1: "总会", 4: "工作站"}
    led = Unit.objects.get(code="S1")
    assert list(led.station_links.order_by("-primary").values_list("station__code", "primary")) == [
        ("P1", True),
        ("P2", False),
    ]
    assert list(led.specialities.values_list("name", flat=True)) == ["水上救援"]
    assert Station.objects.get(code="P2-1").parent == Station.objects.get(code="P2")
    assert Site.objects.count() == 2
    assert [grid.code for grid in Grid.objects.get(code="G-1").children.all()] == ["G-1-1"]
    captain = Post.objects.get(unit=root, kind="captain")
    assert list(Term.objects.filter(post=captain).order_by("starts_on").values_list("holder", flat=True)) == [
        "王强",
        "李敏",
    ]
    assert [node.code for node in current_tree().path(Unit.objects.get(code="S2-1").pk)] == ["S", "S2", "S2-1"]


@pytest.mark.django_db
def test_history_says_who_planted() -> None:
    from django.apps import apps

    root = plant(actor=SYSTEM, plan=PLAN)
    events = apps.get_model("corps", "UnitEvent").objects.filter(pgh_obj_id=root.pk)
    assert [event.pgh_context.metadata["action"] for event in events] == ["corps.plant"]


@pytest.mark.django_db
def test_a_second_time_is_refused_and_changes_nothing() -> None:
    plant(actor=SYSTEM, plan=PLAN)
    with pytest.raises(Refusal) as refused:
        plant(actor=SYSTEM, plan=PLAN)
    assert refused.value.code == "corps.exists"
    assert Corps.objects.count() == 1
    assert Unit.objects.count() == len(PLAN.units)


@pytest.mark.django_db
def test_a_code_of_another_corps_is_refused_by_name() -> None:
    plant(actor=SYSTEM, plan=PLAN)
    with pytest.raises(Refusal) as refused:
        plant(actor=SYSTEM, plan=replace(PLAN, code="other", stations=[], grids=[], units=[PLAN.units[0]], sites=[]))
    assert refused.value.code == "corps.code_taken"
    assert refused.value.place == "S"


@pytest.mark.django_db
def test_only_the_system_and_the_administrator_may_plant() -> None:
    with pytest.raises(PermissionDenied):
        plant(actor=make_account("somebody", "Somebody"), plan=PLAN)
    assert not Corps.objects.exists()
    plant(actor=make_account("root", "Root", superuser=True), plan=PLAN)
    assert Corps.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units": [unit("S1", "S", Level.DETACHMENT), unit("S", "", Level.CORPS)]}, "before its parent"),
        ({"units": [*PLAN.units, PLAN.units[-1]]}, "twice"),
        ({"sites": [SitePlan("S9", "assembly", "square", HERE)]}, "names unit S9"),
        (
            {"units": [unit("S", "", Level.CORPS, stations=("P9",))], "sites": [], "grids": [], "terms": []},
            "station P9",
        ),
    ],
)
def test_a_plan_that_hangs_in_the_air_is_an_error(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(PLAN, **change)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_planner_knows_what_was_planted() -> None:
    plant(actor=SYSTEM, plan=PLAN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'corps_unit'::regclass")
        assert cursor.fetchone() == (Unit.objects.count(),)
