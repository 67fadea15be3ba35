"""A kit for a whole brigade or more: what its squads lack, and what of it may be given to whom."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.db import connection

from members.models import EquipmentKind, Member
from members.queries.equipment.missing import EQUIPPED, LACKING, choice
from members.queries.requirements import unmet

# The size worn last, as issuing a kit looks it up; NULL where nobody knows it.
_LINES: Final = (
    LACKING
    + """SELECT l.member_id, l.unit_id, l.kind_id, l.quantity,
    CASE WHEN k.sizes = '{}' THEN '' ELSE (
        SELECT h.size FROM members_holding h
        WHERE h.member_id = l.member_id AND h.kind_id = l.kind_id AND h.size = ANY(k.sizes)
        ORDER BY h.last_on DESC, h.id DESC LIMIT 1) END
FROM lacking l JOIN members_equipmentkind k ON k.id = l.kind_id"""
)


class KitLine(NamedTuple):
    """A member lacks so many of a kind; `size` is None where it is not known."""

    member_id: int
    unit_id: int
    kind_id: int
    quantity: int
    size: str | None


@dataclass(slots=True)
class Wanted:
    """What is to be given of a kind: pieces by size (by `""` where there is none), pieces whose size nobody knows, and
    members who may not have it because they lack what the kind requires.
    """

    by_size: dict[str, int] = field(default_factory=dict)
    unsized: int = 0
    unfit: int = 0

    @property
    def pieces(self) -> int:
        """How many are to be given."""
        return sum(self.by_size.values())


@dataclass(slots=True)
class KitPlan:
    """What each unit lacks (members, and pieces by kind), what it takes of each kind, who gets anything, and who of the
    members who lack something gets which kind not.
    """

    people: dict[int, set[int]] = field(default_factory=dict)
    pieces: dict[int, dict[int, int]] = field(default_factory=dict)
    wanted: dict[int, Wanted] = field(default_factory=dict)
    member_ids: set[int] = field(default_factory=set)
    left_out: set[tuple[int, int]] = field(default_factory=set)


def equipped_number(unit_ids: Collection[int]) -> int:
    """How many members of the units may be given equipment."""
    return Member.objects.in_units(unit_ids).filter(status__in=EQUIPPED).count()


def kit_lines(unit_ids: Collection[int], kind_ids: Collection[int] | None = None) -> list[KitLine]:
    """What each member of exactly these units lacks. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, choice(unit_ids=unit_ids, kind_ids=kind_ids))
        return [KitLine(*row) for row in cursor.fetchall()]


def unfit_for(lines: Iterable[KitLine], kinds: Iterable[EquipmentKind], on: dt.date) -> set[tuple[int, int]]:
    """Members, with the kind, who lack what the kind requires on the day."""
    asking = {kind.pk: kind.requirement_id for kind in kinds if kind.requirement_id is not None}
    members: dict[int, list[int]] = {}
    for line in lines:
        if line.kind_id in asking:
            members.setdefault(line.kind_id, []).append(line.member_id)
    return {(one, kind_id) for kind_id, several in members.items() for one in unmet(asking[kind_id], several, on)}


def plan_kit(lines: Iterable[KitLine], unfit: Collection[tuple[int, int]], sizes: Mapping[int, str]) -> KitPlan:
    """What becomes of the lines: `sizes` by kind are for members whose size nobody knows; without one they get none."""
    plan = KitPlan()
    for line in lines:
        wanted = plan.wanted.setdefault(line.kind_id, Wanted())
        pieces = plan.pieces.setdefault(line.unit_id, {})
        pieces[line.kind_id] = pieces.get(line.kind_id, 0) + line.quantity
        plan.people.setdefault(line.unit_id, set()).add(line.member_id)
        if (line.member_id, line.kind_id) in unfit:
            wanted.unfit += 1
            plan.left_out.add((line.member_id, line.kind_id))
            continue
        size = line.size
        if size is None:
            wanted.unsized += line.quantity
            size = sizes.get(line.kind_id)
        if size is None:
            plan.left_out.add((line.member_id, line.kind_id))
            continue
        wanted.by_size[size] = wanted.by_size.get(size, 0) + line.quantity
        plan.member_ids.add(line.member_id)
    return plan
