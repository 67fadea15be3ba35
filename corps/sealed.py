"""Every column of sealed values, declared by the app whose table it is (`AppConfig.ready`).

Rotation must reach them all, and the app that rotates must not know those above it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values; `key` are the columns of the primary key with their types, `batch` rows at a time.

    `index` is the column of the blind index, "" for none; `history` the trigger that would write an event for sealing
    again, as pgtrigger names it.
    """

    table: str
    column: str
    purpose: bytes
    key: tuple[tuple[str, str], ...] = (("id", "bigint"),)
    index: str = ""
    batch: int = 2_000
    history: str = ""


_declared: dict[tuple[str, str], SealedColumn] = {}


def declare_sealed(*columns: SealedColumn) -> None:
    """Make the columns known; once more changes nothing."""
    for column in columns:
        _declared[column.table, column.column] = column


def sealed_columns() -> tuple[SealedColumn, ...]:
    """All of them, apps at the bottom first."""
    return tuple(_declared.values())
