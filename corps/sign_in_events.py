"""What happens at the door that libraries announce by a signal only.

The house uses no signals as plumbing. These are the exceptions: Django's `logout()` (which the admin site calls past
allauth's adapter), django-axes' lock, and allauth's second factor have neither a hook nor an adapter method for it.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from axes.conf import settings as axes_settings
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from corps.enums import ActionResult
from corps.models import Account
from corps.operations.trail import record
from corps.queries.accounts import home_of


@receiver(user_logged_out, dispatch_uid="corps.session.end")
def signed_out(user: Account | None = None, **_more: Any) -> None:
    """Somebody ended the own session."""
    if user is not None:
        record(actor=user, action="session.end", unit_id=home_of(user))


@receiver(user_locked_out, dispatch_uid="corps.account.lock")
def locked(request: HttpRequest, username: str | None = None, **_more: Any) -> None:
    """The attempt that locks; axes announces every later one as well, and those are failures like others."""
    if getattr(request, "axes_failures_since_start", None) != axes_settings.AXES_FAILURE_LIMIT:
        return
    account = Account.objects.filter(username__iexact=username).first() if username else None
    record(
        actor=None,
        actor_name=username or "?",
        action="session.lock",
        unit_id=home_of(account) if account else None,
        object_type="corps.account" if account else "",
        object_id=account.pk if account else "",
        detail={"failures": axes_settings.AXES_FAILURE_LIMIT},
        result=ActionResult.REFUSED,
    )


def _about_factor(user: Account, authenticator: Authenticator | None, action: str, result: ActionResult) -> None:
    kind = str(authenticator.type) if authenticator is not None else ""
    record(actor=user, action=action, unit_id=home_of(user), detail={"kind": kind}, result=result)


@receiver(authenticator_added, dispatch_uid="corps.second_factor.set")
def factor_set(user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """A second factor was set up, or recovery codes were made."""
    _about_factor(user, authenticator, "second_factor.set", ActionResult.DONE)


@receiver(authenticator_reset, dispatch_uid="corps.second_factor.reset")
def factor_reset(user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """Recovery codes were made anew."""
    _about_factor(user, authenticator, "second_factor.reset", ActionResult.DONE)


@receiver(authenticator_removed, dispatch_uid="corps.second_factor.remove")
def factor_removed(user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """The account removed its own second factor."""
    _about_factor(user, authenticator, "second_factor.remove", ActionResult.DONE)


@receiver(authentication_failed, dispatch_uid="corps.second_factor.refuse")
def factor_refused(user: Account, authenticator: Authenticator | None = None, **_more: Any) -> None:
    """A wrong code after a right password."""
    _about_factor(user, authenticator, "second_factor.refuse", ActionResult.FAILED)
