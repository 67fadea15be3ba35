"""Accounts: created by officers with a one-time password, changed, deactivated on the day somebody leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from axes.utils import reset as lift_lock
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.errors import Refusal
from corps.models import Account
from corps.models.scope import local_today
from corps.operations.api_keys import revoke_all
from corps.operations.appointments import end_all
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree import hold_open, hold_tree
from corps.passwords import one_time_password
from corps.permissions import Permission
from corps.policies.accounts import check_active, check_not_oneself, check_signs_in
from corps.queries.accounts import home_of, managed_account, sessions_of
from corps.queries.scope import require
from corps.roles import Role

if TYPE_CHECKING:
    from corps.actors import Actor


_LABELS = {
    "username": gettext_lazy("username"),
    "display_name": gettext_lazy("name"),
    "phone": gettext_lazy("phone"),
    "police_number": gettext_lazy("police number"),
    "unit": gettext_lazy("home unit"),
}


@contextmanager
def _managing(actor: "Actor", account_id: int, action: str, reason: str) -> Iterator[Account]:
    """An act on an account that `actor` may manage, the row locked, in the trail of the account's unit."""
    known = Account.objects.filter(pk=account_id).first()
    unit_id = home_of(known) if known else None
    with acting(actor=actor, action=action, reason=reason, unit_id=unit_id, refusals_recorded=True):
        # Before any row: a merger of units takes the tree first and accounts after it.
        hold_tree()
        yield managed_account(actor, account_id, locked=True)


class NewAccount(NamedTuple):
    """An account and the one-time password to hand over; it is shown once and kept nowhere. Machines have none."""

    account: Account
    password: str


def create_account(
    *,
    actor: "Actor",
    username: str,
    display_name: str,
    unit_id: int,
    phone: str = "",
    police_number: str = "",
    machine: bool = False,
    reason: str = "",
) -> NewAccount:
    """Create an account whose home is `unit_id`; rights come from `appoint`. Raises `Refusal`.

    A `machine` has no password: it acts by API keys alone.
    """
    with acting(
        actor=actor,
        action="account.create",
        reason=reason,
        permission=Permission.ACCOUNT_APPOINT,
        unit_id=unit_id,
        refusals_recorded=True,
    ):
        hold_open([unit_id])
        account = Account(
            username=username.strip(),
            display_name=display_name.strip(),
            unit_id=unit_id,
            phone=phone.strip(),
            police_number=police_number.strip(),
        )
        password = "" if machine else one_time_password()
        if machine:
            account.set_unusable_password()
        else:
            account.set_password(password)
            account.one_time_password = True
        _save(account)
        return NewAccount(account, password)


def edit_account(
    *,
    actor: "Actor",
    account_id: int,
    display_name: str,
    unit_id: int,
    phone: str = "",
    police_number: str = "",
    reason: str = "",
) -> Account:
    """Change the particulars as a whole; a new home needs the right there too. Raises `Refusal`."""
    with acting(actor=actor, action="account.edit", reason=reason, unit_id=unit_id):
        hold_tree()
        account = managed_account(actor, account_id, locked=True)
        if unit_id != account.unit_id:
            require(actor, Permission.ACCOUNT_APPOINT, unit_id)
            hold_open([unit_id])
            account.unit_id = unit_id
        account.display_name, account.phone = display_name.strip(), phone.strip()
        account.police_number = police_number.strip()
        _save(account)
        return account


def deactivate_account(*, actor: "Actor", account_id: int, reason: str) -> Account:
    """Somebody leaves: from now on no sign-in, no running session, no API key, no appointment. Raises `Refusal`."""
    with _managing(actor, account_id, "account.deactivate", reason) as account:
        check_not_oneself(actor, account)
        check_active(account)
        account.is_active = False
        account.save(update_fields=["is_active"])
        end_all(account, on=local_today())
        revoke_all(account)
        _end_sessions(account)
        return account


def reactivate_account(*, actor: "Actor", account_id: int, reason: str) -> NewAccount:
    """Somebody comes back, with a one-time password; appointments are made anew. Raises `Refusal`."""
    with _managing(actor, account_id, "account.reactivate", reason) as account:
        if account.is_active:
            raise Refusal(_("This account is active already."), code="account.active", place=str(account))
        account.is_active = True
        password = ""
        if account.has_usable_password():
            password = _give_one_time_password(account)
        account.save()
        return NewAccount(account, password)


