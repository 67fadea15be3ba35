"""Reorganising units together with the people in them: the tree is the corps' business, the members are ours.

Doors call these instead of the operations of `corps.operations.tree` they wrap. One act, one transaction, one lock:
taken first, so that nobody is put into a unit while it is being merged, split or closed. Members are moved by one
statement however many they are; their history shows each move with the reason of the act.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from corps.operations import tree
from corps.operations.context import acting
from corps.queries.scope import current_tree
from members.enums import CANDIDATES, ON_THE_ROSTER, MoveState, TransferState
from members.models import Holding, Member, Move, Store, TeamMembership, TransferRequest, UnitAnswer
from members.operations.equipment.carrying import carry_unit, follow_homes
from members.operations.equipment.getters import enumerated
from members.operations.equipment.reach import check_in_reach, hand_over_in
from members.queries.equipment.holdings import obstacles
from members.queries.equipment.reach import in_hands, superiors

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Unit


# Who keeps a unit from being closed: members, and who has asked to become one.
STAYING = (*CANDIDATES, *ON_THE_ROSTER)


@dataclass(frozen=True, slots=True)
class MergedUnits:
    """What a merger did: the corps' part, members who changed their home, further teams that changed."""

    tree: tree.Merged
    members: int
    teams: int


@dataclass(frozen=True, slots=True)
class SplitUnit:
    """The new sibling and how many members went there."""

    unit: "Unit"
    members: int


def move_unit(*, actor: "Actor", unit_id: int, parent_id: int, reason: str = "", carry: bool = False) -> "Unit":
    """Move the unit with everything below it under another superior (see `corps.operations.tree.move_unit`).

    What is in hands there and must come back to a store of a superior that is none any more keeps the unit where it is,
    unless it is handed over to the store that supplies the new place (`carry`). Raises `Refusal`.
    """
    with acting(actor=actor, action="unit.move", reason=reason, unit_id=unit_id):
        tree.lock_tree()
        above = superiors(unit_id)
        unit = tree.move_unit(actor=actor, unit_id=unit_id, parent_id=parent_id, reason=reason)
        lost = above - superiors(unit_id)
        found = in_hands(current_tree().within(unit_id), lost)
        if not carry:
            check_in_reach(found, place="parent")
        elif found:
            hand_over_in(actor=actor, unit_ids=found.unit_ids, giver_ids=lost, reason=reason)
        return unit


def merge_units(*, actor: "Actor", source_id: int, target_id: int, reason: str, carry: bool = False) -> MergedUnits:
    """Merge `source` into `target` (see `corps.operations.tree.merge_units`) with all its members, whatever their
    status, its stores and all equipment that counts in it.

    What is in hands in it or below and came from a store that does not supply the target is in the way, unless it
    is handed over to the store that does (`carry`). Who had the source as a further team has the target instead, once,
    and not beside the target as home. Names that sheets used for the source mean the target from now on. Raises
    `Refusal`.
    """
    with acting(actor=actor, action="unit.merge", reason=reason, unit_id=source_id):
        tree.lock_tree()
        going, above = current_tree().within(source_id), superiors(source_id)
        merged = tree.merge_units(actor=actor, source_id=source_id, target_id=target_id, reason=reason)
        lost = above - {target_id} - superiors(target_id)
        found = in_hands(going, lost)
        if not carry:
            check_in_reach(found, place="target")
        moved = Member.objects.filter(unit_id=source_id).update(unit_id=target_id, updated_at=Now())
        carry_unit(actor=actor, source_id=source_id, target_id=target_id, reason=reason)
        if found:
            homes = [target_id if unit_id == source_id else unit_id for unit_id in found.unit_ids]
            hand_over_in(actor=actor, unit_ids=homes, giver_ids=lost, reason=reason)
        teams = _replace_team(source_id, target_id)
        UnitAnswer.objects.filter(meant_id=source_id).update(meant_id=target_id)
        _follow_units(source_id, target_id)
        return MergedUnits(merged, moved, teams)


