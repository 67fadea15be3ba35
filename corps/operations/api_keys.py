"""API keys: shown once, kept as a digest, never longer than a year; they act with the rights of their account."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.models import Account, ApiKey
from corps.operations.context import acting
from corps.permissions import Permission
from corps.policies.accounts import LONGEST_KEY, check_active
from corps.queries.accounts import home_of, managed_account

if TYPE_CHECKING:
    from corps.actors import Actor

MARK = "yw"
USE_NOTED_EVERY = timedelta(minutes=1)


class IssuedKey(NamedTuple):
    """A key and its text `yw_<prefix>_<secret>`, which is shown once and kept nowhere."""

    key: ApiKey
    text: str


def issue_key(*, actor: "Actor", account_id: int, name: str, expires_at: datetime, reason: str = "") -> IssuedKey:
    """A new key for a system's account that the actor manages, or for the own account. Raises `Refusal`.

    A key for another person's account would let its maker act in that person's name, so there is none.
    """
    with acting(actor=actor, action="api_key.issue", reason=reason, unit_id=_home(account_id), refusals_recorded=True):
        account = managed_account(actor, account_id, Permission.API_KEY_MANAGE)
        if account.has_usable_password() and not isinstance(actor, SystemActor) and actor.pk != account.pk:
            raise Refusal(
                _("A key for another person's account would act in that person's name."),
                code="api_key.foreign",
                place=str(account),
                remedy=_("Create an account for the system that needs the key."),
            )
        check_active(account)
        now = timezone.now()
        if not now < expires_at <= now + LONGEST_KEY:
            raise Refusal(
                _("A key is valid for a year at most."),
                code="api_key.expiry",
                place=str(timezone.localdate(expires_at)),
                remedy=_("Choose a day within the coming year."),
            )
        if not name.strip():
            raise Refusal(_("A key needs a name."), code="api_key.name", remedy=_("Say which system will use it."))
        secret = secrets.token_urlsafe(32)
        key = ApiKey.objects.create(
            account=account,
            name=name.strip()[:60],
            prefix=secrets.token_hex(5),
            digest=digest_of(secret),
            expires_at=expires_at,
        )
        return IssuedKey(key, f"{MARK}_{key.prefix}_{secret}")


def revoke_key(*, actor: "Actor", key_id: int, reason: str = "") -> ApiKey:
    """The key opens nothing from now on. Its owner may do so, and whoever manages keys of the account."""
    known = ApiKey.objects.filter(pk=key_id, account__in=Account.objects.visible_to(actor)).first()
    if known is None:
        raise Http404("no such key")
    with acting(actor=actor, action="api_key.revoke", reason=reason, unit_id=_home(known.account_id)):
        if isinstance(actor, SystemActor) or actor.pk != known.account_id:
            managed_account(actor, known.account_id, Permission.API_KEY_MANAGE)
        key = ApiKey.objects.select_for_update().get(pk=key_id)
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
        return key


def revoke_all(account: Account) -> None:
    """Part of deactivating an account, inside its act."""
    account.api_keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def digest_of(secret: str) -> bytes:
    """SHA-256 suffices: the secret is random, so there is nothing to guess faster than by trying all 256 bits."""
    return hashlib.sha256(secret.encode()).digest()


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that the key is in use, at most once a minute, so that reading does not mean writing."""
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ).update(last_used_at=now)


def _home(account_id: int) -> int | None:
    account = Account.objects.filter(pk=account_id).first()
    return home_of(account) if account else None
