"""System checks that need the database; `migrate`, `check --database default` and the readiness page run them."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from corps.queries.canary import key_troubles


@register(Tags.database)
def keys_fit(**_options: Any) -> list[CheckMessage]:
    """Wrong keys are an error, not a surprise; a database without the table yet has nothing to compare."""
    try:
        return [Error(sentence, id="corps.E001") for sentence in key_troubles()]
    except DatabaseError:
        return []
