"""What a demonstration city consists of: the plan of its corps and where its members live and serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from corps.logic.plans import CorpsPlan

# Ranks of units and kinds as `corps.enums` stores them; that page needs Django, this package does not.
CORPS, DETACHMENT, BRIGADE, SQUAD = 1, 2, 3, 4
STATION, POLICE_POST = "station", "post"
ASSEMBLY, SCHOOL, ESTATE, ENTERPRISE, MARKET, STORE, OTHER = (
    "assembly",
    "school",
    "estate",
    "enterprise",
    "market",
    "store",
    "other",
)
COMMISSAR, CAPTAIN, DEPUTY, INSTRUCTOR = "commissar", "captain", "deputy", "instructor"

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Home:
    """A unit that has members: how many in proportion, where they live and which first digits their numbers bear.

    `place` is the county or town as names of firms bear it, `locality` the beginning of an address.
    """

    unit: str
    weight: float
    place: str
    locality: str
    area_codes: tuple[str, ...]
    grids: tuple[str, ...] = ()
    urban: bool = True


@dataclass(frozen=True, slots=True)
class DemoCity:
    """A city ready to be planted and peopled; `full_size` is the number of members it reported on `reported_on`.

    `occupations`, `groups` and `partners` give exact shares of all members: at full size the reported figures.
    """

    plan: CorpsPlan
    homes: Sequence[Home]
    occupations: Mapping[str, Fraction]
    groups: Mapping[str, Fraction]
    partners: Mapping[str, Fraction]
    founded_on: date
    reported_on: date
    full_size: int
    # One unit of each level, from the top down to a squad: where the demo accounts have their roles.
    showcase: tuple[str, ...]
    # Identity numbers of people who moved here begin with one of these.
    other_area_codes: tuple[str, ...]
    newcomers: float


def apportion(total: int, weights: Mapping[Key, float | Fraction], *, least: int = 0) -> dict[Key, int]:
    """Divide a total by weight, everybody at least `least`; the shares sum up exactly (largest remainders).

    Ties fall to whoever stands first, so the result depends on nothing but the arguments.
    """
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError(f"{total} cannot give at least {least} to each of {len(weights)}")
    whole = sum(weights.values())
    exact = {key: rest * weight / whole for key, weight in weights.items()}
    shares = {key: int(value) for key, value in exact.items()}
    left = rest - sum(shares.values())
    order = sorted(exact, key=lambda key: exact[key] - shares[key], reverse=True)
    for key in order[:left]:
        shares[key] += 1
    return {key: share + least for key, share in shares.items()}
