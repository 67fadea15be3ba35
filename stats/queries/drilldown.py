"""The list of facts behind a figure, a page at a time, latest first, told to a reader.

A list does not walk more facts than it needs: the roll-ups say on which days there is anything, and days that wait to
be counted again are looked at as well.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models import Value as Constant

from corps.enums import Level, SiteKind
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, scope_of
from members.enums import ON_THE_ROSTER
from stats.catalogue import MEASURES, SOURCES, Adds, Measure
from stats.logic.people import keys_of
from stats.logic.periods import Period
from stats.queries import trained
from stats.queries.facts import facts_behind
from stats.queries.figures import people_who_served

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE: Final = 50
_CODES: Final = tuple(SOURCES)
_ORDER: Final = {code: position for position, code in enumerate(SOURCES)}
_EVER: Final = (dt.date(1, 1, 1), dt.date(9999, 1, 1))
_ONE_DAY: Final = dt.timedelta(days=1)

# What a line of the list needs of a fact, by source.
_MEMBER: Final = {"unit": F("unit_id"), "person": F("name"), "person_id": F("id"), "status_code": F("status")}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "attendance": {
        "unit": F("unit_id"),
        "person": F("member__name"),
        "person_id": F("member_id"),
        "kind_name": F("shift__kind__name"),
        "at": F("checked_in_at"),
        "planned": F("shift__starts_at"),
        "status_code": F("status"),
        "target": F("shift_id"),
        "target_unit": F("shift__unit_id"),
    },
    "shift": {
        "unit": F("unit_id"),
        "kind_name": F("kind__name"),
        "at": F("starts_at"),
        "place_name": F("site__name"),
        "route_name": F("route"),
        "target": F("id"),
        "target_unit": F("unit_id"),
    },
    "incident": {
        "unit": F("unit_id"),
        "kind_name": F("kind__name"),
        "at": F("occurred_at"),
        "place_name": F("place"),
        "target": F("id"),
        "target_unit": F("unit_id"),
    },
    "joined": _MEMBER,
    "departed": _MEMBER,
}
SEEN_WITH: Final = {
    "attendance": Permission.DUTY_VIEW,
    "shift": Permission.DUTY_VIEW,
    "incident": Permission.INCIDENT_VIEW,
    "joined": Permission.MEMBER_VIEW,
    "departed": Permission.MEMBER_VIEW,
}
_OPENS: Final = {
    "attendance": "shift",
    "shift": "shift",
    "incident": "incident",
    "joined": "member",
    "departed": "member",
}


_MEMBERS: Final = [status.value for status in ON_THE_ROSTER]

# What is counted directly, by the same conditions as in `stats.queries.direct`: key, unit, name, and what it opens.
_MEMBERS_NOW: Final = """
SELECT m.id, m.unit_id, m.name FROM members_member m
WHERE m.status = ANY(%(members)s) AND m.unit_id = ANY(%(units)s) AND {}
"""
_UNITS: Final = """
SELECT id, id AS unit_id, name FROM corps_unit WHERE level = %(level)s AND active_from < %(end)s
    AND (active_until IS NULL OR active_until >= %(end)s) AND id = ANY(%(units)s)
"""
_SITES: Final = "SELECT id, unit_id, name FROM corps_site WHERE active AND kind = %(site)s AND unit_id = ANY(%(units)s)"
_GROUPS: Final = """
SELECT g.id, NULL::bigint AS unit_id, g.name FROM members_functionalgroup g WHERE g.id IN (
    SELECT l.group_id FROM members_groupmembership l JOIN members_member m ON m.id = l.member_id
    WHERE m.status = ANY(%(members)s) AND m.unit_id = ANY(%(units)s))
"""
_PARTNERS: Final = """
SELECT p.id, NULL::bigint AS unit_id, p.name FROM members_partnerorganisation p WHERE p.id IN (
    SELECT m.partner_id FROM members_member m WHERE m.status = ANY(%(members)s) AND m.unit_id = ANY(%(units)s))
