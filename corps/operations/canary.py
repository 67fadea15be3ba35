"""Setting the key canary: at the first migration, and when keys were rotated."""

from typing import TYPE_CHECKING

from corps.crypto import blind_index, seal
from corps.models import KeyCanary
from corps.operations.context import acting
from corps.queries.canary import PURPOSE, TEXT

if TYPE_CHECKING:
    from corps.actors import Actor


def set_canary(*, actor: "Actor", index: bool, sealed: bool) -> None:
    """Make the canary anew with the current keys: its index, its sealed value, or both."""
    with acting(actor=actor, action="keys.canary"):
        fresh = {"index": blind_index(TEXT, purpose=PURPOSE), "sealed": seal(TEXT, purpose=PURPOSE)}
        wanted = [name for name, asked in (("index", index), ("sealed", sealed)) if asked]
        KeyCanary.objects.update_or_create(pk=1, defaults={name: fresh[name] for name in wanted}, create_defaults=fresh)
