"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from yiwu.icons import SPRITE


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: languages, the live address and, when asked for, the reader's own unit."""
    return {
        "languages": settings.LANGUAGES,
        "live_url": settings.LIVE_URL,
        "sprite": SPRITE,
        "development": settings.DEBUG,
        "own_unit": SimpleLazyObject(lambda: _own_unit(request)),
    }


def _own_unit(request: HttpRequest) -> Any:
    # Read at the last moment: error pages and the sign-in page have no database to ask.
    from yiwu.navigation import own_unit

    return own_unit(request.user) if request.user.is_authenticated else None
