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
from fractions import Fraction
from itertools import pairwise

from corps.data import County, Township, Village, city
from corps.logic.plans import Point
from members.demo import city as demo
from members.demo import hengyang_facts as facts
from members.demo.builder import Builder
from members.demo.leaders import Office
from members.demo.places import Extent, near


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
        return weight(self.villages) * (2.4 if self.base == facts.PILOT else 1.0)

    @property
    def is_second_half(self) -> bool:
        """Whether another brigade works in the older part of the same township."""
        return self.code.endswith("B")

    @property
    def county_name(self) -> str:
        """The county as an address names it."""
        return _name(self.county)


def weight(villages: Iterable[Village]) -> float:
    """Weigh villages by their people: a community of a town has more than a village."""
    return sum(1.6 if village.is_community else 1.0 for village in villages)


def short(name: str) -> str:
    """Drop the kind of a division from its name: 衡州路街道 → 衡州路, 塔山瑶族乡 → 塔山, 南岳区 → 南岳."""
    for suffix in ("瑶族乡", "街道", "镇", "乡", "区", "市"):
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def build(seed: int) -> demo.DemoCity:
    """Build everything but the people."""
    builder = Builder("hengyang", seed, facts.FOUNDED)
    _corps(builder)
    brigades = [
        brigade for county in city(facts.CODE).counties for brigade in _detachment(builder, county, _name(county))
    ]
    shares = demo.apportion(
        facts.SQUADS - len(facts.DIRECT), {brigade.code: brigade.weight for brigade in brigades}, least=2
    )
    for brigade in brigades:
        _squads(builder, brigade, shares[brigade.code])
    _more_assembly_points(builder, brigades)
    return demo.DemoCity(
        plan=builder.plan(
            "hengyang",
            "衡阳义警",
            facts.CODE,
            {demo.CORPS: "总队", demo.DETACHMENT: "支队", demo.BRIGADE: "大队", demo.SQUAD: "中队"},
        ),
        homes=builder.homes,
        occupations={name: Fraction(share, 100) for name, share in facts.OCCUPATIONS.items()},
        groups={name: Fraction(share, 100) for name, share in facts.GROUPS.items()},
        partners={name: Fraction(share, 1000) for name, share in facts.PARTNERS.items()},
        founded_on=facts.FOUNDED,
        reported_on=facts.REPORTED,
        full_size=facts.FULL_SIZE,
        showcase=("HY", "HY08", "HY08-001B", "HY08-001B-08"),
        other_area_codes=("430122", "430181", "430211", "430223", "430523", "431022", "431103", "432503"),
        newcomers=0.06,
    )


def _name(county: County) -> str:
    return facts.ZONE_NAMES.get(county.code, county.name)


def _number(county: County) -> str:
    return f"{facts.ROOT}{county.code[4:]}"


def _corps(builder: Builder) -> None:
    builder.unit(
        facts.ROOT,
        "",
        demo.CORPS,
        ("衡阳市义警总队", "衡阳总队"),
        facts.CODE,
        Point(26.893, 112.572),
        Office("市委政法委副书记", "市公安局分管治安副局长", "市公安局治安支队支队长", "市公安局政治部副主任"),
    )
    builder.site(facts.ROOT, demo.STORE, "总队装备库", address="衡阳市", within=2)


