"""Inventing what a corps did: the facts of its report, and those around the day of loading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from stats.demo import words
from stats.demo.calendar import LOCAL, Slot, days, is_dry, is_free_day, is_school_day, moment
from stats.demo.crew import Crew
from stats.demo.published import Report, Work
from stats.demo.rows import Facts, Incident, Presence, Shift
from stats.demo.scene import Kind, Scene, Spot, Team, Volunteer

_TRIES = 400
_DAYS: Mapping[str, Callable[[date], bool]] = {
    "": lambda _day: True,
    "school": is_school_day,
    "dry": is_dry,
    "free": is_free_day,
}
# The hours at which incidents of a category happen, as windows of minutes after midnight.
_HOURS = {
    "publicity": ((8 * 60 + 30, 11 * 60 + 30), (14 * 60 + 30, 20 * 60)),
    "dispute": ((8 * 60, 12 * 60), (17 * 60, 22 * 60 + 30)),
    "clue": ((20 * 60, 23 * 60 + 50), (1, 5 * 60)),
    "rescue": ((6 * 60, 22 * 60),),
}
_ANY_HOUR = ((7 * 60, 22 * 60),)
_NEAR = {"dispute": "estate", "publicity": "market", "missing": "market", "hazard": "estate"}
_KILOMETRE = 1 / 111.2


class TooFewPeople(Exception):
    """The city has not enough people to have done what was reported."""


class Inventor:
    """Invents facts of one scene; everything drawn comes from one stream of chance, in one order."""

    def __init__(self, scene: Scene, *, seed: int) -> None:
        self.scene = scene
        self.rng = Random(f"{scene.code}:{seed}:facts")
        self.crew = Crew(self.rng)
        self.facts = Facts()
        self.kinds = {kind.code: kind for kind in scene.duty_kinds}
        self._incident_kinds: dict[str, list[Kind]] = {}
        for kind in scene.incident_kinds:
            self._incident_kinds.setdefault(kind.category, []).append(kind)
        self._posts: set[tuple[date, Slot, int, int | None, str]] = set()
        self._weights = {
            rural: list(accumulate(len(area.volunteers) if area.rural or not rural else 0 for area in scene.areas))
            for rural in (False, True)
        }

    # What was reported.

    def reported(self, report: Report) -> None:
        """Invent the facts of a report. Raises `TooFewPeople`."""
        self._calendar: dict[str, tuple[list[date], list[float]]] = {}
        for name, fits in _DAYS.items():
            found = [day for day in days(self.scene.founded_on, report.end) if fits(day)]
            # The corps grows, and so does what it does.
            weights = accumulate(20.0 + (day - self.scene.founded_on).days for day in found)
            self._calendar[name] = (found, list(weights))
        sessions = people = 0
        for number, work in enumerate(report.works, start=1):
            last = number == len(report.works) and report.sessions
            rest = replace(work, sessions=report.sessions - sessions, people=report.people - people) if last else work
            made = self._work(rest)
            sessions += len(made)
            people += sum(len(shift.presences) for shift in made)
        views = list(report.views)
        for category, count in report.incidents.items():
            for _ in range(count):
                found, grown = self._calendar[""]
                (day,) = self.rng.choices(found, cum_weights=grown)
                quantity = views.pop() if category == "work" and views else 0
                self._verified(self._incident(category, self._area(), day, quantity), None)

    def _work(self, work: Work) -> list[Shift]:
        made = [self._session(work, size) for size in self._sizes(work)]
        left = work.people - sum(len(shift.presences) for shift in made)
        while left > 0:
            shift = self._session(work, min(self.rng.randint(*work.size), left))
            left -= len(shift.presences)
            made.append(shift)
        if work.materials:
            for shift, materials in zip(made, self._parts(work.materials, len(made)), strict=True):
                shift.materials = materials
                shift.reached = materials * self.rng.randint(5, 12) // 10
        return made

    def _sizes(self, work: Work) -> list[int]:
        """The teams of a work with a number of sessions; with a number of person-times as well, both come out."""
        if not work.sessions:
            return []
        if not work.people:
            return [self.rng.randint(*work.size) for _ in range(work.sessions)]
        least, most = work.size
        sizes = [least] * work.sessions
        rest = work.people - least * work.sessions
        while rest > 0:
            index = self.rng.randrange(len(sizes))
            if sizes[index] < most:
                sizes[index] += 1
                rest -= 1
            elif all(size == most for size in sizes):
                raise TooFewPeople
        return sizes

    def _parts(self, total: int, count: int) -> list[int]:
        weights = [self.rng.uniform(0.5, 1.5) for _ in range(count)]
        cuts = [round(total * part / sum(weights)) for part in accumulate(weights)]
        return [cut - before for cut, before in zip(cuts, [0, *cuts], strict=False)]

    def _session(self, work: Work, size: int) -> Shift:
        """One shift of the report, closed, at a day, time and place where there are people for it."""
        found, grown = self._calendar[work.days]
        for attempt in range(_TRIES):
            (day,) = self.rng.choices(found, cum_weights=grown)
            team = self._organiser(work)
            serving = team.serving(day)
            # A small unit sends a smaller team, unless both figures of the work are to come out.
            wanted = size if work.sessions and work.people else min(size, max(serving // 2, 1))
            if serving < wanted or (wanted < min(size, work.size[0]) and attempt < _TRIES // 2):
                continue
            slot = self.rng.choice(work.slots)
            spot = self._spot(team, work)
            if not self._is_free(day, slot, team, spot, work):
                continue
            people = self.crew.draw(team, day, slot, wanted)
            if len(people) < wanted:
                continue
            shift = self._shift(work, team, spot, (day, slot), wanted)
            self.crew.take(people, day, slot)
            self._attend(shift, people)
            self._close(shift)
            self.facts.shifts.append(shift)
            return shift
        raise TooFewPeople

    def _area(self) -> Team:
        (area,) = self.rng.choices(self.scene.areas, cum_weights=self._weights[False])
        return area

    def _organiser(self, work: Work) -> Team:
        chance = self.rng.random()
        if chance < work.wide:
            return self.rng.choice(self.scene.wide)
        weights = self._weights[work.rural]
        (area,) = self.rng.choices(self.scene.areas, cum_weights=weights if weights[-1] else self._weights[False])
        if area.squads and chance > 1 - work.squad:
            return self.rng.choice(area.squads)
        return area

    def _kind(self, work: Work, slot: Slot) -> Kind:
        if work.kinds[0] == "school-in":
            return self.kinds["school-in" if slot is Slot.ARRIVAL else "school-out"]
        return self.kinds[self.rng.choice(work.kinds)]

    def _spot(self, team: Team, work: Work) -> Spot:
        spots = team.spots.get(work.site, ()) if work.site else ()
        return self.rng.choice(spots) if spots else team.spot

    def _is_free(self, day: date, slot: Slot, team: Team, spot: Spot, work: Work) -> bool:
        """Nobody posts two teams of the same kind at the same place and time."""
        key = (day, slot, team.unit, spot.id, work.kinds[0])
        if key in self._posts:
            return False
        self._posts.add(key)
        return True

    # Parts of a shift.

    def _shift(self, work: Work, team: Team, spot: Spot, when: tuple[date, Slot], needed: int) -> Shift:
        rng, (day, slot) = self.rng, when
        kind = self._kind(work, slot)
        later = rng.randrange(0, slot.value.later + 1, 5)
        starts = moment(day, slot, later)
        mixed = kind.mechanism == "joint" or kind.category in {"event", "commercial"}
        shift = Shift(
            unit=team.unit,
            kind=kind,
            day=day,
            starts=starts,
            ends=starts + timedelta(minutes=slot.value.minutes),
            needed=needed,
            site=spot.id,
            route="" if spot.id else words.route(rng, kind.category, kind.code, spot.name),
            police=rng.randint(1, 3) if mixed else int(rng.random() < 0.15),
            auxiliaries=rng.randint(1, 6) if mixed else rng.choice((0, 0, 1, 2)),
            vehicles=rng.choice((0, 1, 1, 2)) if mixed or kind.category in {"night", "forest"} else 0,
            account=team.account,
        )
        if kind.mechanism == "joint" and len(team.squads) > 1:
            shift.joint = tuple(squad.unit for squad in rng.sample(list(team.squads), 1))
        return shift

    def _attend(self, shift: Shift, people: Sequence[Volunteer], now: datetime | None = None) -> None:
        """Everybody came, a few late; with `now` only what had happened by then."""
        for person in people:
            late = self.rng.random() < 0.03
            offset = self.rng.randint(8, 20) if late else -self.rng.randint(0, 8)
            came = shift.starts + timedelta(minutes=offset)
            went: datetime | None = shift.ends + timedelta(minutes=self.rng.randint(0, 8))
            if now is not None and came > now:
                continue
            if now is not None and went is not None and went > now:
                went = None
            shift.presences.append(Presence(person, "late" if late else "present", came, went))

    def _close(self, shift: Shift) -> None:
        shift.state = "closed"
        shift.closed_at = shift.ends + timedelta(minutes=self.rng.randint(9, 40))
        if self.rng.random() < 0.6:
            shift.summary = words.summary(self.rng, shift.kind.category)

    # Incidents.

    def _incident(self, category: str, area: Team, day: date, quantity: int = 0) -> Incident:
        rng = self.rng
        kind = rng.choice(self._incident_kinds[category])
        team = rng.choice(area.squads) if area.squads and rng.random() < 0.75 else area
        spots = team.spots.get(_NEAR.get(category, ""), ()) or area.spots.get(_NEAR.get(category, ""), ())
        spot = rng.choice(spots) if spots and rng.random() < 0.6 else team.spot
        first, last = rng.choice(_HOURS.get(category, _ANY_HOUR))
        occurred = datetime.combine(day, datetime.min.time(), LOCAL) + timedelta(minutes=rng.randint(first, last))
        text, outcome = words.incident(rng, category, spot.name)
        incident = Incident(
            unit=team.unit,
            kind=kind,
            occurred=occurred,
            place=spot.name[:120],
            latitude=round(spot.latitude + rng.uniform(-0.5, 0.5) * _KILOMETRE, 5),
            longitude=round(spot.longitude + rng.uniform(-0.5, 0.5) * _KILOMETRE, 5),
            grid=rng.choice(team.grids) if team.grids else None,
            text=text,
            outcome=outcome,
            recorded=occurred + timedelta(minutes=rng.randint(15, 180)),
            account=team.account,
        )
        if category == "work":
            incident.quantity = quantity or rng.randint(800, 15_000)
        elif category == "publicity":
            incident.reached = rng.randint(15, 160)
            incident.materials = incident.reached * rng.randint(4, 11) // 10
        serving = area.serving(day)
        if serving:
            people = rng.sample(range(serving), min(serving, rng.choice((1, 1, 2, 2, 3))))
            incident.participants = [area.volunteers[i] for i in people if area.volunteers[i].left > day]
        incident.log.append((incident.recorded, "created", "", False))
        return incident

    def _submit(self, incident: Incident) -> None:
        incident.state = "submitted"
        at = incident.recorded + timedelta(minutes=self.rng.randint(2, 30))
        incident.log.append((at, "submitted", "", False))

    def _verified(self, incident: Incident, now: datetime | None) -> None:
        """Submitted and verified within a day and a half; those verified later than `now` still wait."""
        self._submit(incident)
        at = incident.log[-1][0] + timedelta(minutes=self.rng.randint(30, 36 * 60))
        if now is None or at < now:
            incident.state, incident.verified = "verified", at
            incident.log.append((at, "verified", "", True))
        self.facts.incidents.append(incident)

    # What happens around the day of loading.

    def living(self, *, now: datetime, since: date) -> None:
        """Invent what a corps does from `since` until now, and what it has planned for the coming week."""
        today = now.astimezone(LOCAL).date()
        first = max(since, today - timedelta(days=_LIVING_DAYS))
        for day in days(first, today + timedelta(days=8)):
            for work, slot, team in self._plan(day):
                self._live_shift(work, slot, team, day, now)
            if day <= today:
                self._live_incidents(day, now)

    def _plan(self, day: date) -> Iterator[tuple[Work, Slot, Team]]:
        """What is done on a day: the more areas, the more of it; in the showcase every day."""
        size = max(len(self.scene.areas) / 219, 0.3)
        for work, rate, slot in _WEEK:
            if not _DAYS[work.days](day):
                continue
            # Week-ends are livelier at night.
            livelier = 1.5 if work.kinds[0] == "night" and day.weekday() in {4, 5} else 1
            for _ in range(int(rate * size * livelier + self.rng.random())):
                yield work, slot, self._organiser(work)
        for team in self._shown():
            for work, slot in _SHOWCASE[min(_SQUAD, team.level)]:
                if _DAYS[work.days](day):
                    yield work, slot, team

    def _shown(self) -> Iterator[Team]:
        teams = [*self.scene.wide, *self.scene.areas, *(squad for area in self.scene.areas for squad in area.squads)]
        for team in teams:
            if team.code in self.scene.showcase:
                yield team

    def _live_shift(self, work: Work, slot: Slot, team: Team, day: date, now: datetime) -> None:
        serving = team.serving(day)
        size = min(self.rng.randint(*work.size), serving // 2)
        spot = self._spot(team, work)
        if size < 1 or not self._is_free(day, slot, team, spot, work):
            return
        people = self.crew.draw(team, day, slot, size)
        if not people:
            return
        shift = self._shift(work, team, spot, (day, slot), max(size, len(people)))
        self.facts.shifts.append(shift)
        if shift.ends < now and self.rng.random() < 0.01:
            shift.state, shift.cancel_reason = "cancelled", self.rng.choice(words.REASONS_CANCELLED)
            return
        if shift.starts > now:
            people = self._gaps(shift, people, team)
        self.crew.take(people, day, slot)
        # Who was planned is told of the last weeks and of what comes; older shifts say who came.
        shift.planned = people if now - shift.starts < _PLANS_KEPT else []
        if shift.ends < now and len(people) > 1 and self.rng.random() < 0.06:
            shift.presences.append(Presence(people[-1], "absent"))
            people = people[:-1]
        self._attend(shift, people, now)
        # Some shifts of the last hours wait for their captain to close them.
        if shift.ends + timedelta(hours=1) < now and (now - shift.ends > timedelta(days=2) or self.rng.random() < 0.8):
            self._close(shift)
            if shift.kind.category == "publicity":
                shift.materials = self.rng.randint(30, 220)
                shift.reached = shift.materials * self.rng.randint(6, 12) // 10

    def _gaps(self, shift: Shift, people: list[Volunteer], team: Team) -> list[Volunteer]:
        """Shifts to come are not all full; the showcase always has something to fill."""
        chance = self.rng.random()
        if chance < 0.04:
            return []
        if chance < 0.18 or (team.code in self.scene.showcase and chance < 0.35):
            return people[: max(len(people) - self.rng.randint(1, 2), 0)]
        return people

    def _live_incidents(self, day: date, now: datetime) -> None:
        size = max(len(self.scene.areas) / 219, 0.3)
        areas = [self._area() for _ in range(int(_INCIDENTS_A_DAY * size + self.rng.random()))]
        shown = [area for area in self.scene.areas if area.code in self.scene.showcase]
        areas += [area for area in shown if self.rng.random() < 0.6]
        for area in areas:
            (category,) = self.rng.choices(list(_INCIDENT_MIX), list(_INCIDENT_MIX.values()))
            incident = self._incident(category, area, day)
            if incident.recorded + timedelta(minutes=30) < now:
                self._live_state(incident, now)

    def _live_state(self, incident: Incident, now: datetime) -> None:
        age, chance = now - incident.recorded, self.rng.random()
        if age > timedelta(days=10) or chance > 0.4:
            self._verified(incident, now)
            return
        if chance < 0.05:
            incident.state = "draft"
        else:
            self._submit(incident)
            if chance < 0.14 and age > timedelta(hours=12):
                incident.state = "returned"
                at = incident.log[-1][0] + (now - incident.log[-1][0]) / 2
                incident.log.append((at, "returned", self.rng.choice(words.REMARKS_RETURNED), True))
        self.facts.incidents.append(incident)


_LIVING_DAYS = 400
_PLANS_KEPT = timedelta(days=35)
_SQUAD = 4
_INCIDENTS_A_DAY = 11.0
_INCIDENT_MIX = {
    "dispute": 30,
    "publicity": 30,
    "help": 12,
    "hazard": 14,
    "information": 8,
    "assist": 4,
    "clue": 2.5,
    "rescue": 1.5,
    "missing": 1,
    "case": 0.8,
    "environment": 0.7,
    "work": 1.2,
}
_GATE_WORK = Work(("school-in", "school-out"), (Slot.ARRIVAL,), (2, 5), site="school", days="school")
_PATROL_WORK = Work(("patrol", "mobile-watch", "joint-patrol"), (Slot.EVENING,), (2, 5), squad=0.6)
_NIGHT_WORK = Work(("night",), (Slot.NIGHT,), (2, 5), squad=0.2)
_WATCH_WORK = Work(("rescue",), (Slot.DAY_WATCH,), (2, 4))
# (work, how many a day in a city of 219 areas, slot).
_WEEK: tuple[tuple[Work, float, Slot], ...] = (
    (_GATE_WORK, 8.0, Slot.ARRIVAL),
    (_GATE_WORK, 8.0, Slot.LEAVING),
    (_PATROL_WORK, 7.0, Slot.EVENING),
    (_NIGHT_WORK, 4.0, Slot.NIGHT),
    (Work(("fixed-post", "patrol"), (Slot.MORNING,), (2, 4), squad=0.5), 4.0, Slot.MORNING),
    (Work(("forest",), (Slot.MORNING,), (2, 4), days="dry", rural=True), 3.5, Slot.MORNING),
    (Work(("publicity", "fraud", "safety-class"), (Slot.AFTERNOON,), (2, 4)), 2.5, Slot.AFTERNOON),
    (Work(("peak", "traffic"), (Slot.LEAVING,), (2, 4)), 2.0, Slot.LEAVING),
    (Work(("mass-event",), (Slot.AFTERNOON,), (5, 12), wide=0.4, days="free"), 2.0, Slot.AFTERNOON),
    (Work(("commercial-event",), (Slot.EVENING,), (3, 6), site="market"), 0.6, Slot.EVENING),
    (Work(("inspection", "hazard-check", "front-door"), (Slot.AFTERNOON,), (2, 3)), 1.6, Slot.AFTERNOON),
    (Work(("training", "drill", "service"), (Slot.AFTERNOON,), (4, 9), days="free"), 1.2, Slot.AFTERNOON),
    (_WATCH_WORK, 0.6, Slot.DAY_WATCH),
    (_WATCH_WORK, 0.6, Slot.NIGHT_WATCH),
)
_BUSY = (
    (_GATE_WORK, Slot.ARRIVAL),
    (_GATE_WORK, Slot.LEAVING),
    (_PATROL_WORK, Slot.EVENING),
    (_NIGHT_WORK, Slot.NIGHT),
    (_WATCH_WORK, Slot.DAY_WATCH),
)
# What a unit of the showcase does every day, by level.
_SHOWCASE: Mapping[int, tuple[tuple[Work, Slot], ...]] = {
    1: ((_WATCH_WORK, Slot.DAY_WATCH), (_WATCH_WORK, Slot.NIGHT_WATCH)),
    2: ((_WATCH_WORK, Slot.DAY_WATCH), (_WATCH_WORK, Slot.NIGHT_WATCH)),
    3: (*_BUSY, (_WATCH_WORK, Slot.NIGHT_WATCH)),
    4: (
        (Work(("patrol", "mobile-watch"), (Slot.EVENING,), (2, 2)), Slot.EVENING),
        (Work(("fixed-post",), (Slot.MORNING,), (2, 3), days="free"), Slot.MORNING),
    ),
}
