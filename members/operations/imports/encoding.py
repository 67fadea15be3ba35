"""From cleaned rows to the bytes of the staging table: names resolved to ids, identity numbers sealed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

from corps.crypto import indexer, sealer
from corps.logic.masking import mask_text
from members.enums import RowVerdict
from members.logic.roster_columns import KEYS
from members.logic.rows import Problem
from members.logic.search import name_grams, name_pinyin
from members.logic.text import CLEAR
from members.models.imports import CLEARED_DATE
from members.models.people import IDENTITY_PURPOSE
from members.operations.imports import wire
from members.operations.imports.columns import COLUMNS, IDENTITY, SEARCH_WORDS
from members.operations.imports.references import NameResolver, Trouble, UnitResolver
from members.operations.imports.wire import NULL, Remembered

Row = tuple[Any, ...]

_ALWAYS: Final = ("import_id", "sheet", "row", "verdict", "name", *SEARCH_WORDS, *IDENTITY, "unit_id", "unit_text")
"""Columns of the staging table that every sheet fills; `member_id` has a default."""
PROBLEM: Final = ("import_id", "sheet", "row", "column", "code", "shown", "params", "fatal")

_OTHERS: Final = tuple(column for column in COLUMNS if column.key not in {"name", "unit"})
_NAMELESS: Final = NULL * (1 + len(SEARCH_WORDS))
_NOBODY: Final = NULL * 4
_NOWHERE: Final = NULL * 2
_VERDICTS: Final = {verdict: wire.text(verdict) for verdict in (RowVerdict.NEW, RowVerdict.REJECTED)}
_ENCODERS: Final[dict[str, wire.Encoder]] = {
    "text": lambda value: wire.text("" if value == CLEAR else value),
    "list": lambda value: wire.text_array(() if value in {CLEAR, (CLEAR,)} else value),
    "date": lambda value: wire.date(CLEARED_DATE.isoformat() if value == CLEAR else value),
}
# Values of these columns hardly repeat; remembering them would cost more than it saves.
_SINGULAR: Final = frozenset(("address", "phone", "emergency_phone", "policy_number"))
_PROBLEMS_OF_A_ROW: Final = 20
_EMPTY_TEXT: Final = wire.text("")
_DIFFERENT_NAMES: Final = 1_000_000


class Reference:
    """A column of names: cell → bytes of the id (or ids), with what could not be found kept apart."""

    def __init__(self, key: str, find: Callable[[str], int | Trouble], *, several: bool = False) -> None:
        self.key = key
        self._find = find
        self._several = several
        self.troubles: dict[Any, list[tuple[str, Trouble]]] = {}
        self.encoded = Remembered(self._encode, limit=_DIFFERENT_NAMES)

    def _encode(self, value: Any) -> bytes:
        if value in {CLEAR, (CLEAR,)}:
            return wire.int8_array(()) if self._several else wire.int8(0)
        ids = self.look_up(value, value if self._several else (value,))
        if self._several:
            return wire.int8_array(sorted(set(ids)))
        return wire.int8(ids[0]) if ids else NULL

    def look_up(self, value: Any, names: Iterable[str]) -> list[int]:
        """Ids of the names found; the troubles of the others are noted under the cell's value."""
        ids: list[int] = []
        for name in names:
            found = self._find(name)
            if isinstance(found, Trouble):
                self.troubles.setdefault(value, []).append((name, found))
            else:
                ids.append(found)
        return ids


class HomeReference(Reference):
    """The column of units: id and, where there is none, the name as written."""

    def __init__(self, find: Callable[[str], int | Trouble]) -> None:
        super().__init__("unit", find)
        self.encoded = Remembered(self._encode, limit=_DIFFERENT_NAMES, null=_NOWHERE)

    def _encode(self, value: Any) -> bytes:
        ids = self.look_up(value, (value,))
        return wire.int8(ids[0]) + NULL if ids else NULL + wire.text(value)


