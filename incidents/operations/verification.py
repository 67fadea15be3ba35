"""Verification by an officer: only what is verified counts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from incidents.enums import EntryKind, IncidentState
from incidents.models import Incident
from incidents.operations.cleaning import REASON_LIMIT, free_text, needed_text
from incidents.operations.holding import enter_state, stepping
from incidents.policies.life import Step, check_four_eyes, check_unchanged

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(slots=True)
class Settled:
    """What became of several incidents at once: the ids that are done, and for each other one why not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def verify_incident(*, actor: "Actor", incident_id: int, remark: str = "", seen: int | None = None) -> Incident:
    """Vouch for a submitted incident; it counts from now on. Nobody verifies what they recorded or changed themselves.

    `seen` is the last log entry the officer had read: what was changed after it must be read first. Raises `Refusal`
    with code `incident.state`, `incident.four_eyes` or `incident.changed`.
    """
    with stepping(
        actor=actor, incident_id=incident_id, action="incident.verify", step=Step.VERIFY, reason=remark
    ) as incident:
        check_four_eyes(actor, incident)
        check_unchanged(incident, seen)
        text = free_text(remark, place="remark", limit=REASON_LIMIT)
        incident.verified_by_id, incident.verified_at = account_id(actor), timezone.now()
        return enter_state(
            actor=actor, incident=incident, state=IncidentState.VERIFIED, kind=EntryKind.VERIFIED, text=text
        )


def return_incident(*, actor: "Actor", incident_id: int, remark: str) -> Incident:
    """Give a submitted incident back to be corrected; the remark says what is missing. Raises `Refusal`."""
    with stepping(
        actor=actor, incident_id=incident_id, action="incident.return", step=Step.RETURN, reason=remark
    ) as incident:
        text = needed_text(remark, place="remark", limit=REASON_LIMIT)
        return enter_state(
            actor=actor, incident=incident, state=IncidentState.RETURNED, kind=EntryKind.RETURNED, text=text
        )


def withdraw_verification(*, actor: "Actor", incident_id: int, reason: str) -> Incident:
    """Take a verification back: the incident waits again and counts no longer. Raises `Refusal`."""
    with stepping(
        actor=actor, incident_id=incident_id, action="incident.withdraw", step=Step.WITHDRAW, reason=reason
    ) as incident:
        text = needed_text(reason, place="reason", limit=REASON_LIMIT)
        incident.verified_by, incident.verified_at = None, None
        return enter_state(
            actor=actor, incident=incident, state=IncidentState.SUBMITTED, kind=EntryKind.WITHDRAWN, text=text
        )


def verify_incidents(
    *, actor: "Actor", incident_ids: Iterable[int], remark: str = "", seen: Mapping[int, int] | None = None
) -> Settled:
    """Verify several, each an act of its own: what is refused is named and keeps nothing else from being done.

    `seen` has the last entry of each one's log when the list was read; one that it lacks was not read.
    """
    # Not one number for all: entries of different logs may be committed in another order than they were numbered.
    return _each(
        incident_ids,
        lambda pk: verify_incident(
            actor=actor, incident_id=pk, remark=remark, seen=None if seen is None else seen.get(pk, 0)
        ),
    )


def return_incidents(*, actor: "Actor", incident_ids: Iterable[int], remark: str) -> Settled:
    """Return several with one remark, each an act of its own. Raises `Refusal` without a usable remark."""
    needed_text(remark, place="remark", limit=REASON_LIMIT)
    return _each(incident_ids, lambda pk: return_incident(actor=actor, incident_id=pk, remark=remark))


def _each(incident_ids: Iterable[int], act: Callable[[int], Incident]) -> Settled:
    settled = Settled()
    # In one order for everybody, so that two officers with overlapping lists never wait for each other.
    for incident_id in sorted(set(incident_ids)):
        try:
            act(incident_id)
        except Refusal as refusal:
            settled.refused[incident_id] = str(refusal)
        except PermissionDenied:
            settled.refused[incident_id] = _("You may not verify in this unit.")
        except Http404:
            settled.refused[incident_id] = _("It does not exist, or not within your units.")
        else:
            settled.done.append(incident_id)
    return settled
