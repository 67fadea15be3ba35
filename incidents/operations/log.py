"""Writing an incident's log: append-only, in the transaction of the act itself."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corps.actors import account_id
from corps.logic.masking import mask_text
from incidents.enums import EntryKind
from incidents.models import Incident, LogEntry

if TYPE_CHECKING:
    from corps.actors import Actor

TEXT_LIMIT = 1000
# An account is long and its history keeps it whole; the log tells that it changed and how it begins.
VALUE_LIMIT = 200

Changes = Mapping[str, tuple[Any, Any]]


def write_entry(
    *, actor: "Actor", incident: Incident, kind: EntryKind, text: str = "", changes: Changes | None = None
) -> LogEntry:
    """Append a line. `changes` maps a field's name to its old and new value; numbers of persons in them are masked."""
    return LogEntry.objects.create(
        incident=incident,
        kind=kind,
        text=mask_text(text.strip())[:TEXT_LIMIT],
        changes={name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items()},
        author_id=account_id(actor),
    )


def _plain(value: Any) -> Any:
    """A value as JSON keeps it and as anybody who may see the incident may read it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    text = mask_text(str(value))
    return text if len(text) <= VALUE_LIMIT else f"{text[: VALUE_LIMIT - 1]}…"
