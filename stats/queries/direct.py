"""What is counted from small tables when asked for: units by level, sites, groups, partner organisations."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.db import connection

from corps.enums import Level, SiteKind
from corps.queries.scope import current_tree
from members.enums import ON_THE_ROSTER
from stats.queries import trained

_MEMBERS: Final = [status.value for status in ON_THE_ROSTER]

# Each gives (unit, number of things that hang on that very unit) or (unit, key) pairs for what must count once above.
_UNITS = """
SELECT id, 1 FROM corps_unit WHERE level = %(kind)s AND active_from < %(end)s
    AND (active_until IS NULL OR active_until >= %(end)s) AND id = ANY(%(units)s)
"""
_SITES = (
    "SELECT unit_id, count(*) FROM corps_site WHERE active AND kind = %(kind)s AND unit_id = ANY(%(units)s) GROUP BY 1"
)
_GRIDS = "SELECT unit_id, count(*) FROM corps_grid WHERE unit_id = ANY(%(units)s) GROUP BY 1"
_PARTNER_PEOPLE = """
SELECT unit_id, count(*) FROM members_member
WHERE partner_id IS NOT NULL AND status = ANY(%(kind)s) AND unit_id = ANY(%(units)s) GROUP BY 1
"""
_GROUP_PEOPLE = """
SELECT unit_id, count(*) FROM members_member m WHERE status = ANY(%(kind)s) AND unit_id = ANY(%(units)s)
    AND EXISTS (SELECT 1 FROM members_groupmembership g WHERE g.member_id = m.id) GROUP BY 1
"""
_GROUPS = """
SELECT DISTINCT m.unit_id, g.group_id FROM members_groupmembership g JOIN members_member m ON m.id = g.member_id
WHERE m.status = ANY(%(kind)s) AND m.unit_id = ANY(%(units)s)
"""
_PARTNERS = """
SELECT DISTINCT unit_id, partner_id FROM members_member
WHERE partner_id IS NOT NULL AND status = ANY(%(kind)s) AND unit_id = ANY(%(units)s)
"""

_SUMMED: Final[dict[str, tuple[str, Any]]] = {
    "corps": (_UNITS, Level.CORPS.value),
    "detachments": (_UNITS, Level.DETACHMENT.value),
    "brigades": (_UNITS, Level.BRIGADE.value),
    "squads": (_UNITS, Level.SQUAD.value),
    "assembly_points": (_SITES, SiteKind.ASSEMBLY_POINT.value),
    "enterprise_stations": (_SITES, SiteKind.ENTERPRISE_STATION.value),
    "grids": (_GRIDS, None),
    "partner_people": (_PARTNER_PEOPLE, _MEMBERS),
    "group_people": (_GROUP_PEOPLE, _MEMBERS),
}
_DISTINCT: Final[dict[str, tuple[str, Any]]] = {
    "groups": (_GROUPS, _MEMBERS),
    "partners": (_PARTNERS, _MEMBERS),
}


def direct_figures(kinds: Iterable[str], unit_ids: Sequence[int], end: dt.date) -> dict[str, dict[int, int]]:
    """`direct_counts` of several kinds; those of training take one statement together."""
    asked = list(kinds)
    found = {kind: direct_counts(kind, unit_ids, end) for kind in asked if kind not in trained.CODES}
    if len(found) < len(asked):
        tree = current_tree()
        within = {unit_id: tree.within(unit_id) for unit_id in unit_ids}
        own = trained.counts(sorted({below for ids in within.values() for below in ids}), end)
        for kind in asked:
            if kind in own:
                numbers = own[kind]
                found[kind] = {unit_id: sum(numbers.get(below, 0) for below in ids) for unit_id, ids in within.items()}
    return found


def direct_counts(kind: str, unit_ids: Sequence[int], end: dt.date) -> dict[int, int]:
    """By unit, with everything below it. `kind` is a measure's `direct`; `end` is the first day after the period."""
    tree = current_tree()
    within = {unit_id: tree.within(unit_id) for unit_id in unit_ids}
    units = sorted({below for ids in within.values() for below in ids})
    together: Callable[[list[int]], int]
    if kind in _SUMMED:
        numbers = dict(_ask(*_SUMMED[kind], units, end))

        def together(ids: list[int]) -> int:
            return sum(numbers.get(identifier, 0) for identifier in ids)

    else:
        keys: dict[int, set[int]] = {}
        for unit_id, key in _ask(*_DISTINCT[kind], units, end):
            keys.setdefault(unit_id, set()).add(key)

        def together(ids: list[int]) -> int:
            return len(set().union(*(keys[identifier] for identifier in ids if identifier in keys)))

    return {unit_id: together(ids) for unit_id, ids in within.items()}


def _ask(statement: str, kind: Any, units: list[int], end: dt.date) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"kind": kind, "units": units, "end": end})
        return list(cursor.fetchall())
