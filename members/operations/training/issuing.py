"""Issuing certificates: one statement for everybody who passed, each renewing the one they had."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.models import F
from django.utils import timezone

from members.models import Certificate, CertificateKind, TrainingSession
from members.operations.training.holding import hold_members

# Who has a certificate of this session that is in force gets no second one. The one that is renewed is, of the kind and
# issued before, the one in force that is valid longest and that nothing in force has renewed yet. Months are counted as
# in law (Civil Code, articles 201 and 202): the day of issue does not count, and where the last month has no such day,
# its last day is meant; so does PostgreSQL.
_ISSUE = """
INSERT INTO members_certificate (member_id, kind_id, number, issued_on, valid_until, session_id, issuer, renews_id,
    recorded_by_id, recorded_at, revoked_reason)
SELECT m.id, k.id, to_char(%(on)s::date, 'YYYY') || '-' || lpad(nextval('members_certificate_number')::text, 6, '0'),
    %(on)s::date, (%(on)s::date + make_interval(months => k.valid_months))::date, %(session)s, '', old.id,
    %(account)s, %(now)s, ''
FROM (SELECT id FROM unnest(%(members)s::bigint[]) AS id ORDER BY id) AS m
JOIN members_certificatekind k ON k.id = %(kind)s
LEFT JOIN LATERAL (
    SELECT c.id FROM members_certificate c
    WHERE c.member_id = m.id AND c.kind_id = k.id AND c.revoked_on IS NULL AND c.issued_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM members_certificate n WHERE n.renews_id = c.id AND n.revoked_on IS NULL)
    ORDER BY c.valid_until DESC NULLS FIRST, c.id DESC LIMIT 1
) AS old ON true
WHERE NOT EXISTS (
    SELECT FROM members_certificate d
    WHERE d.session_id = %(session)s::bigint AND d.member_id = m.id AND d.revoked_on IS NULL
)
RETURNING id
"""


def issue(
    *,
    kind_id: int,
    member_ids: Sequence[int],
    on: dt.date,
    session: TrainingSession | None,
    account: int | None,
) -> list[int]:
    """Issue the corps' own certificates to the members; returns their keys. The caller is inside an act."""
    if not member_ids:
        return []
    hold_members(member_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _ISSUE,
            {
                "kind": kind_id,
                "members": sorted(set(member_ids)),
                "on": on,
                "session": session.pk if session is not None else None,
                "account": account,
                "now": timezone.now(),
            },
        )
        return [key for (key,) in cursor.fetchall()]


def end_of(kind: CertificateKind, issued_on: dt.date) -> dt.date | None:
    """The last valid day of a certificate of the kind, counted as `issue` does; None for good."""
    if kind.valid_months is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date + make_interval(months => %s))::date", [issued_on, kind.valid_months])
        found: dt.date = cursor.fetchone()[0]
    return found


def last_in_force(member_id: int, kind_id: int, on: dt.date) -> Certificate | None:
    """The certificate that a new one of the day renews."""
    later = Certificate.objects.filter(revoked_on=None, renews__isnull=False).values("renews_id")
    rows = Certificate.objects.filter(member_id=member_id, kind_id=kind_id, revoked_on=None, issued_on__lte=on)
    rows = rows.exclude(pk__in=later.filter(member_id=member_id))
    found: Certificate | None = rows.order_by(F("valid_until").desc(nulls_first=True), "-pk").first()
    return found
