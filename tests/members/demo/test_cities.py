"""The structure of the demonstration cities: the figures the two corps reported, exactly."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest

from corps.enums import Level, PostKind, SiteKind, StationKind
from corps.logic.plans import CorpsPlan
from members.demo import city as demo
from members.demo import hengyang, tangxia
from members.demo.city import DemoCity, apportion
from members.demo.hengyang import short
from members.demo.hengyang_facts import EXTENTS


@pytest.fixture(scope="module", params=[hengyang.build, tangxia.build], ids=["hengyang", "tangxia"])
def city(request: pytest.FixtureRequest) -> DemoCity:
    built = request.param(1)
    assert isinstance(built, DemoCity)
    return built


def by_level(plan: CorpsPlan) -> Counter[int]:
    return Counter(unit.level for unit in plan.units)


def test_hengyang_has_the_reported_units_and_assembly_points() -> None:
    plan = hengyang.build(1).plan
    assert by_level(plan) == {Level.CORPS: 1, Level.DETACHMENT: 14, Level.BRIGADE: 204, Level.SQUAD: 1000}
    assert sum(site.kind == SiteKind.ASSEMBLY_POINT for site in plan.sites) == 439


@pytest.mark.parametrize("seed", [2, 77])
def test_the_reported_figures_do_not_depend_on_the_seed(seed: int) -> None:
    plan = hengyang.build(seed).plan
    assert by_level(plan) == by_level(hengyang.build(1).plan)
    assert sum(site.kind == SiteKind.ASSEMBLY_POINT for site in plan.sites) == 439


def test_some_squads_of_hengyang_skip_the_level_of_the_brigade() -> None:
    plan = hengyang.build(1).plan
    levels = {unit.code: unit.level for unit in plan.units}
    direct = [u for u in plan.units if u.level == Level.SQUAD and levels[u.parent] == Level.DETACHMENT]
    assert 1 <= len(direct) <= 20


def test_every_brigade_of_hengyang_has_at_least_two_squads() -> None:
    plan = hengyang.build(1).plan
    squads = Counter(unit.parent for unit in plan.units if unit.level == Level.SQUAD)
    assert min(squads[unit.code] for unit in plan.units if unit.level == Level.BRIGADE) >= 2


def test_squad_names_repeat_among_brigades_but_not_within_one() -> None:
    plan = hengyang.build(1).plan
    assert max(Counter(unit.name for unit in plan.units).values()) > 1
    assert max(Counter((unit.parent, unit.name) for unit in plan.units).values()) == 1


def test_the_pilot_is_a_node_with_more_than_a_thousand_members() -> None:
    city = hengyang.build(1)
    (pilot,) = (unit for unit in city.plan.units if unit.name == "长湖义警大队")
    assert pilot.level == Level.BRIGADE
    sizes = apportion(city.full_size, {home.unit: home.weight for home in city.homes})
    assert 1000 <= sum(size for unit, size in sizes.items() if unit.startswith(pilot.code)) <= 2000


def test_tangxia_has_the_reported_zones_groups_and_points() -> None:
    plan = tangxia.build(1).plan
    assert by_level(plan) == {Level.CORPS: 1, Level.BRIGADE: 23, Level.SQUAD: 140 + 549 + 1}
    assert sum("应急响应防区" in unit.name for unit in plan.units) == 140
    assert sum("邻里守望联防组" in unit.name for unit in plan.units) == 549
    assert sum("门前三包责任点" in site.name for site in plan.sites) == 1210
    assert plan.level_names.keys() == by_level(plan).keys()


def test_tangxia_links_ten_units_around_every_zone() -> None:
    """The 1+10 response needs at least ten other squads in the same community as each zone."""
    plan = tangxia.build(1).plan
    squads = Counter(unit.parent for unit in plan.units if unit.level == Level.SQUAD)
    zones = [unit for unit in plan.units if "应急响应防区" in unit.name]
    assert min(squads[zone.parent] for zone in zones) > 10


def test_the_themed_team_of_tangxia_has_its_ninety_members() -> None:
    city = tangxia.build(1)
    sizes = apportion(city.full_size, {home.unit: home.weight for home in city.homes})
    (team,) = (unit for unit in city.plan.units if unit.name == "木棉花义警队")
    assert sizes[team.code] == 90
    assert len(team.specialities) == 6


def test_words_and_ranks_are_those_of_the_corps(city: DemoCity) -> None:
    assert tuple(Level) == (demo.CORPS, demo.DETACHMENT, demo.BRIGADE, demo.SQUAD)
    assert {site.kind for site in city.plan.sites} <= set(SiteKind.values)
    assert {station.kind for station in city.plan.stations} <= set(StationKind.values)
    assert {term.kind for term in city.plan.terms} <= set(PostKind.values)


def test_levels_are_never_inverted(city: DemoCity) -> None:
    levels = {unit.code: unit.level for unit in city.plan.units}
    assert all(unit.level > levels[unit.parent] for unit in city.plan.units if unit.parent)


def test_every_unit_above_a_squad_has_commissar_and_captain_and_every_squad_a_captain(city: DemoCity) -> None:
    held = {(term.unit, term.kind) for term in city.plan.terms if term.ends_on is None}
    for unit in city.plan.units:
        assert (unit.code, PostKind.CAPTAIN) in held
        if unit.level < Level.SQUAD:
            assert (unit.code, PostKind.COMMISSAR) in held


def test_nobody_shares_a_post_at_the_same_time(city: DemoCity) -> None:
    posts: dict[tuple[str, str], list[tuple[object, object]]] = {}
    for term in city.plan.terms:
        posts.setdefault((term.unit, term.kind), []).append((term.starts_on, term.ends_on))
    for terms in posts.values():
        for (_, ended), (started, _) in pairwise(terms):
            assert ended == started


def test_police_guide_every_brigade_and_some_are_led_twice(city: DemoCity) -> None:
    brigades = [unit for unit in city.plan.units if unit.level == Level.BRIGADE]
    assert all(unit.stations for unit in brigades)
    assert any(len(unit.stations) > 1 for unit in brigades)


def test_names_and_codes_fit_the_columns(city: DemoCity) -> None:
    for unit in city.plan.units:
        assert len(unit.code) <= 30
        assert len(unit.short_name) <= 30
        assert len(unit.name) <= 80
    assert max(Counter((site.unit, site.kind, site.name) for site in city.plan.sites).values()) == 1


def test_the_same_seed_gives_the_same_city() -> None:
    assert hengyang.build(5) == hengyang.build(5)
    assert tangxia.build(5) == tangxia.build(5)
    assert hengyang.build(5) != hengyang.build(6)


def test_places_lie_in_the_rough_extent_of_their_county() -> None:
    for unit in hengyang.build(1).plan.units:
        extent = EXTENTS.get(unit.division_code[:6])
        if extent is not None:
            assert abs(unit.point.latitude - extent.latitude) <= extent.half_height + 0.03
            assert abs(unit.point.longitude - extent.longitude) <= extent.half_width + 0.03


def test_grids_have_three_levels_where_a_county_uses_them() -> None:
    plan = hengyang.build(1).plan
    assert set(Counter(grid.level for grid in plan.grids)) == {1, 2, 3}
    assert any(home.grids for home in hengyang.build(1).homes)
    known = {grid.name for grid in plan.grids} | {grid.code for grid in plan.grids}
    assert all(set(home.grids) <= known for home in hengyang.build(1).homes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("衡州路街道", "衡州路"), ("塔山瑶族乡", "塔山"), ("南岳区", "南岳"), ("衡阳县", "衡阳县"), ("耒阳市", "耒阳")],
)
def test_short_names(name: str, expected: str) -> None:
    assert short(name) == expected


def test_apportioning_is_exact_and_keeps_the_least() -> None:
    assert apportion(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert apportion(7, {"a": Fraction(99, 100), "b": Fraction(1, 100)}, least=2) == {"a": 5, "b": 2}
    with pytest.raises(ValueError, match="at least 2"):
        apportion(3, {"a": 1, "b": 1}, least=2)
