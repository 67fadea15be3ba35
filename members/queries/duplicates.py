"""Who may be one person with two records: the same name and birth date, or the same phone and name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q
from django.http import Http404

from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.personal import WORD
from corps.queries.scope import Node, current_tree, scope_of
from members.models import Distinction, Member

if TYPE_CHECKING:
    from corps.actors import Actor

SHOWN = 100

# Both sides within the actor's area; one of them in the unit that is looked at. Each pair once.
_PAIRS = """
WITH pairs AS (
    SELECT a.id AS one, b.id AS other, true AS born, a.phone <> '' AND a.phone = b.phone AS phone
    FROM members_member a JOIN members_member b ON b.name = a.name AND b.birth_date = a.birth_date AND b.id <> a.id
    WHERE a.unit_id = ANY(%(units)s) AND b.unit_id = ANY(%(scope)s) AND a.status <> 'merged' AND b.status <> 'merged'
      AND a.name <> %(erased)s
    UNION
    SELECT a.id, b.id, a.birth_date = b.birth_date, true
    FROM members_member a JOIN members_member b ON b.phone = a.phone AND b.id <> a.id
    WHERE a.phone <> '' AND a.unit_id = ANY(%(units)s) AND b.unit_id = ANY(%(scope)s)
      AND a.status <> 'merged' AND b.status <> 'merged' AND (a.name = b.name OR a.birth_date = b.birth_date)
)
SELECT DISTINCT ON (least(one, other), greatest(one, other)) least(one, other), greatest(one, other), born, phone
FROM pairs WHERE NOT EXISTS (SELECT FROM members_distinction d
    WHERE d.one_id = least(one, other) AND d.other_id = greatest(one, other))
ORDER BY 1, 2 LIMIT %(limit)s
"""
_TWINS = """
SELECT b.id, b.birth_date = a.birth_date, a.phone <> '' AND b.phone = a.phone FROM members_member a
JOIN members_member b ON b.id <> a.id AND b.status <> 'merged' AND b.unit_id = ANY(%(scope)s)
    AND ((b.name = a.name AND b.birth_date = a.birth_date) OR (a.phone <> '' AND b.phone = a.phone))
WHERE a.id = %(member)s AND a.status <> 'merged' AND a.name <> %(erased)s
    AND NOT EXISTS (SELECT FROM members_distinction d
        WHERE d.one_id = least(a.id, b.id) AND d.other_id = greatest(a.id, b.id))
ORDER BY 1 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two records that may be one person, and what they share."""

    one: Member
    other: Member
    same_birth: bool
    same_phone: bool


def probable_twins(actor: "Actor", unit: Node) -> list[Twins]:
    """Pairs with at least one side in the unit or below it, both where the actor may merge."""
    scope = scope_of(actor, Permission.MEMBER_MERGE)
    tree = current_tree()
    values: dict[str, Any] = {
        "units": tree.within(unit.id),
        "scope": [one for one in tree.ids if one in scope],
        "limit": SHOWN,
        "erased": WORD,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, values)
        rows = cursor.fetchall()
    people = Member.objects.select_related("unit").in_bulk({key for row in rows for key in row[:2]})
    return [Twins(people[one], people[other], born, phone) for one, other, born, phone in rows]


def twins_of(actor: "Actor", member: Member) -> list[Twins]:
    """Other records that may be this person, where the actor may merge."""
    scope = scope_of(actor, Permission.MEMBER_MERGE)
    within = [one for one in scope.tree.ids if one in scope]
    values: dict[str, Any] = {"member": member.pk, "scope": within, "limit": SHOWN, "erased": WORD}
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, values)
        rows = cursor.fetchall()
    people = Member.objects.select_related("unit").in_bulk([row[0] for row in rows])
    return [Twins(member, people[key], born, phone) for key, born, phone in rows]


def told_apart(actor: "Actor", unit: Node) -> list[Distinction]:
    """Pairs of two people with at least one side in the unit or below it, the latest first."""
    within = current_tree().within(unit.id)
    rows = Distinction.objects.visible_to(actor)
    here = Q(InUnits("one__unit_id", within)) | Q(InUnits("other__unit_id", within))
    return list(rows.filter(here).select_related("one", "other", "told_by")[:SHOWN])


def see_distinction(actor: "Actor", distinction_id: int) -> Distinction:
    """The pair told apart if the actor may merge both; else `Http404`."""
    found: Distinction | None = Distinction.objects.visible_to(actor).filter(pk=distinction_id).first()
    if found is None:
        raise Http404("no such pair")
    return found
