"""How recruiters stand against their targets, and what partner organisations brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404

from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, require
from members.enums import EVER_MEMBERS, ON_THE_ROSTER, MemberStatus, RecruiterCategory
from members.models import Member, PartnerOrganisation, Recruiter

if TYPE_CHECKING:
    from corps.actors import Actor

PEOPLE_SHOWN = 200

# People whose application names the recruiter, and people whose roster names them where that name is one recruiter's.
_STANDING = """
WITH wanted AS (
    SELECT r.id, r.corps_id, r.name FROM members_recruiter r WHERE r.unit_id = ANY(%(units)s)
), told AS (
    SELECT a.recruiter_id AS id, m.id AS member_id, m.status
    FROM members_application a JOIN wanted w ON w.id = a.recruiter_id JOIN members_member m ON m.id = a.member_id
), unmistakable AS (
    SELECT corps_id, name FROM members_recruiter GROUP BY corps_id, name HAVING count(*) = 1
), by_name AS (
    SELECT w.id, m.id AS member_id, m.status
    FROM wanted w
    JOIN unmistakable USING (corps_id, name)
    JOIN members_member m ON m.recruiter = w.name AND m.recruiter <> ''
    JOIN corps_unit u ON u.id = m.unit_id AND u.corps_id = w.corps_id
    WHERE NOT EXISTS (
        SELECT 1 FROM members_application a
        WHERE a.member_id = m.id AND a.recruiter_id IS NOT NULL AND a.recruiter_id <> w.id
    )
), people AS (
    SELECT id, member_id, status FROM told UNION SELECT id, member_id, status FROM by_name
)
SELECT id, count(*) FILTER (WHERE status <> %(merged)s), count(*) FILTER (WHERE status = ANY(%(joined)s))
FROM people GROUP BY id
"""


@dataclass(frozen=True, slots=True)
class RecruiterStanding:
    """A recruiter with how many applied through them, how many of those joined, and what is missing to the target."""

    recruiter: Recruiter
    applied: int
    joined: int

    @property
    def missing(self) -> int:
        """To the target; nothing below zero."""
        return max(0, self.recruiter.target - self.joined)

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        return self.joined >= self.recruiter.target

    @property
    def category(self) -> str:
        """In words."""
        return str(RecruiterCategory(self.recruiter.category).label)


def standings(actor: "Actor", unit: Node) -> list[RecruiterStanding]:
    """The recruiters of the unit and below, those furthest from their target first."""
    require(actor, Permission.MEMBER_ADMIT, unit.id)
    ids = current_tree().within(unit.id)
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING,
            {"units": ids, "joined": [one.value for one in EVER_MEMBERS], "merged": MemberStatus.MERGED.value},
        )
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    rows = Recruiter.objects.in_units(ids).select_related("unit", "station")
    found = [RecruiterStanding(row, *counts.get(row.pk, (0, 0))) for row in rows]
    return sorted(found, key=lambda one: (not one.recruiter.active, -one.missing, one.recruiter.name))


@dataclass(frozen=True, slots=True)
class PartnerStanding:
    """A partner organisation with its people in the unit: on the roster, candidates, and who left."""

    partner: PartnerOrganisation
    enrolled: int
    candidates: int
    left: int

    @property
    def share(self) -> float | None:
        """Enrolled of its own strength; None where that is not known."""
        return self.enrolled / self.partner.total_strength if self.partner.total_strength else None

    @property
    def percent(self) -> str:
        """The share in hundredths with one decimal."""
        return "" if self.share is None else f"{100 * self.share:.1f}"


def partner_standings(actor: "Actor", unit: Node) -> list[PartnerStanding]:
    """The corps' partner organisations, counted by their people in the unit and below."""
    require(actor, Permission.MEMBER_VIEW, unit.id)
    return _standings(unit, PartnerOrganisation.objects.filter(corps=unit.corps_id).order_by("name"))


def partner_standing(actor: "Actor", unit: Node, partner_id: int) -> PartnerStanding:
    """One of them; `Http404` for one of another corps."""
    require(actor, Permission.MEMBER_VIEW, unit.id)
    partner = get_object_or_404(PartnerOrganisation, pk=partner_id, corps=unit.corps_id)
    return _standings(unit, [partner])[0]


def _standings(unit: Node, partners: Iterable[PartnerOrganisation]) -> list[PartnerStanding]:
    people = Member.objects.in_units(current_tree().within(unit.id)).filter(partner__corps=unit.corps_id)
    on_roster = Q(status__in=ON_THE_ROSTER)
    left = Q(status=MemberStatus.LEFT)
    candidates = Q(status__in=(MemberStatus.APPLICANT, MemberStatus.VETTED))
    rows = (
        people.order_by()
        .values("partner_id")
        .annotate(
            enrolled=Count("id", filter=on_roster),
            candidates=Count("id", filter=candidates),
            gone=Count("id", filter=left),
        )
    )
    counts = {row["partner_id"]: row for row in rows}
    none = {"enrolled": 0, "candidates": 0, "gone": 0}
    return [
        PartnerStanding(one, found["enrolled"], found["candidates"], found["gone"])
        for one in partners
        for found in [counts.get(one.pk, none)]
    ]


def people_of_partner(actor: "Actor", unit: Node, partner_id: int) -> list[Member]:
    """The first people of the organisation in the unit and below, those on the roster before those who left.

    Who was not admitted is none of its people.
    """
    require(actor, Permission.MEMBER_VIEW, unit.id)
    rows = Member.objects.in_units(current_tree().within(unit.id)).filter(partner_id=partner_id)
    rows = rows.exclude(status__in=(MemberStatus.MERGED, MemberStatus.REFUSED)).select_related("unit")
    rows = rows.order_by("pinyin", "name", "id")
    found = list(rows[:PEOPLE_SHOWN])
    return sorted(found, key=lambda one: one.status == MemberStatus.LEFT)
