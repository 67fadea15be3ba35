"""Reads about single members and the lists they are chosen from."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.shortcuts import get_object_or_404

from corps.actors import account_id
from corps.models import Grid
from corps.queries.scope import current_tree
from members.models import FunctionalGroup, Member, PartnerOrganisation, SavedFilter

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Account

GRIDS_OFFERED = 500


def see_member(actor: "Actor", member_id: int) -> Member:
    """The member with what its page shows, if the actor may see it; else `Http404`."""
    members = Member.objects.visible_to(actor).select_related("unit", "grid", "partner")
    member: Member = get_object_or_404(members.prefetch_related("groups", "team_links__unit"), pk=member_id)
    return member


def member_of(actor: "Actor") -> Member | None:
    """The member whose account this is; None for accounts that belong to no member."""
    own = account_id(actor)
    found: Member | None = None
    if own is not None:
        found = Member.objects.filter(account_id=own).select_related("unit").first()
    return found


def groups_of(corps_id: int) -> list[tuple[int, str]]:
    """Functional groups of a corps: id and name."""
    return list(FunctionalGroup.objects.filter(corps=corps_id).values_list("id", "name"))


def partners_of(corps_id: int) -> list[tuple[int, str]]:
    """Partner organisations of a corps: id and name."""
    return list(PartnerOrganisation.objects.filter(corps=corps_id).values_list("id", "name"))


def saved_filters(account: "Account") -> list[SavedFilter]:
    """The account's own named searches."""
    return list(SavedFilter.objects.filter(account=account))


def grids_for(corps_id: int, unit_id: int, member: Member | None = None) -> list[tuple[int, str]]:
    """Grids a member of the unit may live in: those of the unit and of the units around it, and the present one."""
    node = current_tree().nodes.get(unit_id)
    around = current_tree().within(node.parent_id or unit_id) if node else []
    own = Q(unit_id__in=around) | (Q(pk=member.grid_id) if member is not None and member.grid_id else Q(pk=None))
    grids = Grid.objects.filter(own, corps=corps_id).order_by("code")[:GRIDS_OFFERED]
    return list(grids.values_list("id", "name"))
