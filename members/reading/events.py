"""What the child tells, in the order it tells it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from members.logic.flaws import Params
from members.logic.headers import Question
from members.logic.rows import Problem, Row


class SheetFound(NamedTuple):
    """A sheet with a header. `columns` maps the key of a column to (letter, header as written).

    `header_row` is the last row of the header and `last_row` the last row in use, both from 1.
    """

    sheet: int
    name: str
    header_row: int
    last_row: int
    columns: dict[str, tuple[str, str]]


class Notice(NamedTuple):
    """Something worth telling that rejects nothing: a sheet or a row passed over. `row` is 0 for a whole sheet."""

    sheet: int
    row: int
    code: str
    params: Params


class Questions(NamedTuple):
    """The file cannot be read before these are answered; the last event of its reading."""

    questions: list[Question]


class Batch(NamedTuple):
    """Some rows of a sheet: to be taken, with errors (faulty cells are None), and the problems of both."""

    sheet: int
    rows: list[Row]
    rejected: list[Row]
    problems: list[Problem]


class Done(NamedTuple):
    """The whole file was read; counts of rows."""

    rows: int
    rejected: int


class Cells(NamedTuple):
    """A sheet that is no roster, as it stands. Rows begin in row 1 and column A; rows and columns count from 0.

    Cells are text (dates as ISO text) or numbers. `merged` are ((top, left), (bottom, right)); `formulas` maps a column
    to the first and the last row with a formula in it.
    """

    name: str
    rows: list[list[str | float]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    formulas: dict[int, tuple[int, int]]


Event = SheetFound | Notice | Questions | Batch | Done

Frame = tuple[str, tuple[Any, ...]]
"""An event on its way through the pipe: its kind and its plain values."""


Reasons = Mapping[int, Mapping[int, str]]
"""Sheet (index as in `SheetFound`) → row number → the sentences why it was rejected."""


def from_frame(kind: str, values: tuple[Any, ...]) -> Event:
    """The event of a frame. Raises ValueError for a kind that is none."""
    if kind == "batch":
        sheet, rows, rejected, problems = values
        return Batch(sheet, rows, rejected, [Problem(*problem) for problem in problems])
    if kind == "sheet":
        return SheetFound(*values)
    if kind == "notice":
        return Notice(*values)
    if kind == "questions":
        return Questions([Question(*question) for question in values])
    if kind == "done":
        return Done(*values)
    raise ValueError(kind)