def reset_password(*, actor: "Actor", account_id: int, reason: str = "") -> NewAccount:
    """A one-time password for somebody who forgot theirs; ends their sessions and lifts a lock. Raises `Refusal`."""
    with _managing(actor, account_id, "account.reset_password", reason) as account:
        check_not_oneself(actor, account)
        check_active(account)
        check_signs_in(account)
        password = _give_one_time_password(account)
        account.save()
        _end_sessions(account)
        lift_lock(username=account.username.lower())
        record(
            actor=actor,
            action="account.reset_password",
            object_type="corps.account",
            object_id=account.pk,
            reason=reason,
        )
        return NewAccount(account, password)


def remove_second_factor(*, actor: "Actor", account_id: int, reason: str) -> Account:
    """For a lost telephone: the second factor goes, sessions end, the next sign-in sets one up. Raises `Refusal`."""
    with _managing(actor, account_id, "account.remove_second_factor", reason) as account:
        check_not_oneself(actor, account)
        Authenticator.objects.filter(user=account).delete()
        _end_sessions(account)
        record(
            actor=actor,
            action="account.remove_second_factor",
            object_type="corps.account",
            object_id=account.pk,
            reason=reason,
        )
        return account


def end_sessions(*, actor: "Actor", account_id: int, reason: str = "") -> int:
    """End every running session of the account; returns how many there were."""
    with _managing(actor, account_id, "account.end_sessions", reason) as account:
        ended = _end_sessions(account)
        record(
            actor=actor,
            action="account.end_sessions",
            object_type="corps.account",
            object_id=account.pk,
            reason=reason,
            detail={"sessions": ended},
        )
        return ended


def check_forgettable(account: Account) -> None:
    """Raise `Refusal` for an account that still has an office: the office is handed over first."""
    running = account.appointments.not_over_on(local_today()).exclude(role=Role.MEMBER)
    held = account.terms.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=local_today()))
    if account.is_superuser or running.exists() or held.exists():
        raise Refusal(
            _("The account %(account)s still holds an office.") % {"account": account},
            code="account.in_office",
            place=str(account),
            remedy=_("End its appointments and terms first."),
        )


def forget_account(*, actor: "Actor", account_id: int, reason: str) -> None:
    """The account of a person who is erased: nobody signs in with it any more, and its name is nobody's.

    Part of the act that erases the person, who may do that decides. Raises `Refusal`.
    """
    with acting(actor=actor, action="account.deactivate", reason=reason):
        account = Account.objects.select_for_update().get(pk=account_id)
        check_not_oneself(actor, account)
        check_forgettable(account)
        end_all(account, on=local_today())
        revoke_all(account)
        _end_sessions(account)
        UserSession.objects.filter(user=account).delete()
        EmailAddress.objects.filter(user=account).delete()
        Authenticator.objects.filter(user=account).delete()
        for kept in (AccessAttempt, AccessLog, AccessFailureLog):
            kept.objects.filter(username__iexact=account.username).delete()
        account.is_active = False
        account.set_unusable_password()
        account.username = f"erased-{account.pk}"
        account.save()


def _give_one_time_password(account: Account) -> str:
    password = one_time_password()
    account.set_password(password)
    account.one_time_password = True
    return password


def _end_sessions(account: Account) -> int:
    running = sessions_of(account)
    for session in running:
        session.end()
    return len(running)


def _save(account: Account) -> None:
    """Validate and write. Raises `Refusal` with the field as its place."""
    try:
        account.full_clean(exclude=["password"])
        with transaction.atomic():
            account.save()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        label = _LABELS.get(field, "")
        raise Refusal(
            f"{label}: {messages[0]}" if label else messages[0],
            code="account.invalid",
            place=field,
            remedy=_("Please correct it."),
        ) from error
    except IntegrityError as error:
        raise Refusal(
            _("There is an account with this name already."),
            code="account.name_taken",
            place=account.username,
            remedy=_("Choose another name."),
        ) from error
