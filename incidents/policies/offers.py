"""Which acts a page may offer somebody: the right in the unit and the state of the incident together."""

from typing import TYPE_CHECKING

from corps.permissions import Permission
from corps.queries.scope import allowed
from incidents.models import Incident
from incidents.policies.life import Step, can, wrote

if TYPE_CHECKING:
    from corps.actors import Actor

RIGHTS: dict[Step, Permission] = {
    Step.EDIT: Permission.INCIDENT_RECORD,
    Step.SUBMIT: Permission.INCIDENT_RECORD,
    Step.VOID: Permission.INCIDENT_RECORD,
    Step.NOTE: Permission.INCIDENT_RECORD,
    Step.VERIFY: Permission.INCIDENT_VERIFY,
    Step.RETURN: Permission.INCIDENT_VERIFY,
    Step.WITHDRAW: Permission.INCIDENT_VERIFY,
}


def steps_offered(actor: "Actor", incident: Incident) -> frozenset[Step]:
    """What the actor may do now. The operations check again."""
    held = {right: allowed(actor, right, incident.unit_id) for right in set(RIGHTS.values())}
    offered = {step for step, right in RIGHTS.items() if held[right] and can(step, incident)}
    if Step.VERIFY in offered and wrote(actor, incident):
        offered.discard(Step.VERIFY)
    return frozenset(offered)
