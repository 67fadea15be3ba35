"""What members lack against what they are entitled to: one statement, however many members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from corps.queries.scope import Node, current_tree
from members.enums import MemberStatus
from members.queries.equipment.parts import page_of

PAGE_SIZE: Final = 50
EQUIPPED: Final = (MemberStatus.PROBATION.value, MemberStatus.ACTIVE.value)
"""Who is given equipment and can lack any; whoever is suspended keeps what there is and lacks nothing."""

# Several entitlements to one kind are not added up: the largest counts. Below is who is entitled to how many (`due`),
# and below that what of it is in the member's hands: looked up one by one, because no statistics tell the planner how
# many rows an entitlement makes, and a join it takes for small compares everybody with everybody.
# Members are found before anything else, once: by an index of units a long list of them is sorted anew for each unit.
# Arrays are cast to the type of the keys: only then are long ones hashed, and not searched from the beginning.
_DUE: Final = """
WITH conditions AS MATERIALIZED (
    SELECT e.id, e.kind_id, e.quantity, e.role, e.group_id, e.speciality_id,
        (SELECT array_agg(below.id) FROM corps_unit top JOIN corps_unit below
            ON below.tree_id = top.tree_id AND below.lft BETWEEN top.lft AND top.rght
         WHERE top.id = e.unit_id) AS unit_ids
    FROM members_entitlement e JOIN members_equipmentkind k ON k.id = e.kind_id
    WHERE k.active AND k.corps_id = ANY(%(corps)s) AND (%(kinds)s::bigint[] IS NULL OR k.id = ANY(%(kinds)s))
), chosen AS MATERIALIZED (
    SELECT m.id, m.unit_id, m.roles, u.corps_id FROM members_member m JOIN corps_unit u ON u.id = m.unit_id
    WHERE m.status = ANY(%(equipped)s) AND (%(members)s::bigint[] IS NULL OR m.id = ANY(%(members)s::bigint[]))
        AND (%(units)s::bigint[] IS NULL OR m.unit_id = ANY(%(units)s::bigint[]))
), due AS (
    SELECT m.id AS member_id, m.unit_id, e.kind_id, max(e.quantity) AS quantity
    FROM chosen m JOIN conditions e ON true
    JOIN members_equipmentkind k ON k.id = e.kind_id AND k.corps_id = m.corps_id
    WHERE (e.unit_ids IS NULL OR m.unit_id = ANY(e.unit_ids))
        AND (e.role = '' OR e.role = ANY(m.roles))
        AND (e.group_id IS NULL OR EXISTS (
            SELECT FROM members_groupmembership g WHERE g.member_id = m.id AND g.group_id = e.group_id))
        AND (e.speciality_id IS NULL OR EXISTS (
            SELECT FROM corps_unitspeciality s WHERE s.unit_id = m.unit_id AND s.speciality_id = e.speciality_id))
    GROUP BY m.id, m.unit_id, e.kind_id
)
"""
LACKING: Final = (
    _DUE
    + """, lacking AS (
    SELECT due.member_id, due.unit_id, due.kind_id, due.quantity AS entitled, hands.held,
        due.quantity - hands.held AS quantity
    FROM due CROSS JOIN LATERAL (
        SELECT coalesce(sum(h.quantity), 0)::integer AS held FROM members_holding h
        WHERE h.member_id = due.member_id AND h.kind_id = due.kind_id AND h.quantity > 0) AS hands
    WHERE due.quantity > hands.held
)
"""
)
"""The statement's beginning: `lacking` has member_id, unit_id, kind_id, entitled, held and quantity, the difference."""

_ROWS: Final = (
    LACKING
    + """SELECT l.member_id, m.name, l.unit_id, l.kind_id, k.name, l.entitled, l.held, l.quantity
FROM lacking l JOIN members_member m ON m.id = l.member_id JOIN members_equipmentkind k ON k.id = l.kind_id
ORDER BY m.unit_id, m.pinyin, m.id, k.position, k.name"""
)
_COUNTS: Final = (
    LACKING
    + """SELECT l.unit_id, l.kind_id, count(*), sum(l.quantity)::integer FROM lacking l GROUP BY l.unit_id, l.kind_id"""
)
# As `lacking`, but of everybody who is entitled.
_AGAINST: Final = (
    _DUE
    + """SELECT due.kind_id, count(*), sum(due.quantity)::integer, sum(least(hands.held, due.quantity))::integer,
    count(*) FILTER (WHERE hands.held < due.quantity)
FROM due CROSS JOIN LATERAL (
    SELECT coalesce(sum(h.quantity), 0)::integer AS held FROM members_holding h
    WHERE h.member_id = due.member_id AND h.kind_id = due.kind_id AND h.quantity > 0) AS hands
GROUP BY due.kind_id"""
)
_LISTED: Final = (
    LACKING
    + """SELECT l.member_id, m.name, l.unit_id, l.kind_id, k.name, l.entitled, l.held, l.quantity
FROM lacking l JOIN members_member m ON m.id = l.member_id JOIN members_equipmentkind k ON k.id = l.kind_id
JOIN corps_unit u ON u.id = l.unit_id
ORDER BY u.tree_id, u.lft, m.pinyin, m.id LIMIT %(most)s OFFSET %(skip)s"""
)
_ENTITLED: Final = _DUE + "SELECT member_id, kind_id, quantity FROM due"


