"""Put invented facts into a freshly loaded demonstration city: shifts, attendance and incidents, by COPY.

COPY goes through every constraint and trigger of the tables and leaves history like any other write; only the questions
a person would be asked are left out. Dirty keys would come by the hundred thousand, so the figures are rebuilt at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from corps.enums import Level, SiteKind
from corps.errors import Refusal
from corps.models import Appointment, Corps, Grid, Site, Unit
from corps.operations.context import acting
from corps.roles import Role
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations.kinds import edit_kind as edit_duty_kind
from duties.operations.kinds import plant_default_kinds as plant_duty_kinds
from incidents.models import IncidentKind
from incidents.operations.kinds import plant_default_kinds as plant_incident_kinds
from members.enums import MemberStatus
from members.models import Member
from stats.demo.facts import Inventor, TooFewPeople
from stats.demo.published import REPORTS, Report
from stats.demo.rows import Facts, Incident, Shift
from stats.demo.scene import Kind, Scene, Spot, Team, Volunteer

if TYPE_CHECKING:
    from corps.actors import Actor

_FOREVER: Final = date(9999, 1, 1)
_LONG_AGO: Final = date(1900, 1, 1)
_TABLES: Final = ("duties_shift", "duties_assignment", "duties_attendance", "incidents_incident")


@dataclass(frozen=True, slots=True)
class InventedFacts:
    """How much was invented."""

    shifts: int
    attendance: int
    incidents: int


def check_enough_people(*, actor: "Actor", name: str, members: int) -> None:
    """Raise `Refusal` when so many people could not have done what the city reported."""
    least = REPORTS[name].least
    if members < least:
        raise _too_few(name, members, least)


def invent_facts(*, actor: "Actor", corps_code: str, seed: int, now: datetime) -> InventedFacts:
    """Invent what the corps did until its report, and what it does around `now`; the corps must have no facts yet.

    The same seed and moment give the same facts. Raises `Refusal` when the corps has too few people.
    """
    corps = Corps.objects.get(code=corps_code)
    root = Unit.objects.get(corps=corps, parent=None)
    report = REPORTS[corps_code]
    with acting(actor=actor, action="city.facts", unit_id=root.pk):
        plant_duty_kinds(actor=actor, corps_id=corps.pk)
        plant_incident_kinds(actor=actor, corps_id=corps.pk)
        facts = _invent(_scene(corps, report), report, seed, now)
        attendance = _write_shifts(facts.shifts)
        _write_incidents(facts.incidents, _officer(root))
        with connection.cursor() as cursor:
            # Counting comes next, and reads these tables by more than their keys.
            cursor.execute("ANALYZE {}".format(", ".join(_TABLES)))
    return InventedFacts(len(facts.shifts), attendance, len(facts.incidents))


def ask_of_rescuers(*, actor: "Actor", corps_code: str, requirement_id: int) -> None:
    """Let standing by for rescue ask something of members, so that a refusal can be seen."""
    kind = DutyKind.objects.filter(corps__code=corps_code, category=DutyCategory.RESCUE, active=True).first()
    if kind is not None:
        edit_duty_kind(
            actor=actor,
            kind_id=kind.pk,
            name=kind.name,
            category=DutyCategory(kind.category),
            mechanism=Mechanism(kind.mechanism),
            needed=kind.needed,
            starts=kind.starts,
            minutes=kind.minutes,
            requirement_id=requirement_id,
        )


def _invent(scene: Scene, report: Report, seed: int, now: datetime) -> Facts:
    inventor = Inventor(scene, seed=seed)
    try:
        inventor.reported(report)
    except TooFewPeople as error:
        people = len(scene.wide[0].volunteers)
        raise _too_few(scene.code, people, max(report.least, people + 1)) from error
    inventor.living(now=now, since=report.end + timedelta(days=1))
    return inventor.facts


def _too_few(name: str, members: int, least: int) -> Refusal:
    return Refusal(
        _("%(members)d people cannot have done what %(city)s reported.") % {"members": members, "city": name},
        code="city.too_few",
        place=name,
        remedy=_("Nothing was changed. Load at least %(least)d people, or the roster alone with --roster-only.")
        % {"least": least},
    )


# The scene: who serves where.


def _scene(corps: Corps, report: Report) -> Scene:
    units = {unit.pk: unit for unit in Unit.objects.filter(corps=corps).order_by("tree_id", "lft")}
    people = _volunteers(corps)
    spots = _spots(corps)
    grids: dict[int, list[int]] = {}
    for unit_id, grid_id in Grid.objects.filter(corps=corps, level=3).order_by("pk").values_list("unit_id", "pk"):
        grids.setdefault(unit_id, []).append(grid_id)
    accounts = _captains(corps)
    teams: dict[int, Team] = {}
    below: dict[int, list[Volunteer]] = {}
    for unit in reversed(units.values()):
        mine = below.setdefault(unit.pk, [])
        mine += people.get(unit.pk, [])
        if unit.parent_id is not None:
            below.setdefault(unit.parent_id, []).extend(mine)
        teams[unit.pk] = Team(
            unit=unit.pk,
            code=unit.code,
            name=unit.short_name or unit.name,
            level=unit.level,
            spot=Spot(None, _place(unit), unit.latitude or 0.0, unit.longitude or 0.0),
            volunteers=sorted(mine, key=lambda one: (one.joined, one.id)),
            spots=spots.get(unit.pk, {}),
            grids=grids.get(unit.pk, ()),
            rural=SiteKind.MARKET in spots.get(unit.pk, {}),
        )
    areas, wide = [], []
    for unit in units.values():
        team = teams[unit.pk]
        parent = units.get(unit.parent_id) if unit.parent_id is not None else None
        team.account = accounts.get(unit.pk) or (teams[parent.pk].account if parent else None)
        if unit.level < Level.BRIGADE:
            wide.append(team)
        elif unit.level == Level.BRIGADE or (parent is not None and parent.level < Level.BRIGADE):
            team.squads = [teams[key] for key, one in units.items() if one.parent_id == unit.pk and below[key]]
            areas.append(team)
    return Scene(
        code=corps.code,
        founded_on=corps.founded_on or report.end,
        areas=areas,
        wide=wide,
        duty_kinds=[
            Kind(kind.pk, kind.code, kind.name, kind.category, kind.mechanism)
            for kind in DutyKind.objects.filter(corps=corps, active=True).order_by("pk")
        ],
        incident_kinds=[
            Kind(kind.pk, kind.code, kind.name, kind.category)
            for kind in IncidentKind.objects.filter(corps=corps, active=True).order_by("pk")
        ],
        showcase=_showcase(units.values(), accounts),
    )


def _place(unit: Unit) -> str:
    """What people call the place of a unit: its name without what kind of unit it is."""
    name = str(unit.name)
    for ending in ("义警中队", "义警大队", "义警支队", "义警分队", "义警总队", "义警第一大队", "义警第二大队"):
        name = name.removesuffix(ending)
    return name


def _volunteers(corps: Corps) -> dict[int, list[Volunteer]]:
    """Members by home unit; those who are not members yet never serve, whoever pauses or has left no longer."""
    found: dict[int, list[Volunteer]] = {}
    rows = Member.objects.filter(unit__corps=corps).order_by("pk")
    for key, unit_id, joined, status, since in rows.values_list("pk", "unit_id", "joined_on", "status", "status_on"):
        left = _FOREVER
        if status in {MemberStatus.LEFT, MemberStatus.SUSPENDED}:
            left = since or _LONG_AGO
        elif status != MemberStatus.ACTIVE:
            left = _LONG_AGO
        found.setdefault(unit_id, []).append(Volunteer(key, unit_id, joined or _LONG_AGO, left))
    return found


def _spots(corps: Corps) -> dict[int, dict[str, list[Spot]]]:
    """Sites by unit and kind; a brigade also has those of its squads."""
    found: dict[int, dict[str, list[Spot]]] = {}
    for site in Site.objects.filter(unit__corps=corps, active=True).select_related("unit").order_by("pk"):
        spot = Spot(site.pk, site.name, site.latitude or 0.0, site.longitude or 0.0)
        for unit_id in {site.unit_id, site.unit.parent_id} - {None}:
            found.setdefault(unit_id, {}).setdefault(site.kind, []).append(spot)
    return found


def _captains(corps: Corps) -> dict[int, int]:
    """The account of a captain, or of the officer, by unit; empty where no demo logins were made."""
    rows = Appointment.objects.filter(unit__corps=corps, role__in=(Role.CAPTAIN, Role.LIAISON)).order_by("pk")
    return dict(rows.values_list("unit_id", "account_id"))


def _officer(root: Unit) -> int | None:
    account: int | None = (
        Appointment.objects.filter(unit=root, role=Role.LIAISON).values_list("account_id", flat=True).first()
    )
    return account


def _showcase(units: Iterable[Unit], accounts: dict[int, int]) -> list[str]:
    """The units a demo account looks at; where there are none, one of each level."""
    units = list(units)
    shown = [unit.code for unit in units if unit.pk in accounts]
    if shown:
        return shown
    first: dict[int, str] = {}
    for unit in units:
        first.setdefault(unit.level, unit.code)
    return list(first.values())


# Writing.


def _write_shifts(shifts: Sequence[Shift]) -> int:
    """COPY shifts with everything that hangs on them; gives the number of attendances."""
    keys = _reserve("duties_shift", len(shifts))
    numbered = list(zip(keys, shifts, strict=True))
    columns = "id unit_id kind_id category mechanism site_id route starts_at ends_at needed police auxiliaries vehicles"
    columns += " remarks state materials people_reached summary closed_at closed_by_id cancel_reason"
    _copy("duties_shift", columns.split(), ((key, *_shift_row(shift)) for key, shift in numbered))
    with connection.cursor() as cursor:
        # What hangs on shifts is compared with them, which the planner would still take for none.
        cursor.execute("ANALYZE duties_shift (id)")
    _copy(
        "duties_shiftunit",
        ["shift_id", "unit_id"],
        ((key, unit_id) for key, shift in numbered for unit_id in shift.joint),
    )
    _copy(
        "duties_assignment",
        ["shift_id", "member_id", "period", "active"],
        (
            (key, person.id, _period(shift.starts, shift.ends), True)
            for key, shift in numbered
            for person in shift.planned
        ),
    )
    columns = "shift_id member_id unit_id day category mechanism status checked_in_at checked_out_at period minutes"
    columns += " current reason recorded_by_id recorded_at"
    # One member after the other: the index that keeps people from being in two places is filled where it was last.
    rows = sorted(_attendance_rows(numbered), key=lambda row: (row[1], row[3]))
    _copy("duties_attendance", columns.split(), rows)
    return len(rows)


def _shift_row(shift: Shift) -> tuple[Any, ...]:
    kind = shift.kind
    return (
        *(shift.unit, kind.id, kind.category, kind.mechanism, shift.site, shift.route, shift.starts, shift.ends),
        *(shift.needed, shift.police, shift.auxiliaries, shift.vehicles, "", shift.state, shift.materials),
        *(shift.reached, shift.summary, shift.closed_at, shift.account if shift.closed_at else None),
        shift.cancel_reason,
    )


def _attendance_rows(numbered: Iterable[tuple[int, Shift]]) -> Iterable[tuple[Any, ...]]:
    for key, shift in numbered:
        same = (shift.day, shift.kind.category, shift.kind.mechanism)
        for presence in shift.presences:
            period = _period(presence.came, presence.went or shift.ends) if presence.came else None
            recorded = presence.went or presence.came or shift.ends
            yield (
                *(key, presence.volunteer.id, presence.volunteer.unit, *same, presence.status),
                *(presence.came, presence.went, period, presence.minutes, True, "", shift.account, recorded),
            )


def _write_incidents(incidents: Sequence[Incident], officer: int | None) -> None:
    keys = _reserve("incidents_incident", len(incidents))
    numbered = list(zip(keys, incidents, strict=True))
    columns = "id unit_id kind_id category occurred_at place latitude longitude grid_id account outcome quantity"
    columns += " materials people_reached state recorded_by_id recorded_at verified_by_id verified_at"
    _copy("incidents_incident", columns.split(), ((key, *_incident_row(one, officer)) for key, one in numbered))
    _copy(
        "incidents_participant",
        ["incident_id", "member_id", "unit_id"],
        ((key, person.id, person.unit) for key, one in numbered for person in one.participants),
    )
    _copy(
        "incidents_logentry",
        ["incident_id", "at", "kind", "text", "changes", "author_id"],
        (
            (key, at, kind, text, "{}", officer if by_officer else one.account)
            for key, one in numbered
            for at, kind, text, by_officer in one.log
        ),
    )


def _incident_row(one: Incident, officer: int | None) -> tuple[Any, ...]:
    return (
        *(one.unit, one.kind.id, one.kind.category, one.occurred, one.place, one.latitude, one.longitude, one.grid),
        *(one.text, one.outcome, one.quantity, one.materials, one.reached, one.state, one.account, one.recorded),
        *(officer if one.verified else None, one.verified),
    )


def _period(start: datetime, end: datetime) -> str:
    return f'["{start}","{end}")'


def _reserve(table: str, count: int) -> list[int]:
    """Take so many keys from a table's sequence, so that rows of other tables can name them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