"""
_THINGS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "corps": (_UNITS, "unit", {"level": Level.CORPS.value}),
    "detachments": (_UNITS, "unit", {"level": Level.DETACHMENT.value}),
    "brigades": (_UNITS, "unit", {"level": Level.BRIGADE.value}),
    "squads": (_UNITS, "unit", {"level": Level.SQUAD.value}),
    "assembly_points": (_SITES, "unit", {"site": SiteKind.ASSEMBLY_POINT.value}),
    "enterprise_stations": (_SITES, "unit", {"site": SiteKind.ENTERPRISE_STATION.value}),
    "grids": ("SELECT id, unit_id, name FROM corps_grid WHERE unit_id = ANY(%(units)s)", "unit", {}),
    "partner_people": (_MEMBERS_NOW.format("m.partner_id IS NOT NULL"), "member", {}),
    "group_people": (
        _MEMBERS_NOW.format("EXISTS (SELECT FROM members_groupmembership g WHERE g.member_id = m.id)"),
        "member",
        {},
    ),
    **{code: (statement, "member", {}) for code, statement in trained.LISTS.items()},
    "groups": (_GROUPS, "", {}),
    "partners": (_PARTNERS, "", {}),
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a list goes on: behind this fact. `source` is its position in the catalogue's list of sources."""

    day: dt.date
    source: int
    id: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}~{self.source}~{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place written so; None for anything else."""
        day, *numbers = text.split("~")
        if len(numbers) != 2 or not all(one.isascii() and one.isdigit() and len(one) < 19 for one in numbers):
            return None
        try:
            found = cls(dt.date.fromisoformat(day), int(numbers[0]), int(numbers[1]))
        except ValueError:
            return None
        return found if found.source < len(_CODES) else None


@dataclass(frozen=True, slots=True)
class Fact:
    """One row that was counted.

    `source` is the code of its table, `amount` what it adds before the measure's divisor. `day` is None for the day of
    joining of somebody of whom it is not known. `person` is empty where the reader may not see people there, and
    `opens` (`shift`, `incident`, `member`) where they may not open the page of `target`.
    """

    source: str
    id: int
    day: dt.date
    amount: int
    unit_id: int | None
    kind: str = ""
    person: str = ""
    person_id: int | None = None
    status: str = ""
    at: dt.datetime | None = None
    where: str = ""
    opens: str = ""
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Facts, and the place behind which the next page begins; None at the end."""

    facts: Sequence[Fact]
    following: Place | None


def facts_page(
    actor: "Actor", unit: Node, measure: Measure, period: Period, after: Place | None = None, *, own: bool = False
) -> Page:
    """A page of the facts that `measure` counts for the unit and everything below it in the period.

    With `own` only those of the unit itself, for measures that add up over units. The caller has checked `result.view`
    in the unit. A ratio has the facts of its numerator.
    """
    counted = MEASURES[measure.numerator] if measure.adds_up is Adds.RATIO else measure
    units = _units(unit, own=own)
    if counted.adds_up is Adds.DIRECT:
        return _things(actor, units, counted, period, after)
    if counted.adds_up is Adds.DISTINCT:
        rows = _people(unit, units, counted, period, after)
    elif counted.adds_up is Adds.STOCK:
        rows = _stock(units, counted, period, after)
    else:
        rows = _flow(unit, units, counted, period, after, own=own)
    facts = _told(actor, rows[:PAGE])
    following = _place(rows[PAGE - 1]) if len(rows) > PAGE else None
    return Page(facts, following)


def recount(unit: Node, measure: Measure, period: Period, *, own: bool = False) -> int:
    """What the facts themselves add up to, before the measure's divisor; takes as long as there are facts."""
    units = _units(unit, own=own)
    found = 0
    if measure.adds_up is Adds.DIRECT:
        statement, values = _thing_list(measure, units, period)
        return int(_ask(f"SELECT count(*) FROM ({statement}) AS things", values)[0][0])
    for source, rows in facts_behind(measure, units, period.first, period.end):
        if measure.adds_up is Adds.DISTINCT:
            return rows.aggregate(n=Count("member_id", distinct=True))["n"] or 0
        amount = _amount_of(measure, source.code)
        found += (rows.aggregate(n=Sum(amount))["n"] if amount else rows.count()) or 0
    return found


def is_counted(unit: Node, measure: Measure, source: str, fact_id: int) -> Fact | None:
    """The fact if the measure ever counts it for the unit or a unit below it; told without anything about people."""
    counted = MEASURES[measure.numerator] if measure.adds_up is Adds.RATIO else measure
    units = current_tree().within(unit.id)
    if counted.adds_up is Adds.DIRECT:
        return None
    if source == "joined" and counted.adds_up is Adds.DISTINCT:
        # Who served here may have moved to another unit since.
        ((_attendance, served),) = facts_behind(counted, units, *_EVER)
        if not served.filter(member_id=fact_id).exists():
            return None
        counted, units = MEASURES["joined"], current_tree().ids
    elif source == "joined" and counted.adds_up is Adds.STOCK:
        # Whoever left stands behind no figure of today, but did behind those of then.
        counted = MEASURES["joined"]
    for found, rows in facts_behind(counted, units, *_EVER):
        if found.code == source and (
            row := _rows(rows.filter(pk=fact_id), source, _amount_of(counted, source)).first()
        ):
            return _plain(row)
    return None


def _units(unit: Node, *, own: bool) -> list[int]:
    return [unit.id] if own else current_tree().within(unit.id)


def _amount_of(measure: Measure, source: str) -> str:
    return next(part.amount for part in measure.parts if part.source.code == source)


def _place(row: dict[str, Any]) -> Place:
    return Place(row["fact_day"], _ORDER[row["source"]], row["id"])


def _rows(rows: "QuerySet[Any]", source: str, amount: str = "") -> "QuerySet[Any, dict[str, Any]]":
    """The facts as plain rows with everything a line needs: one query, no objects."""
    return rows.values(
        "id",
        "fact_day",
        amount=F(amount) if amount else Constant(1),
        source=Constant(source),
        **{f"f_{name}": value for name, value in _FIELDS[source].items()},
    )


# -- what happened


def _flow(
    unit: Node, units: list[int], measure: Measure, period: Period, after: Place | None, *, own: bool
) -> list[dict[str, Any]]:
    cells = "stats_ownday" if own else "stats_totalday"
    found: list[dict[str, Any]] = []
    last = min(period.last, after.day) if after else period.last
    waiting = _waiting_days(units, period)
    while last >= period.first and len(found) <= PAGE:
        days, complete = _days_with_facts(cells, unit.id, measure, period.first, last, begun=after)
        lowest = period.first if complete else days[-1]
        days = sorted({*days, *(day for day in waiting if lowest <= day <= last)})
        found += _of_days(units, measure, days, after, PAGE + 1 - len(found))
        last = lowest - _ONE_DAY
    return found


def _waiting_days(units: list[int], period: Period) -> list[dt.date]:
    found = _ask(
        "SELECT DISTINCT day FROM stats_dirty WHERE day >= %(first)s AND day < %(end)s AND unit_id = ANY(%(units)s)",
        {"first": period.first, "end": period.end, "units": units},
    )
    return [day for (day,) in found]


def _days_with_facts(
    cells: str, unit_id: int, measure: Measure, first: dt.date, last: dt.date, *, begun: Place | None
) -> tuple[list[dt.date], bool]:
    """The latest days with facts, latest first, enough to fill a page; and whether there are no more of them."""
    # The names are those of the catalogue.
    number = " + ".join(f"coalesce({name}, 0)" for name in measure.columns)
    some = " OR ".join(f"{name} <> 0" for name in measure.columns)
    rows = _ask(
        f"SELECT day, {number} FROM {cells} WHERE unit_id = %(unit)s AND day BETWEEN %(first)s AND %(last)s"
        f" AND ({some}) ORDER BY day DESC LIMIT %(number)s",
        {"unit": unit_id, "first": first, "last": last, "number": PAGE + 1},
    )
    amounts = any(part.amount for part in measure.parts)
    days: list[dt.date] = []
    promised = 0
    for day, counted in rows:
        days.append(day)
        # The day the last page ended on promises nothing, and an amount no more than one fact.
        promised += 0 if begun and day == begun.day else 1 if amounts else counted
        if promised > PAGE:
            return days, False
    return days, len(rows) <= PAGE


def _of_days(
    units: list[int], measure: Measure, days: list[dt.date], after: Place | None, number: int
) -> list[dict[str, Any]]:
    if not days:
        return []
    found: list[dict[str, Any]] = []
    for source, rows in facts_behind(measure, units, days[0], days[-1] + _ONE_DAY):
        here = rows.filter(fact_day__in=days)
        if after:
            here = here.filter(_behind(after, _ORDER[source.code]))
        ordered = here.order_by("-fact_day", "-id")
        found += _rows(ordered, source.code, _amount_of(measure, source.code))[:number]
    found.sort(key=_place, reverse=True)
    return found[:number]


def _behind(after: Place, source: int) -> Q:
    """Facts of this source that stand behind the place in the order of day, source and key, all falling."""
    if source < after.source:
        return Q(fact_day__lte=after.day)
    earlier = Q(fact_day__lt=after.day)
    return earlier | Q(fact_day=after.day, id__lt=after.id) if source == after.source else earlier


# -- people


def _stock(units: list[int], measure: Measure, period: Period, after: Place | None) -> list[dict[str, Any]]:
    """Who is there at the end, in the order of their keys."""
    ((source, rows),) = facts_behind(measure, units, period.first, period.end)
    behind = rows.filter(id__gt=after.id) if after else rows
    return list(_rows(behind.order_by("id"), source.code)[: PAGE + 1])


def _people(
    unit: Node, units: list[int], measure: Measure, period: Period, after: Place | None
) -> list[dict[str, Any]]:
    """Who served, in the order of their keys, with how often."""
    served = keys_of(people_who_served([unit.id], period.first, period.end)[unit.id])
    since = after.id if after else 0
    shown = [member for member in served if member > since][: PAGE + 1]
    ((_source, rows),) = facts_behind(measure, units, period.first, period.end)
    times = dict(rows.filter(member_id__in=shown).order_by("member_id").values_list("member_id").annotate(Count("id")))
    ((source, people),) = facts_behind(MEASURES["joined"], current_tree().ids, *_EVER)
    known = {row["id"]: row for row in _rows(people.filter(id__in=shown), source.code)}
    return [{**known[member], "amount": times.get(member, 0)} for member in shown if member in known]


# -- what is counted directly ------------------------------------------------------------------------------------------


def _thing_list(measure: Measure, units: list[int], period: Period) -> tuple[str, dict[str, Any]]:
    statement, _opens, values = _THINGS[measure.direct]
    return statement, {**values, **trained.values_for(period.end), "units": units, "members": _MEMBERS}


def _things(actor: "Actor", units: list[int], measure: Measure, period: Period, after: Place | None) -> Page:
    statement, values = _thing_list(measure, units, period)
    rows = _ask(
        f"SELECT id, unit_id, name FROM ({statement}) AS things WHERE id > %(after)s ORDER BY id LIMIT %(number)s",
        {**values, "after": after.id if after else 0, "number": PAGE + 1},
    )
    opens = _THINGS[measure.direct][1]
    people = scope_of(actor, Permission.MEMBER_VIEW)
    facts = []
    for identifier, unit_id, name in rows[:PAGE]:
        fact = Fact("thing", identifier, period.last, 1, unit_id, opens=opens)
        if opens != "member":
            facts.append(replace(fact, kind=name, target=unit_id))
        elif unit_id in people:
            facts.append(replace(fact, person=name, person_id=identifier, target=identifier))
        else:
            facts.append(replace(fact, opens=""))
    return Page(facts, Place(period.last, 0, rows[PAGE - 1][0]) if len(rows) > PAGE else None)


def _ask(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


# -- telling


def _told(actor: "Actor", rows: Sequence[dict[str, Any]]) -> list[Fact]:
    people = scope_of(actor, Permission.MEMBER_VIEW)
    scopes = {source: scope_of(actor, SEEN_WITH[source]) for source in {row["source"] for row in rows}}
    told = []
    for row in rows:
        fact, values = _plain(row), _values(row)
        named = values["unit"] in people
        opened = values.get("target_unit", values["unit"]) in scopes[fact.source]
        told.append(
            replace(
                fact,
                person=values.get("person", "") if named else "",
                person_id=values.get("person_id") if named else None,
                where=(values.get("place_name") or values.get("route_name") or "") if opened else "",
                opens=_OPENS[fact.source] if opened else "",
                target=values.get("target", row["id"]) if opened else None,
            )
        )
    return told


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("f_"): value for name, value in row.items()}


def _plain(row: dict[str, Any]) -> Fact:
    """A fact without people and places."""
    values = _values(row)
    return Fact(
        source=row["source"],
        id=row["id"],
        day=row["fact_day"],
        amount=int(row["amount"]),
        unit_id=values["unit"],
        kind=values.get("kind_name", ""),
        status=values.get("status_code", ""),
        at=values.get("at") or values.get("planned"),
    )