def _detachment(builder: Builder, county: County, name: str) -> list[_Brigade]:
    code = _number(county)
    extent = facts.EXTENTS[county.code]
    level = name[-1]  # 区, 县 or 市: the committee and the bureau bear the name of the county's rank
    builder.unit(
        code,
        facts.ROOT,
        demo.DETACHMENT,
        (f"{name}义警支队", f"{short(name)}支队"),
        county.code,
        extent.centre,
        Office(f"{level}委政法委副书记", f"{_bureau(name)}分管治安副局长", "治安大队大队长", ""),
    )
    builder.site(code, demo.STORE, f"{short(name)}支队装备库", address=f"衡阳市{name}", within=1)
    builder.site(code, demo.ASSEMBLY, f"{short(name)}人民广场集结点", address=f"衡阳市{name}", within=1)
    special = _special_station(builder, county, extent)
    if county.code in facts.DIRECT:
        _direct_squad(builder, county, extent, special)
    # The seat stands in the middle of its county, the other townships around it in the order of their codes.
    townships = sorted(county.townships, key=lambda township: township.code not in facts.SPLIT)
    townships = [township for township in townships if township.code != facts.NOT_A_TOWNSHIP]
    brigades = [
        brigade
        for number, (township, share) in enumerate(zip(townships, extent.spread(len(townships)), strict=True))
        for brigade in _brigades(builder, county, township, share, special if number < 3 else ())
    ]
    for brigade in sorted(brigades, key=lambda brigade: brigade.code):
        _write_brigade(builder, brigade)
    return brigades


def _bureau(name: str) -> str:
    """The police of a district is a branch of the city's, that of a county or county-level city a bureau."""
    return f"{short(name)}公安分局" if name.endswith("区") else f"{name}公安局"


def _special_station(builder: Builder, county: County, extent: Extent) -> tuple[str, ...]:
    """The station for a river, a mountain or a railway: beside the local station it guides three brigades."""
    if county.code not in facts.SPECIAL_STATIONS:
        return ()
    name = facts.SPECIAL_STATIONS[county.code]
    address = f"衡阳市{_name(county)}"
    return (builder.station(f"PS{county.code}S", name, county.code, extent.centre, address=address),)


def _direct_squad(builder: Builder, county: County, extent: Extent, stations: tuple[str, ...]) -> None:
    name, speciality, size = facts.DIRECT[county.code]
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
    area_codes = facts.REGISTRY.get(county.code, (county.code,))
    builder.homes.append(demo.Home(code, size, short(_name(county)), f"衡阳市{_name(county)}", area_codes))