@dataclass(frozen=True, slots=True)
class Lack:
    """A member lacks so many of a kind: entitled to `entitled`, holding `held`."""

    member_id: int
    member: str
    unit_id: int
    kind_id: int
    kind: str
    entitled: int
    held: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Against:
    """A kind against entitlement: members entitled to it, how many pieces, how many of these they hold, and how many
    members lack any. What somebody holds beyond the entitlement makes up for nobody else.
    """

    kind_id: int
    people: int
    entitled: int
    held: int
    lacking: int

    @property
    def missing(self) -> int:
        """Pieces to hand out until everybody has all."""
        return self.entitled - self.held


def against_entitlement(unit_ids: Collection[int]) -> dict[int, Against]:
    """Every kind that members of the units are entitled to, by kind. One statement."""
    return {row[0]: Against(*row) for row in _fetch(_AGAINST, unit_ids=unit_ids)}


def list_lacks(unit: Node, kind_id: int, *, after: str = "", size: int = PAGE_SIZE) -> tuple[list[Lack], str]:
    """A page of who in `unit` and below lacks the kind, unit by unit and by name; and the cursor of the page after."""

    def fetch(unit_ids: Sequence[int], most: int | None, skip: int) -> list[Lack]:
        values = {**choice(unit_ids=unit_ids, kind_ids=[kind_id]), "most": most, "skip": skip}
        with connection.cursor() as cursor:
            cursor.execute(_LISTED, values)
            return [Lack(*row) for row in cursor.fetchall()]

    return page_of(unit, fetch, after=after, size=size)


def missing(
    *,
    unit_ids: Collection[int] | None = None,
    member_ids: Collection[int] | None = None,
    kind_ids: Collection[int] | None = None,
) -> list[Lack]:
    """Who of the units (exactly these) or of the members lacks what, by unit and name. One statement."""
    return [Lack(*row) for row in _fetch(_ROWS, unit_ids=unit_ids, member_ids=member_ids, kind_ids=kind_ids)]


def missing_counts(*, unit_ids: Collection[int], kind_ids: Collection[int] | None = None) -> dict[int, dict[int, Any]]:
    """By unit and kind: how many members lack it, and how many pieces; as pairs."""
    found: dict[int, dict[int, Any]] = {}
    for unit_id, kind_id, people, pieces in _fetch(_COUNTS, unit_ids=unit_ids, member_ids=None, kind_ids=kind_ids):
        found.setdefault(unit_id, {})[kind_id] = (people, pieces)
    return found


def entitled(*, member_ids: Collection[int], kind_ids: Collection[int] | None = None) -> dict[tuple[int, int], int]:
    """How many of each kind members are entitled to, by member and kind; who is not entitled is not in the answer."""
    rows = _fetch(_ENTITLED, unit_ids=None, member_ids=member_ids, kind_ids=kind_ids)
    return {(member_id, kind_id): quantity for member_id, kind_id, quantity in rows}


def choice(
    *,
    unit_ids: Collection[int] | None = None,
    member_ids: Collection[int] | None = None,
    kind_ids: Collection[int] | None = None,
) -> dict[str, Any]:
    """Parameters of the statements: whose lacks are asked for, in which kinds."""
    corps = {node.corps_id for node in current_tree().roots()}
    return {
        "units": None if unit_ids is None else list(unit_ids),
        "members": None if member_ids is None else list(member_ids),
        "kinds": None if kind_ids is None else list(kind_ids),
        "equipped": list(EQUIPPED),
        "corps": sorted(corps),
    }


def _fetch(statement: str, **chosen: Collection[int] | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, choice(**chosen))
        return list(cursor.fetchall())
