"""Duties for tests of pages: the customary kinds, a squad with known people, shifts planned through operations."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from corps.actors import SYSTEM, Actor
from corps.queries.scope import local_today
from duties.enums import AttendanceStatus
from duties.logic.times import monday_of
from duties.models import DutyKind, Shift
from duties.operations.attendance import Entry, record_list
from duties.operations.kinds import plant_default_kinds
from duties.operations.results import add_photo
from duties.operations.shifts import plan_shift
from members.models import Member
from tests.cast import Cast
from tests.members.roster import person

# Initials: zw, wf, ln, lm, cx, zl.
SQUAD = ("张伟", "王芳", "李娜", "刘敏", "陈曦", "赵磊")


@dataclass
class Duties:
    """The cast with kinds by code and the people of sg11 by name."""

    cast: Cast
    kinds: dict[str, DutyKind]
    people: dict[str, Member]

    def shift(self, code: str = "sg11", *, day: int = 0, at: str = "19:30", minutes: int = 120, **values: Any) -> Shift:
        """A shift so many days from today, planned by the captain of sg with the named `people`."""
        starts = timezone.make_aware(
            dt.datetime.combine(local_today() + dt.timedelta(days=day), dt.time.fromisoformat(at))
        )
        return self.at(starts, minutes, code=code, **values)

    def at(
        self, starts: dt.datetime, minutes: int = 120, *, code: str = "sg11", kind: str = "patrol", **values: Any
    ) -> Shift:
        """A shift that starts at a moment."""
        names = values.pop("people", ())
        return plan_shift(
            actor=self.cast.actor(values.pop("actor", "captain_hy")),
            unit_id=self.cast.units[code].pk,
            kind_id=self.kinds[kind].pk,
            starts_at=starts,
            ends_at=starts + dt.timedelta(minutes=minutes),
            needed=values.pop("needed", 2),
            member_ids=[self.people[name].pk for name in names],
            **values,
        )

    def begun(self, minutes_ago: int = 30, minutes: int = 120, **values: Any) -> Shift:
        """A shift that runs, or that is over when it began long enough ago."""
        return self.at(timezone.now() - dt.timedelta(minutes=minutes_ago), minutes, **values)


def duties_of(cast: Cast) -> Duties:
    """Kinds for the corps, six people in sg11."""
    unit = cast.units["sg11"]
    plant_default_kinds(actor=SYSTEM, corps_id=unit.corps_id)
    kinds = {kind.code: kind for kind in DutyKind.objects.filter(corps_id=unit.corps_id)}
    people = {name: person(unit.pk, name, phone=f"1390000{number:04d}") for number, name in enumerate(SQUAD)}
    return Duties(cast, kinds, people)


def this_monday() -> dt.date:
    """The Monday of this week."""
    return monday_of(local_today())


# One red pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def running_shift(officer: Actor, unit_id: int, member: Member) -> Shift:
    """A shift that began half an hour ago, its member recorded as present, with a photo: every door has something."""
    corps_id = member.unit.corps_id
    kind = DutyKind.objects.filter(corps_id=corps_id, code="patrol").first()
    if kind is None:
        plant_default_kinds(actor=SYSTEM, corps_id=corps_id)
        kind = DutyKind.objects.get(corps_id=corps_id, code="patrol")
    starts = timezone.now() - dt.timedelta(minutes=30)
    shift = plan_shift(
        actor=officer,
        unit_id=unit_id,
        kind_id=kind.pk,
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=2),
        needed=2,
        member_ids=[member.pk],
    )
    record_list(actor=officer, shift_id=shift.pk, entries=[Entry(member.pk, AttendanceStatus.PRESENT)])
    add_photo(actor=officer, shift_id=shift.pk, content=PICTURE)
    return shift
