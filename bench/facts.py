"""Three years of a city's facts, made inside the database: shifts, ten times as many attendances, and incidents.

For measuring what reads facts and figures, where it matters how many rows there are and how they are spread. What
guards their writing is left out in the bench's own database: constraints altogether, triggers while loading.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

from bench.crowd import gather
from corps.enums import Level
from corps.models import Corps, Unit
from duties.models import DutyKind
from incidents.models import IncidentKind

MEMBERS: Final = 124_000
FIRST: Final = dt.date(2023, 1, 1)
DAYS: Final = 1095
TABLES: Final = ("duties_shift", "duties_attendance", "incidents_incident")

_CATEGORIES = "(ARRAY['patrol','patrol','night','school','school','traffic','event','publicity','forest','activity'])"
_KINDS = (
    "(ARRAY['dispute','dispute','dispute','clue','hazard','help','information','information','publicity','rescue'])"
)
# Number n lies on day n % 1095, so that every day has its share; ten members of ten squads come to a shift, so that a
# million attendances already reach nearly every squad on every day.
_SHIFTS = f"""
INSERT INTO duties_shift (unit_id, kind_id, category, mechanism, route, starts_at, ends_at, needed, police, auxiliaries,
    vehicles, remarks, state, materials, people_reached, summary, closed_at, cancel_reason)
SELECT (%(units)s::bigint[])[1 + (n / {DAYS} * 11 + n) %% 1000], %(kind)s, {_CATEGORIES}[1 + n %% 10],
    CASE WHEN n %% 7 = 0 THEN 'joint' ELSE 'fixed' END, '',
    (%(first)s::date + (n %% {DAYS})::int + time '08:00') AT TIME ZONE 'Asia/Shanghai',
    (%(first)s::date + (n %% {DAYS})::int + time '10:00') AT TIME ZONE 'Asia/Shanghai',
    10, 0, 0, 0, '', 'closed', n %% 40, n %% 25, '', now(), ''
FROM generate_series(%(since)s::bigint, %(until)s::bigint - 1) AS n
"""
# A few come late or not at all.
_ATTENDANCE = f"""
INSERT INTO duties_attendance (shift_id, member_id, unit_id, day, category, mechanism, status, checked_in_at,
    checked_out_at, period, minutes, current, reason, recorded_at)
SELECT s.id, %(member)s + v.squad + 1000 * (1 + (s.id * 13 + k * 11) %% 123), (%(units)s::bigint[])[1 + v.squad], s.day,
    s.category, s.mechanism, v.status,
    CASE WHEN v.status <> 'absent' THEN s.starts_at END, CASE WHEN v.status <> 'absent' THEN s.ends_at END,
    CASE WHEN v.status <> 'absent' THEN tstzrange(s.starts_at, s.ends_at) END,
    CASE WHEN v.status <> 'absent' THEN 90 + k ELSE 0 END, true, '', s.starts_at
FROM duties_shift s CROSS JOIN generate_series(0, 9) AS k
CROSS JOIN LATERAL (
    SELECT CASE (s.id * 7 + k) %% 40 WHEN 0 THEN 'absent' WHEN 1 THEN 'late' ELSE 'present' END AS status,
        ((s.id - 1) / {DAYS} * 10 + k + (s.id - 1) %% {DAYS} * 7) %% 1000 AS squad
) AS v
WHERE s.id > %(after)s
"""
_INCIDENTS = f"""
INSERT INTO incidents_incident (unit_id, kind_id, category, occurred_at, place, account, outcome, quantity, materials,
    people_reached, state, recorded_at, verified_at)
SELECT (%(units)s::bigint[])[1 + (n / {DAYS} * 17 + n) %% 1000], %(kind)s, {_KINDS}[1 + n %% 10],
    (%(first)s::date + (n %% {DAYS})::int + time '09:00') AT TIME ZONE 'Asia/Shanghai',
    '', '…', '', 1, n %% 9, n %% 5, 'verified', now(), now()
FROM generate_series(%(since)s::bigint, %(until)s::bigint - 1) AS n
"""


def prepare() -> None:
    """A corps of 124,000 people, and tables of facts without what guards them."""
    gather(MEMBERS)
    _without_guards()


def load(attendances: int) -> None:
    """Bring the facts up to so many attendances and a tenth as many shifts and incidents, nothing counted."""
    with _without_indexes():
        _fill(attendances)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _without_guards() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'x', 'u')"
                " ORDER BY contype",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop indexes and silence triggers while loading; afterwards triggers and what is read by are back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(c.oid), i.indisunique"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _definition, _unique in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition, unique in indexes:
            if not unique:
                cursor.execute(definition)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _fill(attendances: int) -> None:
    squads = list(Unit.objects.filter(level=Level.SQUAD).order_by("id").values_list("id", flat=True))
    corps = Corps.objects.get()
    duty, _new = DutyKind.objects.get_or_create(
        corps=corps,
        code="bench",
        defaults={"name": "巡逻", "category": "patrol", "mechanism": "fixed", "starts": dt.time(8), "minutes": 120},
    )
    kind, _new = IncidentKind.objects.get_or_create(
        corps=corps, code="bench", defaults={"name": "纠纷", "category": "dispute"}
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM duties_shift")
        present, after = cursor.fetchone()
        cursor.execute("SELECT min(id) FROM members_member")
        (member,) = cursor.fetchone()
        values: dict[str, Any] = {"units": squads, "first": FIRST, "since": present, "until": attendances // 10}
        cursor.execute(_SHIFTS, {**values, "kind": duty.pk})
        cursor.execute(_ATTENDANCE, {**values, "member": member - 1, "after": after})
        cursor.execute(_INCIDENTS, {**values, "kind": kind.pk})
        cursor.execute("DELETE FROM stats_dirty")
