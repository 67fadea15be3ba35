"""Passwords: the last five are not used again, and one-time passwords are made here."""

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from corps.models import Account, FormerPassword

# Without characters that are mistaken for one another when read out or copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def one_time_password() -> str:
    """Sixteen characters in groups of four (about 92 bits), to be handed over and changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


class FormerPasswordValidator:
    """Django's password validator: refuses the passwords an account had last, and remembers each new one, hashed.

    Django calls `password_changed` from the account's own `save`, so no way to set a password escapes it.
    """

    def __init__(self, remembered: int = 5) -> None:
        self.remembered = remembered

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise `ValidationError` when `password` is the present one or among the remembered."""
        if not isinstance(user, Account) or user.pk is None:
            return
        former = user.former_passwords.order_by("-id").values_list("password", flat=True)[: self.remembered]
        if any(check_password(password, one) for one in {user.password, *former} if one):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password: str, user: Account | None = None, **_more: Any) -> None:
        """Remember the hash that was just saved; forget the oldest."""
        if not isinstance(user, Account) or not user.has_usable_password():
            return
        FormerPassword.objects.create(account=user, password=user.password)
        kept = user.former_passwords.order_by("-id").values_list("pk", flat=True)[: self.remembered]
        user.former_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        """One sentence for forms."""
        return ngettext(
            "It must not be your last password.",
            "It must not be one of your last %(count)d passwords.",
            self.remembered,
        ) % {"count": self.remembered}
