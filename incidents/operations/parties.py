"""Parties of an incident: their particulars are sealed apart from the account, and every look at them leaves a trace.

The law behind it: PIPL, articles 28-30 (sensitive data only for a purpose, and noted) and 51 (encryption, access).
"""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.crypto import seal, unseal
from corps.enums import ActionResult
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import allowed, local_today, require
from incidents.enums import EntryKind, PartyRole
from incidents.logic.parties import LIMITS, Particulars, from_json, particulars_from, shown, to_json
from incidents.models import Incident, Party
from incidents.models.parties import PARTY_PURPOSE
from incidents.operations.cleaning import REASON_LIMIT, InvalidIncident, needed_text
from incidents.operations.holding import holding, stepping
from incidents.operations.log import Changes, write_entry
from incidents.policies.life import Step
from members.logic.flaws import WARNING, Flaw
from members.logic.identity import IdentityReader
from members.logic.phones import read_any_phone
from members.queries.sentences import problem_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corps.actors import Actor

# Parties are of any age: a child is found, a woman of a hundred and five is helped.
YOUNGEST, OLDEST = 0, 120


@dataclass(frozen=True, slots=True)
class PartyEntry:
    """A party as it is entered; `role` is a code of `PartyRole`."""

    role: str
    particulars: Particulars


def add_party(*, actor: "Actor", incident_id: int, role: str, particulars: Mapping[str, str]) -> Party:
    """Add somebody from outside. `particulars` maps fields of `Particulars` to text. Raises `InvalidIncident`."""
    with stepping(actor=actor, incident_id=incident_id, action="incident.party_add", step=Step.EDIT) as incident:
        party = write_party(incident, PartyEntry(role, particulars_from(particulars)))
        _note(actor, incident, {"party_role": ("", party.role), "party_fields": ("", _filled(particulars))})
        return party


def edit_party(*, actor: "Actor", party_id: int, particulars: Mapping[str, str], role: str | None = None) -> Party:
    """Replace the given fields, keep the others: who records need not see what is sealed. Raises `InvalidIncident`.

    Nothing changed, nothing noted.
    """
    with _holding_party(actor, party_id, action="incident.party_edit") as (incident, party):
        base = from_json(unseal(bytes(party.sealed), purpose=PARTY_PURPOSE))
        before = party.role
        wanted = PartyEntry(role or before, particulars_from(particulars, base))
        if wanted == PartyEntry(before, base):
            return party
        write_party(incident, wanted, party)
        _note(
            actor, incident, {"party_role": (before, party.role), "party_fields": ("", "、".join(sorted(particulars)))}
        )
        return party


def remove_party(*, actor: "Actor", party_id: int) -> None:
    """Take a party, with what was sealed of it, out of the incident."""
    with _holding_party(actor, party_id, action="incident.party_remove") as (incident, party):
        _note(actor, incident, {"party_role": (party.role, "")})
        party.delete()


def reveal_party(*, actor: "Actor", party_id: int, reason: str) -> Particulars:
    """What is sealed of a party. Needs `incident.party` and a reason; the look, or its refusal, is recorded.

    It stands in the incident's own log, where whoever records reads it, and in the action log.
    """
    reason = needed_text(reason, place="reason", limit=REASON_LIMIT)
    party = _seen(actor, party_id)
    unit_id = party.incident.unit_id
    facts: dict[str, Any] = {
        "actor": actor,
        "action": "incident.reveal_party",
        "unit_id": unit_id,
        "object_type": "incidents.party",
        "object_id": party.pk,
        "reason": reason,
        "detail": {"incident": party.incident_id},
    }
    if not allowed(actor, Permission.INCIDENT_PARTY, unit_id):
        record(**facts, result=ActionResult.REFUSED)
        require(actor, Permission.INCIDENT_PARTY, unit_id)
    with holding(
        actor=actor,
        incident_id=party.incident_id,
        action="incident.reveal_party",
        permission=Permission.INCIDENT_PARTY,
        reason=reason,
    ) as incident:
        # Again, under the lock: it may have been removed or corrected meanwhile.
        party = get_object_or_404(incident.parties.all(), pk=party_id)
        particulars = from_json(unseal(bytes(party.sealed), purpose=PARTY_PURPOSE))
        write_entry(
            actor=actor,
            incident=incident,
            kind=EntryKind.REVEALED,
            text=reason,
            changes={"party_role": (party.role, party.role)},
        )
        record(**facts)
        return particulars


def write_party(incident: Incident, entry: PartyEntry, party: Party | None = None) -> Party:
    """Check, mask, seal and save; for acts that hold the incident. Raises `InvalidIncident`."""
    particulars = checked(entry.particulars)
    if entry.role not in PartyRole.values:
        raise InvalidIncident({"role": _("Choose the role from the list.")})
    party = party or Party(incident=incident)
    party.role, party.shown = entry.role, shown(particulars)
    party.sealed = seal(to_json(particulars), purpose=PARTY_PURPOSE)
    with transaction.atomic():
        party.save()
    return party


@contextmanager
def _holding_party(actor: "Actor", party_id: int, action: str) -> "Iterator[tuple[Incident, Party]]":
    seen = _seen(actor, party_id)
    with stepping(actor=actor, incident_id=seen.incident_id, action=action, step=Step.EDIT) as incident:
        yield incident, get_object_or_404(incident.parties.all(), pk=party_id)


def _seen(actor: "Actor", party_id: int) -> Party:
    found: Party = get_object_or_404(Party.objects.visible_to(actor).select_related("incident"), pk=party_id)
    return found


def _note(actor: "Actor", incident: Incident, changes: Changes) -> None:
    write_entry(actor=actor, incident=incident, kind=EntryKind.EDITED, changes=changes)


def _filled(particulars: Mapping[str, str]) -> str:
    return "、".join(name for name in sorted(particulars) if particulars[name].strip())


def checked(particulars: Particulars) -> Particulars:
    """The particulars with phone and identity number in one form. Raises `InvalidIncident`, a sentence per field."""
    problems = {
        name: _("Enter at most %(limit)d characters.") % {"limit": limit}
        for name, limit in LIMITS.items()
        if len(getattr(particulars, name)) > limit
    }
    phone = _read(read_any_phone(particulars.phone), "phone", problems)
    reader = IdentityReader(local_today(), min_age=YOUNGEST, max_age=OLDEST)
    identity = _read(reader.read(particulars.identity), "identity", problems)
    if not particulars:
        problems["name"] = _("Enter at least one particular, such as the name or the telephone number.")
    if problems:
        raise InvalidIncident(problems)
    return Particulars(particulars.name, phone, identity, particulars.address, particulars.remarks)


def _read(found: Any, name: str, problems: dict[str, str]) -> str:
    if isinstance(found, Flaw):
        if found.severity != WARNING:
            problems[name] = problem_sentence(found.code, found.params)
            return ""
        found = found.value
    return str(found or "")
