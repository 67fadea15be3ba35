"""What members were, and where at home, on any day: past periods, and the present in the member's own row."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection
from pghistory.models import Context

from corps.queries.scope import current_tree
from corps.queries.several import which_exist
from members.enums import EVER_MEMBERS, ProposalState, TransferState
from members.models import HomePeriod, Member, Proposal, StatusPeriod, TransferRequest

# Where no change is known, a member is what the row says since its date, and was active before that, from the day of
# joining on; who came by another way than joining was nothing before.
_STATUS_ON = """
SELECT m.id, CASE
    WHEN p.status IS NOT NULL THEN
        CASE WHEN lower_inf(p.during) AND p.status = ANY(%(members)s) AND m.joined_on > %(day)s THEN NULL
            ELSE p.status END
    WHEN last.ends <= %(day)s THEN m.status
    WHEN last.ends IS NOT NULL THEN NULL
    WHEN m.status IN ('probation', 'active') THEN CASE WHEN m.joined_on > %(day)s THEN NULL ELSE m.status END
    WHEN m.status_on > %(day)s THEN
        CASE WHEN m.status IN ('suspended', 'left') AND coalesce(m.joined_on <= %(day)s, true) THEN 'active' END
    ELSE m.status END
FROM members_member m
LEFT JOIN members_statusperiod p ON p.member_id = m.id AND p.during @> %(day)s::date
LEFT JOIN LATERAL (
    SELECT max(upper(l.during)) AS ends FROM members_statusperiod l WHERE l.member_id = m.id
) last ON p.id IS NULL
WHERE m.id = ANY(%(ids)s)
"""

_HOMES_ON = """
SELECT m.id, coalesce(p.unit_id, m.unit_id) FROM members_member m
LEFT JOIN members_homeperiod p ON p.member_id = m.id AND p.during @> %(day)s::date
WHERE m.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Spell:
    """A status, or a home, from its first day until the first that no longer belongs; None where open.

    `who` changed it into this, by the act `action`; both empty where it was so from the beginning.
    """

    value: Any
    first: dt.date | None
    end: dt.date | None
    reason: str = ""
    who: str = ""
    action: str = ""


def status_on(member_ids: Collection[int], day: dt.date) -> dict[int, str]:
    """The status of each on a day of the past or today; who had none then is not in the answer."""
    values: dict[str, Any] = {"ids": list(member_ids), "day": day, "members": [status.value for status in EVER_MEMBERS]}
    with connection.cursor() as cursor:
        cursor.execute(_STATUS_ON, values)
        return {identifier: status for identifier, status in cursor.fetchall() if status is not None}


def homes_on(member_ids: Collection[int], day: dt.date) -> dict[int, int]:
    """The home unit of each on a day; before the first known day it is the first known home."""
    with connection.cursor() as cursor:
        cursor.execute(_HOMES_ON, {"ids": list(member_ids), "day": day})
        return dict(cursor.fetchall())


def what_there_is(member: Member) -> set[str]:
    """Which of the things that few members have are there at all: `statuses` and `homes` of the past, an open
    `transfer` or `proposal`. One statement.
    """
    return which_exist(
        current_tree().nodes[member.unit_id],
        {
            "statuses": StatusPeriod.objects.filter(member=member),
            "homes": HomePeriod.objects.filter(member=member),
            "transfer": TransferRequest.objects.filter(member=member, state=TransferState.ASKED),
            "proposal": Proposal.objects.filter(member=member, state=ProposalState.OPEN),
        },
    )


def statuses_of(member: Member, *, past: bool = True) -> list[Spell]:
    """Every status the member had and has, the first at the top; without `past` there was but one."""
    rows = list(StatusPeriod.objects.filter(member=member).order_by("during")) if past else []
    spells = [(row.status, row.during.lower, row.during.upper, row.reason, row.context) for row in rows]
    began = spells[-1][2] if spells else member.status_on
    return _told([*spells, (member.status, began, None, member.status_reason, None)], member.joined_on)


def homes_of(member: Member, *, past: bool = True) -> list[Spell]:
    """Every home unit, as ids, the first at the top; without `past` there was but one."""
    rows = list(HomePeriod.objects.filter(member=member).order_by("during")) if past else []
    spells = [(row.unit_id, row.during.lower, row.during.upper, "", row.context) for row in rows]
    began = spells[-1][2] if spells else None
    return _told([*spells, (member.unit_id, began, None, "", None)], member.joined_on)


_Row: TypeAlias = tuple[Any, dt.date | None, dt.date | None, str, UUID | None]


def _told(rows: list[_Row], joined_on: dt.date | None) -> list[Spell]:
    """Who ended a period has begun the next."""
    acts = {context.pk: context.metadata or {} for context in Context.objects.filter(pk__in={row[4] for row in rows})}
    told: list[Spell] = []
    by: dict[str, str] = {}
    for value, first, end, reason, act in rows:
        told.append(
            Spell(
                value,
                first if first is not None or told else joined_on,
                end,
                reason or (by.get("reason", "") if told else ""),
                by.get("actor", ""),
                by.get("action", ""),
            )
        )
        by = acts.get(act, {}) if act is not None else {}
    return told
