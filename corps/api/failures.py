"""Wrong API keys: counted for each address, refused for a while when there are too many, noted in the action log."""

import hashlib

from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from corps.addresses import client_ip
from corps.enums import ActionResult
from corps.models import ApiKey
from corps.operations.trail import record
from corps.queries.accounts import home_of

MOST_FAILURES = 20
WINDOW_SECONDS = 600
# Whoever has many addresses shall not fill the log: from all of them together no more is noted within a window.
MOST_NOTED = 200
_NOTED = "api-key-failures:noted"


def check_address(request: Request) -> None:
    """Raises `Throttled` for an address that has sent too many wrong keys; a right one does not help it either, or
    guessing could go on.
    """
    if (cache.get(_counter(request)) or 0) >= MOST_FAILURES:
        raise Throttled(WINDOW_SECONDS, detail=_("Too many wrong API keys came from this address."))


def note_failure(request: Request, key: ApiKey | None) -> None:
    """Count a wrong key. The first of an address and the one that closes the door are entries of the action log.

    `key` is the one whose public part was right, if there is one: its account's superiors read of it.
    """
    number = _count(_counter(request))
    if number not in {1, MOST_FAILURES} or _count(_NOTED) > MOST_NOTED:
        return
    record(
        actor=None,
        actor_name=key.name if key else "?",
        action="api_key.refuse",
        unit_id=home_of(key.account) if key else None,
        object_type="corps.apikey" if key else "",
        object_id=key.pk if key else "",
        detail={"failures": number},
        result=ActionResult.FAILED if number < MOST_FAILURES else ActionResult.REFUSED,
    )


def _counter(request: Request) -> str:
    address = client_ip(request._request) or "unknown"  # noqa: SLF001 - DRF's own way to the request it wraps
    return f"api-key-failures:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def _count(name: str) -> int:
    """One more within the window, which begins with the first."""
    cache.add(name, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:
        # The window ended between the two.
        cache.set(name, 1, WINDOW_SECONDS)
        return 1
