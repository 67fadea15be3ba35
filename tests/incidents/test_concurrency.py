"""Two officers, or an officer and a captain, at one incident at once: threads with connections of their own."""

from functools import partial

import pytest
from django.db import transaction

from corps.actors import SYSTEM
from corps.queries.scope import current_tree
from incidents.models import Incident, IncidentKind, LogEntry
from incidents.operations.incidents import edit_incident, void_incident
from incidents.operations.kinds import plant_default_kinds
from incidents.operations.verification import return_incident, verify_incident, verify_incidents
from incidents.queries.incidents import waiting_for_verification
from incidents.queries.log import last_entry_id
from tests.cast import Cast, assemble
from tests.incidents.log import incident
from tests.members.roster import person
from tests.together import at_once, begin, behind, count_ways, ways

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def corps() -> Cast:
    """The cast, committed, so that other connections see it."""
    return assemble()


def test_many_officers_verify_and_one_of_them_did(corps: Cast) -> None:
    made = incident(corps)
    officers = [corps.actor(name) for name in ("liaison_hy", "liaison_sg") for _twice in range(4)]
    answers = at_once(*(partial(verify_incident, actor=officer, incident_id=made.pk) for officer in officers))
    assert count_ways(answers) == {"done": 1, "incident.state": 7}
    assert LogEntry.objects.filter(incident=made, kind="verified").count() == 1


def test_who_comes_second_is_told_and_changes_nothing(corps: Cast) -> None:
    made = incident(corps)
    first, second = corps.actor("liaison_sg"), corps.actor("liaison_hy")
    answer = behind(
        lambda: verify_incident(actor=first, incident_id=made.pk),
        lambda: return_incident(actor=second, incident_id=made.pk, remark="缺少时间"),
    )
    assert ways([answer]) == ["incident.state"]
    assert Incident.objects.get(pk=made.pk).verified_by == first


def test_a_change_under_way_is_not_verified_unread(corps: Cast) -> None:
    made = incident(corps)
    seen = last_entry_id(made)
    captain, officer = corps.actor("captain_sg11"), corps.actor("liaison_sg")
    answer = behind(
        lambda: edit_incident(actor=captain, incident_id=made.pk, people_reached=900),
        lambda: verify_incident(actor=officer, incident_id=made.pk, seen=seen),
    )
    assert ways([answer]) == ["incident.changed"]
    assert Incident.objects.get(pk=made.pk).state == "submitted"


def test_what_was_numbered_first_and_committed_last_is_not_verified_unread(corps: Cast) -> None:
    made, other = incident(corps), incident(corps)
    captain, officer = corps.actor("captain_sg11"), corps.actor("liaison_sg")

    def look() -> dict[int, int]:
        edit_incident(actor=corps.actor("captain_sg1"), incident_id=other.pk, people_reached=5)
        unit = current_tree().nodes[corps.units["sg"].pk]
        return waiting_for_verification(officer, unit).seen

    with transaction.atomic():
        edit_incident(actor=captain, incident_id=made.pk, people_reached=900)
        read = begin(look).result()
    assert max(read.values()) > last_entry_id(made), "the newest entry of all does not tell what was read"
    settled = verify_incidents(actor=officer, incident_ids=[made.pk, other.pk], seen=read)
    assert settled.done == [other.pk]


def test_an_edit_behind_a_verification_finds_it_closed(corps: Cast) -> None:
    made = incident(corps)
    captain, officer = corps.actor("captain_sg11"), corps.actor("liaison_sg")
    answer = behind(
        lambda: verify_incident(actor=officer, incident_id=made.pk),
        lambda: edit_incident(actor=captain, incident_id=made.pk, place="别处"),
    )
    assert ways([answer]) == ["incident.state"]
    assert Incident.objects.get(pk=made.pk).place == "和平路口"


def test_verified_and_void_at_once_is_one_of_both(corps: Cast) -> None:
    captain, officer = corps.actor("captain_sg11"), corps.actor("liaison_sg")
    for _round in range(5):
        made = incident(corps)
        answers = ways(
            at_once(
                partial(verify_incident, actor=officer, incident_id=made.pk),
                partial(void_incident, actor=captain, incident_id=made.pk, reason="重复"),
            )
        )
        assert sorted(answers) == ["done", "incident.state"]
        made.refresh_from_db()
        assert (made.state == "verified") == (answers[0] == "done")


def test_overlapping_lists_never_wait_for_each_other_for_ever(corps: Cast) -> None:
    waiting = [incident(corps).pk for _number in range(8)]
    officers = [corps.actor("liaison_hy"), corps.actor("liaison_sg")]
    done: list[int] = []

    def decide(number: int) -> None:
        order = waiting if number == 0 else waiting[::-1]
        done.extend(verify_incidents(actor=officers[number], incident_ids=order).done)

    assert ways(at_once(lambda: decide(0), lambda: decide(1))) == ["done", "done"]
    assert sorted(done) == waiting


def test_two_captains_change_different_fields_and_both_stay(corps: Cast) -> None:
    made = incident(corps)
    one, other = corps.actor("captain_sg11"), corps.actor("captain_sg1")
    answers = at_once(
        lambda: edit_incident(actor=one, incident_id=made.pk, place="解放路口"),
        lambda: edit_incident(actor=other, incident_id=made.pk, people_reached=12),
    )
    assert ways(answers) == ["done", "done"]
    made.refresh_from_db()
    assert (made.place, made.people_reached) == ("解放路口", 12)


def test_the_same_participant_added_twice_at_once_stands_there_once(corps: Cast) -> None:
    made = incident(corps)
    member = person(corps.units["sg11"].pk, "张伟")
    captain = corps.actor("captain_sg11")
    act = partial(edit_incident, actor=captain, incident_id=made.pk, participant_ids=[member.pk])
    assert ways(at_once(act, act, act)) == ["done"] * 3
    assert made.participants.count() == 1


def test_defaults_planted_by_several_at_once_are_there_once(corps: Cast) -> None:
    corps_id = corps.units["hy"].corps_id
    act = partial(plant_default_kinds, actor=SYSTEM, corps_id=corps_id)
    assert ways(at_once(act, act, act, act)) == ["done"] * 4
    codes = list(IncidentKind.objects.filter(corps=corps_id).values_list("code", flat=True))
    assert len(codes) == len(set(codes)) > 15
