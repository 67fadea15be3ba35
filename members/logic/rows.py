"""From the cells of a sheet to cleaned rows and problems, a batch at a time, column by column.

A batch is turned on its side so that each column is cleaned by one `map` over its cells; columns whose few values
fill many cells remember their results. Only columns that hold a flaw are looked at again cell by cell.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

from corps.logic.masking import mask_identity, mask_phone, mask_text
from members.logic.cells import Cleaner
from members.logic.flaws import ERROR, WARNING, Cell, Flaw, Params, Value, cell_text, found
from members.logic.identity import FEMALE, MALE
from members.logic.roster_columns import BY_KEY, COLUMNS, POSITION, Column, Context
from members.logic.text import CLEAR, plain
from members.logic.vocabulary import folded

Row = tuple[Any, ...]
"""Row number of the sheet (from 1), then one `Value` for each of `roster_columns.KEYS`."""

REMEMBERED: Final = 20_000
"""Different cells of one column whose results are kept from batch to batch."""

_NAME: Final = POSITION["name"]
_IDENTITY: Final = POSITION["identity"]
_SEX: Final = POSITION["sex"]
_BIRTH_DATE: Final = POSITION["birth_date"]
_FILLED_DOWN: Final = frozenset(POSITION[column.key] for column in COLUMNS if column.filled_down)
_REQUIRED: Final = tuple(POSITION[column.key] for column in COLUMNS if column.required)
_WANTED: Final = tuple(POSITION[column.key] for column in COLUMNS if column.wanted)
_CLEARABLE: Final = frozenset(
    position
    for key, position in POSITION.items()
    if key not in {"name", "identity", "sex", "birth_date", "unit", "status"}
)
_ODD: Final = frozenset("13579")
_SEX_SHOWN: Final = {MALE: "男", FEMALE: "女"}
_MASKS: Final[dict[str, Callable[[str], str]]] = {"identity": mask_identity, "phone": mask_phone, "": mask_text}

_NOTE: Final = re.compile(
    r"\s*(?:填\s*表|制\s*表|填\s*报|审\s*核|审\s*批|复\s*核|经\s*办|报\s*送|合\s*计|总\s*计|共\s*计|小\s*计|说\s*明|注[:：\s]|注$"
    r"|备\s*注[:：]|注\s*意|单位[（(]?盖章|盖\s*章|签\s*[字章名]|以上|以下|本表|此表|示\s*例|样\s*例|例[:：]|共\s*\d+\s*人"
    r"|第\s*\d+\s*页|日期[:：])"
)
# Words that may also stand before the name of a person who holds the post; a note only where nobody is named.
_POST_OR_NOTE: Final = re.compile(r"\s*(?:负\s*责\s*人|分\s*管|主\s*管|联\s*系\s*人|统\s*计|报\s*表)")
_NOTE_CELLS: Final = 6


class Problem(NamedTuple):
    """A problem of a cell. `shown` is what was found, masked where it identifies a person."""

    row: int
    column: str
    code: str
    shown: str
    params: Params
    fatal: bool


class Batch(NamedTuple):
    """What a batch gave: rows to take, rows with an error (their faulty cells empty), problems, rows passed over.

    `skipped` holds (row number, code, text) of rows that are no people: notes, totals, repeated headers.
    """

    rows: list[Row]
    rejected: list[Row]
    problems: list[Problem]
    skipped: list[tuple[int, str, str]]


class _Remembering(dict[Any, Any]):
    """Cell → cleaned value, worked out once."""

    def __init__(self, cleaner: Cleaner) -> None:
        super().__init__()
        self._cleaner = cleaner

    def __missing__(self, cell: Cell) -> Value | Flaw:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self._cleaner(cell)
        self[cell] = value
        return value


class RowCleaner:
    """Cleans the rows of one sheet.

    `mapping` gives the key of the roster's column for a position in the sheet's rows.
    """

    def __init__(self, mapping: dict[int, str], context: Context) -> None:
        self._places = {POSITION[key]: place for place, key in sorted(mapping.items(), key=_in_order)}
        self._cleaners = {position: _compiled(COLUMNS[position], context) for position in self._places}
        self._header_words = {
            folded(word)
            for column in (BY_KEY["name"], BY_KEY["identity"])
            for word in (column.chinese, *column.synonyms)
        }

    def clean(self, numbers: Sequence[int], rows: Sequence[Sequence[Cell]]) -> Batch:
        """Clean rows of equal length; `numbers` are their row numbers in the sheet."""
        if not rows:
            return Batch([], [], [], [])
        by_place = list(zip(*rows, strict=True))
        nothing: list[Any] = [None] * len(rows)
        columns = [nothing] * len(COLUMNS)
        for position, place in self._places.items():
            cells = by_place[place]
            if position == _BIRTH_DATE:
                # What the identity number says already needs no reading: the common case of this column.
                told = _birth_dates(columns[_IDENTITY])
                read = self._cleaners[position]
                columns[position] = [
                    date if cell == date else read(cell) for cell, date in zip(cells, told, strict=True)
                ]
            else:
                columns[position] = list(map(self._cleaners[position], cells))

        flaws = self._take_flaws(columns, by_place)
        absent = [index for index, number in enumerate(columns[_IDENTITY]) if number is None]
        skipped = self._skipped(absent, rows, columns) if absent else {}
        self._check_presence(columns, flaws, skipped)
        self._follow_identity(columns, flaws)
        problems, bad = self._problems(numbers, rows, flaws, skipped)
        notices = [(numbers[index], code, text) for index, (code, text) in sorted(skipped.items()) if code]

        cleaned = zip(numbers, *columns, strict=True)
        if not bad and not skipped:
            return Batch(list(cleaned), [], problems, notices)
        everything = list(cleaned)
        taken = [index not in bad and index not in skipped for index in range(len(rows))]
        rejected = [everything[index] for index in sorted(bad)]
        return Batch(list(compress(everything, taken)), rejected, problems, notices)

    def _take_flaws(self, columns: list[list[Any]], by_place: Sequence[Sequence[Cell]]) -> dict[int, dict[int, Flaw]]:
        """Replace flaws by the values they keep; position of column → index of row → flaw.

        The word that empties a field is a flaw to dates, phones and choices, and is let through here.
        """
        flaws: dict[int, dict[int, Flaw]] = {}
        for position in self._places:
            column = columns[position]
            if Flaw not in set(map(type, column)):
                continue
            flaws[position] = here = {index: flaw for index, flaw in enumerate(column) if type(flaw) is Flaw}
            cells = by_place[self._places[position]]
            for index, flaw in list(here.items()):
                column[index] = flaw.value
                if position in _CLEARABLE and plain(cell_text(cells[index])) == CLEAR:
                    column[index] = CLEAR
                    del here[index]
        return flaws

    def _skipped(
        self, absent: Iterable[int], rows: Sequence[Sequence[Cell]], columns: list[list[Any]]
    ) -> dict[int, tuple[str, str]]:
        """Index of row → (code, text) for rows that are no people; blank ones have no code.

        `absent` are the rows without a usable identity number: only these can be blank, a note, or a header again.
        """
        skipped: dict[int, tuple[str, str]] = {}
        own = [position for position in self._places if position not in _FILLED_DOWN]
        others = [position for position in self._places if position in _FILLED_DOWN]
        for index in absent:
            row = rows[index]
            cells = [text for cell in row if cell not in ("", None) and (text := plain(cell_text(cell)))]
            if not cells:
                skipped[index] = ("", "")
            elif self._is_header(row):
                skipped[index] = ("row_header_again", "")
            elif _is_note(cells, named=columns[_NAME][index] is not None):
                skipped[index] = ("row_note", mask_text(" ".join(cells))[:80])
            elif not any(cell_text(row[self._places[position]]).strip() for position in own):
                # A prepared line with nothing but its number is blank; with a unit or a remark it is told of.
                bare = all(columns[position][index] is None for position in others)
                skipped[index] = ("", "") if bare else ("row_no_person", mask_text(" ".join(cells))[:80])
        return skipped

    def _is_header(self, row: Sequence[Cell]) -> bool:
        return any(
            (place := self._places.get(position)) is not None and folded(cell_text(row[place])) in self._header_words
            for position in (_NAME, _IDENTITY)
        )

    def _check_presence(
        self, columns: list[list[Any]], flaws: dict[int, dict[int, Flaw]], skipped: dict[int, tuple[str, str]]
    ) -> None:
        for position, severity in [(p, ERROR) for p in _REQUIRED] + [(p, WARNING) for p in _WANTED]:
            column = columns[position]
            if None not in column or (position not in self._places and severity == WARNING):
                continue
            here = flaws.setdefault(position, {})
            code = "required" if severity == ERROR else "wanted"
            for index, value in enumerate(column):
                if value is None and index not in here and index not in skipped:
                    here[index] = Flaw(code, {}, severity)

    def _follow_identity(self, columns: list[list[Any]], flaws: dict[int, dict[int, Flaw]]) -> None:
        """Sex and birth date follow from the identity number; a contradiction in the sheet is a warning."""
        numbers = columns[_IDENTITY]
        sexes = [number and (MALE if number[16] in _ODD else FEMALE) for number in numbers]
        births = _birth_dates(numbers)
        for position, derived, code in (
            (_SEX, sexes, "sex_contradiction"),
            (_BIRTH_DATE, births, "birth_contradiction"),
        ):
            given = columns[position]
            columns[position] = derived
            if position not in self._places or given == derived:
                continue
            here = flaws.setdefault(position, {})
            for index, (written, true) in enumerate(zip(given, derived, strict=True)):
                if written is None or true is None or written == true or index in here:
                    continue
                if position == _SEX and written not in _SEX_SHOWN:
                    continue
                here[index] = Flaw(code, {"expected": _SEX_SHOWN.get(true, true)}, WARNING)

    def _problems(
        self,
        numbers: Sequence[int],
        rows: Sequence[Sequence[Cell]],
        flaws: dict[int, dict[int, Flaw]],
        skipped: dict[int, tuple[str, str]],
    ) -> tuple[list[Problem], set[int]]:
        problems: list[Problem] = []
        bad: set[int] = set()
        for position in sorted(flaws):
            column = COLUMNS[position]
            place = self._places.get(position)
            mask = _MASKS[column.masked]
            for index, flaw in flaws[position].items():
                if index in skipped:
                    continue
                fatal = flaw.severity == ERROR
                if fatal:
                    bad.add(index)
                shown = "" if place is None else mask(found(rows[index][place]))
                problems.append(Problem(numbers[index], column.key, flaw.code, shown, flaw.params, fatal))
        problems.sort(key=lambda problem: problem.row)
        return problems, bad


def _is_note(cells: list[str], *, named: bool) -> bool:
    if len(cells) > _NOTE_CELLS:
        return False
    return any(_NOTE.match(text) or (not named and _POST_OR_NOTE.match(text)) for text in cells[:2])


def _in_order(item: tuple[int, str]) -> int:
    return POSITION[item[1]]


def _birth_dates(numbers: Iterable[Any]) -> list[str | None]:
    """ISO birth dates of identity numbers, None where there is none."""
    return [f"{number[6:10]}-{number[10:12]}-{number[12:14]}" if type(number) is str else None for number in numbers]


def _compiled(column: Column, context: Context) -> Callable[[Any], Any]:
    cleaner = column.cleaner(context)
    return _Remembering(cleaner).__getitem__ if column.repeats else cleaner