def _brigades(
    builder: Builder, county: County, township: Township, extent: Extent, special: tuple[str, ...]
) -> list[_Brigade]:
    """One brigade for a township, or two where two police stations work in it."""
    base = short(township.name)
    code = f"{_number(county)}-{township.code[6:]}"
    if township.code not in facts.SPLIT:
        names = (f"{township.name}义警大队", f"{base}大队")
        stations = (_station(builder, county, township.code, base, extent.centre), *special)
        return [_Brigade(code, county, township, base, names, township.villages, extent, stations)]
    half = (len(township.villages) + 1) // 2
    first, second = extent.spread(2)
    one = _station(builder, county, township.code + "A", base, first.centre)
    two = _station(builder, county, township.code + "B", _second_station(township, base), second.centre)
    names_one, names_two = _names_of_halves(township, base, facts.SPLIT[township.code])
    return [
        _Brigade(f"{code}A", county, township, base, names_one, township.villages[:half], first, (one, *special)),
        _Brigade(
            f"{code}B",
            county,
            township,
            facts.SPLIT[township.code] or base,
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
    streets = brigade.township.name.endswith("街道")
    specialities = facts.URBAN_SPECIALITIES if streets else facts.RURAL_SPECIALITIES
    speciality = builder.rng.choice(specialities) if builder.rng.random() < 0.2 else ""
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
    where = f"衡阳市{brigade.county_name}{brigade.township.name}"
    builder.site(brigade.code, demo.ASSEMBLY, f"{_office(brigade)}前坪集结点", address=where, within=0.5)
    builder.site(brigade.code, demo.ASSEMBLY, f"{first}文化广场集结点", address=where + first)
    if brigade.is_second_half:
        builder.site(brigade.code, demo.SCHOOL, f"{first}小学", address=where + first)
        return
    builder.site(brigade.code, demo.SCHOOL, f"{brigade.base}中心小学", address=where)
    if builder.rng.random() < 0.7:
        builder.site(brigade.code, demo.SCHOOL, f"{brigade.base}中学", address=where)
    if not brigade.township.name.endswith("街道"):
        builder.site(brigade.code, demo.MARKET, f"{brigade.base}集贸市场", address=where)
    for number in range(1, facts.ENTERPRISE_STATIONS.get(brigade.township.code, 0) + 1):
        name = f"{brigade.base}园区{number}号驻企工作站"
        builder.site(brigade.code, demo.ENTERPRISE, name, address=where, within=1.5)


def _office(brigade: _Brigade) -> str:
    """The building a brigade gathers at: the township's office, or the station where that is the other half's."""
    if brigade.is_second_half:
        return f"{_second_station(brigade.township, brigade.base)}派出所"
    if brigade.township.name.endswith("街道"):
        return f"{brigade.base}街道办事处"
    return f"{brigade.township.name}政府" if brigade.township.name[-1] in "镇乡" else f"{brigade.base}管委会"


def _second_station(township: Township, base: str) -> str:
    return facts.SPLIT[township.code] or f"{base}第二"


def _homes_at_brigade(builder: Builder, brigade: _Brigade) -> None:
    """A few members, the core of a brigade, belong to no squad."""
    builder.homes.append(_home(brigade, brigade.code, 0.25, "", ()))


def _home(brigade: _Brigade, unit: str, size: float, village: str, grids: tuple[str, ...]) -> demo.Home:
    return demo.Home(
        unit=unit,
        weight=size,
        place=short(brigade.county_name),
        locality=f"衡阳市{brigade.county_name}{brigade.township.name}{village}",
        area_codes=facts.REGISTRY.get(brigade.county.code, (brigade.county.code,)),
        grids=grids,
        urban=brigade.township.name.endswith("街道"),
    )


def _squads(builder: Builder, brigade: _Brigade, count: int) -> None:
    """Divide the villages of a brigade among its squads, neighbours together."""
    shares = brigade.extent.spread(count)
    bounds = [round(index * len(brigade.villages) / count) for index in range(count + 1)]
    factor = brigade.weight / weight(brigade.villages)
    for number, (start, end) in enumerate(pairwise(bounds)):
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
    if brigade.county.code in facts.GRID_COUNTIES:
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
        address = f"衡阳市{brigade.county_name}{brigade.township.name}{place}"
        builder.site(code, demo.ESTATE, f"{base.removesuffix('社区')}家园小区", address=address, within=0.4)


def _grids(builder: Builder, brigade: _Brigade, squad: str, villages: Sequence[Village]) -> tuple[str, ...]:
    """Grids of the villages of a squad: the township, then each village, then three to five cells of it."""
    if brigade.county.code not in facts.GRID_COUNTIES:
        return ()
    first = f"WG{brigade.township.code}"
    if not any(grid.code == first for grid in reversed(builder.grids)):
        builder.grid(first, "", 1, f"{brigade.township.name}网格", brigade.code)
    cells = []
    for village in villages:
        second = builder.grid(f"WG{village.code}", first, 2, f"{village.name}网格", squad)
        cells += [
            builder.grid(f"{second}-{number:02d}", second, 3, f"{village.name}第{number}网格", squad)
            for number in range(1, builder.rng.randint(3, 5) + 1)
        ]
    return tuple(cells)


def _more_assembly_points(builder: Builder, brigades: Sequence[_Brigade]) -> None:
    """Give the largest brigades a third assembly point until the city has as many as it reported."""
    present = sum(site.kind == demo.ASSEMBLY for site in builder.sites)
    largest = sorted(brigades, key=lambda brigade: (-brigade.weight, brigade.code))
    for brigade in largest[: facts.ASSEMBLY_POINTS - present]:
        last = brigade.villages[-1].name
        address = f"衡阳市{brigade.county_name}{brigade.township.name}{last}"
        builder.site(brigade.code, demo.ASSEMBLY, f"{last}服务中心集结点", address=address, within=1.5)
