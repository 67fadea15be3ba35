"""The customary form of a statistical table as a workbook: what officers print on A4, sign and staple."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from members.resources import safe_cell

A4: Final = 9
COLUMNS_A_PAGE: Final = 16
_FIRST_WIDTH: Final = 22
_LEAST_WIDTH: Final = 7.5
_FORBIDDEN_IN_A_NAME: Final = str.maketrans("", "", "[]:*?/\\'")
_SHEET_NAME_LENGTH: Final = 31
_HEAD_ROW: Final = 3
HEAD_ROWS: Final = (_HEAD_ROW, _HEAD_ROW + 1)

Number = int | float


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, its unit of measure, and how many decimals its figures have."""

    name: str
    unit: str = ""
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one merged head."""

    name: str
    heads: Sequence[Head]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of figures. `kind`: `total`, `part`, or `change` (per cent, with its sign). None is a dash."""

    label: str
    cells: Sequence[Number | None]
    kind: str = "part"


@dataclass(frozen=True, slots=True)
class Form:
    """A table in its customary frame; `facts` are the lines above it (label and value), `notes` those below."""

    title: str
    facts: Sequence[tuple[str, str]]
    first_head: str
    groups: Sequence[Group]
    lines: Sequence[Line]
    notes: Sequence[str] = ()
    signatures: Sequence[str] = ()
    name: str = ""
    heads: list[Head] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "heads", [head for group in self.groups for head in group.heads])


def workbook(*forms: Form) -> bytes:
    """Forms as an .xlsx, a sheet each: merged title and heads, figures right with thousands separators, ready for A4
    landscape. Their names differ.

    Every text is written as text and cannot become a formula, also after the sheet has been saved as CSV.
    """
    target = io.BytesIO()
    book: Any = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": forms[0].title})
    for form in forms:
        _Writer(book, form).write()
    book.close()
    return target.getvalue()


class _Writer:
    """One sheet, from the title down to the signatures."""

    def __init__(self, book: Any, form: Form) -> None:
        self.form = form
        self.last = max(len(form.heads), 1)
        self.sheet = book.add_worksheet(_sheet_name(form.name or form.title))
        self.formats = _formats(book, {head.digits for head in form.heads})

    def write(self) -> None:
        self._page()
        self._above()
        self._heads()
        row = self._lines()
        self._below(row + 1)

    def _page(self) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(max(1, math.ceil(len(self.form.heads) / COLUMNS_A_PAGE)), 0)
        sheet.center_horizontally()
        sheet.repeat_rows(0, HEAD_ROWS[1])
        sheet.repeat_columns(0)
        sheet.freeze_panes(HEAD_ROWS[1] + 1, 1)
        sheet.set_footer(f"&L{_ampersands(self.form.title)}&R{_('Page %(page)s of %(pages)s') % _PAGES}")
        sheet.set_column(0, 0, _FIRST_WIDTH)
        for position, head in enumerate(self.form.heads, 1):
            sheet.set_column(position, position, self._width(position - 1, head))

    def _width(self, position: int, head: Head) -> float:
        longest = max((len(_digits(line.cells[position])) for line in self.form.lines), default=0)
        # Chinese characters are twice as wide as figures; a head may run over two lines.
        return max(_LEAST_WIDTH, longest + 2, len(head.name) * 1.2 + 1)

    def _above(self) -> None:
        self.sheet.set_row(0, 30)
        self._across(0, 0, self.last, self.form.title, "title")
        # The facts share two rows: what the table is about, then who fills it in and when.
        for number, pair in enumerate(_in_two_rows(self.form.facts), 1):
            edges = _edges(len(pair), self.last)
            for (label, value), (left, right) in zip(pair, edges, strict=True):
                self._across(number, left, right, _("%(label)s: %(value)s") % {"label": label, "value": value}, "fact")

    def _heads(self) -> None:
        upper, lower = HEAD_ROWS
        self.sheet.set_row(lower, 32)
        self.sheet.merge_range(upper, 0, lower, 0, "", self.formats["head"])
        self._text(upper, 0, self.form.first_head, "head")
        position = 1
        for group in self.form.groups:
            if not group.heads:
                continue
            self._across(upper, position, position + len(group.heads) - 1, group.name, "head")
            for head in group.heads:
                unit = _("(%(unit)s)") % {"unit": head.unit} if head.unit else ""
                self._text(lower, position, f"{head.name}\n{unit}" if unit else head.name, "head")
                position += 1

    def _lines(self) -> int:
        row = HEAD_ROWS[1]
        for row, line in enumerate(self.form.lines, HEAD_ROWS[1] + 1):
            self._text(row, 0, line.label, f"{line.kind}-label")
            for position, (head, value) in enumerate(zip(self.form.heads, line.cells, strict=True), 1):
                if value is None:
                    self.sheet.write_string(row, position, "—", self.formats[f"{line.kind}-none"])
                else:
                    kind = "change" if line.kind == "change" else f"{line.kind}-{head.digits}"
                    self.sheet.write_number(row, position, value, self.formats[kind])
        return row

    def _below(self, row: int) -> None:
        for number, note in enumerate(self.form.notes):
            self._across(row, 0, self.last, f"{_('Notes:')} {note}" if not number else note, "note")
            # Nothing makes a merged cell grow with its text by itself.
            self.sheet.set_row(row, 14 * max(1, math.ceil(len(note) * 2 / self._characters())))
            row += 1
        if self.form.signatures:
            self.sheet.set_row(row, 30)
            for word, (left, right) in zip(
                self.form.signatures, _edges(len(self.form.signatures), self.last), strict=True
            ):
                self._across(row, left, right, _("%(label)s: %(value)s") % {"label": word, "value": ""}, "sign")

    def _characters(self) -> float:
        return _FIRST_WIDTH + sum(self._width(number, head) for number, head in enumerate(self.form.heads))

    def _across(self, row: int, left: int, right: int, text: str, kind: str) -> None:
        if right > left:
            self.sheet.merge_range(row, left, row, right, "", self.formats[kind])
        self._text(row, left, text, kind)

    def _text(self, row: int, position: int, text: str, kind: str) -> None:
        self.sheet.write_string(row, position, safe_cell(text), self.formats[kind])


