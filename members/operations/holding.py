"""A member held for the length of an act: seen, permitted, locked, and counted anew afterwards."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require
from members.enums import MemberStatus
from members.models import Member
from members.policies.erased import check_not_erased
from members.queries.figures import forget_figures_above

if TYPE_CHECKING:
    from corps.actors import Actor


_TOLD = "SELECT set_config('yiwu.taken_back', %s, true), set_config('yiwu.home_since', %s, true)"


@contextmanager
def editing(
    *, actor: "Actor", member_id: int, action: str, reason: str = "", refusals_recorded: bool = False
) -> Iterator[Member]:
    """The member, locked for the length of an act, if the actor may edit it. Raises as `hold_member` does."""
    seen = get_object_or_404(Member.objects.visible_to(actor).only("id", "unit_id"), pk=member_id)
    with acting(
        actor=actor,
        action=action,
        permission=Permission.MEMBER_EDIT,
        unit_id=seen.unit_id,
        reason=reason,
        refusals_recorded=refusals_recorded,
    ):
        member = hold_member(member_id)
        # Somebody may have moved the member between the look and the lock.
        require(actor, Permission.MEMBER_EDIT, member.unit_id)
        yield member


def hold_member(member_id: int) -> Member:
    """The member as it is now, locked until the transaction ends. Raises `Refusal` for a record merged into another."""
    # Before the row: a merger of units takes the tree first and the members after it.
    hold_tree()
    member: Member = get_object_or_404(Member.objects.select_for_update(of=("self",)), pk=member_id)
    if member.status == MemberStatus.MERGED:
        raise Refusal(
            _("This record was merged into another one and is not changed any more."),
            code="member.merged",
            place="member",
            remedy=_("Open the remaining record."),
        )
    check_not_erased(member)
    figures_change(member.unit_id)
    return member


@contextmanager
def taken_back(done_at: dt.datetime | None) -> Iterator[None]:
    """What the block changes was done at that time and is taken back: the ledger of statuses and homes forgets it, as
    if it had not been.
    """
    day = timezone.localdate(done_at).isoformat() if done_at else ""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, ["on", day])
        yield
        cursor.execute(_TOLD, ["off", ""])


def figures_change(unit_id: int) -> None:
    """What was counted of the unit is counted anew once the change is committed; without the cache it stays old for
    minutes, and nothing fails.
    """
    transaction.on_commit(lambda: forget_figures_above(unit_id), robust=True)


def need_reason(reason: str) -> None:
    """Refuse an act without a reason."""
    if not reason.strip():
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
