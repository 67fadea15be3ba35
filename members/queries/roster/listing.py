"""One page of the roster: keys from the legs, rows by their keys, personal data masked on the way out."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import Scope, local_today, scope_of
from members.logic.words import read_word
from members.queries.roster.filters import RosterFilter
from members.queries.roster.legs import Leg, Shape, Window, by_name
from members.queries.roster.scope import Within
from members.queries.roster.search import legs_for
from members.queries.roster.sql import Condition

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE_SIZE = 50
BATCH = 2000
_CURSOR = re.compile(r"([a-z-]{1,20})\.(\d{1,18})")
_COLUMNS = (
    "id, unit_id, name, identity_head, identity_tail, sex, birth_date, phone, occupation, employer, political_status,"
    " education, roles, joined_on, status, insured_until"
)


class Row(NamedTuple):
    """A member as lists show one; identity number masked, phone masked where the reader may not see it in full."""

    id: int
    unit_id: int
    name: str
    identity: str
    sex: str
    birth_date: dt.date
    phone: str
    occupation: str
    employer: str
    political_status: str
    education: str
    roles: list[str]
    joined_on: dt.date | None
    status: str
    insured_until: dt.date | None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the cursors of the pages before and after (empty: there is none)."""

    rows: list[Row]
    previous: str
    next: str


def list_members(
    *,
    actor: "Actor",
    place: Within,
    typed: str = "",
    chosen: RosterFilter = RosterFilter(),  # noqa: B008 (frozen)
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """A page of the members of `place` that match the search word and the filter.

    `after` and `before` are cursors of an earlier page; one that makes no sense any more gives the first page. Nothing
    is counted: one key more than the page holds tells whether there is a next one.
    """
    today = local_today()
    phones = scope_of(actor, Permission.MEMBER_PHONE)
    legs = _legs(typed, place, phones, today, size + 1)
    backward = bool(before)
    position = _position(before or after, legs, place)
    if position is None:
        backward, position = False, (0, ())
    keys = _keys(legs, place, chosen.condition(today), position, size + 1, backward=backward)
    more, keys = len(keys) > size, keys[:size]
    if backward:
        keys.reverse()
    first, last = (f"{name}.{identifier}" for name, identifier in (keys[0], keys[-1])) if keys else ("", "")
    has_previous, has_next = (more, bool(keys)) if backward else (position != (0, ()) and bool(keys), more)
    rows = rows_of([identifier for _name, identifier in keys], phones)
    return Page(rows, first if has_previous else "", last if has_next else "")


def every_id(
    *,
    actor: "Actor",
    place: Within,
    typed: str = "",
    chosen: RosterFilter = RosterFilter(),  # noqa: B008 (frozen)
) -> Iterator[list[int]]:
    """All members a list would show, page after page, in its order, as lists of ids."""
    today = local_today()
    extra = chosen.condition(today)
    for leg in _legs(typed, place, scope_of(actor, Permission.MEMBER_PHONE), today, BATCH + 1):
        start: tuple[Any, ...] = ()
        while keys := leg.keys(place, extra, Window(BATCH, start)):
            yield [int(key[-1]) for key in keys]
            start = keys[-1]


def rows_of(identifiers: list[int], phones: Scope) -> list[Row]:
    """The rows with these ids, in their order. The caller has made sure that the reader may see them."""
    if not identifiers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM members_member WHERE id = ANY(%s)", [identifiers])
        found = {values[0]: _row(values, phones) for values in cursor.fetchall()}
    return [found[identifier] for identifier in identifiers if identifier in found]


def _row(values: tuple[object, ...], phones: Scope) -> Row:
    identifier, unit_id, name, head, tail, sex, birth_date, phone, *rest = values
    shown = phone if unit_id in phones else mask_phone(str(phone))  # type: ignore[operator]
    return Row(identifier, unit_id, name, f"{head}***********{tail}", sex, birth_date, shown, *rest)  # type: ignore[arg-type]


def _legs(typed: str, place: Within, phones: Scope, today: dt.date, limit: int) -> list[Leg]:
    word = read_word(typed)
    if word is None:
        everybody = float("inf")
        return [by_name("all", Condition("true"), place, everybody, limit)]
    return legs_for(word, place, full_phones=place.unit.id in phones, today=today, limit=limit)


def _position(cursor: str, legs: list[Leg], place: Within) -> tuple[int, tuple[object, ...]] | None:
    """Where a cursor stands: the number of its leg and the values of the order there. None for no or a stale cursor."""
    found = _CURSOR.fullmatch(cursor)
    names = [leg.name for leg in legs]
    if found is None or found[1] not in names:
        return None
    number = names.index(found[1])
    # The row itself must still lie in the reader's scope: a cursor must not tell where others stand.
    leg = Leg("row", Condition("m.id = %s", (int(found[2]),)), legs[number].order, Shape.FEW)
    keys = leg.keys(place, Condition("true"), Window(1))
    return (number, tuple(keys[0])) if keys else None


def _keys(
    legs: list[Leg],
    place: Within,
    extra: Condition,
    position: tuple[int, tuple[object, ...]],
    limit: int,
    *,
    backward: bool,
) -> list[tuple[str, int]]:
    """Leg and id of up to `limit` members from `position` on, leg after leg."""
    number, start = position
    found: list[tuple[str, int]] = []
    rest: Iterable[int] = range(number, -1, -1) if backward else range(number, len(legs))
    for index in rest:
        leg = legs[index]
        here = start if index == number else ()
        keys = leg.keys(place, extra, Window(limit - len(found), here, backward))
        found += [(leg.name, int(str(key[-1]))) for key in keys]
        if len(found) >= limit:
            break
    return found
