"""What is asked about members and waits for an answer: transfers and proposed changes; and bulk moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, scope_of
from corps.queries.units import path_text, unit_lookup
from members.enums import MemberStatus, MoveState, MoveVerdict, ProposalState, TransferState
from members.models import Member, Merger, Move, MovedMember, Proposal, TransferRequest

if TYPE_CHECKING:
    from corps.actors import Actor

LISTED = 100


@dataclass(frozen=True, slots=True)
class Some:
    """The first rows, and how many there are (at most the limit plus one were read)."""

    rows: Sequence[Any]
    number: int

    @property
    def cut(self) -> int:
        """How many are shown where there are more; else 0."""
        return len(self.rows) if self.number > len(self.rows) else 0


def transfers_waiting(actor: "Actor", unit: Node, *, limit: int) -> Some:
    """Requests that units within this one have to answer, the oldest first."""
    return _some(transfers_to_answer(actor, unit).order_by("asked_at", "id"), limit)


def transfers_to_answer(actor: "Actor", unit: Node) -> Any:
    """Rows of them."""
    return _transfers(actor).filter(InUnits("to_unit_id", _own(actor, unit)), state=TransferState.ASKED)


def transfers_asked(actor: "Actor", unit: Node) -> Some:
    """Requests of units within this one that wait for others, the oldest first."""
    within = current_tree().within(unit.id)
    rows = _transfers(actor).filter(InUnits("from_unit_id", within), state=TransferState.ASKED)
    return _some(rows.order_by("asked_at", "id"), LISTED)


def transfers_settled(actor: "Actor", unit: Node) -> list[TransferRequest]:
    """What was answered last, from or to units within this one."""
    within = current_tree().within(unit.id)
    rows = _transfers(actor).filter(Q(InUnits("from_unit_id", within)) | Q(InUnits("to_unit_id", within)))
    return list(rows.exclude(state=TransferState.ASKED).order_by("-answered_at", "-id")[:LISTED])


def open_transfer(member: Member) -> TransferRequest | None:
    """What is asked about a member at present; the reader sees the member already."""
    rows = TransferRequest.objects.filter(member=member, state=TransferState.ASKED)
    return rows.select_related("asked_by").first()


def proposals_waiting(actor: "Actor", unit: Node, *, limit: int) -> Some:
    """Changes that members of the unit and below propose, the oldest first."""
    rows = proposals_to_decide(actor, unit)
    return _some(rows.select_related("member").order_by("proposed_at", "id"), limit)


def proposals_to_decide(actor: "Actor", unit: Node) -> Any:
    """Rows of them."""
    return Proposal.objects.filter(InUnits("member__unit_id", _own(actor, unit)), state=ProposalState.OPEN)


def proposals_settled(actor: "Actor", unit: Node) -> list[Proposal]:
    """What was decided last."""
    rows = Proposal.objects.filter(InUnits("member__unit_id", _own(actor, unit))).exclude(state=ProposalState.OPEN)
    return list(rows.select_related("member", "decided_by").order_by("-decided_at", "-id")[:LISTED])


def see_proposal(actor: "Actor", proposal_id: int) -> Proposal:
    """The proposal if the actor may see the member's record; else `Http404`."""
    rows = Proposal.objects.visible_to(actor).select_related("member__unit", "decided_by")
    found: Proposal | None = rows.filter(pk=proposal_id).first()
    if found is None:
        raise Http404("no such proposal")
    return found


def proposals_of(member: Member, *, limit: int = 5) -> list[Proposal]:
    """The member's own, the latest first."""
    return list(Proposal.objects.filter(member=member).order_by("-proposed_at", "-id")[:limit])


def open_proposal(member: Member) -> Proposal | None:
    """What the member proposes at present; the reader edits the member."""
    return Proposal.objects.filter(member=member, state=ProposalState.OPEN).first()


def moves_of(actor: "Actor", unit: Node) -> list[Move]:
    """Bulk moves out of the unit or those below it, or asked of one of them, the latest first."""
    rows = Move.objects.visible_to(actor).in_units(current_tree().within(unit.id))
    return list(rows.select_related("unit", "target", "made_by")[:LISTED])


def moves_waiting(actor: "Actor", unit: Node, *, limit: int) -> Some:
    """Bulk moves that units within this one have to answer, the oldest first."""
    return _some(moves_to_answer(actor, unit).order_by("asked_at", "id"), limit)


def moves_to_answer(actor: "Actor", unit: Node) -> Any:
    """Rows of them."""
    return Move.objects.filter(InUnits("target_id", _own(actor, unit)), state=MoveState.ASKED)


def see_move(actor: "Actor", move_id: int) -> Move:
    """The move if the actor may see it; else `Http404`."""
    found: Move | None = (
        Move.objects.visible_to(actor)
        .select_related("unit", "target", "made_by", "answered_by")
        .filter(pk=move_id)
        .first()
    )
    if found is None:
        raise Http404("no such move")
    return found


def move_rows(move: Move, verdict: str, *, after: int = 0) -> Some:
    """A page of the members of a move, those with one verdict, behind the row `after`."""
    rows = MovedMember.objects.filter(move=move, pk__gt=after)
    if verdict in MoveVerdict.values:
        rows = rows.filter(verdict=verdict)
    return _some(rows.select_related("member").order_by("pk"), LISTED)


def merger_of(member: Member) -> Merger | None:
    """Where a merged record points to."""
    if member.status != MemberStatus.MERGED:
        return None
    return Merger.objects.filter(merged=member).select_related("into", "merged_by").first()


def corps_of(actor: "Actor", member_id: int) -> int:
    """The corps within which a member whom the actor sees may be transferred; else `Http404`."""
    member: Member | None = Member.objects.visible_to(actor).filter(pk=member_id).first()
    if member is None:
        raise Http404("no such member")
    return current_tree().nodes[member.unit_id].corps_id


def unit_of_corps(text: str, corps_id: int) -> Node:
    """An open unit anywhere in the corps, by code, name or path: whoever asks for a transfer names one of others.

    Raises `Refusal` for none and for several.
    """
    lookup = unit_lookup()
    tree = lookup.tree
    found = [tree.nodes[one] for one in lookup.find(text) if tree.nodes[one].corps_id == corps_id]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal(
            _("No unit of the corps is called “%(text)s”.") % {"text": text},
            code="unit.unknown",
            place="unit",
            remedy=_("Check the name, or enter the code."),
        )
    raise Refusal(
        _("“%(text)s” may be several units.") % {"text": text},
        code="unit.ambiguous",
        place="unit",
        remedy=_("Enter one of: %(units)s.") % {"units": "；".join(path_text(tree, one.id) for one in found[:6])},
    )


def _own(actor: "Actor", unit: Node) -> list[int]:
    """Units within this one where the actor decides about members."""
    scope = scope_of(actor, Permission.MEMBER_EDIT)
    return [one for one in current_tree().within(unit.id) if one in scope]


def _transfers(actor: "Actor") -> Any:
    return TransferRequest.objects.visible_to(actor).select_related("member", "asked_by", "answered_by")


def _some(rows: Any, limit: int) -> Some:
    found = list(rows[: limit + 1])
    return Some(found[:limit], len(found))
