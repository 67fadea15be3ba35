"""One person of one role at a unit, an object of every kind in every place, and the addresses that name them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse
from pghistory.models import Context

from corps.models import Account, Appointment, Unit
from corps.permissions import Permission
from corps.roles import ADMINISTRATOR_PERMISSIONS, ROLE_PERMISSIONS, Role
from duties.models import Shift
from incidents.logic.parties import Particulars
from incidents.models import Incident
from incidents.operations.parties import PartyEntry
from members.enums import ImportState
from members.models import EquipmentKind, Member, RosterImport, SavedFilter, TrainingSession
from members.operations import people
from stats.models import AlarmImport
from tests import admin_rows
from tests.cast import SINCE, Cast, make_account
from tests.duties.stage import running_shift
from tests.incidents.log import incident
from tests.members.life.cases import LifeCase, life_case
from tests.permissions.equipment_case import EquipmentCase, equipment_case
from tests.permissions.rules import Place, Rule

OWN = "sg1"
PLACES = {"own": "sg1", "below": "sg11", "beside": "sg2", "above": "sg", "elsewhere": "zx1"}
IDENTITIES = {
    "sg": "430405198001011239",
    "sg1": "430405198001021154",
    "sg11": "430405198001031117",
    "sg2": "430405198001041112",
    "zx1": "430405198001051118",
}


@dataclass
class Scenery:
    """An object of every kind in every place."""

    cast: Cast
    members: dict[str, Member] = field(default_factory=dict)
    imports: dict[str, RosterImport] = field(default_factory=dict)
    acts: dict[str, Any] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    shifts: dict[str, Shift] = field(default_factory=dict)
    alarms: dict[str, AlarmImport] = field(default_factory=dict)
    trainings: dict[str, TrainingSession] = field(default_factory=dict)
    applications: dict[str, Any] = field(default_factory=dict)
    recruiters: dict[str, Any] = field(default_factory=dict)
    life: dict[str, LifeCase] = field(default_factory=dict)
    equipment: dict[str, EquipmentCase] = field(default_factory=dict)
    partner: Any = None


@dataclass
class Stage(Scenery):
    """One person of one role at `OWN` before the scenery."""

    account: Account | None = None
    held: frozenset[Permission] = frozenset()
    saved_filter: SavedFilter | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def holds(self, permission: Permission, unit_code: str) -> bool:
        """Whether the role holds the permission in the unit: the own unit or one below it."""
        if permission not in self.held:
            return False
        if self.account is not None and self.account.is_superuser:
            return True
        units = {unit.pk: unit for unit in self.cast.units.values()}
        node: Unit | None = self.cast.units[unit_code]
        while node is not None:
            if node.code == OWN:
                return True
            node = units.get(node.parent_id)
        return False


def furnish(cast: Cast, codes: Collection[str] = tuple(PLACES.values())) -> Scenery:
    """The scenery, with objects in the units of `codes` alone."""
    officer = cast.actor("liaison_hy")
    made = Scenery(cast)
    course = admin_rows.course(cast, OWN)
    for code in codes:
        unit = cast.units[code]
        made.members[code] = people.enrol(
            actor=officer, unit_id=unit.pk, identity=IDENTITIES[code], particulars={"name": "张伟"}
        )
        made.imports[code] = RosterImport.objects.create(
            unit=unit, file_name="a.xlsx", file_size=1, file_digest=code.encode(), state=ImportState.READY
        )
        made.alarms[code] = AlarmImport.objects.create(unit=unit, file_name="警情.xlsx", digest=b"")
        made.incidents[code] = incident(cast, code, parties=[PartyEntry("reporter", Particulars(name="王五"))])
        made.shifts[code] = running_shift(officer, unit.pk, made.members[code])
        made.trainings[code] = admin_rows.session_with(cast, code, course, made.members[code])
        made.applications[code] = admin_rows.application(cast, code)
        made.recruiters[code] = admin_rows.recruiter(cast, code)
        made.life[code] = life_case(cast, code)
        made.equipment[code] = equipment_case(cast, code, made.members[code])
        made.acts[code] = Context.objects.get(metadata__action="member.enrol", metadata__unit=unit.pk).pk
    made.partner = admin_rows.partner(cast, OWN)
    return made


def enter(scenery: Scenery, role: Any) -> Stage:
    """Somebody of a role, signed in: a new account with an appointment at `OWN`, or one that needs none."""
    stage = Stage(**vars(scenery))
    if isinstance(role, Role):
        stage.account = make_account(f"sweep_{role.value}", role.value)
        Appointment.objects.create(account=stage.account, role=role, unit=stage.cast.units[OWN], starts_on=SINCE)
        stage.held = ROLE_PERMISSIONS[role]
    elif role == "administrator":
        stage.account, stage.held = stage.cast.actor("admin"), ADMINISTRATOR_PERMISSIONS
    elif role == "nobody":
        stage.account = stage.cast.actor("nobody")
    if stage.account is not None:
        sit_down(stage.client, stage.account)
        stage.saved_filter = SavedFilter.objects.create(account=stage.account, name="mine", query="status=active")
    return stage


def sit_down(client: Client, account: Account) -> None:
    """Sign in and click once, so that what is clicked within the next minute notes nothing more of the sitting."""
    client.force_login(account)
    client.get(reverse("my"))


def _kind(stage: Stage) -> EquipmentKind:
    """A kind of the corps, of which no unit needs to have any."""
    return EquipmentKind.objects.get_or_create(corps_id=stage.cast.unit(OWN).corps_id, name="反光背心")[0]


def address(stage: Stage, door: str, rule: Rule, code: str) -> str:
    if rule.place == Place.UNIT:
        return reverse(door, kwargs={"code": code})
    keys: dict[Place, Callable[[], list[Any]]] = {
        Place.MEASURE: lambda: [code, "attended"],
        Place.STOCK: lambda: [code, _kind(stage).pk],
        Place.FACT: lambda: [code, "attended", "attendance", stage.shifts[code].attendances.get().pk],
        Place.FILTER: lambda: [code, stage.saved_filter.pk if stage.saved_filter else 1],
        Place.CREW: lambda: [stage.shifts[code].pk, stage.members[code].pk],
        Place.PHOTO: lambda: [stage.shifts[code].pk, stage.shifts[code].photos.get().pk],
        Place.MEMBER: lambda: [stage.members[code].pk],
        Place.JOIN: lambda: [code],
        Place.APPLICATION: lambda: [stage.applications[code].pk],
        Place.RECRUITER: lambda: [code, stage.recruiters[code].pk],
        Place.PARTNER: lambda: [code, stage.partner.pk],
        Place.ALARMS: lambda: [stage.alarms[code].pk],
        Place.TRAINING: lambda: [stage.trainings[code].pk],
        Place.OWN_TRAINING: lambda: [stage.trainings[code].pk],
        Place.TRAINEE: lambda: [stage.trainings[code].pk, stage.members[code].pk],
        Place.ENROLMENT: lambda: [stage.trainings[code].enrolments.get().pk],
        Place.CERTIFICATE: lambda: [stage.members[code].certificates.get().pk],
        Place.IMPORT: lambda: [stage.imports[code].pk],
        Place.INCIDENT: lambda: [stage.incidents[code].pk],
        Place.PARTY: lambda: [stage.incidents[code].parties.get().pk],
        Place.SHIFT: lambda: [stage.shifts[code].pk],
        Place.ATTENDANCE: lambda: [stage.shifts[code].attendances.get().pk],
        Place.TRANSFER_IN: lambda: [stage.life[code].arriving],
        Place.TRANSFER_OUT: lambda: [stage.life[code].leaving],
        Place.MOVE: lambda: [stage.life[code].move],
        Place.MOVE_IN: lambda: [stage.life[code].move_in],
        Place.PROPOSAL: lambda: [stage.life[code].proposal],
        Place.STORE: lambda: [stage.equipment[code].store],
        Place.VOUCHER: lambda: [stage.equipment[code].voucher],
        Place.HOLDING: lambda: [stage.equipment[code].holding],
        Place.ARTICLE: lambda: [stage.equipment[code].article],
        Place.OWN_RECEIPT: lambda: [stage.equipment[code].receipt],
        Place.SENDING: lambda: [stage.equipment[code].transfer],
        Place.PAIR: lambda: list(stage.life[code].pair),
        Place.DISTINCTION: lambda: [stage.life[code].distinction],
        Place.ACT: lambda: [stage.acts[code]],
    }
    keyed = keys.get(rule.place)
    return reverse(door, args=keyed()) if keyed else reverse(door)
