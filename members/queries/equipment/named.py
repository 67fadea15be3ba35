"""Whom the people of a sheet mean: by identity number, or by name with what else the sheet says of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from django.db.models import Q

from corps.crypto import blind_index
from members.enums import ON_THE_ROSTER
from members.logic.equipment_sheets import Person
from members.logic.flaws import Params
from members.models import Member
from members.models.people import IDENTITY_PURPOSE
from members.queries.equipment.missing import EQUIPPED

LABELS_SHOWN: Final = 6


class Meant(NamedTuple):
    """The member a person of a sheet is, or why it is not clear who: `code` and `params` of a sentence."""

    member_id: int | None
    code: str = ""
    params: Params = {}  # noqa: RUF012 (never written to)


class _Row(NamedTuple):
    id: int
    name: str
    status: str
    phone: str
    identity_tail: str
    digest: bytes
    unit: str
    unit_name: str


def find_people(unit_ids: Collection[int], persons: Sequence[Person]) -> dict[Person, Meant]:
    """For each person who is meant among the members of the units. One statement."""
    wanted = list(dict.fromkeys(persons))
    indexes = {
        person: blind_index(person.identity.upper(), purpose=IDENTITY_PURPOSE)
        for person in wanted
        if len(person.identity) == 18
    }
    named = Q(name__in={person.name for person in wanted if person.name})
    numbered = Q(identity_index__in=list(indexes.values()))
    found = Member.objects.in_units(unit_ids).filter(named | numbered, status__in=ON_THE_ROSTER)
    columns = ("id", "name", "status", "phone", "identity_tail", "identity_index", "unit__short_name", "unit__name")
    rows = [
        _Row(pk, name, status, phone, tail, bytes(digest), unit, unit_name)
        for pk, name, status, phone, tail, digest, unit, unit_name in found.values_list(*columns)
    ]
    by_name: dict[str, list[_Row]] = {}
    by_index: dict[bytes, _Row] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
        by_index[row.digest] = row
    return {person: _meant(person, indexes, by_index, by_name) for person in wanted}


def _meant(
    person: Person,
    indexes: Mapping[Person, bytes],
    by_index: Mapping[bytes, _Row],
    by_name: Mapping[str, Sequence[_Row]],
) -> Meant:
    if person in indexes:
        found = by_index.get(indexes[person])
        rows = [found] if found else []
    else:
        rows = [row for row in by_name.get(person.name, ()) if _fits(row, person)]
    if not rows:
        return Meant(None, "person_unknown", {"name": person.name or person.identity[-4:]})
    on_duty = [row for row in rows if row.status in EQUIPPED]
    if not on_duty:
        return Meant(None, "person_off", {"name": rows[0].name})
    if len(on_duty) > 1:
        labels = "、".join(f"{row.name}（{row.identity_tail}）{row.unit}" for row in on_duty[:LABELS_SHOWN])
        return Meant(None, "person_several", {"name": person.name, "names": labels})
    return Meant(on_duty[0].id)


def _fits(row: _Row, person: Person) -> bool:
    """Whether what else the sheet says speaks for this one; masked numbers and the last four count as well."""
    if person.identity and row.identity_tail != person.identity[-4:].upper():
        return False
    if person.phone and "*" not in person.phone and person.phone != row.phone:
        return False
    unit = person.unit.replace("\\", "/").rsplit("/", 1)[-1]
    return not unit or unit in (row.unit, row.unit_name)
