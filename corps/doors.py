"""What every door needs of a request."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from corps.models import Account


LONGEST_NUMBER = 18


def number_in(text: str) -> int | None:
    """The whole number in `text`, or None when it is none or longer than any key of the database."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def actor_of(request: Any) -> "Account":
    """The account behind a request of a page or of the API. Raises `PermissionDenied` when nobody is signed in."""
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied("nobody is signed in")
    account: Account = user
    return account
