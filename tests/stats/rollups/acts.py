"""Random acts on facts, people and units, as all doors together would do them: one by one, in bulk, by COPY."""

import datetime as dt
from random import Random
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import Unit
from corps.operations import tree
from duties.models import Attendance, Shift
from incidents.models import Incident
from members.models import Member
from members.operations.units import merge_units
from tests.members.roster import person
from tests.stats.rollups.facts import attend, incident, moment, shift

DAYS = [dt.date(2026, 2, 27) + dt.timedelta(days=number) for number in range(4)]
CATEGORIES = ["patrol", "school", "event"]
KINDS = ["dispute", "missing", "work", "publicity"]
STATUSES = ["present", "late", "absent", "replaced"]
OCCUPATIONS = ["guard", "shop", ""]


class World:
    """Does one act after the other; `rng` decides on what."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def some(self, rows: Any) -> Any:
        """One of the rows, or None: also when another writer has just taken it away."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.model.objects.filter(pk=self.rng.choice(keys)).first() if keys else None

    def unit(self) -> int:
        return int(
            self.rng.choice(list(Unit.objects.filter(active_until=None).order_by("pk").values_list("pk", flat=True)))
        )

    def act(self, name: str) -> None:
        """Do it; what the rules refuse is not done."""
        try:
            with transaction.atomic():
                getattr(self, name)()
        except (IntegrityError, psycopg.IntegrityError, Refusal):
            pass

    def enrol(self) -> None:
        person(
            self.unit(),
            "王芳",
            joined_on=self.rng.choice([*DAYS, None]),
            occupation=self.rng.choice(OCCUPATIONS),
        )

    def leave(self) -> None:
        if member := self.some(Member.objects.all()):
            member.status = self.rng.choice(["left", "active", "suspended"])
            member.status_on = self.rng.choice([*DAYS, None])
            member.save()

    def transfer(self) -> None:
        if member := self.some(Member.objects.all()):
            Member.objects.filter(pk=member.pk).update(
                unit_id=self.unit(), occupation=self.rng.choice(OCCUPATIONS), joined_on=self.rng.choice([*DAYS, None])
            )

    def plan(self) -> None:
        shift(
            self.unit(),
            self.rng.choice(DAYS),
            category=self.rng.choice(CATEGORIES),
            mechanism=self.rng.choice(["fixed", "joint"]),
            hour=self.rng.randrange(23),
            closed=self.rng.random() < 0.6,
            materials=self.rng.randrange(50),
        )

    def close_or_reopen(self) -> None:
        if one := self.some(Shift.objects.all()):
            closed = one.state != "closed"
            one.state, one.closed_at = ("closed", moment(one.day, 23)) if closed else ("planned", None)
            one.people_reached = self.rng.randrange(9)
            one.save()

    def move_shift(self) -> None:
        if one := self.some(Shift.objects.all()):
            start = moment(self.rng.choice(DAYS), self.rng.randrange(23))
            category = self.rng.choice(CATEGORIES)
            Shift.objects.filter(pk=one.pk).update(
                starts_at=start, ends_at=start + dt.timedelta(hours=1), unit_id=self.unit(), category=category
            )

    def attend(self) -> None:
        one, member = self.some(Shift.objects.all()), self.some(Member.objects.all())
        if one and member:
            attend(one, member.pk, member.unit_id, self.rng.choice(STATUSES), self.rng.randrange(1, 59))

    def correct(self) -> None:
        if one := self.some(Attendance.objects.filter(current=True)):
            Attendance.objects.filter(pk=one.pk).update(current=False)
            member = self.some(Member.objects.all())
            new = attend(one.shift, member.pk, member.unit_id, self.rng.choice(STATUSES), 30)
            Attendance.objects.filter(pk=new.pk).update(corrects=one, reason="wrong")

    def change_minutes(self) -> None:
        Attendance.objects.filter(status="present").update(minutes=self.rng.randrange(1, 99))

    def unattend(self) -> None:
        if one := self.some(Attendance.objects.filter(corrects=None, corrected_by=None)):
            one.delete()

    def copy_attendance(self) -> None:
        """Many rows at once by COPY, of people whose shift this is for."""
        one = self.some(Shift.objects.exclude(state="cancelled"))
        if one is None:
            return
        # Read before: a connection that copies answers nothing else.
        there = Attendance.objects.filter(shift=one, current=True).values("member_id")
        people = list(Member.objects.exclude(pk__in=there).order_by("pk").values_list("pk", "unit_id")[:20])
        statement = (
            "COPY duties_attendance (shift_id, member_id, unit_id, day, category, mechanism, status, minutes,"
            " current, reason, recorded_at) FROM STDIN"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for member, unit in people:
                row = [one.pk, member, unit, one.day, one.category, one.mechanism, "absent", 0, True, "", one.starts_at]
                copy.write_row(row)

    def report(self) -> None:
        incident(
            self.unit(),
            self.rng.choice(DAYS),
            self.rng.choice(KINDS),
            verified=self.rng.random() < 0.7,
            quantity=self.rng.randrange(1, 9),
            materials=self.rng.randrange(5),
        )

    def withdraw(self) -> None:
        if one := self.some(Incident.objects.filter(state="verified")):
            Incident.objects.filter(pk=one.pk).update(state="submitted", verified_at=None)

    def verify(self) -> None:
        Incident.objects.exclude(state="verified").update(state="verified", verified_at=moment(DAYS[0], 23))

    def edit_incident(self) -> None:
        if one := self.some(Incident.objects.all()):
            Incident.objects.filter(pk=one.pk).update(
                occurred_at=moment(self.rng.choice(DAYS), 0, 30), unit_id=self.unit(), quantity=self.rng.randrange(99)
            )

    def strike_incident(self) -> None:
        if one := self.some(Incident.objects.all()):
            one.delete()

    def move_unit(self) -> None:
        tree.move_unit(actor=SYSTEM, unit_id=self.unit(), parent_id=self.unit())

    def merge(self) -> None:
        merge_units(actor=SYSTEM, source_id=self.unit(), target_id=self.unit(), reason="merger")


ACTS = [
    name for name, value in vars(World).items() if callable(value) and name not in {"__init__", "some", "unit", "act"}
]