def split_unit(
    *,
    actor: "Actor",
    unit_id: int,
    name: str,
    short_name: str,
    code: str,
    child_ids: Sequence[int] = (),
    member_ids: Collection[int] = (),
    active_from: date | None = None,
    reason: str = "",
) -> SplitUnit:
    """Make a sibling of the unit with the chosen units below it and the chosen members who are at home in it.

    Raises `Refusal` when one of the members is at home elsewhere, when somebody holds things of the unit's own stores,
    which do not supply its sibling, and for what `corps.operations.tree.split_unit` refuses.
    """
    with acting(actor=actor, action="unit.split", reason=reason, unit_id=unit_id):
        sibling = tree.split_unit(
            actor=actor,
            unit_id=unit_id,
            name=name,
            short_name=short_name,
            code=code,
            child_ids=child_ids,
            active_from=active_from,
            reason=reason,
        )
        wanted = set(member_ids)
        moved = Member.objects.filter(unit_id=unit_id, pk__in=wanted).update(unit_id=sibling.pk, updated_at=Now())
        if moved < len(wanted):
            strangers = len(wanted) - moved
            raise Refusal(
                ngettext(
                    "%(n)d of the chosen members is not at home in this unit.",
                    "%(n)d of the chosen members are not at home in this unit.",
                    strangers,
                )
                % {"n": strangers},
                code="unit.not_a_member",
                place="members",
                remedy=_("Load the list of members again and choose once more."),
            )
        _check_holders(wanted, sibling.pk)
        check_in_reach(
            in_hands(current_tree().within(sibling.pk), [unit_id]),
            place="child_ids",
            remedy=_("Leave these units where they are and move them afterwards, or have the things taken back first."),
        )
        follow_homes(actor=actor, member_ids=wanted, unit_id=sibling.pk, reason=reason)
        TeamMembership.objects.filter(unit_id=sibling.pk, member_id__in=wanted).delete()
        asked = TransferRequest.objects.filter(state=TransferState.ASKED, member_id__in=wanted)
        asked.update(from_unit_id=sibling.pk)
        return SplitUnit(sibling, moved)


def close_unit(*, actor: "Actor", unit_id: int, reason: str) -> "Unit":
    """Close a unit nobody belongs to and nothing hangs on. Members who have left stay in its records. Raises
    `Refusal`.
    """
    with acting(actor=actor, action="unit.close", reason=reason, unit_id=unit_id):
        tree.lock_tree()
        return tree.close_unit(
            actor=actor, unit_id=unit_id, reason=reason, further_obstacles=obstacles_to_closing(unit_id)
        )


def obstacles_to_closing(unit_id: int) -> list[str]:
    """How many members and pieces of equipment still belong to the unit, as parts of a sentence."""
    homes = Member.objects.filter(unit_id=unit_id, status__in=STAYING).count()
    teams = TeamMembership.objects.filter(unit_id=unit_id, member__status__in=STAYING).count()
    found = []
    if homes:
        found.append(ngettext("%(n)d member", "%(n)d members", homes) % {"n": homes})
    if teams:
        found.append(
            ngettext(
                "%(n)d member of other units as further team", "%(n)d members of other units as further team", teams
            )
            % {"n": teams}
        )
    stores = Store.objects.filter(unit_id=unit_id).values("pk")
    things = Holding.objects.filter(Q(unit_id=unit_id) | Q(store__in=stores), quantity__gt=0)
    if pieces := things.aggregate(pieces=Sum("quantity"))["pieces"]:
        found.append(ngettext("%(n)d piece of equipment", "%(n)d pieces of equipment", pieces) % {"n": pieces})
    return found


def _check_holders(member_ids: Collection[int], unit_id: int) -> None:
    """Who holds things that the new unit is not supplied with cannot go there."""
    found = obstacles(member_ids, unit_id)
    if found:
        names = list(Member.objects.filter(pk__in=found).order_by("pinyin", "pk").values_list("name", flat=True))
        raise Refusal(
            _("Some of the members hold equipment of stores that will not supply the new unit: %(people)s.")
            % {"people": enumerated(names)},
            code="unit.equipment",
            place="members",
            remedy=_("Take it back first, or leave them in the old unit."),
            params={"members": sorted(found)},
        )


def _follow_units(source_id: int, target_id: int) -> None:
    """Transfers asked of the unit, or by it, are the target's to answer; those between the two have come about."""
    asked = TransferRequest.objects.filter(state=TransferState.ASKED)
    between = asked.filter(from_unit_id__in=(source_id, target_id), to_unit_id__in=(source_id, target_id))
    between.update(state=TransferState.WITHDRAWN, answered_at=Now(), remark=_("The two units were merged."))
    asked.filter(from_unit_id=source_id).update(from_unit_id=target_id)
    asked.filter(to_unit_id=source_id).update(to_unit_id=target_id)
    moves = Move.objects.filter(state=MoveState.ASKED)
    moves.filter(target_id=source_id).update(target_id=target_id)
    moves.filter(unit_id=source_id).update(unit_id=target_id)


def _replace_team(source_id: int, target_id: int) -> int:
    """Further teams in the source become the target's, but for members who would have it twice."""
    links = TeamMembership.objects.filter(unit_id=source_id)
    links.filter(member__unit_id=target_id).delete()
    links.filter(member__in=TeamMembership.objects.filter(unit_id=target_id).values("member")).delete()
    # Whoever had the target as further team has it as home now.
    TeamMembership.objects.filter(unit_id=target_id, member__unit_id=target_id).delete()
    return links.update(unit_id=target_id)
