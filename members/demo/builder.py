"""Collects the parts of a city while it is being built."""

from __future__ import annotations

from datetime import date
from random import Random

from corps.logic.plans import CorpsPlan, GridPlan, Point, SitePlan, StationPlan, UnitPlan
from members.demo import city as demo
from members.demo.leaders import Office, Terms
from members.demo.names import Names
from members.demo.places import near, rounded


class Builder:
    """Gathers units, stations, sites, grids, terms and homes; `city` names the random streams, one per subject."""

    def __init__(self, city: str, seed: int, founded_on: date) -> None:
        self.founded_on = founded_on
        self.rng = Random(f"{city}:{seed}:places")
        names = Names(Random(f"{city}:{seed}:leaders"))
        self.terms = Terms(names, Random(f"{city}:{seed}:terms"), founded_on)
        self.units: list[UnitPlan] = []
        self.stations: list[StationPlan] = []
        self.sites: list[SitePlan] = []
        self.grids: list[GridPlan] = []
        self.homes: list[demo.Home] = []
        self._points: dict[str, Point] = {}

    def unit(
        self,
        code: str,
        parent: str,
        level: int,
        names: tuple[str, str],
        division_code: str,
        point: Point,
        office: Office,
        *,
        stations: tuple[str, ...] = (),
        specialities: tuple[str, ...] = (),
    ) -> None:
        """Add a unit with its full and its short name, and fill its posts."""
        place = rounded(point)
        self._points[code] = place
        self.units.append(
            UnitPlan(
                code=code,
                parent=parent,
                level=level,
                name=names[0],
                short_name=names[1],
                division_code=division_code,
                active_from=self.founded_on,
                point=place,
                specialities=specialities,
                stations=stations,
            )
        )
        self.terms.fill(code, office)

    def station(self, code: str, name: str, division_code: str, point: Point, *, address: str, parent: str = "") -> str:
        """Add a police station, or a police post under `parent`; return its code."""
        kind = demo.POLICE_POST if parent else demo.STATION
        self.stations.append(StationPlan(code, name, kind, division_code, near(self.rng, point, 0.4), parent, address))
        return code

    def site(self, unit: str, kind: str, name: str, *, address: str, within: float = 0.8) -> None:
        """Add a site at most `within` kilometres from the unit's own place."""
        self.sites.append(SitePlan(unit, kind, name, near(self.rng, self._points[unit], within), address))

    def grid(self, code: str, parent: str, level: int, name: str, unit: str) -> str:
        """Add a grid; return its code."""
        self.grids.append(GridPlan(code, parent, level, name, unit))
        return code

    def plan(self, code: str, name: str, division_code: str, level_names: dict[int, str]) -> CorpsPlan:
        """Close the plan."""
        return CorpsPlan(
            code=code,
            name=name,
            division_code=division_code,
            founded_on=self.founded_on,
            level_names=level_names,
            units=self.units,
            stations=self.stations,
            sites=self.sites,
            grids=self.grids,
            terms=self.terms.plans,
        )