class RowEncoder:
    """Encodes the rows of one import. Row problems that it finds itself are returned beside the bytes.

    `implied_unit` is where rows of sheets without a column of units belong.
    """

    def __init__(
        self,
        import_id: int,
        *,
        units: UnitResolver,
        groups: NameResolver,
        partners: NameResolver,
        grids: NameResolver,
        implied_unit: int | None,
    ) -> None:
        self._import = wire.int8(import_id)
        self._seal = sealer(purpose=IDENTITY_PURPOSE)
        self._index = indexer(purpose=IDENTITY_PURPOSE)
        self._implied = _NOWHERE if implied_unit is None else wire.int8(implied_unit) + NULL
        self._names = Remembered(self._name, null=_NAMELESS)
        self._grams = Remembered(wire.text, limit=100_000)
        self._texts = Remembered(wire.text)
        self._dates = Remembered(wire.date)
        self._home = HomeReference(units.find)
        self._references = {
            "grid": Reference("grid", grids.find),
            "partner": Reference("partner", partners.find),
            "groups": Reference("groups", groups.find, several=True),
            "teams": Reference("teams", units.find, several=True),
        }
        self._tables: dict[str, Callable[[Any], bytes]] = {
            key: reference.encoded.__getitem__ for key, reference in self._references.items()
        }
        for column in _OTHERS:
            if column.key in _SINGULAR:
                self._tables[column.key] = _singular
            elif column.key not in self._tables:
                self._tables[column.key] = Remembered(_ENCODERS[column.kind]).__getitem__
        self.ambiguous: dict[str, tuple[tuple[int, ...], int]] = {}

    @staticmethod
    def staged_columns(keys: Collection[str]) -> list[str]:
        """Columns of the staging table that a sheet with these keys fills, in the order of `encode`."""
        return [*_ALWAYS, *(column.column for column in _OTHERS if column.key in keys)]

    def encode(
        self, sheet: int, keys: Collection[str], rows: Sequence[Row], verdict: RowVerdict
    ) -> tuple[bytes, list[Problem]]:
        """COPY data of rows of a sheet with these keys, and the problems of names that lead nowhere.

        The data stands between the signature and the end of a COPY into `staged_columns(keys)`.
        """
        if not rows:
            return b"", []
        numbers, *columns = zip(*rows, strict=True)
        by_key = dict(zip(KEYS, columns, strict=True))
        others = [column.key for column in _OTHERS if column.key in keys]
        if "unit" in keys:
            homes: Iterable[bytes] = list(map(self._home.encoded.__getitem__, by_key["unit"]))
        else:
            homes = repeat(self._implied, len(rows))
        others_encoded = [list(map(self._tables[key], by_key[key])) for key in others]
        problems, bad = self._problems(numbers, by_key, keys)
        head = wire.fields(len(_ALWAYS) + len(others)) + self._import + wire.int2(sheet)
        data = wire.rows(
            [
                repeat(head, len(rows)),
                map(wire.int4, numbers),
                _verdicts(verdict, len(rows), bad),
                map(self._names.__getitem__, by_key["name"]),
                map(self._identity, by_key["identity"]),
                map(self._texts.__getitem__, by_key["sex"]),
                map(self._dates.__getitem__, by_key["birth_date"]),
                homes,
                *others_encoded,
            ]
        )
        return data, problems

    def encode_problems(self, sheet: int, problems: Iterable[Problem]) -> bytes:
        """COPY data of problems (without signature and end)."""
        head = wire.fields(len(PROBLEM)) + self._import + wire.int2(sheet)
        text = self._texts
        parts = [
            b"".join(
                (
                    head,
                    wire.int4(problem.row),
                    text[problem.column],
                    text[problem.code],
                    text[problem.shown],
                    wire.jsonb(problem.params),
                    wire.boolean(problem.fatal),
                )
            )
            for problem in problems
        ]
        return b"".join(parts)

    def _name(self, name: str) -> bytes:
        pinyin, initials = name_pinyin(name)
        grams = self._grams
        texts = [grams[gram] for gram in name_grams(name)]
        return wire.text(name) + wire.text(pinyin[:120]) + grams[initials[:30]] + wire.array_of_texts(texts)

    def _identity(self, number: str | None) -> bytes:
        if number is None:
            return _NOBODY
        data = number.encode()
        return b"\0\0\0\x31%b\0\0\0\x20%b\0\0\0\3%b\0\0\0\4%b" % (
            self._seal(data),
            self._index(data),
            data[:3],
            data[-4:],
        )

    def _problems(
        self, numbers: Sequence[int], by_key: Mapping[str, Sequence[Any]], keys: Collection[str]
    ) -> tuple[list[Problem], set[int]]:
        problems: list[Problem] = []
        bad: set[int] = set()
        for reference in (self._home, *self._references.values()):
            troubles = reference.troubles
            if not troubles or reference.key not in keys or troubles.keys().isdisjoint(by_key[reference.key]):
                continue
            for index, value in enumerate(by_key[reference.key]):
                for name, trouble in troubles.get(value, ())[:_PROBLEMS_OF_A_ROW]:
                    bad.add(index)
                    if trouble.code == "unit_ambiguous":
                        options, count = self.ambiguous.get(name, (trouble.options, 0))
                        self.ambiguous[name] = (options, count + 1)
                    shown = mask_text(name)[:40]
                    problems.append(Problem(numbers[index], reference.key, trouble.code, shown, {}, fatal=True))
        return problems, bad


def _verdicts(verdict: RowVerdict, count: int, bad: set[int]) -> Iterable[bytes]:
    if not bad or verdict == RowVerdict.REJECTED:
        return repeat(_VERDICTS[verdict], count)
    rejected, new = _VERDICTS[RowVerdict.REJECTED], _VERDICTS[RowVerdict.NEW]
    return [rejected if index in bad else new for index in range(count)]


def _singular(value: str | None) -> bytes:
    if value is None:
        return NULL
    return _EMPTY_TEXT if value == CLEAR else wire.text(value)
