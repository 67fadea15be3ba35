"""Who took part: looked for among the members the reader sees, the own unit first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, Tree, scope_of
from corps.views.pages import unit_door
from incidents.models import Incident
from members.enums import EVER_MEMBERS
from members.logic.words import Kind, read_word
from members.queries.roster import RosterFilter, Row, list_members, within

if TYPE_CHECKING:
    from corps.actors import Actor

FOUND = 8
# Who left may have taken part before; who has only applied has not.
_MEMBERS = RosterFilter(statuses=tuple(status.value for status in EVER_MEMBERS))


class Somebody(NamedTuple):
    """A member as the form names one."""

    id: int
    name: str
    unit: str


@require_GET
@unit_door(Permission.INCIDENT_RECORD)
def search(request: HttpRequest, unit: Node) -> HttpResponse:
    """Members by name, pinyin or number, for the form."""
    typed = request.GET.get("q", "").strip()
    word = read_word(typed)
    short = word is not None and word.kind == Kind.SHORT
    found = find_people(actor_of(request), unit, typed) if word is not None and not short else []
    return render(request, "incidents/people.html", {"found": found, "typed": typed, "short": short})


def find_people(actor: "Actor", unit: Node, typed: str) -> list[Somebody]:
    """Up to `FOUND` members: those of the unit and below, then of the whole area the actor sees around it."""
    scope = scope_of(actor, Permission.MEMBER_VIEW)
    if unit.id not in scope:
        return []
    rows: list[Row] = []
    for node in dict.fromkeys((unit, _widest(actor, unit))):
        if len(rows) < FOUND:
            page = list_members(actor=actor, place=within(actor, node), typed=typed, chosen=_MEMBERS, size=FOUND)
            present = {row.id for row in rows}
            rows += [row for row in page.rows if row.id not in present]
    return [_somebody(row, scope.tree) for row in rows[:FOUND]]


def people_by_id(
    actor: "Actor", unit: Node, member_ids: Sequence[int], incident: Incident | None = None
) -> list[Somebody]:
    """The chosen members in their order; who took part before is named even where the actor may not look any more."""
    known = {
        one.member_id: Somebody(one.member_id, one.member.name, one.unit.short_name)
        for one in (incident.participants.all() if incident is not None else ())
    }
    scope = scope_of(actor, Permission.MEMBER_VIEW)
    missing = tuple(one for one in member_ids if one not in known)
    if missing and unit.id in scope:
        chosen = RosterFilter(ids=missing)
        place = within(actor, _widest(actor, unit))
        page = list_members(actor=actor, place=place, chosen=chosen, size=len(missing))
        known |= {row.id: _somebody(row, scope.tree) for row in page.rows}
    return [known[one] for one in member_ids if one in known]


def _widest(actor: "Actor", unit: Node) -> Node:
    """The highest unit above `unit` whose members the actor may see."""
    scope = scope_of(actor, Permission.MEMBER_VIEW)
    return next((node for node in scope.tree.path(unit.id) if node.id in scope), unit)


def _somebody(row: Row, tree: Tree) -> Somebody:
    node = tree.nodes.get(row.unit_id)
    return Somebody(row.id, row.name, node.short_name if node else "")
