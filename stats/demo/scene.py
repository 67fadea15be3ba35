"""Who serves where: what the generator of facts needs to know of a loaded city."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A member: `left` is the first day on which no duty is done any more."""

    id: int
    unit: int
    joined: date
    left: date


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where something may happen; `id` is that of its site, None for the surroundings of a unit."""

    id: int | None
    name: str
    latitude: float
    longitude: float


@dataclass(slots=True)
class Team:
    """A unit that organises something: everybody in it and below it, those who joined first in front."""

    unit: int
    code: str
    name: str
    level: int
    spot: Spot
    volunteers: Sequence[Volunteer] = ()
    spots: Mapping[str, Sequence[Spot]] = field(default_factory=dict)
    grids: Sequence[int] = ()
    rural: bool = False
    squads: Sequence[Team] = ()
    account: int | None = None
    _joined: list[date] = field(default_factory=list)

    def serving(self, day: date) -> int:
        """How many had joined by that day; they are the first so many of `volunteers`."""
        if not self._joined:
            self._joined = [volunteer.joined for volunteer in self.volunteers]
        return bisect_right(self._joined, day)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of duty or incident of the corps."""

    id: int
    code: str
    name: str
    category: str
    mechanism: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A loaded city: `areas` are brigades and squads that belong to none, `wide` the units above them, root first.

    `showcase` are codes of one unit of each level: the demo accounts look at these, so something happens there daily.
    """

    code: str
    founded_on: date
    areas: Sequence[Team]
    wide: Sequence[Team]
    duty_kinds: Sequence[Kind]
    incident_kinds: Sequence[Kind]
    showcase: Sequence[str]
    officer: int | None = None
