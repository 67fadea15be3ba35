"""The corps of 衡阳: 1 总队, 14 支队, 204 大队, 1,000 中队 and 439 assembly points on the city's real divisions.

How 191 township-level rows become 204 brigades: the prison is no township and is left out (190); in each of the 14
counties the seat, or the densest street, is worked by two police stations and gives two brigades (204). One of these
pairs is 蒸湘街道: its second brigade is 长湖义警, the pilot the whole corps grew from.

Squads stand for communities: 994 of them are divided among the brigades by the number of their villages and communities
(a community counts more than a village), each squad taking neighbours and the name of the first. Six more hang straight
under a detachment, because their work is not that of one township.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from corps.data import County, Township, Village, city
from corps.logic.plans import Point
from members.demo import city as demo
from members.demo.builder import Builder
from members.demo.leaders import Office
from members.demo.places import Extent, near

CODE = "430400"
FOUNDED = date(2022, 3, 1)
FULL_SIZE = 124_000
SQUADS = 1_000
ASSEMBLY_POINTS = 439

_ROOT = "HY"
_NOT_A_TOWNSHIP = "430422407"  # 衡州监狱
_PILOT = "长湖"

# The rough extent of each county, good to several kilometres.
_EXTENTS = {
    "430405": Extent(112.68, 26.91, 0.03, 0.10),
    "430406": Extent(112.61, 26.84, 0.04, 0.03),
    "430407": Extent(112.60, 26.97, 0.04, 0.04),
    "430408": Extent(112.54, 26.89, 0.03, 0.06),
    "430412": Extent(112.69, 27.27, 0.05, 0.06),
    "430421": Extent(112.35, 27.11, 0.29, 0.18),
    "430422": Extent(112.59, 26.70, 0.34, 0.12),
    "430423": Extent(112.77, 27.22, 0.11, 0.14),
    "430424": Extent(112.98, 27.11, 0.17, 0.16),
    "430426": Extent(111.85, 26.86, 0.24, 0.11),
    "430473": Extent(112.62, 26.98, 0.02, 0.02),
    "430476": Extent(112.58, 26.87, 0.02, 0.01),
    "430481": Extent(112.91, 26.43, 0.26, 0.19),
    "430482": Extent(112.41, 26.35, 0.21, 0.17),
}
# The development zones are no divisions of the civil registry: people there carry the codes of the districts around.
_REGISTRY = {"430473": ("430405", "430407"), "430476": ("430406", "430408")}
_ZONE_NAMES = {"430473": "松木经开区", "430476": "高新区"}
# One per county: the seat or the densest street, and the name of its second brigade where that is not just a number.
_SPLIT = {
    "430405014": "",
    "430406004": "",
    "430407006": "",
    "430408001": _PILOT,
    "430412100": "",
    "430421100": "",
    "430422001": "",
    "430423100": "",
    "430424100": "",
    "430426001": "",
    "430473400": "",
    "430476001": "",
    "430481001": "",
    "430482001": "",
}
# Squads straight under a detachment: name, speciality, weight (a squad of a brigade weighs about three).
_DIRECT = {
    "430405": ("衡阳东站", "交通枢纽值守", 4.0),
    "430406": ("夜经济巡防", "夜间巡逻", 4.0),
    "430407": ("湘江水上救援", "水上救援", 2.0),
    "430412": ("衡山景区", "山地搜救", 3.0),
    "430476": ("外卖骑手", "流动观察", 5.0),
    "430481": ("应急机动", "应急救援", 3.0),
}
_SPECIAL_STATIONS = {
    "430405": "衡阳东站派出所",
    "430407": "湘江水上派出所",
    "430412": "衡山景区派出所",
    "430481": "耒水水上派出所",
    "430482": "大义山森林派出所",
}
_SPECIALITIES = ("医疗救护", "纠纷调解", "森林防火", "水上救援", "反诈宣传", "护学值守")
# Counties whose communities are divided into grids of three levels.
_GRID_COUNTIES = ("430407", "430408", "430476")
# Townships with an industrial zone, and its enterprise stations.
_ENTERPRISE_STATIONS = {
    "430406400": 4,
    "430424401": 3,
    "430424403": 3,
    "430473400": 5,
    "430476001": 6,
    "430482102": 3,
}
_OCCUPATIONS = {
    "安保人员": 11,
    "快递外卖员": 9,
    "楼栋长": 10,
    "环卫工人": 7,
    "店主": 13,
    "民兵预备役": 6,
    "企业员工": 14,
    "物业人员": 4,
    "网格员": 5,
    "出租车司机": 3,
    "教职工": 4,
    "医护人员": 2,
    "村居干部": 5,
    "个体工商户": 4,
    "退休人员": 2,
    "其他": 1,
}
_GROUPS = {"巡逻防控组": 30, "护学岗组": 12, "反诈宣传组": 16, "矛盾调解组": 8, "应急救援组": 6, "交通劝导组": 10}
_PARTNERS = {"衡阳蓝雁救援志愿队": 6, "雁城骑手互助会": 9, "湘江水上救生协会": 2, "石鼓书院志愿服务社": 3}


@dataclass(frozen=True, slots=True)
class _Brigade:
    """A brigade before it is written down: `base` is its place's name, `villages` are those it covers."""

    code: str
    county: County
    township: Township
    base: str
    names: tuple[str, str]
    villages: tuple[Village, ...]
    extent: Extent
    stations: tuple[str, ...]

    @property
    def weight(self) -> float:
        """How large it is beside the others; the pilot is far older and larger than its neighbours."""
        return weight(self.villages) * (2.4 if self.base == _PILOT else 1.0)

    @property
    def county_name(self) -> str:
        """The county as an address names it."""
        return _name(self.county)


