"""Facts for tests of figures: shifts, attendance, incidents and people of the cast's units, drawn from a seed.

Written as rows, so that everything the statistics must tell apart occurs: planned and cancelled shifts, absences,
corrected rows, incidents that nobody verified, people who left. Nothing is counted until `count` runs the drain.
"""

import datetime as dt
import random
from dataclasses import dataclass, field

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from corps.actors import SYSTEM
from corps.models import Site
from duties.enums import AttendanceStatus, DutyCategory, Mechanism, ShiftState
from duties.models import Attendance, DutyKind, Shift
from incidents.enums import IncidentCategory, IncidentState
from incidents.models import Incident, IncidentKind
from members.models import Certificate, CertificateKind, FunctionalGroup, GroupMembership, Member, PartnerOrganisation
from stats.operations.rollups import drain_all
from tests.cast import Cast
from tests.members.roster import person

ZONE = timezone.get_default_timezone()
SQUADS = ("sg11", "sg12", "sg21", "zx11", "zx9")
_OCCUPATIONS = ("guard", "property", "building", "shop", "courier", "")


def at(day: dt.date, hour: int = 19) -> dt.datetime:
    """A moment of the corps' own clock."""
    return dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE)


def count() -> None:
    """Count what has changed, as the worker does."""
    drain_all(actor=SYSTEM, wait=True)


