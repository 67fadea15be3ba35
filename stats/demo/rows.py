"""The rows a generator of facts gives: what shifts, attendance and incidents hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from stats.demo.scene import Kind, Volunteer


@dataclass(slots=True)
class Presence:
    """What became of a volunteer's shift; `came` and `went` are None for whoever did not come, or has not gone yet."""

    volunteer: Volunteer
    status: str
    came: datetime | None = None
    went: datetime | None = None

    @property
    def minutes(self) -> int:
        """Whole minutes between coming and going."""
        return int((self.went - self.came).total_seconds()) // 60 if self.came and self.went else 0


@dataclass(slots=True)
class Shift:
    """A shift; `planned` are those it was planned with, where that is kept."""

    unit: int
    kind: Kind
    day: date
    starts: datetime
    ends: datetime
    needed: int
    site: int | None = None
    route: str = ""
    joint: tuple[int, ...] = ()
    police: int = 0
    auxiliaries: int = 0
    vehicles: int = 0
    state: str = "planned"
    materials: int = 0
    reached: int = 0
    summary: str = ""
    closed_at: datetime | None = None
    cancel_reason: str = ""
    account: int | None = None
    planned: list[Volunteer] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)


@dataclass(slots=True)
class Incident:
    """An incident with its log: (moment, kind of entry, text, whether an officer wrote it)."""

    unit: int
    kind: Kind
    occurred: datetime
    place: str
    latitude: float
    longitude: float
    grid: int | None
    text: str
    outcome: str
    recorded: datetime
    state: str = "verified"
    quantity: int = 1
    materials: int = 0
    reached: int = 0
    verified: datetime | None = None
    account: int | None = None
    participants: list[Volunteer] = field(default_factory=list)
    log: list[tuple[datetime, str, str, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Everything invented for a city."""

    shifts: list[Shift] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
