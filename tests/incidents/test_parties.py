"""Parties: sealed, masked, looked at only with the right and a reason; nothing of them in log, trail or history."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from pghistory.models import Context

from corps.errors import Refusal
from corps.models import ActionLog
from incidents.logic.parties import Particulars
from incidents.models import LogEntry, Party
from incidents.operations.cleaning import InvalidIncident
from incidents.operations.incidents import record_incident
from incidents.operations.parties import PartyEntry, add_party, edit_party, remove_party, reveal_party
from incidents.operations.verification import verify_incident
from incidents.queries.log import log_lines
from tests.cast import Cast
from tests.incidents.log import incident, kind_of, yesterday

KNOWN = Particulars("王五", "13912345678", "430405198001011239", "和平路 1 号", "住在路口第二家")


def test_particulars_are_sealed_and_shown_masked(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain)
    party = add_party(
        actor=captain, incident_id=made.pk, role="disputant", particulars={"name": "王五", "phone": "139 1234-5678"}
    )
    assert party.shown == "王* · 139****5678"
    assert "王五".encode() not in bytes(Party.objects.get().sealed)
    found = reveal_party(actor=cast.actor("liaison_sg"), party_id=party.pk, reason="回访")
    assert found == Particulars(name="王五", phone="13912345678"), "the phone is kept in one form"


def test_a_look_needs_the_right_and_a_reason_and_is_recorded(cast: Cast) -> None:
    party = incident(cast, parties=[PartyEntry("victim", KNOWN)]).parties.get()
    officer = cast.actor("liaison_sg")
    with pytest.raises(Refusal) as refused:
        reveal_party(actor=officer, party_id=party.pk, reason=" ")
    assert refused.value.code == "reason.missing"
    assert reveal_party(actor=officer, party_id=party.pk, reason="回访被害人") == KNOWN
    entry = ActionLog.objects.get(action="incident.reveal_party")
    assert (entry.account_id, entry.object_id, entry.reason) == (officer.pk, str(party.pk), "回访被害人")
    line = LogEntry.objects.latest("pk")
    assert (line.kind, line.author, line.text) == ("revealed", officer, "回访被害人")


@pytest.mark.parametrize("name", ["captain_sg11", "commissar_sg", "dispatcher_sg", "inspector_sg"])
def test_who_may_not_look_leaves_a_trace(cast: Cast, name: str) -> None:
    party = incident(cast, parties=[PartyEntry("victim", KNOWN)]).parties.get()
    with pytest.raises(PermissionDenied):
        reveal_party(actor=cast.actor(name), party_id=party.pk, reason="好奇")
    assert ActionLog.objects.get(action="incident.reveal_party").result == "refused"
    assert not LogEntry.objects.filter(kind="revealed").exists()


def test_a_party_elsewhere_does_not_exist(cast: Cast) -> None:
    party = incident(cast, "zx11", parties=[PartyEntry("victim", KNOWN)]).parties.get()
    officer = cast.actor("liaison_sg")
    for act in (
        lambda: reveal_party(actor=officer, party_id=party.pk, reason="x"),
        lambda: edit_party(actor=officer, party_id=party.pk, particulars={"name": "李四"}),
        lambda: remove_party(actor=officer, party_id=party.pk),
    ):
        with pytest.raises(Http404):
            act()


def test_a_party_saved_as_it_was_leaves_no_line(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    party = incident(cast, actor=captain, parties=[PartyEntry("victim", KNOWN)]).parties.get()
    before = LogEntry.objects.count()
    edit_party(actor=captain, party_id=party.pk, particulars={}, role="victim")
    edit_party(actor=captain, party_id=party.pk, particulars={"name": KNOWN.name})
    assert LogEntry.objects.count() == before


def test_who_cannot_read_the_rest_may_still_put_one_field_right(cast: Cast) -> None:
    captain, officer = cast.actor("captain_sg11"), cast.actor("liaison_sg")
    party = incident(cast, actor=captain, parties=[PartyEntry("victim", KNOWN)]).parties.get()
    changed = edit_party(actor=captain, party_id=party.pk, particulars={"phone": "13700000000"}, role="witness")
    assert (changed.role, changed.shown) == ("witness", "王* · 137****0000")
    found = reveal_party(actor=officer, party_id=party.pk, reason="核对")
    assert found == Particulars("王五", "13700000000", KNOWN.identity, KNOWN.address, KNOWN.remarks)


def test_wrong_particulars_are_named_and_nothing_is_kept(cast: Cast) -> None:
    made = incident(cast)
    captain = cast.actor("captain_sg11")
    cases: list[tuple[str, dict[str, str], set[str]]] = [
        ("victim", {}, {"name"}),
        ("victim", {"name": "王五", "phone": "12"}, {"phone"}),
        ("victim", {"name": "王五", "identity": "430405198001011230"}, {"identity"}),
        ("victim", {"name": "王" * 51}, {"name"}),
        ("nobody", {"name": "王五"}, {"role"}),
    ]
    for role, particulars, places in cases:
        with pytest.raises(InvalidIncident) as caught:
            add_party(actor=captain, incident_id=made.pk, role=role, particulars=particulars)
        assert set(caught.value.problems) == places
    assert Party.objects.count() == 0


def test_a_child_and_somebody_very_old_may_be_helped(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain)
    for body in ("43040520200101112", "43040519210101112"):
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
        add_party(
            actor=captain,
            incident_id=made.pk,
            role="helped",
            particulars={"identity": body + "10X98765432"[total % 11]},
        )
    assert made.parties.count() == 2


def test_problems_of_a_new_incident_name_the_party(cast: Cast) -> None:
    with pytest.raises(InvalidIncident) as caught:
        record_incident(
            actor=cast.actor("captain_sg11"),
            unit_id=cast.units["sg11"].pk,
            kind_id=kind_of(cast).pk,
            occurred_at=yesterday(),
            account="争执",
            parties=[PartyEntry("victim", KNOWN), PartyEntry("suspect", Particulars(phone="12"))],
        )
    assert set(caught.value.problems) == {"parties.1.phone"}


def test_parties_of_what_is_verified_stay(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain, parties=[PartyEntry("victim", KNOWN)])
    party = made.parties.get()
    verify_incident(actor=cast.actor("liaison_sg"), incident_id=made.pk)
    for act in (
        lambda: add_party(actor=captain, incident_id=made.pk, role="victim", particulars={"name": "李四"}),
        lambda: edit_party(actor=captain, party_id=party.pk, particulars={"name": "李四"}),
        lambda: remove_party(actor=captain, party_id=party.pk),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "incident.state"


def test_nothing_of_a_party_reaches_log_history_or_trail(cast: Cast) -> None:
    """Everything that is written on the way, searched for the particulars in the open."""
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain, parties=[PartyEntry("victim", KNOWN)])
    party = made.parties.get()
    edit_party(actor=captain, party_id=party.pk, particulars={"name": "赵六六", "address": "解放路 2 号"})
    with pytest.raises(InvalidIncident):
        reveal_party(actor=cast.actor("liaison_sg"), party_id=party.pk, reason="致电13912345678前核对")
    reveal_party(actor=cast.actor("liaison_sg"), party_id=party.pk, reason="核对")
    remove_party(actor=captain, party_id=party.pk)
    events: list[Any] = [apps.get_model("incidents", f"{name}Event") for name in ("Incident", "Party", "Participant")]
    models: list[Any] = [*events, LogEntry, ActionLog, Context]
    written = [json.dumps(list(model.objects.values()), default=str, ensure_ascii=False) for model in models]
    written += [str(line) for line in log_lines(made)]
    for secret in ("王五", "赵六六", "13912345678", KNOWN.identity, "和平路 1 号", "解放路 2 号", KNOWN.remarks):
        assert all(secret not in text for text in written), secret
