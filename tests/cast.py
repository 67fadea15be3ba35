"""The known cast: a small corps of invented people, the same in every test.

    hy  总队
    ├── sg  石鼓支队                  zx  蒸湘支队
    │   ├── sg1 青山大队              ├── zx1 长湖大队
    │   │   ├── sg11 一中队           │   └── zx11 长湖中队
    │   │   └── sg12 二中队           └── zx9 直属中队 (a squad straight under a detachment)
    │   └── sg2 人民大队
    │       └── sg21 一中队 (same name as sg11)

Accounts: one per role and place, named `<role>_<unit>`; the password of all is `PASSWORD`.
"""

from dataclasses import dataclass, field
from datetime import date

from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Account, Appointment, Unit
from corps.operations.tree import create_unit, found_corps
from corps.roles import Role
from tests.stage import Snapshot

PASSWORD = "cast-only-Pass-2022"
SINCE = date(2022, 1, 1)

UNITS: list[tuple[str, str, Level, str]] = [
    ("sg", "hy", Level.DETACHMENT, "石鼓支队"),
    ("sg1", "sg", Level.BRIGADE, "青山大队"),
    ("sg11", "sg1", Level.SQUAD, "一中队"),
    ("sg12", "sg1", Level.SQUAD, "二中队"),
    ("sg2", "sg", Level.BRIGADE, "人民大队"),
    ("sg21", "sg2", Level.SQUAD, "一中队"),
    ("zx", "hy", Level.DETACHMENT, "蒸湘支队"),
    ("zx1", "zx", Level.BRIGADE, "长湖大队"),
    ("zx11", "zx1", Level.SQUAD, "长湖中队"),
    ("zx9", "zx", Level.SQUAD, "直属中队"),
]

APPOINTMENTS: list[tuple[Role, str]] = [
    (Role.LIAISON, "hy"),
    (Role.LIAISON, "sg"),
    (Role.CAPTAIN, "hy"),
    (Role.CAPTAIN, "sg"),
    (Role.CAPTAIN, "sg1"),
    (Role.CAPTAIN, "sg11"),
    (Role.CAPTAIN, "zx"),
    (Role.COMMISSAR, "sg"),
    (Role.DISPATCHER, "sg"),
    (Role.INSPECTOR, "sg"),
    (Role.AUDITOR, "hy"),
    (Role.AUDITOR, "sg"),
    (Role.MEMBER, "sg11"),
]


@dataclass
class Cast:
    """Units by code, accounts by `<role>_<unit>`; `admin` is the technical administrator, `nobody` has no post."""

    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def unit(self, code: str) -> Unit:
        """The unit, read afresh: tree operations change lft and rght behind an instance's back."""
        unit: Unit = Unit.objects.get(code=code)
        return unit

    def actor(self, name: str) -> Account:
        """The account as a new request would load it, without any remembered scope."""
        account: Account = Account.objects.get(username=name)
        return account


def make_account(username: str, display_name: str, *, superuser: bool = False) -> Account:
    """An account with the cast's password."""
    account = Account(username=username, display_name=display_name, is_superuser=superuser, is_staff=True)
    account.set_password(PASSWORD)
    account.save()
    return account


_snapshot = Snapshot()


def assemble() -> Cast:
    """Write the cast into the database: by operations the first time, from memory afterwards."""
    if _snapshot.rows:
        _snapshot.put_back()
    else:
        _snapshot.take(_build)
    return Cast(
        units={unit.code: unit for unit in Unit.objects.select_related("corps")},
        accounts={account.username: account for account in Account.objects.all()},
    )


def _build() -> None:
    cast = Cast()
    cast.units["hy"] = found_corps(
        actor=SYSTEM,
        code="hy",
        name="衡阳义警总队",
        level_names=[(Level.CORPS, "总队"), (Level.DETACHMENT, "支队"), (Level.BRIGADE, "大队"), (Level.SQUAD, "中队")],
        founded_on=SINCE,
    )
    for code, parent, level, name in UNITS:
        cast.units[code] = create_unit(
            actor=SYSTEM,
            parent_id=cast.units[parent].pk,
            level=level,
            name=name,
            short_name=name,
            code=code,
            active_from=SINCE,
        )
    for role, code in APPOINTMENTS:
        account = make_account(f"{role.value}_{code}", f"{role.value} {code}")
        Appointment.objects.create(account=account, role=role, unit=cast.units[code], starts_on=SINCE)
    make_account("admin", "admin", superuser=True)
    make_account("nobody", "nobody")
