"""Reorganising units together with the people in them: the tree is the corps' business, the members are ours.

Doors call these instead of the operations of `corps.operations.tree` they wrap. One act, one transaction, one lock:
taken first, so that nobody is put into a unit while it is being merged, split or closed. Members are moved by one
statement however many they are; their history shows each move with the reason of the act.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from corps.operations import tree
from corps.operations.context import acting
from members.enums import MemberStatus
from members.models import Member, TeamMembership, UnitAnswer

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Unit


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


def merge_units(*, actor: "Actor", source_id: int, target_id: int, reason: str) -> MergedUnits:
    """Merge `source` into `target` (see `corps.operations.tree.merge_units`) with all its members, whatever their
    status.

    Who had the source as a further team has the target instead, once, and not beside the target as home. Names that
    sheets used for the source mean the target from now on. Raises `Refusal`.
    """
    with acting(actor=actor, action="unit.merge", reason=reason, unit_id=source_id):
        merged = tree.merge_units(actor=actor, source_id=source_id, target_id=target_id, reason=reason)
        moved = Member.objects.filter(unit_id=source_id).update(unit_id=target_id, updated_at=Now())
        teams = _replace_team(source_id, target_id)
        UnitAnswer.objects.filter(meant_id=source_id).update(meant_id=target_id)
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

    Raises `Refusal` when one of the members is at home elsewhere, and for what `corps.operations.tree.split_unit`
    refuses.
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
        TeamMembership.objects.filter(unit_id=sibling.pk, member_id__in=wanted).delete()
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
    """How many members still belong to the unit, as parts of a sentence."""
    homes = Member.objects.filter(unit_id=unit_id).exclude(status=MemberStatus.LEFT).count()
    teams = TeamMembership.objects.filter(unit_id=unit_id).exclude(member__status=MemberStatus.LEFT).count()
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
    return found


def _replace_team(source_id: int, target_id: int) -> int:
    """Further teams in the source become the target's, but for members who would have it twice."""
    links = TeamMembership.objects.filter(unit_id=source_id)
    links.filter(member__unit_id=target_id).delete()
    links.filter(member__in=TeamMembership.objects.filter(unit_id=target_id).values("member")).delete()
    # Whoever had the target as further team has it as home now.
    TeamMembership.objects.filter(unit_id=target_id, member__unit_id=target_id).delete()
    return links.update(unit_id=target_id)
