"""Who holds a valid certificate on a day: counted for all units and all roles at once, and listed member by member.

The day is the last of the period, or today while it runs. Who is on the roster then is decided as for `people`: joined
before, and not left by then, at the home unit of today.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from corps.queries.scope import local_today
from members.enums import EVER_MEMBERS, MemberRole, MemberStatus
from stats.catalogue.columns import SOURCES

_DEPARTED: Final = SOURCES["departed"].day_sql
_JOINED: Final = SOURCES["joined"].day_sql

# One pass over members and one over certificates; asked as a condition, it would be asked once for every column.
_PRESENT: Final = f"""
members_member.status = ANY(%(ever)s) AND {_JOINED} < %(end)s AND members_member.unit_id = ANY(%(units)s)
    AND NOT (members_member.status = '{MemberStatus.LEFT.value}' AND {_DEPARTED} < %(end)s)
"""
_HOLDERS: Final = """
SELECT DISTINCT c.member_id FROM members_certificate c
WHERE c.issued_on <= %(on)s AND (c.valid_until IS NULL OR c.valid_until >= %(on)s)
    AND (c.revoked_on IS NULL OR c.revoked_on > %(on)s)
"""
_HOLDS: Final = f"members_member.id IN ({_HOLDERS})"
_COLUMNS: Final = ", ".join(
    [
        "count(*) FILTER (WHERE holds)",
        *(
            f"count(*) FILTER (WHERE '{role.value}' = ANY(roles)),"
            f" count(*) FILTER (WHERE holds AND '{role.value}' = ANY(roles))"
            for role in MemberRole
        ),
    ]
)
_COUNT: Final = f"""
SELECT unit_id, {_COLUMNS} FROM (
    SELECT members_member.unit_id, members_member.roles, held.member_id IS NOT NULL AS holds
    FROM members_member LEFT JOIN ({_HOLDERS}) AS held ON held.member_id = members_member.id
    WHERE {_PRESENT}) AS people
GROUP BY unit_id
"""
#: Codes of the measures, in the order of the columns.
CODES: Final = (
    "trained",
    *(code for role in MemberRole for code in (f"role_{role.value}", f"trained_{role.value}")),
)

# The same of many days at once, for a trend: of members and of certificates the days of the series on which they are
# there, as bits of a number. Days run forward, so that they are a stretch of bits, from `low` to before `high`.
_STRETCH: Final = "CASE WHEN {high} > {low} THEN (1::bigint << {high}) - (1::bigint << {low}) ELSE 0 END"
_THERE: Final = _STRETCH.format(
    low=f"width_bucket({_JOINED}, %(ends)s::date[])",
    high=f"(CASE WHEN members_member.status = '{MemberStatus.LEFT.value}'"
    f" THEN width_bucket({_DEPARTED}, %(ends)s::date[]) ELSE %(number)s END)",
)
_VALID: Final = _STRETCH.format(
    low="width_bucket(c.issued_on - 1, %(days)s::date[])",
    high="width_bucket(coalesce(least(c.valid_until, c.revoked_on - 1), 'infinity'), %(days)s::date[])",
)
_SERIES: Final = f"""
SELECT there, there & coalesce(held.valid, 0), roles, count(*) FROM (
    SELECT members_member.id, members_member.roles, {_THERE} AS there FROM members_member
    WHERE members_member.status = ANY(%(ever)s) AND members_member.unit_id = ANY(%(units)s)) AS people
LEFT JOIN (SELECT c.member_id, bit_or({_VALID}) AS valid FROM members_certificate c GROUP BY 1) AS held
    ON held.member_id = people.id
WHERE there <> 0 GROUP BY 1, 2, 3
"""
#: As many days as one number has bits to spare.
_AT_ONCE: Final = 60

_PLAIN: Final = "SELECT id, unit_id, name FROM members_member WHERE {}"
#: By code the statement that lists the members behind it: key, unit, name.
LISTS: Final = {
    "trained": _PLAIN.format(f"{_PRESENT} AND {_HOLDS}"),
    **{
        f"role_{role.value}": _PLAIN.format(f"{_PRESENT} AND '{role.value}' = ANY(members_member.roles)")
        for role in MemberRole
    },
    **{
        f"trained_{role.value}": _PLAIN.format(
            f"{_PRESENT} AND {_HOLDS} AND '{role.value}' = ANY(members_member.roles)"
        )
        for role in MemberRole
    },
}


def values_for(end: dt.date) -> dict[str, Any]:
    """What the statements ask beside units; `end` is the first day after the period."""
    on = min(end - dt.timedelta(days=1), local_today())
    return {"end": end, "on": on, "ever": [status.value for status in EVER_MEMBERS]}


def counts(units: list[int], end: dt.date) -> dict[str, dict[int, int]]:
    """By code, the number of members at each of these very units; one statement."""
    found: dict[str, dict[int, int]] = {code: {} for code in CODES}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {**values_for(end), "units": units})
        for unit_id, *numbers in cursor.fetchall():
            for code, number in zip(CODES, numbers, strict=True):
                found[code][unit_id] = number
    return found


def series(units: list[int], ends: Sequence[dt.date]) -> list[dict[str, int]]:
    """By code, the number of members at all of these units together, for each of the ends (in order, the first day
    after each period); one statement for sixty of them.
    """
    found: list[dict[str, int]] = []
    for start in range(0, len(ends), _AT_ONCE):
        found += _some(units, ends[start : start + _AT_ONCE])
    return found


def _some(units: list[int], ends: Sequence[dt.date]) -> list[dict[str, int]]:
    found = [dict.fromkeys(CODES, 0) for _end in ends]
    asked: dict[str, Any] = {
        "units": units,
        "ever": [status.value for status in EVER_MEMBERS],
        "ends": list(ends),
        "days": [values_for(end)["on"] for end in ends],
        "number": len(ends),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, asked)
        for there, held, roles, number in cursor.fetchall():
            codes = [(f"role_{role}", f"trained_{role}") for role in roles]
            for place, counted in enumerate(found):
                if held >> place & 1:
                    counted["trained"] += number
                if there >> place & 1:
                    for people, trained in codes:
                        counted[people] += number
                        counted[trained] += number if held >> place & 1 else 0
    return found