def weight(self) -> float:
    """How large it is beside the others; the pilot is far older and larger than its neighbours."""
    return weight(self.villages) * (2.4 if self.base == _PILOT else 1.0)


def weight(villages: Iterable[Village]) -> float:
    """Weigh villages by their people: a community of a town has more than a village."""
    return sum(1.6 if village.is_community else 1.0 for village in villages)


def short(name: str) -> str:
    """Drop the kind of a division from its name: 衡州路街道 → 衡州路, 塔山瑶族乡 → 塔山, 南岳区 → 南岳, 衡阳县 stays."""
    for suffix in ("瑶族乡", "街道", "镇", "乡", "区", "市"):
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def build(seed: int) -> demo.DemoCity:
    """Build everything but the people."""
    builder = Builder("hengyang", seed, FOUNDED)
    _corps(builder)
    brigades = [brigade for county in city(CODE).counties for brigade in _detachment(builder, county, _name(county))]
    shares = demo.apportion(SQUADS - len(_DIRECT), {brigade.code: brigade.weight for brigade in brigades}, least=2)
    for brigade in brigades:
        _squads(builder, brigade, shares[brigade.code])
    _more_assembly_points(builder, brigades)
    return demo.DemoCity(
        plan=builder.plan(
            "hengyang",
            "衡阳义警",
            CODE,
            {demo.CORPS: "总队", demo.DETACHMENT: "支队", demo.BRIGADE: "大队", demo.SQUAD: "中队"},
        ),
        homes=builder.homes,
        occupations={name: Fraction(share, 100) for name, share in _OCCUPATIONS.items()},
        groups={name: Fraction(share, 100) for name, share in _GROUPS.items()},
        partners={name: Fraction(share, 1000) for name, share in _PARTNERS.items()},
        founded_on=FOUNDED,
        full_size=FULL_SIZE,
        other_area_codes=("430122", "430181", "430211", "430223", "430523", "431022", "431103", "432503"),
        newcomers=0.06,
    )


def _name(county: County) -> str:
    return _ZONE_NAMES.get(county.code, county.name)


def _number(county: County) -> str:
    return f"{_ROOT}{county.code[4:]}"


def _corps(builder: Builder) -> None:
    builder.unit(
        _ROOT,
        "",
        demo.CORPS,
        ("衡阳市义警总队", "衡阳总队"),
        CODE,
        Point(26.893, 112.572),
        Office("市委政法委副书记", "市公安局分管治安副局长", "市公安局治安支队支队长", "市公安局政治部副主任"),
    )
    builder.site(_ROOT, demo.STORE, "总队装备库", within=2)


def _detachment(builder: Builder, county: County, name: str) -> list[_Brigade]:
    code = _number(county)
    extent = _EXTENTS[county.code]
    level = name[-1]  # 区, 县 or 市: the committee and the bureau bear the name of the county's rank
    builder.unit(
        code,
        _ROOT,
        demo.DETACHMENT,
        (f"{name}义警支队", f"{short(name)}支队"),
        county.code,
        extent.centre,
        Office(f"{level}委政法委副书记", f"{name}公安机关分管治安副局长", "治安大队大队长", ""),
    )
    builder.site(code, demo.STORE, f"{short(name)}支队装备库", within=1)
    builder.site(code, demo.ASSEMBLY, f"{short(name)}人民广场集结点", within=1)
    special = _special_station(builder, county, extent)
    if county.code in _DIRECT:
        _direct_squad(builder, county, extent, special)
    # The seat stands in the middle of its county, the other townships around it in the order of their codes.
    townships = sorted(county.townships, key=lambda township: township.code not in _SPLIT)
    townships = [township for township in townships if township.code != _NOT_A_TOWNSHIP]
    brigades = [
        brigade
        for number, (township, share) in enumerate(zip(townships, extent.spread(len(townships)), strict=True))
        for brigade in _brigades(builder, county, township, share, special if number < 3 else ())
    ]
    for brigade in sorted(brigades, key=lambda brigade: brigade.code):
        _write_brigade(builder, brigade)
    return brigades


