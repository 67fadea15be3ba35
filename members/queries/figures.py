"""A unit's people in figures: how many, and of whom they are made up.

Every figure covers the unit and everything below it, each person once, at the home unit. Counted figures are remembered
for a few minutes: a composition moves slowly, and a city's takes a while to count.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import connection

from corps.queries.scope import Node, current_tree, local_today
from members.enums import ON_THE_ROSTER, TWO_HEADS_TWO_STAFF, MemberStatus
from members.queries.roster.filters import SOON_DAYS, years_before
from members.queries.roster.scope import Within, within

if TYPE_CHECKING:
    from corps.actors import Actor

REMEMBER_SECONDS = 300
SMALL_SUBTREE = 40
AGE_BANDS = ((0, 17), (18, 29), (30, 39), (40, 49), (50, 59), (60, 120))
MONTHS = 12

# One hash table over all combinations that occur (some thousands) is far cheaper than a pass for every composition.
_COMPOSITION = """
SELECT status, occupation, sex, education, width_bucket(birth_date, %(edges)s::date[])::text,
    CASE WHEN insured_until IS NULL THEN 'none' WHEN insured_until < %(today)s THEN 'expired'
        WHEN insured_until <= %(soon)s THEN 'soon' ELSE 'valid' END,
    CASE WHEN phone = '' OR occupation = '' OR joined_on IS NULL OR emergency_phone = '' THEN 'any' ELSE 'none' END,
    count(*)
FROM members_member m WHERE {scope} GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_KINDS = ("status", "occupation", "sex", "education", "band", "insured", "incomplete")

_ROLES = "SELECT roles, count(*) FROM members_member m WHERE status = ANY(%(members)s) AND {scope} GROUP BY 1"

_UNITS = "SELECT unit_id, count(*) FROM members_member m WHERE status = ANY(%(members)s) AND {scope} GROUP BY 1"

_JOINED = """
SELECT date_trunc('month', joined_on)::date, count(*) FROM members_member m
WHERE joined_on >= %(first)s AND status = ANY(%(members)s) AND {scope} GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by code for each way of dividing people; `joined` by first day of the month, oldest first.

    `below` gives the people of each unit straight below, with everything under it.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    joined: list[tuple[dt.date, int]] = field(default_factory=list)
    below: dict[int, int] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, int]:
        """`occupation`, `sex`, `education`, `band` (position in `AGE_BANDS`), `role`, `insured`, `status`."""
        return self.counts.get(kind, {})

    @property
    def present(self) -> int:
        """Members; who has applied or has left is none."""
        return sum(self.of("status").get(status, 0) for status in ON_THE_ROSTER)

    @property
    def active(self) -> int:
        """People whose status is active."""
        return self.of("status").get(MemberStatus.ACTIVE, 0)

    @property
    def two_heads(self) -> int:
        """两长两员: building heads, shop heads, property staff and guards."""
        return sum(self.of("occupation").get(occupation, 0) for occupation in TWO_HEADS_TWO_STAFF)

    @property
    def insured(self) -> int:
        """People with an insurance that runs."""
        return self.of("insured").get("valid", 0) + self.of("insured").get("soon", 0)

    @property
    def incomplete(self) -> int:
        """People whose record lacks something."""
        return self.of("incomplete").get("any", 0)


def figures_of(actor: "Actor", unit: Node) -> Figures:
    """The figures of a unit and everything below, at most five minutes old. Raises as `require` does."""
    place = within(actor, unit)
    found = known_figures(actor, unit)
    if found is None:
        found = _count(place, local_today())
        cache.set(_key(place), found, REMEMBER_SECONDS)
    return found


def known_figures(actor: "Actor", unit: Node) -> Figures | None:
    """The figures if they were counted within the last minutes; asking costs nothing."""
    found: Figures | None = cache.get(_key(within(actor, unit)))
    return found


def quick_to_count(actor: "Actor", unit: Node) -> bool:
    """Whether counting now would not be felt: it is done already, or the subtree is small."""
    return len(within(actor, unit).ids) <= SMALL_SUBTREE or known_figures(actor, unit) is not None


def is_small(unit: Node) -> bool:
    """Whether whatever is counted member by member for the unit and everything below it would not be felt."""
    return len(current_tree().within(unit.id)) <= SMALL_SUBTREE


def forget_figures_above(unit_id: int) -> None:
    """Count the unit and its superiors anew at the next look: whoever has just changed the roster wants to see it."""
    tree = current_tree()
    cache.delete_many([_key_of(node.id, tree.version) for node in tree.path(unit_id)])


def _key(place: Within) -> str:
    return _key_of(place.unit.id, place.tree.version)


def _key_of(unit_id: int, version: int) -> str:
    return f"figures:{unit_id}:{version}:{local_today()}"


def _count(place: Within, today: dt.date) -> Figures:
    # Bands run from the youngest to the oldest, birth dates the other way round: edges from the oldest on.
    edges = [years_before(today, oldest + 1) + dt.timedelta(days=1) for _youngest, oldest in reversed(AGE_BANDS)]
    month = today.replace(day=1)
    first = dt.date(month.year - 1, month.month, 1)
    scope = "true" if place.everything else "unit_id = ANY(%(units)s)"
    values: dict[str, Any] = {
        "units": list(place.ids),
        "edges": edges[1:],
        "today": today,
        "soon": today + dt.timedelta(days=SOON_DAYS),
        "first": first,
        "members": [status.value for status in ON_THE_ROSTER],
    }
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in (*_KINDS, "role")}
    with connection.cursor() as cursor:
        cursor.execute(_COMPOSITION.format(scope=scope), values)
        for *codes, number in cursor.fetchall():
            _add(counts, codes, number)
        cursor.execute(_ROLES.format(scope=scope), values)
        for roles, number in cursor.fetchall():
            for role in roles:
                counts["role"][role] += number
        cursor.execute(_UNITS.format(scope=scope), values)
        own = dict(cursor.fetchall())
        cursor.execute(_JOINED.format(scope=scope), values)
        by_month = dict(cursor.fetchall())
    months = [_months_after(first, step) for step in range(MONTHS + 1)]
    joined = [(month, by_month.get(month, 0)) for month in months]
    return Figures({kind: dict(numbers) for kind, numbers in counts.items()}, joined, _below(place, own))


def _add(counts: dict[str, Counter[str]], codes: list[str], number: int) -> None:
    """Whoever is no member, not yet or not any more, is counted by status alone."""
    if codes[0] not in ON_THE_ROSTER:
        counts["status"][codes[0]] += number
        return
    for kind, code in zip(_KINDS, codes, strict=True):
        counts[kind][str(len(AGE_BANDS) - 1 - int(code)) if kind == "band" else code] += number


def _below(place: Within, own: dict[int, int]) -> dict[int, int]:
    tree = place.tree
    return {
        child.id: sum(own.get(identifier, 0) for identifier in tree.within(child.id))
        for child in tree.children(place.unit.id)
    }


def _months_after(first: dt.date, step: int) -> dt.date:
    position = first.month - 1 + step
    return dt.date(first.year + position // 12, position % 12 + 1, 1)
