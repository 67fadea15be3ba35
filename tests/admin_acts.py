"""What officers do in the admin, and what the history keeps of it."""

from typing import Any

from django.test import Client
from django.urls import reverse
from pghistory.models import Context


def send(client: Client, name: str, /, *keys: object, **values: Any) -> Any:
    """Post to a page of the admin; an operation that was taken redirects."""
    return client.post(reverse(f"admin:{name}", args=keys), values)


def act(action: str) -> dict[str, Any]:
    """What the history keeps of the one act of this kind."""
    found: dict[str, Any] = Context.objects.get(metadata__action=action).metadata
    return found
