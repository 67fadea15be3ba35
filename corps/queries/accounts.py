"""Reads about accounts: who is privileged, where an account belongs, who may manage it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone

from corps.actors import SystemActor
from corps.models import Account, ApiKey, Appointment
from corps.models.scope import current_tree, local_today, scope_of
from corps.permissions import Permission
from corps.roles import ROLE_PERMISSIONS, SECOND_FACTOR_ROLES, Role

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """What the entrance needs to know: does the account hold a privileged role, has it a second factor?"""

    privileged: bool
    second_factor: bool


def standing_of(account: Account) -> Standing:
    """One query. Recovery codes alone are no second factor."""
    running = Appointment.objects.running_on(local_today()).filter(account_id=OuterRef("pk"))
    found = (
        Account.objects.filter(pk=account.pk)
        .annotate(
            privileged=Exists(running.filter(role__in=[role.value for role in SECOND_FACTOR_ROLES])),
            second_factor=Exists(
                Authenticator.objects.filter(
                    user_id=OuterRef("pk"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
                )
            ),
        )
        .values_list("privileged", "second_factor")
        .get()
    )
    return Standing(account.is_superuser or found[0], found[1])


def password_is_due(account: Account) -> bool:
    """A one-time password is due at once, that of a privileged role after `PASSWORD_MAX_AGE_DAYS`."""
    if account.one_time_password:
        return True
    since = account.password_changed_at or account.date_joined
    if since > timezone.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS):
        return False
    return standing_of(account).privileged


def appointments_of(account: Account) -> QuerySet[Appointment]:
    """All of them, the latest first; `running_on(day)` narrows."""
    return account.appointments.select_related("unit").order_by("-starts_on", "-id")


def home_of(account: Account) -> int | None:
    """Id of the unit in whose trail the account's sign-ins stand: its home unit, else its highest appointment."""
    if account.unit_id is not None:
        return account.unit_id
    nodes = current_tree().nodes
    units = account.appointments.not_over_on(local_today()).values_list("unit_id", flat=True)
    return min((unit for unit in units if unit in nodes), key=lambda unit: nodes[unit].position, default=None)


def units_of(account: Account) -> set[int]:
    """Ids of the units the account belongs to: its home and those of appointments that are not over."""
    units = set(account.appointments.not_over_on(local_today()).values_list("unit_id", flat=True))
    return units | ({account.unit_id} if account.unit_id is not None else set())


def may_manage(actor: "Actor", account: Account, permission: Permission = Permission.ACCOUNT_APPOINT) -> bool:
    """Whoever holds the permission in *every* unit of the account: a part is not enough to take it over."""
    if isinstance(actor, SystemActor):
        return True
    if account.is_superuser and not actor.is_superuser:
        return False
    scope = scope_of(actor, permission)
    units = units_of(account)
    return scope.everything if not units else all(unit in scope for unit in units)


def managed_account(
    actor: "Actor", account_id: int, permission: Permission = Permission.ACCOUNT_APPOINT, *, locked: bool = False
) -> Account:
    """The account if `actor` may manage it. Unseen: `Http404`. Seen, but not whole: `PermissionDenied`."""
    found = Account.objects.visible_to(actor)
    if locked:
        found = found.select_for_update(of=("self",))
    account: Account | None = found.filter(pk=account_id).first()
    if account is None:
        raise Http404("no such account")
    if not may_manage(actor, account, permission):
        raise PermissionDenied(f"{permission} over account {account_id}")
    return account


def grantable_roles(actor: "Actor", unit_id: int) -> list[Role]:
    """Roles the actor may give in the unit: those whose every right the actor holds there."""
    if unit_id not in scope_of(actor, Permission.ACCOUNT_APPOINT):
        return []
    return [role for role in Role if may_grant(actor, role, unit_id)]


def may_grant(actor: "Actor", role: Role, unit_id: int) -> bool:
    """Nobody gives more than they hold; only the technical administrator, who appoints the first officers, may."""
    if isinstance(actor, SystemActor) or actor.is_superuser:
        return True
    return all(unit_id in scope_of(actor, permission) for permission in ROLE_PERMISSIONS[role])


def sessions_of(account: Account) -> list[UserSession]:
    """Running sessions of the account; forgets those that have ended by themselves."""
    found: list[UserSession] = UserSession.objects.purge_and_list(account)
    return found


def api_keys_of(account: Account) -> QuerySet[ApiKey]:
    """All keys of the account, the newest first."""
    return account.api_keys.order_by("-created_at")


def usable_keys(keys: Iterable[ApiKey]) -> list[ApiKey]:
    """Those that are neither revoked nor expired."""
    now = timezone.now()
    return [key for key in keys if key.revoked_at is None and key.expires_at > now]
