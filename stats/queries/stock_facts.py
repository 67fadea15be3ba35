"""The movements behind a figure of the stock report, newest first."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from corps.permissions import Permission
from corps.queries.scope import Node, Scope, current_tree, scope_of
from members.models import EquipmentKind

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE: Final = 50
#: Days before the one asked for in which movements are looked for first; None: all time.
_WINDOWS: Final = (31, 400, None)

# By how much a movement changes the figure: what comes into the units' place less what goes out of it.
_CHANGES: Final = """
SELECT m.id, m."on", m.quantity, m.voucher_id, m.size, m.article_id, m.from_place, m.from_store_id, m.from_unit_id,
    m.from_member_id, m.to_place, m.to_store_id, m.to_unit_id, m.to_member_id,
    CASE WHEN m.to_unit_id = ANY(%(units)s) AND (%(place)s = '' OR m.to_place = %(place)s) THEN m.quantity ELSE 0 END
    - CASE WHEN m.from_unit_id = ANY(%(units)s) AND (%(place)s = '' OR m.from_place = %(place)s) THEN m.quantity
        ELSE 0 END AS change
FROM members_movement m
WHERE m.kind_id = %(kind)s AND m."on" <= %(day)s AND (%(since)s::date IS NULL OR m."on" >= %(since)s)
    AND (%(size)s::text IS NULL OR m.size = %(size)s)
    AND (m.to_unit_id = ANY(%(units)s) OR m.from_unit_id = ANY(%(units)s))
"""
_PAGE: Final = f"""
SELECT c.id, c."on", c.change, c.voucher_id, v.act, c.size, a.number, c.from_place, fs.name, c.from_unit_id,
    c.from_member_id, fm.name, c.to_place, ts.name, c.to_unit_id, c.to_member_id, tm.name
FROM ({_CHANGES}) AS c
JOIN members_voucher v ON v.id = c.voucher_id
LEFT JOIN members_article a ON a.id = c.article_id
LEFT JOIN members_store fs ON fs.id = c.from_store_id LEFT JOIN members_store ts ON ts.id = c.to_store_id
LEFT JOIN members_member fm ON fm.id = c.from_member_id LEFT JOIN members_member tm ON tm.id = c.to_member_id
WHERE c.change <> 0 AND (%(after_day)s::date IS NULL OR (c."on", c.id) < (%(after_day)s, %(after_id)s))
ORDER BY c."on" DESC, c.id DESC LIMIT %(number)s
"""
_SUM: Final = f"SELECT coalesce(sum(change), 0) FROM ({_CHANGES}) AS c"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure: pieces of a kind, of one size or all (None), in one place or all (""), at the end of a day.

    With `own` of the unit without those below it.
    """

    unit: Node
    kind: EquipmentKind
    day: dt.date
    place: str = ""
    size: str | None = None
    own: bool = False

    @property
    def units(self) -> Collection[int]:
        """Whose movements count."""
        return [self.unit.id] if self.own else current_tree().within(self.unit.id)


@dataclass(frozen=True, slots=True)
class Place:
    """The last movement of a page; the next page goes on after it."""

    day: dt.date
    id: int

    def __str__(self) -> str:
        return f"{self.day}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that `str` wrote; None for anything else."""
        day, _line, number = text.partition("_")
        try:
            return cls(dt.date.fromisoformat(day), int(number[:18]))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class End:
    """One side of a movement; `person` and `person_id` only where the reader may see members."""

    place: str
    store: str
    unit_id: int | None
    person: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A movement and by how much it changed the figure; `voucher_id` only where the reader may open the voucher."""

    id: int
    day: dt.date
    change: int
    act: str
    voucher_id: int | None
    size: str
    number: str
    here: End
    there: End


def changes(actor: "Actor", wanted: Wanted, after: Place | None) -> tuple[list[Change], Place | None]:
    """A page of movements, and after what the next one begins."""
    start = after.day if after else wanted.day
    rows: list[tuple[Any, ...]] = []
    for window in _WINDOWS:
        since = None if window is None else start - dt.timedelta(days=window)
        rows = _ask(
            _PAGE,
            wanted,
            since=since,
            after_day=after.day if after else None,
            after_id=after.id if after else None,
            number=PAGE + 1,
        )
        if len(rows) > PAGE:
            break
    people, vouchers = scope_of(actor, Permission.MEMBER_VIEW), scope_of(actor, Permission.EQUIPMENT_VIEW)
    found = [_change(row, people, vouchers) for row in rows[:PAGE]]
    return found, Place(found[-1].day, found[-1].id) if len(rows) > PAGE else None


def recount(wanted: Wanted) -> int:
    """The figure by the ledger itself."""
    ((number,),) = _ask(_SUM, wanted, since=None)
    return int(number)


def _ask(statement: str, wanted: Wanted, **more: Any) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "units": list(wanted.units),
        "kind": wanted.kind.pk,
        "day": wanted.day,
        "place": wanted.place,
        "size": wanted.size,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _change(row: tuple[Any, ...], people: Scope, vouchers: Scope) -> Change:
    identifier, day, change, voucher_id, act, size, number, *sides = row
    here, there = _end(sides[:5], people), _end(sides[5:], people)
    opened = here.unit_id in vouchers or there.unit_id in vouchers
    return Change(identifier, day, change, act, voucher_id if opened else None, size, number or "", here, there)


def _end(side: Sequence[Any], seen: Scope) -> End:
    place, store, unit_id, person_id, person = side
    named = person_id is not None and unit_id in seen
    return End(place, store or "", unit_id, person or "" if named else "", person_id if named else None)
