"""Accounts with a known password, for a demonstration on a developer's machine; refused wherever real data lives."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Account
from corps.operations.accounts import create_account
from corps.operations.context import acting

if TYPE_CHECKING:
    from corps.actors import Actor


def check_demonstration() -> None:
    """Raise `Refusal` in production: a password that a command can print protects nothing."""
    if settings.PRODUCTION:
        raise Refusal(
            _("Demo accounts exist in development only."),
            code="demo.production",
            place="YIWU_MODE",
            remedy=_("Create accounts in the admin site; the first one with manage.py createsuperuser."),
        )


def create_demo_account(
    *, actor: "Actor", username: str, display_name: str, unit_id: int, password_hash: str, administrator: bool = False
) -> Account:
    """Create an account that need not change its password at the first sign-in. Raises `Refusal`.

    `password_hash` is what `make_password` gave; one for all demo accounts, because hashing is slow on purpose.
    """
    check_demonstration()
    with acting(actor=actor, action="account.demo", unit_id=unit_id):
        account = create_account(
            actor=actor, username=username, display_name=display_name, unit_id=unit_id, machine=True
        ).account
        account.password, account.password_changed_at = password_hash, timezone.now()
        account.is_superuser = administrator
        account.save()
        return account
