"""Pairs of records: held for a decision, and told apart when they belong to two people after all."""

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require
from members.enums import MemberStatus
from members.models import Distinction, Member
from members.operations.holding import need_reason
from members.queries.duplicates import see_distinction

if TYPE_CHECKING:
    from corps.actors import Actor


def see_pair(*, actor: "Actor", one_id: int, other_id: int) -> dict[int, Member]:
    """Both records by id, if the actor may merge them.

    Whoever sees both but may not merge is told so (`PermissionDenied`); whoever does not, learns nothing (`Http404`).
    """
    if one_id == other_id:
        raise Http404("a record is no pair with itself")
    ids = (one_id, other_id)
    mergeable = Member.objects.visible_to(actor, Permission.MEMBER_MERGE).filter(pk__in=ids).select_related("unit")
    seen = {member.pk: member for member in mergeable}
    if len(seen) < len(ids):
        for member in Member.objects.visible_to(actor).filter(pk__in=ids):
            require(actor, Permission.MEMBER_MERGE, member.unit_id)
        raise Http404("no such members")
    return seen


def hold_pair(*, actor: "Actor", one_id: int, other_id: int) -> dict[int, Member]:
    """Both records as they are now, locked until the transaction ends, once more within the actor's rights."""
    hold_tree()
    locked = Member.objects.select_for_update(of=("self",)).select_related("unit").order_by("pk")
    held = {member.pk: member for member in locked.filter(pk__in=(one_id, other_id))}
    if len(held) < 2:
        # The import that brought one of them was undone meanwhile.
        raise Http404("no such members")
    for member in held.values():
        require(actor, Permission.MEMBER_MERGE, member.unit_id)
    return held


def tell_apart(*, actor: "Actor", one_id: int, other_id: int, reason: str) -> Distinction:
    """Say that two records belong to two people: they are listed as probable duplicates no more, and not merged.

    The actor holds `member.merge` in both home units. Said twice it stays as it was said first. Raises `Refusal` for a
    record that is merged into another one, and `Http404`, `PermissionDenied` as `see_pair`.
    """
    need_reason(reason)
    older, younger = sorted((one_id, other_id))
    seen = see_pair(actor=actor, one_id=older, other_id=younger)
    with acting(
        actor=actor,
        action="pair.tell_apart",
        permission=Permission.MEMBER_MERGE,
        unit_id=seen[older].unit_id,
        reason=reason,
    ):
        held = hold_pair(actor=actor, one_id=older, other_id=younger)
        if any(member.status == MemberStatus.MERGED for member in held.values()):
            raise Refusal(
                _("One of the two was merged into another record already."),
                code="pair.merged",
                place="other",
                remedy=_("Load the page again."),
            )
        told, _new = Distinction.objects.get_or_create(
            one_id=older,
            other_id=younger,
            defaults={"reason": reason.strip()[:200], "told_by_id": account_id(actor)},
        )
        return told


def list_again(*, actor: "Actor", distinction_id: int, reason: str = "") -> None:
    """Take back that two records belong to two people; they are listed as probable duplicates again."""
    told = see_distinction(actor, distinction_id)
    with acting(
        actor=actor,
        action="pair.list_again",
        permission=Permission.MEMBER_MERGE,
        unit_id=told.one.unit_id,
        reason=reason,
    ):
        hold_pair(actor=actor, one_id=told.one_id, other_id=told.other_id)
        Distinction.objects.filter(pk=distinction_id).delete()
