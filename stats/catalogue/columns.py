"""The columns of a day's cell: which facts, of which table, under which condition, and what of them is added.

A condition maps a field of the fact's model to the values it may have. Both the SQL of counting (`Part.condition_sql`)
and the ORM filter of the list of facts (`Part.condition_q`) are made from it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

from django.db import models
from django.db.models.expressions import RawSQL

from duties.enums import SERVED, AttendanceStatus, DutyCategory, Mechanism, ShiftState
from incidents.enums import IncidentCategory, IncidentState
from members.enums import EVER_MEMBERS, MemberStatus, Occupation

Condition: TypeAlias = Mapping[str, tuple[str | bool, ...]]

#: Where the roster does not know when somebody joined, they have belonged to their unit since this day.
UNKNOWN_DAY: Final = dt.date(1900, 1, 1)

_JOINED: Final = f"coalesce(members_member.joined_on, DATE '{UNKNOWN_DAY}')"


@dataclass(frozen=True, slots=True)
class Source:
    """A table of facts. `unit` and `day` are SQL over it: the unit a fact counts at and the day it counts on.

    `changed` is the code under which triggers note that the table was written.
    """

    code: str
    changed: str
    model: str
    table: str
    where: Condition
    unit: str = "unit_id"
    day: str = "day"

    @property
    def unit_sql(self) -> str:
        """The unit, qualified by the table."""
        return f"{self.table}.{self.unit}"

    @property
    def day_sql(self) -> str:
        """The day, qualified by the table."""
        return f"{self.table}.{self.day}" if self.day.isidentifier() else self.day

    @property
    def day_expression(self) -> RawSQL:
        """The day, for a query through the ORM."""
        return RawSQL(self.day_sql, (), output_field=models.DateField())  # noqa: S611 - a constant of this file


SOURCES: Final[dict[str, Source]] = {
    source.code: source
    for source in (
        Source("shift", "shift", "duties.Shift", "duties_shift", {"state": (ShiftState.CLOSED,)}),
        Source("attendance", "attendance", "duties.Attendance", "duties_attendance", {"current": (True,)}),
        Source(
            "incident", "incident", "incidents.Incident", "incidents_incident", {"state": (IncidentState.VERIFIED,)}
        ),
        # Who has only applied, was not admitted, or has another record is no fact of the roster.
        Source("joined", "roster", "members.Member", "members_member", {"status": EVER_MEMBERS}, day=_JOINED),
        # Who left on an unknown day, or before having joined, was never counted.
        Source(
            "departed",
            "roster",
            "members.Member",
            "members_member",
            {"status": (MemberStatus.LEFT,)},
            day=f"greatest(coalesce(members_member.status_on, {_JOINED}), {_JOINED})",
        ),
    )
}


@dataclass(frozen=True)
class Part:
    """Facts of one source that a column adds up: their number, or the sum of `amount`; with `sign` -1 taken away."""

    source: Source
    where: Condition = field(default_factory=dict)
    amount: str = ""
    sign: int = 1

    @property
    def condition(self) -> Condition:
        """What a fact must be to count, the source's own condition included."""
        return {**self.source.where, **self.where}

    @cached_property
    def condition_sql(self) -> str:
        """`condition` as SQL; "true" when every row of the table counts."""
        return sql_of(self.source, self.condition)

    @cached_property
    def condition_q(self) -> models.Q:
        """`condition` for the ORM."""
        return models.Q(**{f"{name}__in": list(values) for name, values in self.condition.items()})


@dataclass(frozen=True)
class Column:
    """A column of the roll-ups. `wide` ones are sums of entered numbers and need 64 bits."""

    name: str
    parts: tuple[Part, ...]
    wide: bool = False


def sql_of(source: Source, condition: Condition) -> str:
    """A condition as SQL over the source's table."""
    terms = [_term(f"{source.table}.{name}", values) for name, values in condition.items()]
    return " AND ".join(terms) or "true"


def _term(name: str, values: Iterable[str | bool]) -> str:
    found = list(values)
    if found == [True]:
        return name
    # Values are codes of our own enums; a quote in one would be an error of ours.
    quoted = ", ".join("'" + str(value).replace("'", "''") + "'" for value in found)
    return f"{name} = {quoted}" if len(found) == 1 else f"{name} IN ({quoted})"


_SHIFT = SOURCES["shift"]
_ATTENDANCE = SOURCES["attendance"]
_INCIDENT = SOURCES["incident"]
_SERVED: Final[Condition] = {"status": tuple(SERVED)}


def _one(name: str, source: Source, where: Condition | None = None, amount: str = "", *, wide: bool = False) -> Column:
    return Column(name, (Part(source, where or {}, amount),), wide)


def _stock(name: str, where: Condition | None = None) -> Column:
    """Who came minus who went: added up from the beginning it is how many there are."""
    return Column(name, (Part(SOURCES["joined"], where or {}), Part(SOURCES["departed"], where or {}, sign=-1)))


_ALL: Final[tuple[Column, ...]] = (
    _one("shifts", _SHIFT),
    *(_one(f"shifts_{category.value}", _SHIFT, {"category": (category,)}) for category in DutyCategory),
    _one("shift_materials", _SHIFT, amount="materials", wide=True),
    _one("shift_people", _SHIFT, amount="people_reached", wide=True),
    _one("attended", _ATTENDANCE, _SERVED),
    *(
        _one(f"attended_{category.value}", _ATTENDANCE, {**_SERVED, "category": (category,)})
        for category in DutyCategory
    ),
    _one("attended_joint", _ATTENDANCE, {**_SERVED, "mechanism": (Mechanism.JOINT,)}),
    _one("minutes", _ATTENDANCE, _SERVED, "minutes", wide=True),
    _one("late", _ATTENDANCE, {"status": (AttendanceStatus.LATE,)}),
    _one("absent", _ATTENDANCE, {"status": (AttendanceStatus.ABSENT,)}),
    _one("incidents", _INCIDENT),
    *(_one(f"incidents_{category.value}", _INCIDENT, {"category": (category,)}) for category in IncidentCategory),
    _one("persons_found", _INCIDENT, {"category": (IncidentCategory.MISSING,)}, "quantity", wide=True),
    _one("incident_materials", _INCIDENT, amount="materials", wide=True),
    _one("incident_people", _INCIDENT, amount="people_reached", wide=True),
    _one("views", _INCIDENT, {"category": (IncidentCategory.WORK,)}, "quantity", wide=True),
    _one("joined", SOURCES["joined"]),
    _one("departed", SOURCES["departed"]),
    _stock("people"),
    _stock("guards", {"occupation": (Occupation.GUARD,)}),
    _stock("property_staff", {"occupation": (Occupation.PROPERTY,)}),
    _stock("building_heads", {"occupation": (Occupation.BUILDING_HEAD,)}),
    _stock("shop_heads", {"occupation": (Occupation.SHOP_HEAD,)}),
)

COLUMNS: Final[dict[str, Column]] = {column.name: column for column in _ALL}

#: Who served: the facts that distinct people are counted from.
SERVED_PART: Final = Part(_ATTENDANCE, _SERVED)
