"""The one lock of the unit tree.

django-mptt reads a neighbour's lft and rght and shifts rows by them; two writers at once corrupt the tree. So every
write of a unit, also one that only renames it, takes the lock before it reads anything. The database refuses
structural writes of a transaction that does not hold it, and checks the whole tree when one that holds it commits
(migration 0006).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from corps.models import Unit
from corps.permissions import Permission
from corps.policies.tree import check_open
from corps.queries.scope import allowed, require

if TYPE_CHECKING:
    from corps.actors import Actor

#: The key of the advisory lock; `corps_lock_tree()` in the database has the same.
TREE_LOCK = 0x59495755_0002


def lock_tree() -> None:
    """Wait until nobody else writes or holds the tree, then keep it until the transaction ends.

    Take it first, before any row is written: who writes rows and then waits here can be waited for by the holder.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT corps_lock_tree()")


def hold_tree() -> None:
    """Keep the tree as it is until the transaction ends; any number of holders at once, only writers of the tree wait.

    For writes that rely on a unit being open, such as putting members into it: without this, a unit could be closed or
    merged away between the look and the write. Never follow it by `lock_tree` in the same transaction: two who do wait
    for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [TREE_LOCK])


def take_unit(unit_id: int) -> Unit:
    """Lock the tree and read the unit as it is now. Raises `Http404` for an unknown one."""
    lock_tree()
    return read_unit(unit_id)


def read_unit(unit_id: int) -> Unit:
    """The unit, or `Http404`; for a second unit once the tree is locked."""
    unit: Unit | None = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise Http404("no such unit")
    return unit


def require_superior(*, actor: "Actor", unit: Unit) -> None:
    """The place of a unit is decided in its superior, that of a root in the root itself.

    Raises `Http404` when the actor does not see the unit, `PermissionDenied` without the right in the superior.
    """
    require(actor, Permission.UNIT_VIEW, unit.pk)
    superior = unit.pk if unit.parent_id is None else int(unit.parent_id)
    if not allowed(actor, Permission.UNIT_STRUCTURE, superior):
        raise PermissionDenied(f"{Permission.UNIT_STRUCTURE} in the superior of unit {unit.pk}")


def hold_open(unit_ids: Iterable[int]) -> None:
    """`hold_tree`, and see that these units are open; for whatever is about to put something into them.

    Raises `Refusal` naming a closed one.
    """
    hold_tree()
    closed = Unit.objects.filter(pk__in=set(unit_ids)).exclude(active_until=None).order_by("pk").first()
    if closed is not None:
        check_open(closed)
