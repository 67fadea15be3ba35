"""The life of an incident: being written, submitted, verified or returned; void is the end.

An act asks for a state; the database keeps the same steps (migration 0002).
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from incidents.enums import CONTENT
from incidents.enums import IncidentState as S
from incidents.models import Incident, LogEntry

if TYPE_CHECKING:
    from corps.actors import Actor


class Step(StrEnum):
    """What may be done to an incident."""

    EDIT = "edit"
    SUBMIT = "submit"
    VERIFY = "verify"
    RETURN = "return"
    WITHDRAW = "withdraw"
    VOID = "void"
    NOTE = "note"


OPEN = frozenset({S.DRAFT, S.RETURNED, S.SUBMITTED})

FROM: dict[Step, frozenset[S]] = {
    Step.EDIT: OPEN,
    Step.SUBMIT: frozenset({S.DRAFT, S.RETURNED}),
    Step.VERIFY: frozenset({S.SUBMITTED}),
    Step.RETURN: frozenset({S.SUBMITTED}),
    Step.WITHDRAW: frozenset({S.VERIFIED}),
    Step.VOID: OPEN,
    Step.NOTE: frozenset(S),
}


def can(step: Step, incident: Incident) -> bool:
    """Whether the state of the incident allows the step."""
    return S(incident.state) in FROM[step]


def check_can(step: Step, incident: Incident) -> None:
    """Raise `Refusal` (code `incident.state`) when the state does not allow the step."""
    if can(step, incident):
        return
    state = S(incident.state)
    if step == Step.WITHDRAW:
        sentence, remedy = _("This incident is not verified."), _("There is no verification to withdraw.")
    elif state == S.VERIFIED:
        sentence = _verified_sentence(incident)
        remedy = _("To change it, an officer must withdraw the verification first.")
    else:
        sentence, remedy = {
            S.VOID: (_("This incident has been declared void."), _("If it did happen, record it anew.")),
            S.DRAFT: (_("This incident is still being written."), _("It must be submitted first.")),
            S.RETURNED: (
                _("This incident was returned and is being corrected."),
                _("Wait until it is submitted again."),
            ),
            S.SUBMITTED: (
                _("This incident has been submitted already."),
                _("An officer will verify or return it."),
            ),
        }[state]
    raise Refusal(sentence, code="incident.state", place="state", remedy=remedy, params={"state": state.value})


def _verified_sentence(incident: Incident) -> str:
    if incident.verified_by is None or incident.verified_at is None:
        return _("This incident has been verified.")
    return _("%(officer)s verified this incident at %(time)s.") % {
        "officer": incident.verified_by,
        "time": formats.date_format(timezone.localtime(incident.verified_at), "SHORT_DATETIME_FORMAT"),
    }


def wrote(actor: "Actor", incident: Incident) -> bool:
    """Whether the actor recorded the incident or changed what it tells."""
    if isinstance(actor, SystemActor):
        return False
    if incident.recorded_by_id == actor.pk:
        return True
    return LogEntry.objects.filter(incident_id=incident.pk, author_id=actor.pk, kind__in=CONTENT).exists()


def check_four_eyes(actor: "Actor", incident: Incident) -> None:
    """Nobody verifies what they recorded or changed themselves; the system may, it records on behalf of others."""
    if wrote(actor, incident):
        raise Refusal(
            _("You recorded or changed this incident yourself."),
            code="incident.four_eyes",
            place="verified_by",
            remedy=_("Another officer must verify it."),
        )


def check_unchanged(incident: Incident, seen: int | None) -> None:
    """Refuse to act on what nobody has read: `seen` is the last log entry on the page the actor looked at."""
    if seen is None:
        return
    newer = LogEntry.objects.filter(incident_id=incident.pk, pk__gt=seen, kind__in=CONTENT)
    entry = newer.select_related("author").order_by("-pk").first()
    if entry is not None:
        raise Refusal(
            _("%(person)s has changed this incident since you opened it.")
            % {"person": entry.author or _("The system")},
            code="incident.changed",
            place="state",
            remedy=_("Load the page again and look at the change first."),
        )
