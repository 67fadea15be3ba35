"""From cleaned rows to the bytes of the staging table: names resolved to ids, identity numbers sealed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

from corps.crypto import indexer, sealer
from corps.logic.masking import mask_text
from members.enums import RowVerdict
from members.logic.roster_columns import KEYS, POSITION
from members.logic.rows import Problem
from members.logic.search import name_grams, name_pinyin
from members.models.imports import CLEARED_DATE
from members.models.people import IDENTITY_PURPOSE
from members.operations.imports import wire
from members.operations.imports.columns import IDENTITY, OWN, SEARCH_WORDS
from members.operations.imports.references import CLEAR, NameResolver, Trouble, UnitResolver
from members.operations.imports.wire import NULL, Remembered

Row = tuple[Any, ...]

_PLAIN: Final = tuple(column for column in OWN if column.key not in {"name", "unit", "grid", "partner"})
STAGED: Final = (
    "import_id",
    "sheet",
    "row",
    "verdict",
    "name",
    *SEARCH_WORDS,
    *IDENTITY,
    "unit_text",
    "unit_id",
    "grid_id",
    "partner_id",
    "group_ids",
    "team_ids",
    *(column.column for column in _PLAIN),
)
"""Columns of the staging table in the order in which they are written; `member_id` has a default."""

PROBLEM: Final = ("import_id", "sheet", "row", "column", "code", "shown", "params", "fatal")

_NOTHING_FOUND: Final = NULL * (1 + len(SEARCH_WORDS))
_NOBODY: Final = NULL * 4
_VERDICTS: Final = {verdict: wire.text(verdict) for verdict in (RowVerdict.NEW, RowVerdict.REJECTED)}
_ENCODERS: Final[dict[str, wire.Encoder]] = {
    "text": lambda value: wire.text("" if value == CLEAR else value),
    "list": lambda value: wire.text_array(() if value in {CLEAR, (CLEAR,)} else value),
    "date": lambda value: wire.date(CLEARED_DATE.isoformat() if value == CLEAR else value),
}
# Values of these columns hardly repeat; remembering them would cost more than it saves.
_SINGULAR: Final = frozenset(("address", "phone", "emergency_phone", "policy_number"))
_PROBLEMS_OF_A_ROW: Final = 20


class Reference:
    """A column of names: cell → bytes of the id (or ids), with what could not be found kept apart."""

    def __init__(self, key: str, find: Callable[[str], int | Trouble], *, several: bool = False) -> None:
        self.key = key
        self._find = find
        self._several = several
        self.troubles: dict[Any, list[tuple[str, Trouble]]] = {}
        self.encoded = Remembered(self._encode, limit=1_000_000)

    def _encode(self, value: Any) -> bytes:
        if value in {CLEAR, (CLEAR,)} and self.key != "unit":
            return wire.int8_array(()) if self._several else wire.int8(0)
        ids: list[int] = []
        for name in value if self._several else (value,):
            found = self._find(name)
            if isinstance(found, Trouble):
                self.troubles.setdefault(value, []).append((name, found))
            else:
                ids.append(found)
        if self._several:
            return wire.int8_array(sorted(set(ids)))
        return wire.int8(ids[0]) if ids else NULL


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
        self._head = wire.fields(len(STAGED)) + wire.int8(import_id)
        self._import = wire.int8(import_id)
        self._seal = sealer(purpose=IDENTITY_PURPOSE)
        self._index = indexer(purpose=IDENTITY_PURPOSE)
        self._implied = NULL if implied_unit is None else wire.int8(implied_unit)
        self._names = Remembered(_name, null=_NOTHING_FOUND)
        self._texts = Remembered(wire.text)
        self._births = Remembered(wire.date)
        self._columns: list[tuple[int, Callable[[Any], bytes]]] = []
        for column in _PLAIN:
            encode = _ENCODERS[column.kind]
            table = _or_null(wire.text) if column.key in _SINGULAR else Remembered(encode).__getitem__
            self._columns.append((POSITION[column.key], table))
        self._unit = Reference("unit", units.find)
        self._grid = Reference("grid", grids.find)
        self._partner = Reference("partner", partners.find)
        self._groups = Reference("groups", groups.find, several=True)
        self._teams = Reference("teams", units.find, several=True)
        self.ambiguous: dict[str, tuple[tuple[int, ...], int]] = {}

    def encode(
        self, sheet: int, rows: Sequence[Row], verdict: RowVerdict, *, implied: bool
    ) -> tuple[bytes, list[Problem]]:
        """COPY data of the rows (without signature and end), and the problems of names that lead nowhere.

        `implied` says that the sheet has no column of units.
        """
        if not rows:
            return b"", []
        columns = list(zip(*rows, strict=True))
        numbers, by_key = columns[0], dict(zip(KEYS, columns[1:], strict=True))
        references = [self._unit, self._grid, self._partner, self._groups, self._teams]
        resolved = {each.key: list(map(each.encoded.__getitem__, by_key[each.key])) for each in references}
        problems, bad = self._problems(numbers, by_key, references)
        if implied:
            resolved["unit"] = [self._implied] * len(rows)
        verdicts: Iterable[bytes] = repeat(_VERDICTS[verdict], len(rows))
        if bad and verdict == RowVerdict.NEW:
            rejected, new = _VERDICTS[RowVerdict.REJECTED], _VERDICTS[RowVerdict.NEW]
            verdicts = [rejected if index in bad else new for index in range(len(rows))]
        data = wire.rows(
            [
                repeat(self._head + wire.int2(sheet), len(rows)),
                map(wire.int4, numbers),
                verdicts,
                map(self._names.__getitem__, by_key["name"]),
                map(self._identity, by_key["identity"]),
                map(self._texts.__getitem__, by_key["sex"]),
                map(self._births.__getitem__, by_key["birth_date"]),
                map(self._texts.__getitem__, by_key["unit"]),
                *(resolved[reference.key] for reference in references),
                *(map(encode, columns[1 + position]) for position, encode in self._columns),
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
        self, numbers: Sequence[int], by_key: Mapping[str, Sequence[Any]], references: Sequence[Reference]
    ) -> tuple[list[Problem], set[int]]:
        problems: list[Problem] = []
        bad: set[int] = set()
        for reference in references:
            troubles = reference.troubles
            if not troubles or troubles.keys().isdisjoint(by_key[reference.key]):
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


def _or_null(encode: wire.Encoder) -> wire.Encoder:
    return lambda value: NULL if value is None else encode("" if value == CLEAR else value)


def _name(name: str) -> bytes:
    pinyin, initials = name_pinyin(name)
    return wire.text(name) + wire.text(pinyin[:120]) + wire.text(initials[:30]) + wire.text_array(name_grams(name))
