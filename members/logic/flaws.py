"""A flaw: what a cleaner returns instead of a value when a cell cannot be taken as it stands.

Cleaners never raise on a cell. They return the cleaned value, `None` for a blank cell, or a `Flaw`, which carries
the value to keep all the same (`None` for errors), a code and the parameters of its sentence
(`members.logic.messages`). An error rejects its row; a warning does not.
"""

import datetime as dt
from typing import Final

ERROR: Final = "error"
WARNING: Final = "warning"

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""A cell as the readers give it: calamine's values, or text from CSV."""

Value = str | tuple[str, ...] | None
"""A cleaned value: text, a code, an ISO date, several of them, or nothing."""

Params = dict[str, str | int]

FOUND_LIMIT: Final = 40
"""Characters of a faulty cell that a problem repeats."""


class Flaw:
    """A cell that cannot be taken as it stands."""

    __slots__ = ("code", "params", "severity", "value")

    def __init__(self, code: str, params: Params, severity: str = ERROR, value: Value = None) -> None:
        self.code = code
        self.params = params
        self.severity = severity
        self.value = value

    def __repr__(self) -> str:
        return f"Flaw({self.code!r}, {self.params!r}, {self.severity!r}, {self.value!r})"


def found(cell: Cell) -> str:
    """The cell as its sheet shows it, short enough to repeat in a sentence."""
    text = cell_text(cell)
    return text if len(text) <= FOUND_LIMIT else f"{text[: FOUND_LIMIT - 1]}…"


def cell_text(cell: Cell) -> str:
    """The text a person sees in the cell; whole numbers without the `.0` that the readers add."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)
