"""Invented volunteers of a demonstration city, as rows of its roster.

Shares that the city reported (occupations, functional groups, partner organisations) come out exactly; everything else
is drawn. The people of the report had all joined by the day of the report and none had left, so that counting that day
gives what was reported; `newcomers` are those who came since. The same seed, size and day give the same people on every
machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from members.demo import lives
from members.demo.city import DemoCity, Home, apportion
from members.demo.identity import Numbers
from members.demo.names import FEMALE, MALE, Names

_OLDEST, _YOUNGEST = date(1950, 1, 1), date(2006, 12, 31)
_ADULT = 18
# One member in so many also serves in a second team.
_FURTHER_TEAM = 40
# One newcomer since the report for so many members it counted.
_PER_NEWCOMER = 16
# Of the newcomers, the share that came within the last year.
_LATELY = 0.55
# Days after which an applicant is a member.
_PROBATION = 60


@dataclass(slots=True)
class Person:
    """A volunteer: fields are named as in the roster; words are those a roster is written in."""

    unit: str
    name: str
    identity: str
    sex: str
    birth_date: date
    phone: str
    occupation: str
    employer: str
    address: str
    grid: str
    political_status: str
    education: str
    joined_on: date
    status: str = "在队"
    status_reason: str = ""
    status_on: date | None = None
    skills: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    emergency_name: str = ""
    emergency_phone: str = ""
    insurer: str = ""
    policy_number: str = ""
    insured_until: date | None = None
    recruiter: str = ""
    partner: str = ""


class People:
    """Invents the members of a city, unit after unit in the order of its homes: as reported first, then newcomers."""

    def __init__(self, city: DemoCity, *, members: int, seed: int, today: date) -> None:
        self._city = city
        self._members = members
        self._today = today
        self._rng = Random(f"{city.plan.code}:{seed}:people")
        self._names = Names(self._rng)
        self._numbers = Numbers(self._rng)

    def __iter__(self) -> Iterator[Person]:
        sizes = apportion(self._members, {home.unit: home.weight for home in self._city.homes})
        occupations = self._dealt(self._city.occupations)
        partners = self._dealt(self._city.partners)
        groups = [self._dealt({name: share}) for name, share in self._city.groups.items()]
        position = 0
        for home in self._city.homes:
            recruiters: list[str] = []
            for _ in range(sizes[home.unit]):
                person = self._person(home, occupations[position])
                person.partner = partners[position]
                person.groups = [dealt[position] for dealt in groups if dealt[position]]
                self._service(person, home, recruiters)
                recruiters = [*recruiters[-2:], person.name]
                position += 1
                yield person

    def newcomers(self) -> Iterator[Person]:
        """Those who joined since the report, a sixteenth as many; in no functional group and from no partner yet.

        Only after the others: numbers are given to one after the other, none of them twice.
        """
        homes = self._city.homes
        weights = [home.weight for home in homes]
        occupations, shares = list(self._city.occupations), [float(share) for share in self._city.occupations.values()]
        for _ in range(self._members // _PER_NEWCOMER):
            home = self._rng.choices(homes, weights)[0]
            person = self._person(home, self._rng.choices(occupations, shares)[0], newcomer=True)
            self._service(person, home, [])
            yield person

    def _dealt(self, shares: Mapping[str, Fraction]) -> list[str]:
        """One name for each member, as many of each as its share says, shuffled; "" for the rest."""
        rest = 1 - sum(shares.values(), Fraction(0))
        counts = apportion(self._members, {**shares, "": rest})
        dealt = [name for name, count in counts.items() for _ in range(count)]
        self._rng.shuffle(dealt)
        return dealt

    def _person(self, home: Home, occupation: str, *, newcomer: bool = False) -> Person:
        rng, life = self._rng, lives.LIVES[occupation]
        sex = MALE if rng.random() < life.male else FEMALE
        area = rng.choice(self._city.other_area_codes if rng.random() < self._city.newcomers else home.area_codes)
        identity, birth = self._numbers.identity(area, sex, lambda: self._birth(life, newcomer=newcomer))
        joined = self._joined_since(birth) if newcomer else self._joined(birth)
        return Person(
            unit=home.unit,
            name=self._names.name(sex, birth.year),
            identity=identity,
            sex="男" if sex == MALE else "女",
            birth_date=birth,
            phone=self._numbers.phone(),
            occupation=occupation,
            employer=lives.employer(rng, life, home.place),
            address=lives.address(rng, home.locality, urban=home.urban),
            grid=rng.choice(home.grids) if home.grids else "",
            political_status=lives.political_status(rng, self._age(birth)),
            education=lives.education(rng, birth.year, occupation),
            joined_on=joined,
        )

    def _birth(self, life: lives.Life, *, newcomer: bool) -> date:
        """A birthday at an age usual for the occupation, within the years the city's members were born in.

        Whoever would have been a child at the time of joining is made older by some years.
        """
        age = self._rng.triangular(life.youngest, life.oldest, life.usual)
        birth = self._today - timedelta(days=int(age * 365.25) + self._rng.randrange(365))
        birth = min(max(birth, _OLDEST), _YOUNGEST)
        # Newcomers may have joined on any day since the report, the others on any day before it.
        adult = self._city.reported_on - timedelta(days=int((_ADULT + 0.5) * 365.25))
        return birth if newcomer or birth <= adult else adult - timedelta(days=self._rng.randrange(4 * 365))

    def _age(self, birth: date) -> int:
        return (self._today - birth).days // 365

    def _joined(self, birth: date) -> date:
        """A day between founding and report, most of them early; nobody joins before the eighteenth birthday."""
        adult = birth + timedelta(days=int((_ADULT + 0.1) * 365.25))
        first = max(self._city.founded_on, adult)
        span = (self._city.reported_on - first).days
        return first + timedelta(days=int(span * self._rng.random() ** 2))

    def _joined_since(self, birth: date) -> date:
        """A day since the report, more than half of them within the last year."""
        adult = birth + timedelta(days=int((_ADULT + 0.1) * 365.25))
        span = max((self._today - max(self._city.reported_on, adult)).days, 1)
        days = self._rng.randrange(min(span, 365)) if self._rng.random() < _LATELY else self._rng.randrange(span)
        return self._today - timedelta(days=days)

    def _service(self, person: Person, home: Home, recruiters: list[str]) -> None:
        rng = self._rng
        person.roles = lives.roles(rng, person.occupation)
        person.skills = lives.skills(rng)
        if rng.random() < 0.7:
            person.emergency_name = self._names.name(FEMALE if person.sex == "男" else MALE, person.birth_date.year)
            person.emergency_phone = self._numbers.phone()
        if rng.random() < 0.85:
            person.insurer = rng.choice(lives.INSURERS)
            person.policy_number = f"YW{rng.randrange(10**12):012d}"
            # A year's policy each; a few have been forgotten to renew.
            last_year = self._today.year + rng.choices((-1, 0, 1), (4, 40, 56))[0]
            person.insured_until = date(max(last_year, person.joined_on.year), 12, 31)
        if recruiters and rng.random() < 0.4:
            person.recruiter = rng.choice(recruiters)
        if rng.randrange(_FURTHER_TEAM) == 0:
            person.teams = [rng.choice(self._city.homes).unit]
            person.teams = [unit for unit in person.teams if unit != home.unit]
        self._status(person)

    def _status(self, person: Person) -> None:
        """Most are active; some pause or have left since the report; the latest newcomers are not members yet."""
        chance = self._rng.random()
        since = max(person.joined_on, self._city.reported_on)
        days = (self._today - since).days
        if days < 2:
            return
        if days <= _PROBATION:
            chance = lives.NOT_YET_FROM + chance * (lives.NOT_YET_UNTIL - lives.NOT_YET_FROM)
        elif chance < lives.NOT_YET_UNTIL:
            return
        status, reasons = lives.status(chance)
        if person.partner and status == "离队":
            return  # the report counts who came with a partner, and today's roster shall still say so
        person.status = status
        person.status_reason = self._rng.choice(reasons)
        person.status_on = since + timedelta(days=self._rng.randrange(1, days))
        if person.status in lives.NOT_YET_MEMBERS:
            person.insurer, person.policy_number, person.insured_until = "", "", None
