"""Recording incidents, changing what is told of them, submitting, noting and declaring void."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Unpack

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.models import Unit
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import current_tree, require
from corps.queries.units import path_text
from incidents.enums import EntryKind, IncidentState
from incidents.models import Incident, LogEntry
from incidents.operations.cleaning import (
    NUMBER_LIMITS,
    REASON_LIMIT,
    Entered,
    InvalidIncident,
    fill,
    free_text,
    needed_text,
)
from incidents.operations.holding import enter_state, stepping
from incidents.operations.log import TEXT_LIMIT, write_entry
from incidents.operations.participants import set_participants
from incidents.operations.parties import PartyEntry, write_party
from incidents.policies.life import Step, check_unchanged

if TYPE_CHECKING:
    from corps.actors import Actor


def record_incident(
    *,
    actor: "Actor",
    unit_id: int,
    kind_id: int,
    occurred_at: dt.datetime,
    account: str,
    place: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    grid_id: int | None = None,
    shift_id: int | None = None,
    outcome: str = "",
    quantity: int = 1,
    materials: int = 0,
    people_reached: int = 0,
    participant_ids: Collection[int] = (),
    parties: Iterable[PartyEntry] = (),
    submit: bool = False,
) -> Incident:
    """Record what happened, with participants and parties: all of it or nothing; `submit` sends it to an officer.

    Raises `InvalidIncident` with a sentence per field (`parties.0.phone` for the first party's), `Refusal` for a closed
    unit.
    """
    with acting(actor=actor, action="incident.record", permission=Permission.INCIDENT_RECORD, unit_id=unit_id):
        hold_open([unit_id])
        unit = get_object_or_404(Unit.objects.select_related("corps"), pk=unit_id)
        incident = Incident(unit=unit, recorded_by_id=account_id(actor))
        entered: Entered = {
            "kind_id": kind_id,
            "occurred_at": occurred_at,
            "account": account,
            "place": place,
            "latitude": latitude,
            "longitude": longitude,
            "grid_id": grid_id,
            "shift_id": shift_id,
            "outcome": outcome,
            "quantity": quantity,
            "materials": materials,
            "people_reached": people_reached,
        }
        fill(actor=actor, incident=incident, entered=entered)
        incident.save(force_insert=True)
        set_participants(actor=actor, incident=incident, member_ids=participant_ids)
        _write_parties(incident, parties)
        write_entry(actor=actor, incident=incident, kind=EntryKind.CREATED)
        if submit:
            _submit(actor, incident)
        return incident


def edit_incident(
    *,
    actor: "Actor",
    incident_id: int,
    unit_id: int | None = None,
    participant_ids: Collection[int] | None = None,
    seen: int | None = None,
    reason: str = "",
    **entered: Unpack[Entered],
) -> Incident:
    """Change what is told; absent fields stay, a submitted incident stays submitted. Nothing changed, nothing noted.

    `unit_id` puts it into another unit of the corps, where the actor needs the same right. `seen` is the last log entry
    the actor had read: if somebody changed the incident after it, this change is refused (`incident.changed`) instead
    of overwriting theirs. Raises `InvalidIncident` and `Refusal`.
    """
    with stepping(
        actor=actor, incident_id=incident_id, action="incident.edit", step=Step.EDIT, reason=reason
    ) as incident:
        text = free_text(reason, place="reason", limit=REASON_LIMIT)
        check_unchanged(incident, seen)
        before = _told(incident)
        if unit_id is not None and unit_id != incident.unit_id:
            _put_into(actor, incident, unit_id)
        fill(actor=actor, incident=incident, entered=entered)
        changes = _differences(before, _told(incident))
        if changes:
            incident.save()
        if participant_ids is not None:
            names = set_participants(actor=actor, incident=incident, member_ids=participant_ids)
            if names is not None:
                changes["participants"] = names
        if changes:
            write_entry(actor=actor, incident=incident, kind=EntryKind.EDITED, text=text, changes=changes)
        return incident


def submit_incident(*, actor: "Actor", incident_id: int) -> Incident:
    """Hand it to an officer for verification; the first time, or again after it was returned. Raises `Refusal`."""
    with stepping(actor=actor, incident_id=incident_id, action="incident.submit", step=Step.SUBMIT) as incident:
        return _submit(actor, incident)


def void_incident(*, actor: "Actor", incident_id: int, reason: str) -> Incident:
    """Declare that it did not happen or stands here twice; it stays in the log and counts nowhere. Raises `Refusal`."""
    with stepping(
        actor=actor, incident_id=incident_id, action="incident.void", step=Step.VOID, reason=reason
    ) as incident:
        text = needed_text(reason, place="reason", limit=REASON_LIMIT)
        return enter_state(actor=actor, incident=incident, state=IncidentState.VOID, kind=EntryKind.VOIDED, text=text)


def add_note(*, actor: "Actor", incident_id: int, text: str) -> LogEntry:
    """A line of the log by hand; it cannot be changed afterwards. Raises `InvalidIncident`."""
    with stepping(actor=actor, incident_id=incident_id, action="incident.note", step=Step.NOTE) as incident:
        return write_entry(actor=actor, incident=incident, kind=EntryKind.NOTE, text=_note(text))


def _write_parties(incident: Incident, parties: Iterable[PartyEntry]) -> None:
    """All parties of a new incident; problems are named `parties.0.phone`, so that a form finds the row."""
    problems: dict[str, str] = {}
    for number, party in enumerate(parties):
        try:
            write_party(incident, party)
        except InvalidIncident as refusal:
            problems |= {f"parties.{number}.{name}": sentence for name, sentence in refusal.problems.items()}
    if problems:
        raise InvalidIncident(problems)


def _note(text: str) -> str:
    text = free_text(text, place="text", limit=TEXT_LIMIT)
    if not text:
        raise InvalidIncident({"text": _("Please fill in this field.")})
    return text


def _submit(actor: "Actor", incident: Incident) -> Incident:
    return enter_state(actor=actor, incident=incident, state=IncidentState.SUBMITTED, kind=EntryKind.SUBMITTED)


def _put_into(actor: "Actor", incident: Incident, unit_id: int) -> None:
    require(actor, Permission.INCIDENT_RECORD, unit_id)
    hold_open([unit_id])
    unit = get_object_or_404(Unit.objects.select_related("corps"), pk=unit_id, corps=incident.unit.corps_id)
    incident.unit = unit


def _told(incident: Incident) -> dict[str, tuple[Any, Any]]:
    """What the log compares: field → what it is compared by, and as a reader knows it (names may be the same)."""
    told: dict[str, tuple[Any, Any]] = {
        "unit": (incident.unit_id, path_text(current_tree(), incident.unit_id)),
        "kind": (incident.kind_id, incident.kind.name),
        "grid": (incident.grid_id, incident.grid.name if incident.grid is not None else ""),
        "shift": (incident.shift_id, str(incident.shift) if incident.shift is not None else ""),
    }
    for name in ("occurred_at", "place", "latitude", "longitude", "account", "outcome", *NUMBER_LIMITS):
        told[name] = (getattr(incident, name),) * 2
    return told


def _differences(before: dict[str, tuple[Any, Any]], after: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name][1], shown) for name, (key, shown) in after.items() if before[name][0] != key}
