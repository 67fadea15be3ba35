"""What a check of the roll-ups finds."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A stored figure that is not what the facts say. `table` is one of `Table`; None where there is no row."""

    table: str
    unit_id: int
    day: dt.date
    column: str
    stored: int | None
    counted: int | None


@dataclass(slots=True)
class Found:
    """How many stored figures were compared, which differ, and how many were left out because their keys wait."""

    compared: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)


def sentence_of(one: Difference) -> str:
    """A difference in one line, for logs and the command."""
    return f"{one.table} unit={one.unit_id} day={one.day} column={one.column} stored={one.stored} counted={one.counted}"
