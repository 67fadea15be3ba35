"""Certificates for doors: how each stands on a day, a page of those of a unit, what is about to expire."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields import DateField
from django.db.models.functions import Cast, Coalesce
from django.shortcuts import get_object_or_404

from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import Node, local_today, require, scope_of
from members.enums import CertificateStanding, MemberStatus
from members.models import Certificate

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE_SIZE: Final = 50
# What somebody has to do something about.
DUE: Final = (CertificateStanding.EXPIRING, CertificateStanding.EXPIRED)
_FAR: Final = dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """What a list shows; empty means everything."""

    standing: str = ""
    kind_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """Rows by their end, and the cursor of the page after (empty: there is none)."""

    rows: list[Certificate]
    next: str


@dataclass(frozen=True, slots=True)
class Due:
    """How many certificates of a unit expire soon and how many have expired without being renewed."""

    expiring: int
    expired: int


def standing_of(certificate: Any, today: dt.date) -> CertificateStanding:
    """How a certificate stands; the row carries `is_renewed` (see `with_renewed`) and its kind."""
    if certificate.revoked_on is not None and certificate.revoked_on <= today:
        return CertificateStanding.REVOKED
    if certificate.valid_until is None:
        return CertificateStanding.VALID
    if certificate.is_renewed:
        return CertificateStanding.RENEWED
    if certificate.valid_until < today:
        return CertificateStanding.EXPIRED
    warned = certificate.valid_until - dt.timedelta(days=certificate.kind.warn_days)
    return CertificateStanding.EXPIRING if warned <= today else CertificateStanding.VALID


def certificate_of(actor: "Actor", certificate_id: int) -> Certificate:
    """The certificate with what its page shows. `Http404` outside the scope."""
    rows = _told(Certificate.objects.visible_to(actor))
    found: Certificate = get_object_or_404(rows, pk=certificate_id)
    return found


def certificates_within(actor: "Actor", unit: Node, chosen: CertificateFilter) -> "QuerySet[Any]":
    """Certificates of members of the unit and everything below it who have not left. Raises as `require` does."""
    require(actor, Permission.TRAINING_VIEW, unit.id)
    tree = scope_of(actor, Permission.TRAINING_VIEW).tree
    rows: QuerySet[Any] = Certificate.objects.filter(InUnits("member__unit_id", tree.within(unit.id)))
    rows = rows.exclude(member__status__in=(MemberStatus.LEFT, MemberStatus.MERGED))
    if chosen.kind_id is not None:
        rows = rows.filter(kind_id=chosen.kind_id)
    if word := chosen.words.strip():
        low = word.lower()
        rows = rows.filter(
            Q(member__name__contains=word)
            | Q(member__pinyin__startswith=low)
            | Q(member__initials__startswith=low)
            | Q(number__iexact=word)
        )
    if chosen.standing:
        rows = _standing(with_renewed(rows), chosen.standing, local_today())
    return rows


def certificate_page(actor: "Actor", unit: Node, chosen: CertificateFilter, after: str = "") -> CertificatePage:
    """A page of them, those that end first before those that end later; a stale cursor gives the first page."""
    rows = certificates_within(actor, unit, chosen).annotate(end=_end()).order_by("end", "pk")
    if (place := _place(after)) is not None:
        day, key = place
        rows = rows.filter(Q(end__gt=day) | Q(end=day, pk__gt=key))
    keys = list(rows.values_list("pk", "end")[: PAGE_SIZE + 1])
    found = _told(Certificate.objects.all()).in_bulk([key for key, _day in keys[:PAGE_SIZE]])
    following = f"{keys[PAGE_SIZE - 1][1].isoformat()}.{keys[PAGE_SIZE - 1][0]}" if len(keys) > PAGE_SIZE else ""
    return CertificatePage([found[key] for key, _day in keys[:PAGE_SIZE]], following)


def told_certificates(rows: "QuerySet[Any]", most: int) -> "list[Certificate]":
    """The rows with what an export tells, by their end; at most so many."""
    return list(_told(rows.annotate(end=_end()).order_by("end", "pk"))[:most])


_DUE: Final = """
SELECT count(*) FILTER (WHERE c.valid_until >= %(today)s), count(*) FILTER (WHERE c.valid_until < %(today)s)
FROM members_certificate c
JOIN members_certificatekind k ON k.id = c.kind_id JOIN members_member m ON m.id = c.member_id
WHERE c.revoked_on IS NULL AND c.valid_until < %(today)s::date + k.warn_days + 1 AND m.unit_id = ANY(%(units)s)
    AND m.status NOT IN ('left', 'merged')
    AND NOT EXISTS (SELECT FROM members_certificate n WHERE n.member_id = c.member_id AND n.kind_id = c.kind_id
        AND n.revoked_on IS NULL AND (n.valid_until IS NULL OR (n.valid_until, n.id) > (c.valid_until, c.id)))
"""


def due_within(actor: "Actor", unit: Node) -> Due:
    """What waits for the captain of the unit; one question. Raises as `require` does."""
    require(actor, Permission.TRAINING_VIEW, unit.id)
    tree = scope_of(actor, Permission.TRAINING_VIEW).tree
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"today": local_today(), "units": tree.within(unit.id)})
        expiring, expired = cursor.fetchone()
    return Due(expiring, expired)


def _told(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    found: QuerySet[Any] = with_renewed(rows).select_related(
        "kind", "member", "session__course", "renews", "recorded_by", "revoked_by"
    )
    return found


def with_renewed(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Certificates with `is_renewed`: the member has another of the kind in force that is valid longer. So whoever is
    warned can do something about it, in whichever order certificates were recorded. Asked of those that have an end.
    """
    end = OuterRef("valid_until")
    later = Certificate.objects.filter(member=OuterRef("member"), kind=OuterRef("kind"), revoked_on=None).filter(
        Q(valid_until=None) | Q(valid_until__gt=end) | Q(valid_until=end, pk__gt=OuterRef("pk"))
    )
    found: QuerySet[Any] = rows.annotate(is_renewed=Exists(later))
    return found


def _end() -> Any:
    return Coalesce("valid_until", Value(_FAR))


def _standing(rows: "QuerySet[Any]", standing: str, today: dt.date) -> "QuerySet[Any]":
    """The same cases as `standing_of`, in the database."""
    if standing == CertificateStanding.REVOKED:
        return rows.filter(revoked_on__lte=today)
    rows = rows.filter(Q(revoked_on=None) | Q(revoked_on__gt=today))
    if standing == CertificateStanding.RENEWED:
        return rows.filter(valid_until__isnull=False, is_renewed=True)
    if standing == CertificateStanding.EXPIRED:
        return rows.filter(valid_until__lt=today, is_renewed=False)
    warned = ExpressionWrapper(Cast(F("valid_until"), DateField()) - F("kind__warn_days"), output_field=DateField())
    rows = rows.annotate(warned=warned)
    if standing == CertificateStanding.EXPIRING:
        return rows.filter(valid_until__gte=today, is_renewed=False, warned__lte=today)
    if standing == CertificateStanding.VALID:
        return rows.filter(Q(valid_until=None) | Q(valid_until__gte=today, is_renewed=False, warned__gt=today))
    return rows


def _place(cursor: str) -> tuple[dt.date, int] | None:
    day, _dot, key = cursor.partition(".")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    try:
        return dt.date.fromisoformat(day), int(key)
    except ValueError:
        return None