def _special_station(builder: Builder, county: County, extent: Extent) -> tuple[str, ...]:
    """The station for a river, a mountain or a railway: beside the local station it guides three brigades."""
    if county.code not in _SPECIAL_STATIONS:
        return ()
    name = _SPECIAL_STATIONS[county.code]
    address = f"衡阳市{_name(county)}"
    return (builder.station(f"PS{county.code}S", name, county.code, extent.centre, address=address),)


def _direct_squad(builder: Builder, county: County, extent: Extent, stations: tuple[str, ...]) -> None:
    name, speciality, size = _DIRECT[county.code]
    code = f"{_number(county)}-000-01"
    builder.unit(
        code,
        _number(county),
        demo.SQUAD,
        (f"{name}义警中队", f"{name}中队"),
        county.code,
        near(builder.rng, extent.centre, 2),
        Office("", "治安大队民警"),
        stations=stations,
        specialities=(speciality,),
    )
    builder.homes.append(
        demo.Home(code, size, f"衡阳市{_name(county)}", _REGISTRY.get(county.code, (county.code,)), urban=True)
    )


def _brigades(
    builder: Builder, county: County, township: Township, extent: Extent, special: tuple[str, ...]
) -> list[_Brigade]:
    """One brigade for a township, or two where two police stations work in it."""
    base = short(township.name)
    code = f"{_number(county)}-{township.code[6:]}"
    if township.code not in _SPLIT:
        names = (f"{township.name}义警大队", f"{base}大队")
        stations = (_station(builder, county, township.code, base, extent.centre), *special)
        return [_Brigade(code, county, township, base, names, township.villages, extent, stations)]
    half = (len(township.villages) + 1) // 2
    first, second = extent.spread(2)
    one = _station(builder, county, township.code + "A", base, first.centre)
    two = _station(builder, county, township.code + "B", _SPLIT[township.code] or f"{base}第二", second.centre)
    names_one, names_two = _names_of_halves(township, base, _SPLIT[township.code])
    return [
        _Brigade(f"{code}A", county, township, base, names_one, township.villages[:half], first, (one, *special)),
        _Brigade(
            f"{code}B",
            county,
            township,
            _SPLIT[township.code] or base,
            names_two,
            township.villages[half:],
            second,
            (two,),
        ),
    ]


def _names_of_halves(township: Township, base: str, second: str) -> tuple[tuple[str, str], tuple[str, str]]:
    if second:
        return (f"{township.name}义警大队", f"{base}大队"), (f"{second}义警大队", f"{second}大队")
    return (
        (f"{township.name}义警第一大队", f"{base}一大队"),
        (f"{township.name}义警第二大队", f"{base}二大队"),
    )


def _station(builder: Builder, county: County, code: str, base: str, point: Point) -> str:
    address = f"衡阳市{_name(county)}{base}"
    return builder.station(f"PS{code}", f"{base}派出所", code[:9], point, address=address)


def _write_brigade(builder: Builder, brigade: _Brigade) -> None:
    speciality = builder.rng.choice(_SPECIALITIES) if builder.rng.random() < 0.2 else ""
    builder.unit(
        brigade.code,
        _number(brigade.county),
        demo.BRIGADE,
        brigade.names,
        brigade.township.code,
        brigade.extent.centre,
        Office(
            f"{_committee(brigade.township)}政法委员",
            "派出所分管治安副所长",
            "派出所社区警务队民警",
            "派出所教导员" if builder.rng.random() < 0.3 else "",
        ),
        stations=brigade.stations,
        specialities=(speciality,) if speciality else (),
    )
    _sites(builder, brigade)
    _homes_at_brigade(builder, brigade)


def _committee(township: Township) -> str:
    if township.name.endswith("街道"):
        return "街道党工委"
    if township.name.endswith("镇"):
        return "镇党委"
    return "乡党委" if township.name.endswith("乡") else "园区党工委"


