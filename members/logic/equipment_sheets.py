"""Making sense of sheets of equipment: what lies in a store, and what is handed to whom.

A sheet of a store is a list: item, size, number, quantity. A sheet of hand-overs names people; what each gets stands
either in a column for the item, a line a thing, or in one column for each kind, a line a person, as squads keep it:
a quantity, a size, a number or a tick. Title rows above the head and columns nobody asked for are passed over.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from members.logic.article_numbers import WrongNumbers, numbers_of
from members.logic.dates import DateReader
from members.logic.flaws import Cell, Flaw, Params, cell_text, found
from members.logic.headers import column_letter, header_form
from members.logic.text import PLACEHOLDERS, ascii_form

SEARCHED_ROWS: Final = 30
MOST_QUANTITY: Final = 100_000

NAME, IDENTITY, PHONE, UNIT, ITEM, SIZE, NUMBER, QUANTITY, DUE = (
    *("name", "identity", "phone", "unit"),
    *("item", "size", "number", "quantity", "due"),
)
_HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    NAME: ("姓名", "名字", "队员", "领用人", "name", "member"),
    IDENTITY: ("身份证号", "身份证", "身份证号码", "公民身份号码", "identity number", "identity"),
    PHONE: ("手机号", "手机", "电话", "联系电话", "手机号码", "phone"),
    UNIT: ("中队", "单位", "所属中队", "所属单位", "大队", "队伍", "unit", "squad"),
    ITEM: ("物品", "装备", "品名", "物品名称", "装备名称", "器材", "器材名称", "item", "kind"),
    SIZE: ("尺码", "型号", "规格", "号型", "size"),
    NUMBER: ("编号", "设备编号", "装备编号", "机身号", "车牌", "车牌号", "number", "serial number"),
    QUANTITY: ("数量", "件数", "库存", "领用数量", "quantity"),
    DUE: ("应还日期", "归还日期", "归还期限", "到期日", "due back on", "due"),
}
_KNOWN: Final = {header_form(word): key for key, words in _HEADS.items() for word in words}
_TICKS: Final = frozenset("√✓✔☑是有已") | {"已领", "已发", "已领取", "yes", "y", "v"}
_CROSSES: Final = frozenset("×✗✘否0") | {"未领", "未发", "no", "n"}
_WHOLE: Final = re.compile(r"\d{1,7}")
_SIZED: Final = re.compile(r"(?P<size>.+?)\s*[x×*]\s*(?P<quantity>\d{1,5})")
_NUMBERS: Final = re.compile(r"[、,，;；\s]+")


class KindWord(NamedTuple):
    """A kind of equipment as a sheet may name it."""

    id: int
    name: str
    numbered: bool
    sizes: tuple[str, ...]


class Person(NamedTuple):
    """Who is meant, in the words of the sheet; what a sheet does not say is empty."""

    name: str
    identity: str = ""
    phone: str = ""
    unit: str = ""


class Line(NamedTuple):
    """One thing of one row: `number` for a numbered kind (quantity 1), else `size` and `quantity`. `person` is None in
    a sheet of a store. `row` counts from 1, `column` is a letter."""

    row: int
    column: str
    person: Person | None
    kind_id: int
    size: str
    number: str
    quantity: int
    due_on: dt.date | None


class Problem(NamedTuple):
    """A cell that cannot be taken; its sentence follows from `code` and `params`. `row` 0 is the whole sheet.

    `sheet` is its place in the workbook, from 0, and `sheet_name` what it is called there.
    """

    row: int
    column: str
    header: str
    found: str
    code: str
    params: Params
    sheet: int = 0
    sheet_name: str = ""


@dataclass(slots=True)
class Read:
    """What a sheet says. `head_row` is the row of the head, from 1; 0 without any."""

    head_row: int = 0
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Head:
    row: int
    columns: dict[str, int]
    kinds: dict[int, KindWord]
    shown: dict[int, str]


def read_sheet(rows: Sequence[Sequence[Cell]], kinds: Sequence[KindWord], today: dt.date, *, people: bool) -> Read:
    """Read the rows of a sheet; `people` says whether it names members (hand-overs) or fills a store.

    Cells below the head that cannot be read become problems; a sheet without a head is one problem.
    """
    by_word = {header_form(kind.name): kind for kind in kinds}
    head = _head(rows, by_word, people=people)
    if head is None:
        return Read(problems=[Problem(0, "", "", "", "people_head" if people else "store_head", {})])
    reader = _Reader(head, by_word, today, people=people)
    reader.read.head_row = head.row + 1
    for number, row in enumerate(rows[head.row + 1 :], head.row + 2):
        if any(cell_text(cell).strip() for cell in row):
            reader.take(number, row)
    if not reader.read.lines and not reader.read.problems:
        reader.read.problems.append(Problem(0, "", "", "", "nothing", {}))
    return reader.read


def _head(rows: Sequence[Sequence[Cell]], by_word: Mapping[str, KindWord], *, people: bool) -> _Head | None:
    """The first row that names what is needed: a person and an item, or an item alone."""
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        columns: dict[str, int] = {}
        kinds: dict[int, KindWord] = {}
        shown: dict[int, str] = {}
        for place, cell in enumerate(row):
            text = cell_text(cell).strip()
            form = header_form(text)
            if not form:
                continue
            shown[place] = " ".join(text.split())
            if form in _KNOWN:
                columns.setdefault(_KNOWN[form], place)
            elif people and form in by_word:
                kinds[place] = by_word[form]
        wanted = (NAME in columns) if people else True
        if wanted and (ITEM in columns or kinds):
            return _Head(index, columns, {} if ITEM in columns else kinds, shown)
    return None


def _said(text: str, kind: KindWord) -> tuple[str, int]:
    """Size and quantity that a cell under the name of a kind means; quantity 0 when it means none."""
    if sized := _SIZED.fullmatch(text):
        return sized["size"], int(sized["quantity"])
    if text.lower() in _TICKS:
        return "", 1
    # 170 is a size of a shirt, 2 a number of whistles.
    if _WHOLE.fullmatch(text) and text not in kind.sizes:
        return "", int(text)
    return (text, 1) if kind.sizes else ("", 0)


class _Reader:
    """Takes rows one by one; a row with a problem gives no line."""

    def __init__(self, head: _Head, by_word: Mapping[str, KindWord], today: dt.date, *, people: bool) -> None:
        self.head, self.by_word, self.people = head, by_word, people
        self.dates = DateReader(today, future=True)
        self.read = Read()
        self.seen: dict[str, int] = {}

    def take(self, number: int, row: Sequence[Cell]) -> None:
        """One row below the head."""
        problems = len(self.read.problems)
        person = self._person(number, row) if self.people else None
        due_on = self._due(number, row)
        lines = list(self._wide(number, row) if self.head.kinds else self._long(number, row))
        if len(self.read.problems) == problems:
            self.read.lines += [Line(number, column, person, *thing, due_on) for column, thing in lines]

    def _person(self, number: int, row: Sequence[Cell]) -> Person:
        said = {key: self._text(row, key) for key in (NAME, IDENTITY, PHONE, UNIT)}
        if not said[NAME] and not said[IDENTITY]:
            self._wrong(number, row, NAME, "person_missing", {})
        return Person(said[NAME], said[IDENTITY], said[PHONE], said[UNIT])

    def _due(self, number: int, row: Sequence[Cell]) -> dt.date | None:
        place = self.head.columns.get(DUE)
        if place is None or place >= len(row):
            return None
        value = self.dates.read(row[place])
        if isinstance(value, Flaw):
            self._wrong(number, row, DUE, "due_invalid", {})
            return None
        return dt.date.fromisoformat(value) if value else None

    def _long(self, number: int, row: Sequence[Cell]) -> Iterator[tuple[str, tuple[int, str, str, int]]]:
        """Item, size, number, quantity in columns of their own."""
        text = self._text(row, ITEM)
        kind = self.by_word.get(header_form(text))
        if not text or kind is None:
            self._wrong(number, row, ITEM, "item_unknown" if text else "item_missing", {"names": self._names()})
            return
        letter = column_letter(self.head.columns[ITEM])
        if kind.numbered:
            for one in self._numbers(number, row):
                if self._fresh(number, row, NUMBER, one):
                    yield letter, (kind.id, "", one, 1)
            return
        size = self._size(number, row, SIZE, kind, self._text(row, SIZE))
        quantity = self._quantity(number, row)
        if size is not None and quantity:
            yield letter, (kind.id, size, "", quantity)

    def _wide(self, number: int, row: Sequence[Cell]) -> Iterator[tuple[str, tuple[int, str, str, int]]]:
        """A column for each kind."""
        for place, kind in self.head.kinds.items():
            text = ascii_form(cell_text(row[place])).strip() if place < len(row) else ""
            if not text or text.lower() in _CROSSES or text in PLACEHOLDERS:
                continue
            letter = column_letter(place)
            if kind.numbered:
                if text.lower() in _TICKS:
                    self._wrong(number, row, place, "number_missing", {})
                    continue
                for one in (one for one in _NUMBERS.split(text) if one):
                    if self._fresh(number, row, place, one):
                        yield letter, (kind.id, "", one, 1)
                continue
            said, quantity = _said(text, kind)
            size = self._size(number, row, place, kind, said)
            if not 0 < quantity <= MOST_QUANTITY:
                self._wrong(number, row, place, "quantity_invalid", {})
            elif size is not None:
                yield letter, (kind.id, size, "", quantity)

    def _numbers(self, number: int, row: Sequence[Cell]) -> list[str]:
        """Numbers of a numbered kind. 001-050 may be one number or fifty: a quantity in the row decides."""
        numbers = [one for one in _NUMBERS.split(self._text(row, NUMBER)) if one]
        if not numbers or (len(numbers) == 1 and numbers[0].lower() in _TICKS):
            self._wrong(number, row, NUMBER if NUMBER in self.head.columns else ITEM, "number_missing", {})
            return []
        said = self._text(row, QUANTITY)
        if not said or said == str(len(numbers)):
            return numbers
        try:
            written = numbers_of("、".join(numbers))
        except WrongNumbers:
            written = []
        if said == str(len(written)):
            return written
        params: Params = {"quantity": said, "n": len(written) or len(numbers)}
        self._wrong(number, row, QUANTITY, "numbers_count", params)
        return []

    def _fresh(self, number: int, row: Sequence[Cell], where: str | int, thing: str) -> bool:
        """Whether the number stands here for the first time; one thing cannot be in two hands."""
        if thing not in self.seen:
            self.seen[thing] = number
            return True
        self._wrong(number, row, where, "number_twice", {"number": thing, "first": self.seen[thing]})
        return False

    def _size(self, number: int, row: Sequence[Cell], where: str | int, kind: KindWord, text: str) -> str | None:
        """The size as the kind writes it; None when there is something wrong with it."""
        if not kind.sizes:
            return ""
        wanted = text.upper().removesuffix("码").removesuffix("号")
        meant = next((size for size in kind.sizes if size.upper() == wanted), None)
        if meant is None:
            sizes = "、".join(kind.sizes)
            code = "size_unknown" if text else "size_missing"
            self._wrong(number, row, where, code, {"item": kind.name, "sizes": sizes})
        return meant

    def _quantity(self, number: int, row: Sequence[Cell]) -> int:
        text = self._text(row, QUANTITY)
        if not text and QUANTITY not in self.head.columns:
            return 1
        if _WHOLE.fullmatch(text) and 0 < int(text) <= MOST_QUANTITY:
            return int(text)
        self._wrong(number, row, QUANTITY, "quantity_invalid", {})
        return 0

    def _text(self, row: Sequence[Cell], key: str) -> str:
        place = self.head.columns.get(key)
        text = ascii_form(cell_text(row[place])).strip() if place is not None and place < len(row) else ""
        return "" if text in PLACEHOLDERS else text

    def _names(self) -> str:
        return "、".join(kind.name for kind in list(self.by_word.values())[:12])

    def _wrong(self, number: int, row: Sequence[Cell], where: str | int, code: str, params: Params) -> None:
        place = where if isinstance(where, int) else self.head.columns.get(where, -1)
        shown = self.head.shown.get(place, "")
        cell = found(row[place]) if 0 <= place < len(row) else ""
        self.read.problems.append(
            Problem(number, column_letter(place) if place >= 0 else "", shown, cell, code, params)
        )
