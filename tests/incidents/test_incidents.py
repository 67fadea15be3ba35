"""Recording and changing incidents: what is taken, what is refused and with which words, what the log keeps."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM
from corps.enums import GridLevel
from corps.errors import Refusal
from corps.models import Appointment, Grid
from corps.operations.tree import close_unit
from incidents.models import Incident, LogEntry, Participant, Party
from incidents.operations.cleaning import InvalidIncident
from incidents.operations.incidents import add_note, edit_incident, record_incident, submit_incident, void_incident
from incidents.operations.kinds import retire_kind
from incidents.queries.log import last_entry_id, log_lines
from members.enums import MemberStatus
from tests.cast import Cast
from tests.incidents.log import incident, kind_of, yesterday
from tests.members.roster import person

NUMBER = "430405198001011239"


def kinds_in_log(made: Incident) -> list[str]:
    return list(LogEntry.objects.filter(incident=made).order_by("pk").values_list("kind", flat=True))


def refused(cast: Cast, **values: Any) -> dict[str, str]:
    """The sentences for what was entered; nothing may have been kept."""
    before = Incident.objects.count(), LogEntry.objects.count(), Party.objects.count()
    with pytest.raises(InvalidIncident) as caught:
        incident(cast, **values)
    assert (Incident.objects.count(), LogEntry.objects.count(), Party.objects.count()) == before
    return caught.value.problems


# --- recording --------------------------------------------------------------------------------------------------------


def test_recording_and_submitting_is_one_act_with_two_entries(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain, quantity=1, people_reached=4)
    made.refresh_from_db()
    assert (made.state, made.category, made.unit.code) == ("submitted", "dispute", "sg11")
    assert made.recorded_by == captain
    assert made.day == timezone.localdate() - dt.timedelta(days=1)
    assert kinds_in_log(made) == ["created", "submitted"]


def test_a_draft_waits_until_it_is_submitted(cast: Cast) -> None:
    made = incident(cast, submit=False)
    assert made.state == "draft"
    assert submit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk).state == "submitted"
    with pytest.raises(Refusal) as caught:
        submit_incident(actor=SYSTEM, incident_id=made.pk)
    assert caught.value.code == "incident.state"


def test_who_may_not_record_there_is_turned_away(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        incident(cast, actor=cast.actor("inspector_sg"))
    with pytest.raises(Http404):
        incident(cast, "zx11", actor=cast.actor("captain_sg"))


def test_times_before_the_corps_and_after_now_are_refused(cast: Cast) -> None:
    future = refused(cast, occurred_at=timezone.now() + dt.timedelta(hours=1))
    early = refused(cast, occurred_at=dt.datetime(2021, 12, 31, 15, 59, tzinfo=dt.UTC))
    assert set(future) == set(early) == {"occurred_at"}
    assert future != early


@pytest.mark.parametrize("field", ["account", "outcome", "place"])
@pytest.mark.parametrize("number", [NUMBER, "139 1234 5678"])
def test_personal_numbers_are_not_kept_in_the_open(cast: Cast, field: str, number: str) -> None:
    problems = refused(cast, **{field: f"王五 {number} 报称被盗"})
    assert set(problems) == {field}
    assert number not in problems[field]


def test_every_wrong_field_has_its_sentence(cast: Cast) -> None:
    problems = refused(
        cast,
        account="  ",
        place="长" * 121,
        latitude=95.0,
        longitude=112.6,
        grid_id=10**9,
        shift_id=10**9,
        materials=-1,
        people_reached=10**12,
        occurred_at=timezone.now() + dt.timedelta(days=1),
    )
    assert set(problems) == {
        "account",
        "place",
        "latitude",
        "grid",
        "shift",
        "materials",
        "people_reached",
        "occurred_at",
    }


def test_half_a_position_is_none(cast: Cast) -> None:
    assert "latitude" in refused(cast, latitude=26.9)
    assert incident(cast, latitude=26.9, longitude=112.6).latitude == 26.9


def test_a_grid_of_the_corps_is_taken(cast: Cast) -> None:
    grid = Grid.objects.create(corps=cast.units["hy"].corps, level=GridLevel.FIRST, name="一号网格", code="g1")
    assert incident(cast, grid_id=grid.pk).grid == grid


def test_quantity_means_what_the_kind_asks(cast: Cast) -> None:
    assert incident(cast, kind="missing", quantity=3).quantity == 3
    assert incident(cast, kind="work", quantity=0).quantity == 0, "a work of today has no views yet"
    assert "quantity" in refused(cast, kind="missing", quantity=0)
    assert "quantity" in refused(cast, kind="dispute", quantity=2)


def test_kinds_out_of_use_and_of_nobody_are_refused(cast: Cast) -> None:
    kind = kind_of(cast, "other")
    retire_kind(actor=SYSTEM, kind_id=kind.pk)
    assert "kind" in refused(cast, kind="other")
    assert "kind" in refused(cast, kind_id=10**9)


def test_nothing_is_recorded_in_a_closed_unit(cast: Cast) -> None:
    Appointment.objects.filter(unit=cast.units["sg21"]).delete()
    close_unit(actor=SYSTEM, unit_id=cast.units["sg21"].pk, reason="merged")
    with pytest.raises(Refusal) as caught:
        incident(cast, "sg21")
    assert caught.value.code == "unit.closed"


# --- participants -----------------------------------------------------------------------------------------------------


def test_participants_keep_the_home_unit_of_that_time(cast: Cast) -> None:
    own, other = person(cast.units["sg11"].pk, "张伟"), person(cast.units["sg12"].pk, "李芳")
    made = incident(cast, "sg1", actor=cast.actor("captain_sg1"), participant_ids=[own.pk, other.pk])
    other.unit = cast.units["sg11"]
    other.save()
    third = person(cast.units["sg11"].pk, "王强")
    edit_incident(actor=cast.actor("captain_sg1"), incident_id=made.pk, participant_ids=[other.pk, third.pk])
    units = {part.member.name: part.unit.code for part in Participant.objects.filter(incident=made)}
    assert units == {"李芳": "sg12", "王强": "sg11"}
    entry = LogEntry.objects.filter(incident=made).latest("pk")
    assert entry.changes == {"participants": ["张伟、李芳", "李芳、王强"]}


def test_strangers_and_those_who_had_left_take_no_part(cast: Cast) -> None:
    stranger = person(cast.units["zx11"].pk, "赵六")
    gone = person(
        cast.units["sg11"].pk, "孙七", status=MemberStatus.LEFT, status_on=timezone.localdate() - dt.timedelta(days=9)
    )
    captain = cast.actor("captain_sg11")
    assert set(refused(cast, actor=captain, participant_ids=[stranger.pk])) == {"participants"}
    problems = refused(cast, actor=captain, participant_ids=[gone.pk])
    assert "孙七" in problems["participants"]
    long_ago = yesterday(days=30)
    assert incident(cast, actor=captain, participant_ids=[gone.pk], occurred_at=long_ago).participants.count() == 1


# --- changing ---------------------------------------------------------------------------------------------------------


def test_a_change_tells_what_was_and_what_is(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain)
    edit_incident(actor=captain, incident_id=made.pk, place="解放路口", people_reached=1200, reason="听错了路名")
    entry = LogEntry.objects.filter(incident=made).latest("pk")
    assert (entry.kind, entry.author, entry.text) == ("edited", captain, "听错了路名")
    assert entry.changes == {"place": ["和平路口", "解放路口"], "people_reached": [0, 1200]}
    made.refresh_from_db()
    assert (made.place, made.account, made.state) == ("解放路口", "两户人家因停车起了争执，经劝说和好。", "submitted")
    line = log_lines(made)[-1]
    assert [(change.old, change.new) for change in line.changes] == [("和平路口", "解放路口"), ("0", "1,200")]


def test_nothing_changed_is_nothing_noted(cast: Cast) -> None:
    made = incident(cast)
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, place="和平路口", participant_ids=[])
    assert kinds_in_log(made) == ["created", "submitted"]


def test_a_new_kind_brings_its_category_and_one_counts_as_one(cast: Cast) -> None:
    made = incident(cast, kind="missing", quantity=3)
    edited = edit_incident(actor=SYSTEM, incident_id=made.pk, kind_id=kind_of(cast, "rescue").pk)
    assert (edited.category, edited.quantity) == ("rescue", 1)


def test_another_unit_needs_the_right_there_too(cast: Cast) -> None:
    made = incident(cast, "sg11")
    with pytest.raises(Http404):
        edit_incident(actor=cast.actor("captain_sg1"), incident_id=made.pk, unit_id=cast.units["sg21"].pk)
    moved = edit_incident(actor=cast.actor("captain_sg"), incident_id=made.pk, unit_id=cast.units["sg21"].pk)
    assert moved.unit.code == "sg21"
    assert LogEntry.objects.filter(incident=made).latest("pk").changes == {
        "unit": ["石鼓支队 › 青山大队 › 一中队", "石鼓支队 › 人民大队 › 一中队"]
    }


def test_who_has_not_read_the_last_change_does_not_overwrite_it(cast: Cast) -> None:
    made = incident(cast)
    seen = last_entry_id(made)
    edit_incident(actor=cast.actor("captain_sg1"), incident_id=made.pk, place="解放路口", seen=seen)
    with pytest.raises(Refusal) as caught:
        edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, place="人民路口", seen=seen)
    assert caught.value.code == "incident.changed"
    assert "captain sg1" in str(caught.value)


# --- void and notes ---------------------------------------------------------------------------------------------------


def test_void_needs_a_reason_and_is_the_end(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain)
    with pytest.raises(Refusal) as caught:
        void_incident(actor=captain, incident_id=made.pk, reason=" ")
    assert caught.value.code == "reason.missing"
    assert void_incident(actor=captain, incident_id=made.pk, reason="重复登记").state == "void"
    with pytest.raises(Refusal):
        edit_incident(actor=captain, incident_id=made.pk, place="别处")
    with pytest.raises(Refusal):
        submit_incident(actor=captain, incident_id=made.pk)
    assert LogEntry.objects.filter(incident=made).latest("pk").text == "重复登记"


def test_a_note_is_a_line_without_personal_numbers(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    made = incident(cast, actor=captain)
    assert add_note(actor=captain, incident_id=made.pk, text=" 已回访，双方满意。 ").text == "已回访，双方满意。"
    for text in ("", "回电13912345678", "长" * 1001):
        with pytest.raises(InvalidIncident) as caught:
            add_note(actor=captain, incident_id=made.pk, text=text)
        assert set(caught.value.problems) == {"text"}


def test_an_incident_needs_an_actor(cast: Cast) -> None:
    nobody: Any = None
    with pytest.raises(TypeError):
        record_incident(actor=nobody, unit_id=cast.units["sg11"].pk, kind_id=1, occurred_at=yesterday(), account="x")
