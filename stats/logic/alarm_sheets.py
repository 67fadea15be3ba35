"""Making sense of sheets of alarm figures: which cell is how many alarms of which kind, where, in which month.

Three forms are understood, alone or mixed over the sheets of a book:
a list (heads for area, kind, month and count, a figure a row); areas as rows and months as columns, with kinds or years
above or below the months, in a column beside the area, or in the title; areas as rows and kinds as columns, with the
month in the title. Title rows above and merged heads belong to all of them; totals are left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from members.logic.flaws import cell_text
from members.logic.headers import column_letter
from stats.logic.alarm_words import (
    Cell,
    Month,
    count_of,
    head_of,
    is_doubtful,
    is_nothing,
    is_total,
    kind_of,
    month_number,
    month_of,
    plain,
    year_of,
)

SEARCHED: Final = 20
"""Rows at the top in which heads are looked for."""

FOUND_LIMIT: Final = 40
_TITLE_MONTH: Final = re.compile(r"20\d\d年\d{1,2}月")
_RANGE: Final = re.compile(r"[-—–~至到]\d{1,2}月")
_DERIVED: Final = ("同比", "环比", "增减", "增幅", "升降", "占比", "比例", "比率", "±", "%")

Range = tuple[tuple[int, int], tuple[int, int]]


class Line(NamedTuple):
    """A figure as the sheet has it; `row` from 1, `column` a letter."""

    area: str
    kind: str
    year: int
    month: int
    number: int
    sheet: str
    row: int
    column: str


class Problem(NamedTuple):
    """What cannot be taken; `row` 0 and `column` "" for a whole sheet. The sentence follows from `code`."""

    sheet: str
    row: int
    column: str
    found: str
    code: str
    params: dict[str, str | int]


class Note(NamedTuple):
    """Something that was passed over on purpose."""

    sheet: str
    code: str
    params: dict[str, str | int]


@dataclass(slots=True)
class Found:
    """What the sheets hold."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Sheet:
    """A sheet's cells: `at` as they stand, `filled` with the value of a merged area in each of its cells."""

    def __init__(
        self, name: str, rows: Sequence[Sequence[Cell]], merged: Iterable[Range], formulas: dict[int, tuple[int, int]]
    ) -> None:
        self.name = name
        self.rows = rows
        self.width = max((len(row) for row in rows), default=0)
        self._formulas = formulas
        self._covered: dict[tuple[int, int], tuple[int, int]] = {}
        for (top, left), (bottom, right) in merged:
            if (bottom - top + 1) * (right - left + 1) > 10_000:
                continue
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self._covered[row, column] = (top, left)

    def at(self, row: int, column: int) -> Cell:
        """The cell; "" beyond the sheet."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""

    def filled(self, row: int, column: int) -> Cell:
        """The cell, or what is written over it by a merged area."""
        return self.at(*self._covered.get((row, column), (row, column)))

    def is_formula(self, row: int, column: int) -> bool:
        """Whether a formula is known to stand here: the first and the last of each column are known."""
        return row in self._formulas.get(column, ())

    def head_rows(self) -> range:
        """The rows in which heads are looked for."""
        return range(min(SEARCHED, len(self.rows)))


def read_sheets(sheets: Sequence[Sheet]) -> Found:
    """Read every sheet that holds figures; a book in which none does has one problem."""
    found = Found()
    for sheet in sheets:
        if not any(plain(cell) for row in sheet.rows for cell in row):
            continue
        before = len(found.lines) + len(found.problems)
        _Reader(sheet, found).read()
        if len(found.lines) + len(found.problems) == before:
            found.notes.append(Note(sheet.name, "sheet_passed", {}))
    if not found.lines and not found.problems:
        found.problems.append(Problem("", 0, "", "", "nothing", {}))
    return found


class _Reader:
    def __init__(self, sheet: Sheet, found: Found) -> None:
        self.sheet = sheet
        self.found = found
        self.name_year, self.name_kind = year_of(sheet.name), kind_of(sheet.name)

    def read(self) -> None:
        """As a list where the heads of one stand there, else as a table."""
        for row in self.sheet.head_rows():
            heads: dict[str, int] = {}
            for column in range(self.sheet.width):
                heads.setdefault(head_of(self.sheet.at(row, column)), column)
            if {"area", "count", "month"} <= heads.keys():
                self._title(row)
                self._list(row, heads)
                return
        self._table()

    # -- what holds for the whole sheet ------------------------------------------------------------------------------

    def _title(self, below: int) -> None:
        """Year, kind and month said above the heads; what is said nearest to them wins over the sheet's name."""
        self.year, self.kind, self.month = self.name_year, self.name_kind, month_of(self.sheet.name)
        for row in range(below):
            cells = {plain(self.sheet.filled(row, column)) for column in range(self.sheet.width)} - {""}
            text = " ".join(sorted(cells))
            self.year = year_of(text) or self.year
            self.kind = kind_of(text) or self.kind
            months = {month for cell in cells if (month := _month_within(cell)) is not None}
            if len(months) == 1:
                self.month = months.pop()

    def _problem(self, row: int, column: int, code: str, **params: str | int) -> None:
        shown = cell_text(self.sheet.filled(row, column))[:FOUND_LIMIT]
        self.found.problems.append(Problem(self.sheet.name, row + 1, column_letter(column), shown, code, params))

    def _pass_over(self, row: int, code: str, text: Cell) -> None:
        shown = cell_text(text)[:FOUND_LIMIT]
        self.found.notes.append(Note(self.sheet.name, code, {"row": row + 1, "text": shown}))

    # -- a list ------------------------------------------------------------------------------------------------------

    def _list(self, head: int, heads: dict[str, int]) -> None:
        sheet = self.sheet
        for row in range(head + 1, len(sheet.rows)):
            area = sheet.filled(row, heads["area"])
            count, month = sheet.at(row, heads["count"]), sheet.filled(row, heads["month"])
            if is_nothing(count) or head_of(count) == "count":
                if not is_nothing(area) and head_of(area) != "area":
                    self._pass_over(row, "row_without_figure", area)
                continue
            if is_total(area) or is_total(month) or ("kind" in heads and is_total(sheet.filled(row, heads["kind"]))):
                self._pass_over(row, "total_passed", area)
                continue
            kind = self.kind
            if "kind" in heads and not is_nothing(text := sheet.filled(row, heads["kind"])):
                kind = kind_of(text)
                if kind is None:
                    self._problem(row, heads["kind"], "kind_unknown")
                    continue
            when = month_number(month)
            if when is None:
                self._problem(row, heads["month"], "month_unknown")
                continue
            year = when.year or (year_of(sheet.filled(row, heads["year"])) if "year" in heads else None) or self.year
            self._take((row, heads["count"]), area, heads["area"], kind, Month(year, when.month))

    # -- a table -----------------------------------------------------------------------------------------------------

    def _table(self) -> None:
        sheet = self.sheet
        month_row = max(sheet.head_rows(), key=lambda row: (len(self._months_in(row)), -row), default=0)
        has_months = bool(self._months_in(month_row))
        area_head = next(self._heads_of("area"), None)
        if not has_months:
            kinds = max(sheet.head_rows(), key=lambda row: (len(self._kinds_in(row)), -row), default=0)
            if not self._kinds_in(kinds):
                return
            month_row = kinds
        area_column = area_head[1] if area_head else 0
        last_head = self._last_head(month_row, area_column)
        top = self._top_of_heads(month_row, area_head)
        self._title(top)
        kind_column = next((column for row, column in self._heads_of("kind") if top <= row <= last_head), None)
        columns = [one for one in self._columns(top, last_head, {area_column, kind_column}) if one is not None]
        if has_months or self.month is not None:
            self._rows(last_head, area_column, kind_column, columns)

    def _months_in(self, row: int) -> set[Month]:
        cells = (self.sheet.filled(row, column) for column in range(self.sheet.width))
        return {month for cell in cells if (month := month_of(cell)) is not None}

    def _kinds_in(self, row: int) -> set[str]:
        if self.sheet.width < 2:
            return set()
        cells = [self.sheet.filled(row, column) for column in range(1, self.sheet.width)]
        # A title merged over the sheet is no head; neither is a sentence.
        return {kind for cell in cells if len(plain(cell)) <= 12 and (kind := kind_of(cell)) is not None}

    def _heads_of(self, what: str) -> Iterator[tuple[int, int]]:
        for row in self.sheet.head_rows():
            for column in range(self.sheet.width):
                if head_of(self.sheet.filled(row, column)) == what:
                    yield row, column

    def _top_of_heads(self, month_row: int, area_head: tuple[int, int] | None) -> int:
        """The first row of the heads: that of the area's head, or a row above the months that tells columns apart."""
        top = month_row
        if area_head is not None and area_head[0] < top:
            top = area_head[0]
        while top > 0:
            cells = {plain(self.sheet.filled(top - 1, column)) for column in range(1, self.sheet.width)} - {""}
            told_apart = len(cells) > 1 and all(len(cell) <= 12 for cell in cells)
            if not told_apart or not any(year_of(cell) or kind_of(cell) or month_of(cell) for cell in cells):
                break
            top -= 1
        return top

    def _last_head(self, month_row: int, area_column: int) -> int:
        """The last row of the heads: below the months may stand kinds or years, beside the area's merged head."""
        last = month_row
        for row in range(month_row + 1, min(SEARCHED, len(self.sheet.rows))):
            area = self.sheet.filled(row, area_column)
            cells = [self.sheet.at(row, column) for column in range(self.sheet.width) if column != area_column]
            words = [cell for cell in cells if plain(cell)]
            only_words = bool(words) and all(
                kind_of(cell) or year_of(cell) or month_of(cell) or is_total(cell) or _is_derived(plain(cell))
                for cell in words
            )
            if head_of(area) != "area" and not (is_nothing(area) and only_words):
                break
            last = row
        return last

    def _columns(self, top: int, last: int, others: set[int | None]) -> Iterator["_Column | None"]:
        for column in range(self.sheet.width):
            heads = [self.sheet.filled(row, column) for row in range(top, last + 1)]
            words = [plain(head) for head in heads]
            if column in others or not any(words) or any(map(is_total, heads)) or any(map(_is_derived, words)):
                continue
            if doubtful := [row for row, head in enumerate(heads, start=top) if is_doubtful(head)]:
                self._problem(doubtful[0], column, "month_unknown")
                continue
            months = [month for head in heads if (month := month_of(head)) is not None]
            kinds = [kind for head in heads if (kind := kind_of(head)) is not None]
            years = [year for head in heads if (year := year_of(head)) is not None]
            month = months[-1] if months else self.month
            if month is None or (not months and not kinds):
                continue
            year = month.year or (years[-1] if years else None) or self.year
            yield _Column(column, Month(year, month.month), kinds[-1] if kinds else None)

    def _rows(self, last_head: int, area_column: int, kind_column: int | None, columns: list["_Column"]) -> None:
        sheet = self.sheet
        for row in range(last_head + 1, len(sheet.rows)):
            area = sheet.filled(row, area_column)
            given = [one for one in columns if not is_nothing(sheet.at(row, one.place))]
            if head_of(area) == "area" or not given:
                if not given and not is_nothing(area):
                    self._pass_over(row, "row_without_figure", area)
                continue
            kind = self.kind
            if kind_column is not None and not is_nothing(word := sheet.filled(row, kind_column)):
                if is_total(word):
                    self._pass_over(row, "total_passed", area)
                    continue
                kind = kind_of(word)
                if kind is None:
                    self._problem(row, kind_column, "kind_unknown")
                    continue
            if is_total(area):
                self._pass_over(row, "total_passed", area)
                continue
            for one in given:
                self._take((row, one.place), area, area_column, one.kind or kind, one.month)

    # -- a figure ----------------------------------------------------------------------------------------------------

    def _take(self, at: tuple[int, int], area: Cell, area_column: int, kind: str | None, month: Month) -> None:
        row, place = at
        count = count_of(self.sheet.at(row, place))
        if is_nothing(area):
            self._problem(row, area_column, "area_missing")
        elif count is None:
            self._problem(row, place, "count_wrong")
        elif self.sheet.is_formula(row, place):
            self._problem(row, place, "formula")
        elif month.year is None:
            self._problem(row, place, "year_missing", month=month.month)
        elif kind is None:
            self._problem(row, place, "kind_missing")
        else:
            where = (self.sheet.name, row + 1, column_letter(place))
            self.found.lines.append(Line(cell_text(area).strip(), kind, month.year, month.month, count, *where))


class _Column(NamedTuple):
    place: int
    month: Month
    kind: str | None


def _is_derived(word: str) -> bool:
    """Rates and differences are computed here, not read."""
    return any(part in word for part in _DERIVED)


def _month_within(text: str) -> Month | None:
    """The one month a title names: 2022年10月警情统计表; None for a range of months."""
    found = _TITLE_MONTH.findall(text)
    return month_of(found[0]) if len(found) == 1 and not _RANGE.search(text) else None
