"""Which sheets of a book hold a roster, and what must be asked before they are read."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from corps.logic.masking import mask_text
from members.logic.flaws import Params, cell_text
from members.logic.headers import (
    SEARCHED_ROWS,
    Header,
    Question,
    column_letter,
    find_header,
    names_nobody,
    questions,
    same_headers,
)
from members.logic.roster_columns import BY_KEY
from members.reading.grids import Book, Grid
from members.reading.limits import Limits
from members.reading.refusals import Refused

_SAMPLES: Final = 3
_SAMPLE_LENGTH: Final = 20


class RosterSheet(NamedTuple):
    """A sheet with a header, `number` counts the visible sheets of its book."""

    number: int
    grid: Grid
    header: Header


class Survey(NamedTuple):
    """What was found: sheets to read, questions to ask first, and (sheet, code, params) to tell."""

    sheets: list[RosterSheet]
    questions: list[Question]
    notices: list[tuple[int, str, Params]]


def survey(
    book: Book, answers: Mapping[str, str], limits: Limits, *, opening: Callable[[str], None] = lambda _name: None
) -> Survey:
    """Look at the head of every sheet. Raises `Refused` when no sheet can be a roster, whatever is answered.

    `opening` is told the name of each sheet before it is loaded: a sheet can end the process.
    """
    found: list[RosterSheet] = []
    notices: list[tuple[int, str, Params]] = [(-1, "sheet_hidden", {"sheet": name}) for name in book.hidden]
    headless: list[str] = []
    for index, name in enumerate(book.sheets):
        opening(name)
        grid = book.load(name)
        if grid.height == 0:
            continue
        if grid.width > limits.columns:
            raise Refused("sheet_too_wide", sheet=name, limit=limits.columns)
        header = find_header(list(itertools.islice(grid.rows(), SEARCHED_ROWS)), merged=grid.merged, answers=answers)
        if header is None:
            headless.append(name)
            notices.append((index, "sheet_without_header", {"sheet": name}))
        else:
            found.append(RosterSheet(index, grid, header))
    if not found:
        raise Refused("header_not_found", sheets="、".join(headless)) if headless else Refused("file_no_rows")
    return _settled(found, notices)


def _settled(found: list[RosterSheet], notices: list[tuple[int, str, Params]]) -> Survey:
    asked: dict[str, Question] = {}
    complete: list[RosterSheet] = []
    lacking: list[tuple[RosterSheet, tuple[str, ...]]] = []
    for sheet in map(_without_empty_columns, found):
        mine = [_sampled(question, sheet) for question in questions(sheet.header, offset=sheet.grid.offset)]
        missing = names_nobody(sheet.header)
        for header, first, second in same_headers(sheet.header, offset=sheet.grid.offset):
            raise Refused("header_twice", sheet=sheet.grid.name, header=header, first=first, second=second)
        if missing and not mine:
            lacking.append((sheet, missing))
            continue
        asked.update((question.header, question) for question in mine if question.header not in asked)
        complete.append(sheet)
    for sheet, missing in lacking:
        columns = "、".join(BY_KEY[key].chinese for key in missing)
        if not complete:
            raise Refused("header_lacks", sheet=sheet.grid.name, columns=columns)
        notices.append((sheet.number, "sheet_lacks", {"sheet": sheet.grid.name, "columns": columns}))
    return Survey(complete, list(asked.values()), notices)


def _without_empty_columns(sheet: RosterSheet) -> RosterSheet:
    """Unknown headers over empty columns are nobody's question; nor is an empty column beside one that is full."""
    header = sheet.header
    doubtful = {*header.unknown, *(place for _, *places in header.duplicates for place in places)}
    if not doubtful:
        return sheet
    empty = _empty_places(doubtful, itertools.islice(sheet.grid.rows(), header.last + 1, None))
    unknown = {place: form for place, form in header.unknown.items() if place not in empty}
    duplicates = []
    mapping = dict(header.mapping)
    for key, first, second in header.duplicates:
        if first in empty and second not in empty:
            mapping.pop(first, None)
            mapping[second] = key
        elif second not in empty:
            duplicates.append((key, first, second))
    return sheet._replace(header=header._replace(unknown=unknown, mapping=mapping, duplicates=tuple(duplicates)))


def _empty_places(places: Iterable[int], rows: Iterable[Sequence[Any]]) -> set[int]:
    empty = set(places)
    for row in rows:
        filled = [place for place in empty if place < len(row) and cell_text(row[place]).strip()]
        empty.difference_update(filled)
        if not empty:
            break
    return empty


def _sampled(question: Question, sheet: RosterSheet) -> Question:
    letters = {column_letter(place + sheet.grid.offset): place for place in sheet.header.shown}
    place = letters[question.place]
    samples: dict[str, None] = {}
    for row in itertools.islice(sheet.grid.rows(), sheet.header.last + 1, sheet.header.last + 500):
        if place < len(row) and (text := cell_text(row[place]).strip()):
            samples[mask_text(text)[:_SAMPLE_LENGTH]] = None
            if len(samples) == _SAMPLES:
                break
    return question._replace(samples=tuple(samples))
