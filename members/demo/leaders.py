"""Who leads the invented units: posts and the terms of their holders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from corps.logic.plans import TermPlan
from members.demo import city as demo
from members.demo.names import FEMALE, MALE, Names

_TITLES = {demo.COMMISSAR: "政治委员", demo.CAPTAIN: "队长", demo.DEPUTY: "副队长", demo.INSTRUCTOR: "教导员"}


@dataclass(frozen=True, slots=True)
class Office:
    """The offices that bring the posts of a unit; "" where a post is not filled."""

    commissar: str
    captain: str
    deputy: str = ""
    instructor: str = ""


class Terms:
    """Fills the posts of units; about one post in ten has changed hands since the corps was founded."""

    def __init__(self, names: Names, rng: Random, founded_on: date) -> None:
        self._names = names
        self._rng = rng
        self._founded_on = founded_on
        self.plans: list[TermPlan] = []

    def fill(self, unit: str, office: Office) -> None:
        """Fill every post of a unit whose office is named."""
        offices = {
            demo.COMMISSAR: office.commissar,
            demo.CAPTAIN: office.captain,
            demo.DEPUTY: office.deputy,
            demo.INSTRUCTOR: office.instructor,
        }
        for kind, position in offices.items():
            if position:
                self._post(unit, kind, position)

    def _post(self, unit: str, kind: str, position: str) -> None:
        start = self._founded_on
        if self._rng.random() < 0.1:
            change = start + timedelta(days=self._rng.randrange(180, 900))
            self._add(unit, kind, position, start, change)
            start = change
        self._add(unit, kind, position, start, None)

    def _add(self, unit: str, kind: str, position: str, starts_on: date, ends_on: date | None) -> None:
        sex = FEMALE if self._rng.random() < 0.15 else MALE
        holder = self._names.name(sex, self._rng.randrange(1968, 1990))
        self.plans.append(TermPlan(unit, kind, _TITLES[kind], holder, position, starts_on, ends_on))
