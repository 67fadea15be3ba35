"""A member's own training: my certificates, my sessions, what I may enrol in. All it asks for is being that member."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from corps.models.scope import InUnits
from corps.queries.scope import current_tree
from members.enums import SessionMode, SessionState
from members.models import Certificate, Enrolment, Member, TrainingSession
from members.queries.training.certificates import DUE, standing_of, with_renewed
from members.queries.training.sessions import taken

if TYPE_CHECKING:
    from members.enums import CertificateStanding

BACK = dt.timedelta(days=366)
OFFERED = 30


@dataclass(frozen=True, slots=True)
class MyCertificate:
    """A certificate of the member and how it stands on the day asked."""

    certificate: Certificate
    standing: "CertificateStanding"


def certificates_of(member: Member, today: dt.date) -> list[MyCertificate]:
    """All of them, the newest first."""
    rows = with_renewed(member.certificates.select_related("kind", "session__course"))
    return [MyCertificate(one, standing_of(one, today)) for one in rows]


def certificates_due(member: Member, today: dt.date) -> list[MyCertificate]:
    """Those that expire soon or have expired without being renewed."""
    return [one for one in certificates_of(member, today) if one.standing in DUE]


def my_enrolments(member: Member) -> list[Enrolment]:
    """Enrolments of the last year and those to come, by the start of the session."""
    rows = member.enrolments.filter(session__ends_at__gte=timezone.now() - BACK)
    return list(
        rows.select_related("session__course__certificate_kind", "session__site", "session__unit")
        .annotate(sat=Count("quiz_attempts"))
        .order_by("session__starts_at", "pk")
    )


def sessions_for(member: Member) -> "QuerySet[Any]":
    """Sessions that are offered to the member: planned by the home unit, by a unit above it, or by a further team."""
    tree = current_tree()
    teams = list(member.team_links.values_list("unit_id", flat=True))
    above = {node.id for unit_id in teams for node in tree.path(unit_id)} | {
        node.id for node in tree.path(member.unit_id)
    }
    own = {member.unit_id, *teams}
    return TrainingSession.objects.filter(
        Q(InUnits("unit_id", own)) | Q(InUnits("unit_id", above - own), open_below=True),
        open_to_members=True,
        state=SessionState.PLANNED,
    )


def offered_to(member: Member) -> list[TrainingSession]:
    """What the member may still enrol in, the soonest first, with the number of people enrolled as `taken`."""
    now = timezone.now()
    open_still = Q(starts_at__gt=now) | Q(mode=SessionMode.ONLINE, ends_at__gt=now)
    rows = sessions_for(member).filter(open_still).exclude(enrolments__member=member)
    rows = rows.annotate(taken=taken()).filter(Q(capacity=None) | Q(taken__lt=F("capacity")))
    return list(rows.select_related("course__certificate_kind", "site", "unit").order_by("starts_at", "pk")[:OFFERED])
