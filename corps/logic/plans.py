"""The plan of a whole corps as plain values: what `corps.operations.planting` puts into an empty database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, WGS-84, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class StationPlan:
    """A police station, or a police post under the station whose code is `parent`."""

    code: str
    name: str
    kind: str
    division_code: str
    point: Point
    parent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit under the unit whose code is `parent` ("" for the root); the first of `stations` leads."""

    code: str
    parent: str
    level: int
    name: str
    short_name: str
    division_code: str
    active_from: date
    point: Point
    specialities: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site in the care of a unit."""

    unit: str
    kind: str
    name: str
    point: Point
    address: str = ""


@dataclass(frozen=True, slots=True)
class GridPlan:
    """A grid inside the grid whose code is `parent` ("" on the first level), looked after by a unit."""

    code: str
    parent: str
    level: int
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class TermPlan:
    """Somebody holds a post of a unit from a day on, until (not including) another."""

    unit: str
    kind: str
    title: str
    holder: str
    position: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class CorpsPlan:
    """A corps with everything that hangs on its tree; units and grids stand after their parents."""

    code: str
    name: str
    division_code: str
    founded_on: date
    level_names: Mapping[int, str]
    units: Sequence[UnitPlan]
    stations: Sequence[StationPlan] = field(default=())
    sites: Sequence[SitePlan] = field(default=())
    grids: Sequence[GridPlan] = field(default=())
    terms: Sequence[TermPlan] = field(default=())

    @property
    def root(self) -> UnitPlan:
        """The unit at the top."""
        return self.units[0]

    def __post_init__(self) -> None:
        """Refuse a plan whose parts name something that is not in it."""
        _check_parents("unit", [(unit.code, unit.parent) for unit in self.units])
        _check_parents("grid", [(grid.code, grid.parent) for grid in self.grids])
        _check_parents("station", [(station.code, station.parent) for station in self.stations])
        units = {unit.code for unit in self.units}
        stations = {station.code for station in self.stations}
        for unit in self.units:
            _check_known("station", unit.stations, stations)
        for part in (self.sites, self.grids, self.terms):
            _check_known("unit", [item.unit for item in part], units)


def _check_parents(kind: str, pairs: Sequence[tuple[str, str]]) -> None:
    seen = {""}
    for code, parent in pairs:
        if parent not in seen:
            raise ValueError(f"{kind} {code} stands before its parent {parent}")
        if code in seen:
            raise ValueError(f"{kind} {code} stands twice in the plan")
        seen.add(code)


def _check_known(kind: str, named: Sequence[str], known: set[str]) -> None:
    unknown = set(named) - known
    if unknown:
        raise ValueError(f"the plan names {kind} {min(unknown)}, which is not in it")


def nested_sets(units: Sequence[UnitPlan]) -> dict[str, tuple[int, int, int]]:
    """Work out lft, rght and depth of each unit, siblings in the order of their codes as the tree keeps them."""
    children: dict[str, list[str]] = {}
    for unit in sorted(units, key=lambda unit: unit.code):
        children.setdefault(unit.parent, []).append(unit.code)
    places: dict[str, tuple[int, int, int]] = {}
    edges = count(1)

    def walk(code: str, depth: int) -> None:
        left = next(edges)
        for child in children.get(code, ()):
            walk(child, depth + 1)
        places[code] = (left, next(edges), depth)

    (root,) = children[""]
    walk(root, 0)
    return places
