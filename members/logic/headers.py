"""Finding the header of a sheet and what its columns mean.

Above the header stand title rows; the header itself is one row, or two with group heads over merged cells; it holds
stars, units and remarks in brackets, line breaks and blanks. What is understood is mapped, what is not is asked.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from members.logic.flaws import Cell, cell_text
from members.logic.roster_columns import BY_KEY, COLUMNS, IGNORED_HEADERS, REASON_HEADER
from members.logic.text import ascii_form

SEARCHED_ROWS: Final = 30
"""Rows from the top among which the header is looked for."""

IGNORE: Final = ""
"""The answer that says: do not read this column."""

Range = tuple[tuple[int, int], tuple[int, int]]
"""A merged range: first and last (row, column), from 0."""

_BRACKETS: Final = re.compile(r"[(（\[【〔<《{]([^)）\]】〕>》}]*)[)）\]】〕>》}]")
_NOISE: Final = re.compile(r"[\s*★☆※●:：,，、;；。.·_\-—|/\\'\"]+")
_EMERGENCY: Final = re.compile(r"紧急|应急|家属")
_UNIT_LEVEL: Final = re.compile(r"(?:所属|所在)?(?:义警)?(支队|大队|中队)(?:名称)?")
_LEVELS: Final = ("支队", "大队", "中队")
_MAX_HEADER: Final = 40
_SUGGESTIONS: Final = 3
_LIKENESS: Final = 0.5


class Question(NamedTuple):
    """Something about the header that a person must say.

    `kind` is `unknown` (a header nobody declared) or `duplicate` (two headers for one column). `header` is the
    form under which the answer is kept: a key of the roster's columns, or `IGNORE`. `place` is the column's letter.
    `samples` are some cells below it; `suggestions` are keys, the likeliest first.
    """

    kind: str
    header: str
    shown: str
    place: str
    suggestions: tuple[str, ...]
    samples: tuple[str, ...] = ()


class Header(NamedTuple):
    """The header of a sheet. Rows and columns count from 0; `last` is its last row, data begins below.

    `mapping` is place → key, `unknown` place → form, `duplicates` are (key, first place, second place).
    `unit_path` holds the places of 支队, 大队 and 中队, highest first, where a sheet gives each its own column; the
    lowest of them is the one mapped to the unit.
    """

    first: int
    last: int
    mapping: dict[int, str]
    shown: dict[int, str]
    unknown: dict[int, str]
    duplicates: tuple[tuple[str, int, int], ...]
    unit_path: tuple[int, ...] = ()


def header_form(text: str) -> str:
    """The form in which headers are compared and answers are kept: bare of blanks, stars, brackets and remarks."""
    form = _BRACKETS.sub("", ascii_form(text))
    # A header that is nothing but a bracket keeps what stands in it.
    bare = _NOISE.sub("", form) or _NOISE.sub("", _BRACKETS.sub(r"\1", ascii_form(text)))
    return bare.lower()[:_MAX_HEADER]


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for column in COLUMNS:
        for word in (column.chinese, column.english, column.key, *column.synonyms):
            table.setdefault(header_form(word), column.key)
    return table


KNOWN: Final[Mapping[str, str]] = _table()
_IGNORED: Final = frozenset(header_form(word) for word in (*IGNORED_HEADERS, REASON_HEADER))


def find_header(
    rows: Sequence[Sequence[Cell]], *, merged: Sequence[Range] = (), answers: Mapping[str, str] | None = None
) -> Header | None:
    """The header among the first rows, or None when no row names at least two columns of the roster.

    `answers` maps `header_form` to a key or `IGNORE`; answers go before what is declared here.
    """
    # An answer remembered for a column that no longer exists is no answer.
    answers = {form: key for form, key in (answers or {}).items() if key == IGNORE or key in BY_KEY}
    texts = [[cell_text(cell) for cell in row] for row in rows[:SEARCHED_ROWS]]
    best: Header | None = None
    # One row before two: the row above a header is more often a title than a row of group heads.
    for height in (1, 2):
        for first in range(len(texts) - height + 1):
            candidate = _read(texts, first, first + height - 1, merged, answers)
            if best is None or len(candidate.mapping) > len(best.mapping):
                best = candidate
    return best if best and len(best.mapping) >= 2 else None


def names_nobody(header: Header) -> tuple[str, ...]:
    """Required columns that the header lacks: keys."""
    present = set(header.mapping.values()) | {key for key, _, _ in header.duplicates}
    return tuple(column.key for column in COLUMNS if column.required and column.key not in present)


def suggestions(header: str) -> tuple[str, ...]:
    """Keys of the columns whose names are most like the header's."""
    alike = difflib.get_close_matches(header, KNOWN, n=12, cutoff=_LIKENESS)
    inside = [word for word in KNOWN if len(word) > 1 and (word in header or (len(header) > 1 and header in word))]
    return tuple(dict.fromkeys(KNOWN[word] for word in [*sorted(inside, key=len, reverse=True), *alike]))[:_SUGGESTIONS]


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _read(
    texts: Sequence[Sequence[str]], first: int, last: int, merged: Sequence[Range], answers: Mapping[str, str]
) -> Header:
    """Read rows `first` to `last` (one or two) as a header."""
    groups = _groups(texts[first], first, merged) if last > first else []
    mapping: dict[int, str] = {}
    shown: dict[int, str] = {}
    unknown: dict[int, str] = {}
    holders: dict[str, int] = {}
    answered: set[int] = set()
    levels: dict[int, int] = {}
    duplicates: list[tuple[str, int, int]] = []
    for place, own in enumerate(texts[last]):
        group = groups[place] if place < len(groups) else ""
        text = own if own.strip() else group
        if not text.strip():
            continue
        shown[place] = " ".join(text.split())
        form = header_form(text)
        key = _meaning(own, group, mapping.get(place - 1), answers)
        if form in answers:
            answered.add(place)
        if key == "unit" and (level := _UNIT_LEVEL.fullmatch(form)):
            levels[_LEVELS.index(level[1])] = place
        if key is None:
            unknown[place] = form
        elif key == IGNORE:
            continue
        elif key in holders and (place in answered) == (holders[key] in answered):
            duplicates.append((key, holders[key], place))
        elif key not in holders or place in answered:
            mapping.pop(holders.get(key, -1), None)
            mapping[place] = key
            holders[key] = place
    path = tuple(levels[level] for level in sorted(levels)) if len(levels) > 1 else ()
    if path and set(path) >= {place for key, *places in duplicates if key == "unit" for place in places}:
        duplicates = [duplicate for duplicate in duplicates if duplicate[0] != "unit"]
        mapping.pop(holders["unit"])
        mapping[path[-1]] = "unit"
    else:
        path = ()
    return Header(first, last, mapping, shown, unknown, tuple(duplicates), path)


