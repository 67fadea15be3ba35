"""The incident of an act: seen, permitted, locked; the step it takes, and the line of its log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import require
from incidents.enums import EntryKind, IncidentState
from incidents.models import Incident
from incidents.operations.log import write_entry
from incidents.policies.life import Step, check_can
from incidents.policies.offers import RIGHTS

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
) -> Iterator[Incident]:
    """The incident, locked until the act ends, if the actor holds `permission` in its unit.

    Two who act on one incident wait for each other here; the second finds the state the first has left. Raises
    `Http404` for one the actor may not see, `PermissionDenied` without the right.
    """
    seen = get_object_or_404(Incident.objects.visible_to(actor).only("id", "unit_id"), pk=incident_id)
    with acting(actor=actor, action=action, permission=permission, unit_id=seen.unit_id, reason=reason):
        # Before the row, as everywhere: who writes the tree waits for nobody that waits for it.
        hold_tree()
        rows = Incident.objects.select_related("kind", "unit", "verified_by").select_for_update(of=("self",))
        incident = get_object_or_404(rows, pk=incident_id)
        # Somebody may have put the incident into another unit between the look and the lock.
        require(actor, permission, incident.unit_id)
        yield incident


@contextmanager
def stepping(*, actor: "Actor", incident_id: int, action: str, step: Step, reason: str = "") -> Iterator[Incident]:
    """`holding` for a step in the incident's life: with the right to it, in a state that allows it.

    Raises also `Refusal` (code `incident.state`).
    """
    with holding(
        actor=actor, incident_id=incident_id, action=action, permission=RIGHTS[step], reason=reason
    ) as incident:
        check_can(step, incident)
        yield incident


def enter_state(
    *, actor: "Actor", incident: Incident, state: IncidentState, kind: EntryKind, text: str = ""
) -> Incident:
    """Put a held incident into the state, save that with who verified it, and note the step in its log."""
    incident.state = state
    incident.save(update_fields=["state", "verified_by", "verified_at"])
    write_entry(actor=actor, incident=incident, kind=kind, text=text)
    return incident