@dataclass
class Deeds:
    """What was done, by unit; `dice` decides, so that a seed is a story."""

    cast: Cast
    dice: random.Random
    people: dict[str, list[Member]] = field(default_factory=dict)
    duty_kinds: dict[str, DutyKind] = field(default_factory=dict)
    incident_kinds: dict[str, IncidentKind] = field(default_factory=dict)

    def duty_kind(self, category: DutyCategory, mechanism: Mechanism) -> DutyKind:
        code = f"{category.value}-{mechanism.value}"
        if code not in self.duty_kinds:
            self.duty_kinds[code] = DutyKind.objects.create(
                corps=self.cast.units["hy"].corps,
                code=code,
                name=f"勤务{len(self.duty_kinds)}",
                category=category,
                mechanism=mechanism,
                starts=dt.time(19),
                minutes=120,
            )
        return self.duty_kinds[code]

    def incident_kind(self, category: IncidentCategory) -> IncidentKind:
        if category not in self.incident_kinds:
            self.incident_kinds[category] = IncidentKind.objects.create(
                corps=self.cast.units["hy"].corps,
                code=category.value,
                name=f"事件{len(self.incident_kinds)}",
                category=category,
            )
        return self.incident_kinds[category]

    def shift(
        self,
        unit: str,
        day: dt.date,
        *,
        category: DutyCategory = DutyCategory.PATROL,
        mechanism: Mechanism = Mechanism.STANDBY,
        state: ShiftState = ShiftState.CLOSED,
        hour: int = 19,
        materials: int = 0,
        reached: int = 0,
    ) -> Shift:
        """A shift of two hours."""
        starts = at(day, hour)
        return Shift.objects.create(
            unit=self.cast.units[unit],
            kind=self.duty_kind(category, mechanism),
            category=category,
            mechanism=mechanism,
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=2),
            needed=2,
            state=state,
            closed_at=starts + dt.timedelta(hours=3) if state == ShiftState.CLOSED else None,
            materials=materials,
            people_reached=reached,
        )

    def attend(
        self, shift: Shift, member: Member, status: AttendanceStatus = AttendanceStatus.PRESENT, minutes: int = 120
    ) -> Attendance:
        """A member's attendance at a shift."""
        came = status in {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
        out = shift.starts_at + dt.timedelta(minutes=minutes) if minutes else None
        return Attendance.objects.create(
            shift=shift,
            member=member,
            unit_id=member.unit_id,
            day=shift.starts_at.astimezone(ZONE).date(),
            category=shift.category,
            mechanism=shift.mechanism,
            status=status,
            checked_in_at=shift.starts_at if came else None,
            checked_out_at=out if came else None,
            period=DateTimeTZRange(shift.starts_at, out or shift.ends_at) if came else None,
            minutes=minutes if came else 0,
        )

    def incident(
        self,
        unit: str,
        day: dt.date,
        *,
        category: IncidentCategory = IncidentCategory.DISPUTE,
        state: IncidentState = IncidentState.VERIFIED,
        quantity: int = 1,
        materials: int = 0,
        reached: int = 0,
    ) -> Incident:
        """An incident of the evening."""
        return Incident.objects.create(
            unit=self.cast.units[unit],
            kind=self.incident_kind(category),
            category=category,
            occurred_at=at(day, 20),
            account="两户人家因停车起了争执。",
            place="和平路口",
            quantity=quantity,
            materials=materials,
            people_reached=reached,
            state=state,
            verified_at=at(day, 22) if state == IncidentState.VERIFIED else None,
        )

    def join(self, unit: str, number: int, first: dt.date, last: dt.date) -> None:
        """People of a unit; some joined on an unknown day, some have left."""
        for position in range(number):
            day = first + dt.timedelta(days=self.dice.randrange((last - first).days))
            left = self.dice.random() < 0.2
            member = person(
                self.cast.units[unit].pk,
                f"{'张王李赵'[position % 4]}{'伟芳娜敏静'[self.dice.randrange(5)]}",
                joined_on=None if self.dice.random() < 0.1 else day,
                occupation=self.dice.choice(_OCCUPATIONS),
                status="left" if left else "active",
                status_on=day + dt.timedelta(days=self.dice.randrange(200)) if left else None,
            )
            self.people.setdefault(unit, []).append(member)


def story(cast: Cast, seed: int, first: dt.date, last: dt.date, *, facts: int = 120) -> Deeds:
    """A corps that has served from one day to another, counted."""
    deeds = Deeds(cast, random.Random(seed))
    dice = deeds.dice
    for unit in SQUADS:
        deeds.join(unit, 6, first, last)
    _groups(deeds)
    _certificates(deeds, first)
    days = (last - first).days
    for _number in range(facts):
        day = first + dt.timedelta(days=dice.randrange(days))
        unit = dice.choice((*SQUADS, "sg1", "sg", "zx", "hy"))
        if dice.random() < 0.5:
            _shift_with_people(deeds, unit, day)
        else:
            deeds.incident(
                unit,
                day,
                category=dice.choice(list(IncidentCategory)),
                state=IncidentState.VERIFIED if dice.random() < 0.7 else dice.choice(list(IncidentState)),
                quantity=dice.randrange(1, 40),
                materials=dice.choice((0, 0, 12, 300)),
                reached=dice.choice((0, 5)),
            )
    count()
    return deeds


def _shift_with_people(deeds: Deeds, unit: str, day: dt.date) -> None:
    dice = deeds.dice
    shift = deeds.shift(
        unit,
        day,
        category=dice.choice(list(DutyCategory)),
        mechanism=dice.choice(list(Mechanism)),
        state=ShiftState.CLOSED if dice.random() < 0.7 else dice.choice(list(ShiftState)),
        hour=dice.randrange(24),
        materials=dice.choice((0, 0, 20, 1_500)),
        reached=dice.choice((0, 7)),
    )
    if shift.state == ShiftState.CANCELLED:
        return
    everybody = [member for members in deeds.people.values() for member in members]
    for member in dice.sample(everybody, dice.randrange(6)):
        if _is_busy(member, shift):
            continue
        row = deeds.attend(shift, member, dice.choice(list(AttendanceStatus)), dice.choice((0, 45, 120)))
        if dice.random() < 0.1:
            Attendance.objects.filter(pk=row.pk).update(current=False)


def _is_busy(member: Member, shift: Shift) -> bool:
    window = DateTimeTZRange(shift.starts_at, shift.ends_at)
    return Attendance.objects.filter(member=member, current=True, period__overlap=window).exists()


def _groups(deeds: Deeds) -> None:
    corps = deeds.cast.units["hy"].corps
    group = FunctionalGroup.objects.create(corps=corps, name="巡防组")
    partner = PartnerOrganisation.objects.create(corps=corps, name="蓝天救援队")
    for unit in ("sg11", "zx11"):
        for member in deeds.people[unit][:3]:
            GroupMembership.objects.create(member=member, group=group)
        Member.objects.filter(pk=deeds.people[unit][4].pk).update(partner=partner)
        Site.objects.create(unit=deeds.cast.units[unit], kind="assembly", name=f"{unit}集结点")


def _certificates(deeds: Deeds, day: dt.date) -> None:
    kind = CertificateKind.objects.create(corps=deeds.cast.units["hy"].corps, name="急救证")
    for unit, members in deeds.people.items():
        for position, member in enumerate(members[1:4]):
            number = f"{unit}-{position}"
            Certificate.objects.create(member=member, kind=kind, number=number, issuer="红十字会", issued_on=day)