def _meaning(own: str, group: str, left: str | None, answers: Mapping[str, str]) -> str | None:
    """Key of the column, IGNORE, or None for an unknown header."""
    form = header_form(own)
    grouped = header_form(f"{group}{own}") if group and own.strip() else header_form(group)
    answer = next((answers[candidate] for candidate in (grouped, form) if candidate in answers), None)
    declared = KNOWN.get(grouped) or (KNOWN.get(form) if own.strip() else None)
    key = declared if answer is None else answer
    if declared in {"phone", "name"} and _EMERGENCY.search("".join(_BRACKETS.findall(own)) + group):
        return f"emergency_{declared}"
    if declared == "phone" and left == "emergency_name" and answer in {None, "phone", IGNORE}:
        # 紧急联系人 | 联系电话: the second belongs to the first, whatever was answered for another 联系电话.
        return "emergency_phone"
    if key is not None:
        return key
    return IGNORE if form in _IGNORED or (not form and grouped in _IGNORED) else None


def _groups(row: Sequence[str], index: int, merged: Sequence[Range]) -> list[str]:
    """The upper row with each group head written over all columns its merged cell covers."""
    groups = list(row)
    for (top, left), (bottom, right) in merged:
        if top <= index <= bottom and left < len(groups) and right > left:
            for place in range(left, min(right + 1, len(groups))):
                groups[place] = row[left]
    return groups


def questions(header: Header, *, offset: int = 0) -> list[Question]:
    """What must be asked about a header: unknown columns, and columns named twice under different words.

    `offset` is the number of empty columns left of the first place.
    """
    asked = [
        Question("unknown", form, header.shown[place], column_letter(place + offset), suggestions(form))
        for place, form in header.unknown.items()
    ]
    for key, first, second in header.duplicates:
        form = header_form(header.shown[second])
        if form != header_form(header.shown[first]):
            asked.append(
                Question("duplicate", form, header.shown[second], column_letter(second + offset), (IGNORE, key))
            )
    return asked


def same_headers(header: Header, *, offset: int = 0) -> list[tuple[str, str, str]]:
    """Columns with one and the same header: (header, letter, letter). No answer can tell them apart."""
    return [
        (header.shown[second], column_letter(first + offset), column_letter(second + offset))
        for _, first, second in header.duplicates
        if header_form(header.shown[first]) == header_form(header.shown[second])
    ]
