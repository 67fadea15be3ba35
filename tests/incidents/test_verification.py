"""Verification: who may, from which state, with four eyes, and what the next officer is told."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from corps.actors import SYSTEM
from corps.errors import Refusal
from incidents.enums import IncidentState
from incidents.models import Incident, LogEntry
from incidents.operations.incidents import edit_incident, submit_incident, void_incident
from incidents.operations.verification import (
    return_incident,
    return_incidents,
    verify_incident,
    verify_incidents,
    withdraw_verification,
)
from incidents.policies.life import FROM, OPEN, Step
from incidents.policies.offers import steps_offered
from incidents.queries.log import last_entry_id
from tests.cast import Cast
from tests.incidents.log import incident


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_an_officer_vouches_and_it_is_settled(cast: Cast) -> None:
    made = incident(cast, actor=cast.actor("captain_sg11"))
    officer = cast.actor("liaison_sg")
    verified = verify_incident(actor=officer, incident_id=made.pk, remark="已核实")
    assert (verified.state, verified.verified_by) == ("verified", officer)
    assert verified.verified_at is not None
    entry = LogEntry.objects.filter(incident=made).latest("pk")
    assert (entry.kind, entry.author, entry.text) == ("verified", officer, "已核实")


@pytest.mark.parametrize("name", ["captain_sg", "commissar_sg", "dispatcher_sg", "inspector_sg"])
def test_nobody_else_verifies_or_returns(cast: Cast, name: str) -> None:
    made = incident(cast)
    acts: tuple[Callable[[], object], ...] = (
        lambda: verify_incident(actor=cast.actor(name), incident_id=made.pk),
        lambda: return_incident(actor=cast.actor(name), incident_id=made.pk, remark="x"),
        lambda: withdraw_verification(actor=cast.actor(name), incident_id=made.pk, reason="x"),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


def test_nobody_verifies_what_they_recorded_or_changed(cast: Cast) -> None:
    officer, other = cast.actor("liaison_sg"), cast.actor("liaison_hy")
    own = incident(cast, actor=officer)
    with pytest.raises(Refusal) as refused:
        verify_incident(actor=officer, incident_id=own.pk)
    assert code_of(refused) == "incident.four_eyes"
    changed = incident(cast, actor=cast.actor("captain_sg11"))
    edit_incident(actor=officer, incident_id=changed.pk, people_reached=99)
    with pytest.raises(Refusal) as refused:
        verify_incident(actor=officer, incident_id=changed.pk)
    assert code_of(refused) == "incident.four_eyes"
    for made in (own, changed):
        assert verify_incident(actor=other, incident_id=made.pk).state == "verified"
    assert verify_incident(actor=SYSTEM, incident_id=incident(cast).pk).state == "verified", "the system may"


def test_what_is_returned_says_why_and_comes_again(cast: Cast) -> None:
    captain, officer = cast.actor("captain_sg11"), cast.actor("liaison_sg")
    made = incident(cast, actor=captain)
    with pytest.raises(Refusal) as refused:
        return_incident(actor=officer, incident_id=made.pk, remark="")
    assert code_of(refused) == "reason.missing"
    assert return_incident(actor=officer, incident_id=made.pk, remark="请补充处理结果").state == "returned"
    with pytest.raises(Refusal) as refused:
        verify_incident(actor=officer, incident_id=made.pk)
    assert code_of(refused) == "incident.state"
    edit_incident(actor=captain, incident_id=made.pk, outcome="双方和好")
    submit_incident(actor=captain, incident_id=made.pk)
    assert verify_incident(actor=officer, incident_id=made.pk).state == "verified"
    kinds = list(LogEntry.objects.filter(incident=made).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["created", "submitted", "returned", "edited", "submitted", "verified"]


def test_what_is_verified_stays_until_the_verification_is_withdrawn(cast: Cast) -> None:
    captain, officer = cast.actor("captain_sg11"), cast.actor("liaison_sg")
    made = verify_incident(actor=officer, incident_id=incident(cast, actor=captain).pk)
    acts: tuple[Callable[[], object], ...] = (
        lambda: edit_incident(actor=captain, incident_id=made.pk, place="别处"),
        lambda: void_incident(actor=captain, incident_id=made.pk, reason="x"),
        lambda: submit_incident(actor=captain, incident_id=made.pk),
        lambda: verify_incident(actor=cast.actor("liaison_hy"), incident_id=made.pk),
    )
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert code_of(refused) == "incident.state"
        assert "liaison sg" in str(refused.value), "says who verified it"
    again = withdraw_verification(actor=officer, incident_id=made.pk, reason="地点有误")
    assert (again.state, again.verified_by, again.verified_at) == ("submitted", None, None)
    assert edit_incident(actor=captain, incident_id=made.pk, place="别处").place == "别处"
    with pytest.raises(Refusal):
        withdraw_verification(actor=officer, incident_id=made.pk, reason="地点有误")


def test_what_changed_since_it_was_read_must_be_read_first(cast: Cast) -> None:
    made = incident(cast, actor=cast.actor("captain_sg11"))
    seen = last_entry_id(made)
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, people_reached=5000)
    officer = cast.actor("liaison_sg")
    with pytest.raises(Refusal) as refused:
        verify_incident(actor=officer, incident_id=made.pk, seen=seen)
    assert code_of(refused) == "incident.changed"
    assert verify_incident(actor=officer, incident_id=made.pk, seen=last_entry_id(made)).state == "verified"


def test_a_remark_holds_no_personal_number(cast: Cast) -> None:
    made = incident(cast)
    with pytest.raises(Refusal):
        verify_incident(actor=cast.actor("liaison_sg"), incident_id=made.pk, remark="已电13912345678核实")
    assert Incident.objects.get(pk=made.pk).state == "submitted"


def test_several_are_decided_each_for_itself(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    good, own = incident(cast), incident(cast, actor=officer)
    draft, foreign = incident(cast, submit=False), incident(cast, "zx11")
    settled = verify_incidents(actor=officer, incident_ids=[foreign.pk, own.pk, draft.pk, good.pk])
    assert settled.done == [good.pk]
    assert set(settled.refused) == {own.pk, draft.pk, foreign.pk}
    assert LogEntry.objects.filter(kind="verified").count() == 1
    more = [incident(cast).pk, incident(cast).pk]
    with pytest.raises(Refusal):
        return_incidents(actor=officer, incident_ids=more, remark=" ")
    assert return_incidents(actor=officer, incident_ids=more, remark="缺少时间").done == more


def test_of_several_only_what_was_read_is_verified(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    read, changed, unread = incident(cast), incident(cast), incident(cast)
    seen = {one.pk: last_entry_id(one) for one in (read, changed)}
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=changed.pk, people_reached=5000)
    ids = [read.pk, changed.pk, unread.pk]
    settled = verify_incidents(actor=officer, incident_ids=ids, seen=seen)
    assert settled.done == [read.pk]
    assert set(settled.refused) == {changed.pk, unread.pk}


def test_without_the_right_a_list_is_refused_row_by_row(cast: Cast) -> None:
    made = incident(cast)
    settled = verify_incidents(actor=cast.actor("captain_sg"), incident_ids=[made.pk])
    assert settled.done == []
    assert list(settled.refused) == [made.pk]


def test_every_state_has_its_steps() -> None:
    """A state that nothing leads out of is the end: only void is."""
    for state in IncidentState:
        steps = {step for step, states in FROM.items() if state in states}
        assert (steps == {Step.NOTE}) == (state == IncidentState.VOID)
    assert IncidentState.VERIFIED not in OPEN


def test_pages_offer_what_the_right_and_the_state_allow(cast: Cast) -> None:
    captain, officer, looker = cast.actor("captain_sg11"), cast.actor("liaison_sg"), cast.actor("inspector_sg")
    made = incident(cast, actor=captain)
    assert steps_offered(captain, made) == {Step.EDIT, Step.VOID, Step.NOTE}
    assert steps_offered(officer, made) == {Step.EDIT, Step.VOID, Step.NOTE, Step.VERIFY, Step.RETURN}
    assert steps_offered(looker, made) == frozenset()
    own = incident(cast, actor=officer)
    assert Step.VERIFY not in steps_offered(officer, own)
    made = verify_incident(actor=officer, incident_id=made.pk)
    assert steps_offered(officer, made) == {Step.WITHDRAW, Step.NOTE}
