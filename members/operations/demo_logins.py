"""One demo login per role, for a developer's machine: who has which, and with what password.

The password is not written down anywhere: it follows from the secret key of the installation, which every developer's
machine makes for itself, so the repository holds none and `manage.py demo_logins` can print it at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Final

from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from corps.enums import Level, PostKind
from corps.models import Account, Corps, Unit
from corps.operations.appointments import appoint
from corps.operations.context import acting
from corps.operations.demo_accounts import check_demonstration, create_demo_account
from corps.roles import Role
from members.demo.city import DemoCity
from members.demo.names import MALE, Names
from members.enums import MemberStatus
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 3
_GROUP = 4


@dataclass(frozen=True, slots=True)
class _Login:
    """A login to be made: None for the technical administrator, who has no role in a unit."""

    username: str
    role: Role | None
    level: Level


_LOGINS: Final = (
    _Login("liaison", Role.LIAISON, Level.CORPS),
    _Login("captain-detachment", Role.CAPTAIN, Level.DETACHMENT),
    _Login("captain-brigade", Role.CAPTAIN, Level.BRIGADE),
    _Login("captain-squad", Role.CAPTAIN, Level.SQUAD),
    _Login("commissar", Role.COMMISSAR, Level.BRIGADE),
    _Login("dispatcher", Role.DISPATCHER, Level.CORPS),
    _Login("inspector", Role.INSPECTOR, Level.CORPS),
    _Login("auditor", Role.AUDITOR, Level.CORPS),
    _Login("member", Role.MEMBER, Level.SQUAD),
    _Login("admin", None, Level.CORPS),
)
_POSTS = {Role.CAPTAIN: PostKind.CAPTAIN, Role.COMMISSAR: PostKind.COMMISSAR}


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A login as it is shown; `password` is "" when somebody changed it."""

    role: str
    username: str
    password: str
    who: str


def demo_password() -> str:
    """Derive the password of all demo logins of this installation, such as demo-k7mq-2xhp-vd4s (about 59 bits)."""
    digest = salted_hmac("yiwu.demo-logins", "password", algorithm="sha256").digest()
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)
    return "-".join(["demo", *(letters[i * _GROUP : (i + 1) * _GROUP] for i in range(_GROUPS))])


def create_demo_logins(*, actor: "Actor", city: DemoCity, seed: int, since: date) -> None:
    """Create the logins of a freshly loaded city. Raises `Refusal` in production."""
    check_demonstration()
    units = {Level(unit.level): unit for unit in Unit.objects.filter(code__in=city.showcase)}
    names = Names(Random(f"{city.plan.code}:{seed}:logins"))  # noqa: S311 - invented names, not secrets
    password_hash = make_password(demo_password())
    with acting(actor=actor, action="demo.logins", unit_id=units[Level.CORPS].pk):
        for login in _LOGINS:
            unit = units.get(login.level)
            if unit is None:
                continue
            username = _free(login, city.plan.code)
            member = _member(unit) if login.role is Role.MEMBER else None
            if username is None or (login.role is Role.MEMBER and member is None):
                continue
            account = create_demo_account(
                actor=actor,
                username=username,
                display_name=member.name if member else _holder(city, unit, login.role) or names.name(MALE, 1980),
                unit_id=unit.pk,
                password_hash=password_hash,
                administrator=login.role is None,
            )
            if login.role is not None:
                appoint(actor=actor, account_id=account.pk, role=login.role, unit_id=unit.pk, starts_on=since)
            if member is not None:
                Member.objects.filter(pk=member.pk).update(account=account)


def demo_logins() -> Iterator[DemoLogin]:
    """Give the demo logins that exist, those of the first city first. Raises `Refusal` in production."""
    check_demonstration()
    password = demo_password()
    codes = ["", *(f"-{code}" for code in Corps.objects.order_by("pk").values_list("code", flat=True))]
    wanted = [login.username + code for code in codes for login in _LOGINS]
    accounts = {
        account.username: account
        for account in Account.objects.filter(username__in=wanted, is_active=True).select_related("unit__corps")
    }
    for username in wanted:
        account = accounts.get(username)
        if account is not None:
            known = password if account.check_password(password) else ""
            yield DemoLogin(_role(account), username, known, f"{account.display_name} · {account.unit}")


def _free(login: _Login, corps_code: str) -> str | None:
    """The user name, with the corps' code when another city has it; None when taken. One administrator is enough."""
    candidates = [login.username] if login.role is None else [login.username, f"{login.username}-{corps_code}"]
    for candidate in candidates:
        if not Account.objects.filter(username=candidate).exists():
            return candidate
    return None


def _member(unit: Unit) -> Member | None:
    """An active member of the squad, or of any other unit of the corps where a small load left it empty."""
    active = Member.objects.filter(status=MemberStatus.ACTIVE, account=None).order_by("pk")
    found: Member | None = active.filter(unit_id=unit.pk).first()
    return found or active.filter(unit__corps_id=unit.corps_id).first()


def _holder(city: DemoCity, unit: Unit, role: Role | None) -> str:
    """Who holds the post that goes with the role, or "" where there is none."""
    post = _POSTS.get(role) if role else None
    holders = (t.holder for t in city.plan.terms if (t.unit, t.kind, t.ends_on) == (unit.code, post, None))
    return next(holders, "")


def _role(account: Account) -> str:
    if account.is_superuser:
        return _("Technical administrator")
    appointment = account.appointments.select_related("unit").order_by("pk").first()
    if appointment is None:
        return ""
    level = appointment.unit.corps.level_names.filter(level=appointment.unit.level).values_list("name", flat=True)
    return f"{appointment.get_role_display()} · {level.first() or ''}"
