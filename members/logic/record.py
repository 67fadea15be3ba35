"""What is held about a person, as sections that any app adds to; plain values, made for reading and for machines."""

import datetime as dt
from dataclasses import dataclass
from typing import Final, TypeAlias

Value: TypeAlias = str | int | bool | dt.date | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Section:
    """A table: `key` for machines, `title` and `heads` for people, rows as wide as `heads`."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


_CONTROL: Final = {number: None for number in range(32) if number not in {9, 10, 13}}


def told(value: Value) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "✓" if value else "—"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).translate(_CONTROL)


def plain(value: Value) -> str | int | bool | None:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, dt.date) else value
