"""Who calls the API: another system with a key, or a page of ours with its session."""

import hmac
import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from corps.api.failures import check_address, note_failure
from corps.models import Account, ApiKey
from corps.operations.api_keys import digest_of, note_use

KEYWORD = "Api-Key"
_KEY = re.compile(r"yw_(?P<prefix>[0-9a-f]{10})_(?P<secret>[\w-]{43})", re.ASCII)


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Api-Key yw_<prefix>_<secret>`; the caller has the rights of the key's account."""

    def authenticate(self, request: Request) -> tuple[Account, ApiKey] | None:
        """(account, key), or None when the header is for somebody else. Raises `AuthenticationFailed`, `Throttled`."""
        scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != KEYWORD.lower():
            return None
        check_address(request)
        named = _named(text.strip())
        key = named if named is not None and _fits(named, text.strip()) else None
        # One answer for every fault: a wrong key learns nothing about which part was wrong.
        if key is None:
            note_failure(request, named)
            raise AuthenticationFailed(_("The API key is unknown, expired or revoked."), code="api_key.invalid")
        note_use(key, timezone.now())
        return key.account, key

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing or wrong key a 401 that names the scheme."""
        return KEYWORD


def _named(text: str) -> ApiKey | None:
    """The key whose public part stands in `text`."""
    found = _KEY.fullmatch(text)
    return ApiKey.objects.select_related("account").filter(prefix=found["prefix"]).first() if found else None


def _fits(key: ApiKey, text: str) -> bool:
    """Whether the secret in `text` is the key's, and the key may still be used."""
    found = _KEY.fullmatch(text)
    if found is None or not hmac.compare_digest(bytes(key.digest), digest_of(found["secret"])):
        return False
    return key.revoked_at is None and key.expires_at > timezone.now() and key.account.is_active


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of our own pages; every write needs the CSRF token."""


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the key stands in the OpenAPI description."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An `Authorization` header with its own scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{KEYWORD} yw_<prefix>_<secret>`",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How our session cookie stands in the OpenAPI description."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie; its name differs in production."""
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
