"""Words and parts that the pages of transfers, moves, proposals and mergers share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.queries.units import path_text
from corps.views.pages import rights
from members.enums import MemberStatus
from members.models import Member
from members.queries.asking import merger_of, open_proposal, open_transfer
from members.queries.life import Spell, homes_of, statuses_of, what_there_is
from members.views.words import STATUS_SHAPES

#: What each list shows of a state.
STATE_SHAPES = {
    "asked": "wait",
    "open": "wait",
    "ready": "wait",
    "accepted": "good",
    "approved": "good",
    "applied": "good",
    "returned": "warn",
    "withdrawn": "idle",
    "undone": "idle",
    "discarded": "idle",
    "moves": "good",
    "blocked": "warn",
    "back": "idle",
    "kept": "warn",
}


def places(request: HttpRequest, active: str, unit: Node) -> list[dict[str, Any]]:
    """The lists about changes of people, as chips; those the reader may open."""
    may = rights(actor_of(request), unit.id, Permission.MEMBER_EDIT, Permission.MEMBER_MERGE)
    found = [("transfers", _("Transfers"))]
    if may["member_edit"]:
        found += [("proposals", _("Proposed changes")), ("moves", _("Bulk moves"))]
    if may["member_merge"]:
        found.append(("duplicates", _("Probable duplicates")))
    return [{"label": word, "url": reverse(name, args=[unit.code]), "active": name == active} for name, word in found]


def life_of(request: HttpRequest, member: Member) -> dict[str, Any]:
    """What the page of a member shows of the life cycle: past statuses and homes, what is asked, where it points."""
    tree = current_tree()
    there = what_there_is(member)
    asked = open_transfer(member) if "transfer" in there else None
    statuses = statuses_of(member, past="statuses" in there)
    homes = homes_of(member, past="homes" in there)
    values: dict[str, Any] = {
        "statuses": [_spell(one, str(MemberStatus(one.value).label)) for one in reversed(statuses)],
        "homes": [_spell(one, path_text(tree, one.value)) for one in reversed(homes)],
        "asked": asked,
        "merged_into": merger_of(member),
        "may_merge": rights(actor_of(request), member.unit_id, Permission.MEMBER_MERGE)["member_merge"]
        and member.status != MemberStatus.MERGED,
    }
    if rights(actor_of(request), member.unit_id, Permission.MEMBER_EDIT)["member_edit"]:
        values["proposed"] = open_proposal(member) if "proposal" in there else None
    if asked is not None:
        values["asked_of"] = path_text(tree, asked.to_unit_id)
        values["may_answer"] = rights(actor_of(request), asked.to_unit_id, Permission.MEMBER_EDIT)["member_edit"]
    return values


def _spell(one: Spell, word: str) -> dict[str, Any]:
    shape = STATUS_SHAPES[MemberStatus(one.value)] if one.value in MemberStatus.values else ""
    return {"word": word, "shape": shape, "first": one.first, "end": one.end, "reason": one.reason, "who": one.who}
