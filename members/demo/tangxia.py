"""The corps of 塘厦, a town: three levels with words of their own, six functional groups, partner organisations.

The city above the town has no counties, so the level of a detachment does not occur. Under the town stand the 23
communities; under them 140 emergency-response zones and 549 neighbourhood-watch groups, which are two of the six
functional groups; one themed team hangs straight under the town. The other groups are made of people (patrol, mobile
observers, publicity) or of places (1,210 shop-front responsibility points).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from corps.data import Township, Village, city
from members.demo import city as demo
from members.demo.builder import Builder
from members.demo.leaders import Office
from members.demo.places import Extent, near

CODE = "441900"
TOWN = "441900116"
FOUNDED = date(2021, 6, 1)
REPORTED = date(2021, 12, 5)
FULL_SIZE = 13_804
ZONES = 140
WATCH_GROUPS = 549
RESPONSIBILITY_POINTS = 1_210

_ROOT = "TX"
_THEMED_TEAM = 90
_EXTENT = Extent(114.07, 22.81, 0.05, 0.06)
_OCCUPATIONS = {"保安员": 2_833, "物管员": 278, "楼栋长": 2_645, "店长": 3_640}
# The other 4,408 are not told apart in the report: shares of a hundred.
_OTHER_OCCUPATIONS = {
    "企业职工": 46,
    "快递员": 12,
    "环卫工": 8,
    "个体经营者": 14,
    "教师": 6,
    "学生": 6,
    "退休人员": 5,
    "其他": 3,
}
_GROUPS = {"巡防组": 2_698, "流动观察哨": 518, "宣传先锋队": 2_570}
_PARTNERS = {"塘厦暖阳志愿服务协会": 412, "石马河平安志愿队": 211}
_THEMES = ("秩序维护", "交通劝导", "关爱帮扶", "矛盾调解", "便民服务", "反诈宣传")


@dataclass(frozen=True, slots=True)
class _Community:
    """A community and what it has: emergency zones, watch groups and people at full size."""

    code: str
    village: Village
    extent: Extent
    zones: int
    groups: int
    people: float


def build(seed: int) -> demo.DemoCity:
    """Build everything but the people."""
    builder = Builder("tangxia", seed, FOUNDED)
    town = next(township for township in city(CODE).townships if township.code == TOWN)
    station = builder.station(f"PS{TOWN}", "塘厦派出所", TOWN, _EXTENT.centre, address="东莞市塘厦镇")
    builder.unit(
        _ROOT,
        "",
        demo.CORPS,
        ("塘厦镇义警大队", "塘厦大队"),
        TOWN,
        _EXTENT.centre,
        Office("镇党委政法委员", "公安分局分管治安副局长", "公安分局治安办主任", "公安分局教导员"),
        stations=(station,),
    )
    builder.site(_ROOT, demo.STORE, "镇级装备库", address="东莞市塘厦镇", within=0.5)
    _themed_team(builder, station)
    _communities(builder, town, station)
    return demo.DemoCity(
        plan=builder.plan(
            "tangxia", "塘厦义警", TOWN, {demo.CORPS: "镇级大队", demo.BRIGADE: "社区分队", demo.SQUAD: "防区与联防组"}
        ),
        homes=builder.homes,
        occupations=_occupation_shares(),
        groups={name: Fraction(count, FULL_SIZE) for name, count in _GROUPS.items()},
        partners={name: Fraction(count, FULL_SIZE) for name, count in _PARTNERS.items()},
        founded_on=FOUNDED,
        reported_on=REPORTED,
        full_size=FULL_SIZE,
        showcase=("TX", "TX-01", "TX-01-001"),
        other_area_codes=(
            "421125",
            "450922",
            "360730",
            "510722",
            "440982",
            "441424",
            "522723",
            "411526",
            "340826",
        ),
        newcomers=0.72,
    )


def _occupation_shares() -> dict[str, Fraction]:
    shares = {name: Fraction(count, FULL_SIZE) for name, count in _OCCUPATIONS.items()}
    rest = 1 - sum(shares.values(), Fraction(0))
    return shares | {name: rest * share / 100 for name, share in _OTHER_OCCUPATIONS.items()}


def _themed_team(builder: Builder, station: str) -> None:
    code = f"{_ROOT}-00-001"
    builder.unit(
        code,
        _ROOT,
        demo.SQUAD,
        ("木棉花义警队", "木棉花"),
        TOWN,
        near(builder.rng, _EXTENT.centre, 1),
        Office("", "治安办民警"),
        stations=(station,),
        specialities=_THEMES,
    )
    # Weights of this city are people at full size, so that the team has its ninety members.
    builder.homes.append(_home(code, _THEMED_TEAM, ""))


def _home(unit: str, weight: float, community: str) -> demo.Home:
    return demo.Home(unit, weight, "塘厦", f"东莞市塘厦镇{community}", (CODE,))


def _communities(builder: Builder, town: Township, station: str) -> None:
    sizes = {village: builder.rng.uniform(0.5, 1.6) for village in town.villages}
    zones = demo.apportion(ZONES, sizes, least=2)
    groups = demo.apportion(WATCH_GROUPS, sizes, least=5)
    points = demo.apportion(RESPONSIBILITY_POINTS, sizes, least=10)
    weight = (FULL_SIZE - _THEMED_TEAM) / sum(sizes.values())
    for number, (village, extent) in enumerate(zip(town.villages, _EXTENT.spread(len(sizes)), strict=True), start=1):
        code = f"{_ROOT}-{number:02d}"
        _community(builder, code, village, extent, station)
        address = f"东莞市塘厦镇{village.name}"
        for point in range(1, points[village] + 1):
            builder.site(code, demo.OTHER, f"{_base(village)}门前三包责任点{point:02d}号", address=address, within=1.2)
        people = sizes[village] * weight
        _squads(builder, _Community(code, village, extent, zones[village], groups[village], people))


def _base(village: Village) -> str:
    return village.name.removesuffix("社区")


def _community(builder: Builder, code: str, village: Village, extent: Extent, station: str) -> None:
    base = _base(village)
    address = f"东莞市塘厦镇{village.name}"
    post = builder.station(
        f"PP{village.code}", f"{base}警务室", village.code, extent.centre, address=address, parent=station
    )
    builder.unit(
        code,
        _ROOT,
        demo.BRIGADE,
        (f"{base}义警分队", f"{base}分队"),
        village.code,
        extent.centre,
        Office("社区党委书记", "社区民警", "社区治保主任"),
        stations=(post, station),
    )
    builder.site(code, demo.ASSEMBLY, f"{base}居委会集结点", address=address, within=0.3)
    builder.site(code, demo.SCHOOL, f"{base}小学", address=address, within=0.8)
    builder.site(code, demo.ESTATE, f"{base}花园小区", address=address, within=0.8)


def _squads(builder: Builder, community: _Community) -> None:
    """Zones first, then watch groups; a zone is a response unit with a few more people than a group."""
    base = _base(community.village)
    names = [f"{base}第{number}应急响应防区" for number in range(1, community.zones + 1)]
    names += [f"{base}第{number}邻里守望联防组" for number in range(1, community.groups + 1)]
    weights = [1.5 if index < community.zones else 1.0 for index in range(len(names))]
    shares = community.extent.spread(len(names))
    for index, (name, weight, share) in enumerate(zip(names, weights, shares, strict=True)):
        is_zone = index < community.zones
        squad = f"{community.code}-{index + 1:03d}"
        builder.unit(
            squad,
            community.code,
            demo.SQUAD,
            (name, name.replace("应急响应", "").replace("邻里守望", "")),
            community.village.code,
            share.centre,
            Office("", "辅警" if is_zone else "楼栋长"),
            specialities=("应急处突",) if is_zone else (),
        )
        builder.homes.append(_home(squad, community.people * weight / sum(weights), community.village.name))