_PAGES: Final = {"page": "&P", "pages": "&N"}


def _formats(book: Any, digits: set[int]) -> dict[str, Any]:
    cell = {"border": 1, "valign": "vcenter", "font_size": 10}
    bold = {"bold": True}
    numbers = {"align": "right"}
    made = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "fact": book.add_format({"font_size": 10, "valign": "vcenter"}),
        "head": book.add_format(
            {**cell, **bold, "align": "center", "text_wrap": True, "bg_color": "#EDF1F7", "shrink": False}
        ),
        "note": book.add_format({"font_size": 9, "text_wrap": True, "valign": "top"}),
        "sign": book.add_format({"font_size": 10, "valign": "bottom"}),
        "change": book.add_format({**cell, **numbers, "italic": True, "num_format": "+0.00%;-0.00%;0.00%"}),
    }
    for kind, extra in (("total", bold), ("part", {}), ("change", {"italic": True})):
        made[f"{kind}-label"] = book.add_format({**cell, **extra, "text_wrap": True})
        made[f"{kind}-none"] = book.add_format({**cell, **extra, **numbers})
        for number in digits:
            shown = f"#,##0.{'0' * number}" if number else "#,##0"
            made[f"{kind}-{number}"] = book.add_format({**cell, **extra, **numbers, "num_format": shown})
    return made


def _in_two_rows(facts: Sequence[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    half = math.ceil(len(facts) / 2)
    return [facts[:half], facts[half:]]


def _edges(parts: int, last: int) -> list[tuple[int, int]]:
    """Where each of `parts` begins and ends when they share the columns 0 … last; never more parts than columns."""
    if not parts:
        return []
    step = (last + 1) / parts
    cuts = [min(round(number * step), last + 1 - parts + number) for number in range(parts)] + [last + 1]
    for number in range(1, parts):
        cuts[number] = max(cuts[number], cuts[number - 1] + 1)
    cuts[parts] = max(last + 1, cuts[parts - 1] + 1)
    return [(cuts[number], cuts[number + 1] - 1) for number in range(parts)]


def _digits(value: Number | None) -> str:
    return "—" if value is None else f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _ampersands(text: str) -> str:
    """In heads and feet of a sheet an ampersand begins a code; two are one."""
    return text.replace("&", "&&")


def _sheet_name(text: str) -> str:
    """What Excel takes as the name of a sheet: no signs of its formulas, 31 characters, never empty."""
    name = " ".join(text.translate(_FORBIDDEN_IN_A_NAME).split())[:_SHEET_NAME_LENGTH].strip()
    return name or _("Results")
