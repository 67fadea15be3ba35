"""What the roll-ups ought to hold, counted in plain Python from the rows of the facts, without any code of theirs."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

from django.db import connection

from corps.models import Unit
from duties.models import Attendance, Shift
from incidents.models import Incident
from members.models import Member
from stats.logic.people import keys_of, unpack
from stats.models import MonthSet, OwnDay, OwnMonth, TotalDay

Cells = dict[tuple[int, dt.date], dict[str, int]]
Sets = dict[tuple[int, dt.date], set[int]]
Days = dict[tuple[int, dt.date], dict[int, set[int]]]
Counted = dict[tuple[int, dt.date], Counter[str]]

LONG_AGO = dt.date(1900, 1, 1)
HEADS = {"guard": "guards", "property": "property_staff", "building": "building_heads", "shop": "shop_heads"}


def ancestors() -> dict[int, list[int]]:
    """Every unit with itself and all units above it."""
    parents = dict(Unit.objects.values_list("id", "parent_id"))
    chains: dict[int, list[int]] = {}
    for unit in parents:
        chain, at = [], unit
        while at is not None:
            chain.append(at)
            at = parents[at]
        chains[unit] = chain
    return chains


def count() -> tuple[Cells, Cells, Sets, Days]:
    """Own cells, totals and people of months, without zeros, and on which days of the month each served."""
    own: Counted = defaultdict(Counter)
    people: Sets = defaultdict(set)
    days: Days = defaultdict(lambda: defaultdict(set))
    chains = ancestors()
    _shifts(own)
    _attendance(own, people, days, chains)
    _incidents(own)
    _members(own)
    totals: Counted = defaultdict(Counter)
    for (unit, day), cell in own.items():
        for above in chains[unit]:
            for name, number in cell.items():
                totals[above, day][name] += number
    return _plain(own), _plain(totals), dict(people), {key: dict(one) for key, one in days.items()}


def _shifts(own: Counted) -> None:
    for shift in Shift.objects.filter(state="closed"):
        cell = own[shift.unit_id, shift.day]
        cell["shifts"] += 1
        cell[f"shifts_{shift.category}"] += 1
        cell["shift_materials"] += shift.materials
        cell["shift_people"] += shift.people_reached


def _attendance(own: Counted, people: Sets, days: Days, chains: dict[int, list[int]]) -> None:
    for one in Attendance.objects.filter(current=True):
        cell = own[one.unit_id, one.day]
        if one.status in {"present", "late"}:
            cell["attended"] += 1
            cell[f"attended_{one.category}"] += 1
            cell["attended_joint"] += one.mechanism == "joint"
            cell["minutes"] += one.minutes
            days[one.unit_id, one.day.replace(day=1)][one.member_id].add(one.day.day)
            for unit in chains[one.unit_id]:
                people[unit, one.day.replace(day=1)].add(one.member_id)
        cell["late"] += one.status == "late"
        cell["absent"] += one.status == "absent"


def _incidents(own: Counted) -> None:
    for incident in Incident.objects.filter(state="verified"):
        cell = own[incident.unit_id, incident.day]
        cell["incidents"] += 1
        cell[f"incidents_{incident.category}"] += 1
        cell["incident_materials"] += incident.materials
        cell["incident_people"] += incident.people_reached
        cell["persons_found"] += incident.quantity if incident.category == "missing" else 0
        cell["views"] += incident.quantity if incident.category == "work" else 0


def _members(own: Counted) -> None:
    for member in Member.objects.all():
        came = member.joined_on or LONG_AGO
        _roster(own[member.unit_id, came], "joined", 1, member.occupation)
        if member.status == "left":
            went = max(member.status_on or came, came)
            _roster(own[member.unit_id, went], "departed", -1, member.occupation)


def _roster(cell: Counter[str], flow: str, sign: int, occupation: str) -> None:
    cell[flow] += 1
    cell["people"] += sign
    if occupation in HEADS:
        cell[HEADS[occupation]] += sign


def _plain(cells: Counted) -> Cells:
    found = {key: {name: number for name, number in cell.items() if number} for key, cell in cells.items()}
    return {key: cell for key, cell in found.items() if cell}


def stored() -> tuple[Cells, Cells, Sets, Days]:
    """The same from the tables of the roll-ups; `number` of a set must be its size."""
    people = {}
    for one in MonthSet.objects.all():
        people[one.unit_id, one.month] = set(keys_of(unpack(one.members)))
        assert len(people[one.unit_id, one.month]) == one.number > 0
    days = {
        (one.unit_id, one.month): {
            member: {number for number in range(1, 32) if bits >> (number - 1) & 1}
            for member, bits in zip(one.members, one.days, strict=True)
        }
        for one in OwnMonth.objects.all()
    }
    return _read(OwnDay), _read(TotalDay), people, days


def _read(model: Any) -> Cells:
    names = [field.name for field in model._meta.get_fields() if field.name not in {"pk", "unit", "day"}]
    found = {}
    for row in model.objects.values("unit_id", "day", *names):
        cell = {name: row[name] for name in names if row[name]}
        assert any(row[name] is not None for name in names), "a row without anything"
        if cell:
            found[row["unit_id"], row["day"]] = cell
    return found


def assert_equal() -> None:
    """What is stored is what the facts say, and nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM stats_dirty")
        assert cursor.fetchone() == (0,)
    for ours, theirs in zip(stored(), count(), strict=True):
        assert ours == theirs
