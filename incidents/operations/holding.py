"""The incident of an act: seen, permitted, locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require
from incidents.models import Incident

if TYPE_CHECKING:
    from corps.actors import Actor


@contextmanager
def holding(
    *,
    actor: "Actor",
    incident_id: int,
    action: str,
    permission: Permission,
    reason: str = "",
    refusals_recorded: bool = False,
) -> Iterator[Incident]:
    """The incident, locked until the act ends, if the actor holds `permission` in its unit.

    Two who act on one incident wait for each other here; the second finds the state the first has left. Raises
    `Http404` for one the actor may not see, `PermissionDenied` without the right.
    """
    seen = get_object_or_404(Incident.objects.visible_to(actor).only("id", "unit_id"), pk=incident_id)
    with acting(
        actor=actor,
        action=action,
        permission=permission,
        unit_id=seen.unit_id,
        reason=reason,
        refusals_recorded=refusals_recorded,
    ):
        # Before the row, as everywhere: who writes the tree waits for nobody that waits for it.
        hold_tree()
        rows = Incident.objects.select_related("kind", "unit", "verified_by").select_for_update(of=("self",))
        incident = get_object_or_404(rows, pk=incident_id)
        # Somebody may have put the incident into another unit between the look and the lock.
        require(actor, permission, incident.unit_id)
        yield incident
