"""The division facts the demonstration cities are built on; README.md names their source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community: twelve-digit statistical code and the name of the place (长湖社区, 二塘村)."""

    code: str
    name: str

    @property
    def is_community(self) -> bool:
        """Whether this is a community of a town or city rather than a village."""
        return not self.name.endswith("村")


@dataclass(frozen=True, slots=True)
class Township:
    """A street, town, township or statistical zone of the same level: nine-digit code."""

    code: str
    name: str
    villages: tuple[Village, ...]

    @property
    def area_code(self) -> str:
        """The six-digit code of the county it belongs to (of the city, where a city has no counties)."""
        return self.code[:6]


@dataclass(frozen=True, slots=True)
class County:
    """A county, district or county-level city, or a development zone counted like one: six-digit code."""

    code: str
    name: str
    townships: tuple[Township, ...]


@dataclass(frozen=True, slots=True)
class City:
    """A prefecture-level city; ``townships`` holds those that belong to no county (东莞 has no counties)."""

    code: str
    name: str
    counties: tuple[County, ...]
    townships: tuple[Township, ...]


@cache
def city(code: str) -> City:
    """Read a city by its six-digit code, or raise KeyError when the cut does not hold it."""
    names: dict[str, str] = {}
    townships: dict[str, list[Township]] = {}
    with Path(__file__).with_name("divisions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["code"].startswith(code[:4]):
                continue
            if len(row["code"]) == 6:
                names[row["code"]] = row["name"]
            else:
                township = _township(row["code"], row["name"], row["villages"])
                townships.setdefault(township.area_code, []).append(township)
    name = names.pop(code)
    return City(
        code=code,
        name=name,
        counties=tuple(
            County(code=area, name=area_name, townships=tuple(townships.get(area, ())))
            for area, area_name in names.items()
        ),
        townships=tuple(townships.get(code, ())),
    )


def _township(code: str, name: str, villages: str) -> Township:
    return Township(
        code=code,
        name=name,
        villages=tuple(Village(code=code + village[:3], name=village[3:]) for village in villages.split()),
    )