def _sites(builder: Builder, brigade: _Brigade) -> None:
    first = brigade.villages[0].name
    office = "办事处" if brigade.township.name.endswith("街道") else "政府"
    builder.site(brigade.code, demo.ASSEMBLY, f"{brigade.base}{office}前坪集结点", within=0.5)
    builder.site(brigade.code, demo.ASSEMBLY, f"{first}文化广场集结点")
    builder.site(brigade.code, demo.SCHOOL, f"{brigade.base}中心小学")
    if builder.rng.random() < 0.7:
        builder.site(brigade.code, demo.SCHOOL, f"{brigade.base}中学")
    if not brigade.township.name.endswith("街道"):
        builder.site(brigade.code, demo.MARKET, f"{brigade.base}集贸市场")
    if not brigade.code.endswith("B"):
        for number in range(1, _ENTERPRISE_STATIONS.get(brigade.township.code, 0) + 1):
            builder.site(brigade.code, demo.ENTERPRISE, f"{brigade.base}园区{number}号驻企工作站", within=1.5)


def _homes_at_brigade(builder: Builder, brigade: _Brigade) -> None:
    """A few members, the core of a brigade, belong to no squad."""
    builder.homes.append(_home(brigade, brigade.code, 0.25, "", ()))


def _home(brigade: _Brigade, unit: str, size: float, village: str, grids: tuple[str, ...]) -> demo.Home:
    return demo.Home(
        unit=unit,
        weight=size,
        locality=f"衡阳市{brigade.county_name}{brigade.township.name}{village}",
        area_codes=_REGISTRY.get(brigade.county.code, (brigade.county.code,)),
        grids=grids,
        urban=brigade.township.name.endswith("街道"),
    )


def _squads(builder: Builder, brigade: _Brigade, count: int) -> None:
    """Divide the villages of a brigade among its squads, neighbours together."""
    shares = brigade.extent.spread(count)
    bounds = [round(index * len(brigade.villages) / count) for index in range(count + 1)]
    factor = brigade.weight / weight(brigade.villages)
    for number, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        villages = brigade.villages[start:end]
        code = f"{brigade.code}-{number + 1:02d}"
        _squad(builder, brigade, code, villages, near(builder.rng, shares[number].centre, 0.2))
        grids = _grids(builder, brigade, code, villages)
        size = weight(villages) * factor * builder.rng.uniform(0.6, 1.4)
        builder.homes.append(_home(brigade, code, size, villages[0].name, grids))


def _squad(builder: Builder, brigade: _Brigade, code: str, villages: Sequence[Village], point: Point) -> None:
    place = villages[0].name
    base = place.removesuffix("管理处社区") if place.endswith("管理处社区") else place
    stations = brigade.stations[:1]
    if brigade.county.code in _GRID_COUNTIES:
        post = builder.station(
            f"PP{villages[0].code}",
            f"{base}警务室",
            villages[0].code,
            point,
            address=f"衡阳市{brigade.county_name}{brigade.township.name}{place}",
            parent=stations[0],
        )
        stations = (post, *stations)
    builder.unit(
        code,
        brigade.code,
        demo.SQUAD,
        (f"{base}义警中队", f"{base}中队"),
        villages[0].code,
        point,
        Office("", "社区民警" if villages[0].is_community else "驻村辅警"),
        stations=stations,
    )
    if villages[0].is_community and brigade.township.name.endswith("街道"):
        builder.site(code, demo.ESTATE, f"{base.removesuffix('社区')}家园小区", within=0.4)


def _grids(builder: Builder, brigade: _Brigade, squad: str, villages: Sequence[Village]) -> tuple[str, ...]:
    """Grids of the villages of a squad: the township, then each village, then three to five cells of it."""
    if brigade.county.code not in _GRID_COUNTIES:
        return ()
    first = f"WG{brigade.township.code}"
    if not any(grid.code == first for grid in reversed(builder.grids)):
        builder.grid(first, "", 1, f"{brigade.township.name}网格", brigade.code)
    cells = []
    for village in villages:
        second = builder.grid(f"WG{village.code}", first, 2, f"{village.name}网格", squad)
        for number in range(1, builder.rng.randint(3, 5) + 1):
            cells.append(builder.grid(f"{second}-{number:02d}", second, 3, f"{village.name}第{number}网格", squad))
    return tuple(cells)


def _more_assembly_points(builder: Builder, brigades: Sequence[_Brigade]) -> None:
    """Give the largest brigades a third assembly point until the city has as many as it reported."""
    present = sum(site.kind == demo.ASSEMBLY for site in builder.sites)
    largest = sorted(brigades, key=lambda brigade: (-brigade.weight, brigade.code))
    for brigade in largest[: ASSEMBLY_POINTS - present]:
        builder.site(brigade.code, demo.ASSEMBLY, f"{brigade.villages[-1].name}服务中心集结点", within=1.5)
