"""The entrance: only officers create accounts, and everything that happens at the door stands in the action log."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from corps.addresses import client_ip
from corps.enums import ActionResult
from corps.models import Account
from corps.operations.context import acting
from corps.operations.trail import record
from corps.queries.accounts import home_of

# allauth keeps the address of a session in a column that cannot be empty.
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - no address to listen on


class ClosedAdapter(DefaultAccountAdapter):
    """allauth's adapter: public sign-up is closed; its hooks write the trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request) or UNKNOWN_ADDRESS

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def login(self, request: HttpRequest, user: Account) -> None:
        """Every step of the sign-in is done, the second factor included."""
        super().login(request, user)
        record(actor=user, action="session.start", unit_id=home_of(user))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A password that does not fit, at the sign-in or when asked for again."""
        super().authentication_failed(request, **credentials)
        record_failure(str(credentials.get("username") or ""))

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponseBase:
        """The right password of somebody who has left."""
        record_failure(user.username, code="inactive")
        response: HttpResponseBase = super().respond_user_inactive(request, user)
        return response

    def set_password(self, user: Account, password: str) -> None:
        """The account's own change of its password."""
        with acting(actor=user, action="password.change", unit_id=home_of(user)):
            super().set_password(user, password)
            record(actor=user, action="password.change")


def record_failure(username: str, *, code: str = "password") -> None:
    """A failed sign-in; it stands in the trail of the account's unit when the name is known.

    Of an unknown name only the beginning is kept: people type passwords into the wrong field.
    """
    account = Account.objects.filter(username__iexact=username).first() if username else None
    record(
        actor=None,
        actor_name=username if account else f"{username[:3]}…",
        action="session.refuse",
        unit_id=home_of(account) if account else None,
        object_type="corps.account" if account else "",
        object_id=account.pk if account else "",
        detail={"code": code},
        result=ActionResult.FAILED,
    )


def lockout_username(_request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """The name under which failures are counted: without regard to case, as allauth looks names up."""
    found = (credentials or {}).get("username")
    return str(found).lower() if found else None
