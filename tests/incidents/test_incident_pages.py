"""Pages about incidents: who may open them, what they say, what they do, and how many queries they cost."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from corps.enums import GridLevel, SiteKind
from corps.models import ActionLog, Grid, Site
from duties.models import Shift
from incidents.enums import EntryKind, IncidentState
from incidents.logic.parties import Particulars
from incidents.models import Incident, LogEntry, Party
from incidents.operations.incidents import edit_incident
from incidents.operations.parties import PartyEntry
from incidents.operations.verification import return_incident, verify_incident
from tests.cast import Cast
from tests.duties.stage import duties_of
from tests.incidents.log import incident, kind_of, yesterday
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db

QUERIES_OF_A_LIST = 8
QUERIES_OF_THE_QUEUE = 9
QUERIES_OF_AN_INCIDENT = 13
QUERIES_OF_A_FORM = 9

PHONE = "13812345678"
SUSPECT = PartyEntry("suspect", Particulars(name="欧阳小明", phone=PHONE, remarks="穿黑衣"))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


@pytest.fixture
def captain(client: Client, cast: Cast) -> Client:
    kind_of(cast)
    return enter(client, cast, "captain_sg")


def sent(cast: Cast, **values: Any) -> dict[str, Any]:
    """A complete form."""
    return {
        "unit": cast.units["sg11"].pk,
        "kind": kind_of(cast).pk,
        "occurred_at": f"{yesterday():%Y-%m-%dT20:00}",
        "place": "和平路口",
        "account": "两户人家因停车起了争执，经劝说和好。",
        "party-TOTAL_FORMS": "0",
        "party-INITIAL_FORMS": "0",
        "act": "submit",
        **values,
    }


def text_of(response: Any) -> str:
    return str(response.content.decode())


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_costs_the_same_queries_with_one_and_with_thirty(
    captain: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    incident(cast)
    captain.get("/u/sg/incidents/")
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        captain.get("/u/sg/incidents/")
    for _number in range(29):
        incident(cast, "sg21")
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        page = captain.get("/u/sg/incidents/")
    assert page.content.count(b"<tr data-row") == 30


def test_the_officers_queue_costs_the_same_queries_with_one_and_with_thirty(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    enter(client, cast, "liaison_sg")
    incident(cast)
    client.get("/u/sg/incidents/")
    with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
        client.get("/u/sg/incidents/")
    for _number in range(9):
        incident(cast)
    with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
        client.get("/u/sg/incidents/")
    for _number in range(20):
        incident(cast)
    # More than the queue shows are counted, by the partial index of what waits.
    with django_assert_num_queries(QUERIES_OF_THE_QUEUE + 1):
        client.get("/u/sg/incidents/")


def test_htmx_gets_the_list_alone(captain: Client, cast: Cast) -> None:
    incident(cast)
    incident(cast, account="水塘边救起一人。")
    piece = captain.get("/u/sg/incidents/?q=水塘", headers={"HX-Request": "true"})
    assert b"<html" not in piece.content
    assert piece.content.count(b"<tr data-row") == 1
    assert b"<html" in captain.get("/u/sg/incidents/?q=水塘").content


def test_filters_narrow_and_say_so(captain: Client, cast: Cast) -> None:
    incident(cast)
    incident(cast, submit=False)
    incident(cast, kind="rescue", occurred_at=yesterday(days=400))
    officer = cast.actor("liaison_sg")
    back = incident(cast)
    return_incident(actor=officer, incident_id=back.pk, remark="缺少地点")

    def rows(query: str) -> int:
        return captain.get(f"/u/sg/incidents/?{query}").content.count(b"<tr data-row")

    assert rows("") == 4
    assert rows("state=draft") == 1
    assert rows("state=submitted") == 2
    assert rows("state=open") == 4
    assert rows(f"kind={kind_of(cast, 'rescue').pk}") == 1
    assert rows("period=year") <= 3
    assert rows(f"last={yesterday(days=300):%Y-%m-%d}") == 1
    assert rows("mine=on") == 0
    page = text_of(captain.get("/u/sg/incidents/?state=returned"))
    assert "缺少地点" in page
    assert "y-narrowed" in page


def test_pages_turn_by_key_and_keep_the_filters(captain: Client, cast: Cast) -> None:
    for minute in range(55):
        incident(cast, occurred_at=yesterday().replace(minute=minute))
    first = text_of(captain.get("/u/sg/incidents/?state=submitted"))
    address = first.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert "state=submitted" in address
    second = text_of(captain.get(f"/u/sg/incidents/{address}"))
    assert second.count("<tr data-row") == 5
    assert 'rel="prev"' in second


@pytest.mark.parametrize(
    "query", ["state=nonsense", "kind=abc", "first=2022-13-45", "period=x", "after=1.2.3", "last=9999-12-31"]
)
def test_nonsense_in_the_address_narrows_nothing(captain: Client, cast: Cast, query: str) -> None:
    incident(cast)
    assert captain.get(f"/u/sg/incidents/?{query}").content.count(b"<tr data-row") == 1


def test_empty_lists_say_what_to_do_next(captain: Client, cast: Cast) -> None:
    page = text_of(captain.get("/u/sg/incidents/"))
    assert "还没有事件" in page
    assert reverse("incident_new", args=["sg"]) in page
    incident(cast)
    assert "没有符合的事件" in text_of(captain.get("/u/sg/incidents/?q=龘"))


# --- verifying from the list ------------------------------------------------------------------------------------------


def queue_of(client: Client) -> dict[str, str]:
    """The hidden fields of the queue's form."""
    page = text_of(client.get("/u/sg/incidents/"))
    return {"seen": re.findall(r'name="seen" value="([\d. ]+)"', page)[0], "back": "state=submitted"}


def test_the_queue_is_the_officers_and_lists_what_others_recorded(client: Client, cast: Cast) -> None:
    incident(cast, actor=cast.actor("captain_sg11"))
    incident(cast, actor=cast.actor("liaison_sg"), account="自己登记的。")
    incident(cast, "zx11")
    page = text_of(enter(client, cast, "liaison_sg").get("/u/sg/incidents/"))
    queue = page.split('id="queue"', 1)[1].split("</table>", 1)[0]
    assert queue.count("<tr data-row") == 1
    assert "自己登记的" not in queue
    assert 'id="queue"' not in text_of(enter(client, cast, "captain_sg").get("/u/sg/incidents/"))


def test_one_is_verified_where_it_stands(client: Client, cast: Cast) -> None:
    first, second = incident(cast), incident(cast)
    officer = enter(client, cast, "liaison_sg")
    answer = officer.post("/u/sg/incidents/decide/", {"verify": first.pk, "id": second.pk, **queue_of(officer)})
    assert answer["Location"] == "/u/sg/incidents/?state=submitted"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (IncidentState.VERIFIED, IncidentState.SUBMITTED)


def test_several_are_verified_or_returned_by_ticking(client: Client, cast: Cast) -> None:
    ids = [incident(cast).pk for _number in range(4)]
    officer = enter(client, cast, "liaison_sg")
    answer = officer.post(
        "/u/sg/incidents/decide/", {"verify": "ticked", "id": ids[:2], **queue_of(officer)}, follow=True
    )
    assert "2 起事件已核实" in text_of(answer)
    refusal = officer.post("/u/sg/incidents/decide/", {"return": "ticked", "id": ids[2:], "remark": " "}, follow=True)
    assert "y-notice-error" in text_of(refusal)
    officer.post("/u/sg/incidents/decide/", {"return": "ticked", "id": ids[2:], "remark": "请补地点"})
    states = dict(Incident.objects.values_list("pk", "state"))
    assert [states[one] for one in ids] == ["verified", "verified", "returned", "returned"]
    assert LogEntry.objects.filter(kind=EntryKind.RETURNED, text="请补地点").count() == 2


def test_what_changed_after_the_list_was_read_is_not_verified(client: Client, cast: Cast) -> None:
    made = incident(cast)
    officer = enter(client, cast, "liaison_sg")
    read = queue_of(officer)
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, account="其实是三户人家。")
    page = text_of(officer.post("/u/sg/incidents/decide/", {"verify": made.pk, **read}, follow=True))
    assert "y-notice-error" in page
    made.refresh_from_db()
    assert made.state == IncidentState.SUBMITTED


def test_nothing_ticked_is_said(client: Client, cast: Cast) -> None:
    officer = enter(client, cast, "liaison_sg")
    page = text_of(officer.post("/u/sg/incidents/decide/", {"verify": "ticked"}, follow=True))
    assert "请先勾选" in page
    assert enter(client, cast, "captain_sg").post("/u/sg/incidents/decide/", {"verify": "1"}).status_code == 403


# --- recording --------------------------------------------------------------------------------------------------------


def test_an_incident_is_recorded_with_people_and_parties(captain: Client, cast: Cast) -> None:
    member = person(cast.units["sg12"].pk, "王芳")
    form = sent(
        cast,
        **{
            "participants": [member.pk],
            "latitude": "26.9",
            "longitude": "112.6",
            "party-TOTAL_FORMS": "2",
            "party-0-role": "disputant",
            "party-0-name": "欧阳小明",
            "party-0-phone": "138 1234 5678",
            "party-1-role": "witness",
        },
    )
    answer = captain.post("/u/sg/incidents/new/", form)
    made = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{made.pk}/"
    assert (made.state, made.unit_id) == (IncidentState.SUBMITTED, cast.units["sg11"].pk)
    assert [one.member_id for one in made.participants.all()] == [member.pk]
    # The second row was opened and left empty: that is nobody.
    assert [one.shown for one in Party.objects.all()] == ["欧阳** · 138****5678"]


def test_a_draft_is_kept_and_does_not_wait(captain: Client, cast: Cast) -> None:
    captain.post("/u/sg/incidents/new/", sent(cast, act="draft"))
    assert Incident.objects.get().state == IncidentState.DRAFT


def test_quantity_is_asked_in_the_words_of_the_kind(captain: Client, cast: Cast) -> None:
    missing = kind_of(cast, "missing")
    page = text_of(captain.get("/u/sg11/incidents/new/"))
    assert f'data-asks="{missing.asks_quantity}"' in page
    captain.post("/u/sg11/incidents/new/", sent(cast, kind=missing.pk, quantity="3"))
    assert Incident.objects.get().quantity == 3
    # A kind that counts one by one takes no quantity that a hidden field still carries.
    captain.post("/u/sg11/incidents/new/", sent(cast, quantity="7"))
    assert Incident.objects.order_by("-pk").values_list("quantity", flat=True)[0] == 1


def test_everything_typed_stays_when_something_is_wrong(captain: Client, cast: Cast) -> None:
    member = person(cast.units["sg12"].pk, "王芳")
    form = sent(
        cast,
        **{
            "kind": "",
            "account": f"当事人电话{PHONE}",
            "outcome": "双方和好",
            "occurred_at": "2999-01-01T08:00",
            "participants": [member.pk],
            "party-TOTAL_FORMS": "1",
            "party-0-role": "witness",
            "party-0-name": "张三丰",
            "party-0-phone": "12",
        },
    )
    page = text_of(captain.post("/u/sg11/incidents/new/", form))
    assert Incident.objects.count() == 0
    for kept in (PHONE, "双方和好", "2999-01-01T08:00", "王芳", "张三丰", "请选择事件类型"):
        assert kept in page, kept
    party = page.split("data-party>", 1)[1]
    assert "y-error" in party.split("</fieldset>", 1)[0]
    # With the kind chosen the operation's own sentences stand beside their fields.
    again = text_of(captain.post("/u/sg11/incidents/new/", {**form, "kind": kind_of(cast).pk, "party-0-phone": ""}))
    assert again.count('class="y-error" role="alert"') >= 2
    assert "张三丰" in again
    assert Incident.objects.count() == 0


def test_units_offered_are_the_units_below(client: Client, cast: Cast) -> None:
    kind_of(cast)
    page = text_of(enter(client, cast, "captain_sg1").get("/u/sg1/incidents/new/"))
    choices = page.split('name="unit"', 1)[1].split("</select>", 1)[0]
    assert choices.count("<option") == 3
    squad = text_of(client.get("/u/sg11/incidents/new/"))
    assert f'<input type="hidden" name="unit" value="{cast.units["sg11"].pk}">' in squad
    elsewhere = sent(cast, unit=cast.units["zx11"].pk)
    client.post("/u/sg1/incidents/new/", elsewhere)
    assert Incident.objects.count() == 0


def test_the_form_costs_a_fixed_number_of_queries(captain: Client, cast: Cast, django_assert_num_queries: Any) -> None:
    captain.get("/u/sg/incidents/new/")
    with django_assert_num_queries(QUERIES_OF_A_FORM):
        captain.get("/u/sg/incidents/new/")
    for number in range(30):
        Site.objects.create(
            unit=cast.units["sg11"], kind=SiteKind.SCHOOL, name=f"第{number}小学", latitude=26.9, longitude=112.6
        )
    with django_assert_num_queries(QUERIES_OF_A_FORM):
        page = captain.get("/u/sg/incidents/new/")
    assert "第29小学" in text_of(page).encode().decode("unicode_escape", "ignore") or "\\u7b2c29" in text_of(page)


def test_people_are_found_by_name_and_pinyin_the_own_unit_first(captain: Client, cast: Cast) -> None:
    for code in ("sg21", "sg11"):
        person(cast.units[code].pk, "王芳")
    person(cast.units["zx11"].pk, "王芳")
    found = text_of(captain.get("/u/sg11/incidents/people/?q=wf"))
    assert found.count("data-add-person") == 2
    assert found.index("一中队") >= 0
    assert "未找到" in text_of(captain.get("/u/sg11/incidents/people/?q=龘"))
    assert captain.get("/u/sg11/incidents/people/").content.strip() == b""


def test_editing_keeps_what_somebody_else_changed_meanwhile(captain: Client, cast: Cast) -> None:
    made = incident(cast, actor=cast.actor("captain_sg"), submit=False)
    page = text_of(captain.get(f"/incidents/{made.pk}/edit/"))
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    assert "两户人家" in page
    edit_incident(actor=cast.actor("captain_sg11"), incident_id=made.pk, place="解放路口")
    refused = text_of(captain.post(f"/incidents/{made.pk}/edit/", sent(cast, outcome="和好", seen=seen)))
    assert "y-notice-error" in refused
    assert "和好" in refused
    made.refresh_from_db()
    assert (made.place, made.outcome) == ("解放路口", "")
    seen = str(LogEntry.objects.order_by("-pk")[0].pk)
    captain.post(f"/incidents/{made.pk}/edit/", sent(cast, outcome="和好", seen=seen))
    made.refresh_from_db()
    assert (made.outcome, made.state) == ("和好", IncidentState.SUBMITTED)


def typed_again(client: Client, made: Incident) -> dict[str, Any]:
    """What the form for changing sends when nothing in it was touched."""
    form = client.get(f"/incidents/{made.pk}/edit/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    values["occurred_at"] = f"{values['occurred_at']:%Y-%m-%dT%H:%M}"
    for name in ("unit", "kind", "grid", "shift"):
        assert str(values[name] or "") in {str(key) for key, _word in form.fields[name].choices}, name
    return {name: "" if value is None else value for name, value in values.items()}


def test_saving_what_was_not_touched_changes_nothing(captain: Client, cast: Cast) -> None:
    """Also what the form would not offer: a grid far away, a shift of a year ago in a unit nobody here sees."""
    kind = duties_of(cast).kinds["patrol"]
    at = yesterday(days=400)
    shift = Shift.objects.create(
        unit=cast.units["zx11"], kind=kind, category=kind.category, mechanism=kind.mechanism,
        starts_at=at, ends_at=at + dt.timedelta(hours=2), needed=1,
    )  # fmt: skip
    grid = Grid.objects.create(
        corps=cast.units["hy"].corps, level=GridLevel.FIRST, name="远方网格", code="far", unit=cast.units["zx1"]
    )
    members = [person(cast.units["sg11"].pk, "王芳").pk for _number in range(3)]
    made = incident(
        cast, occurred_at=at.replace(second=42), shift_id=shift.pk, grid_id=grid.pk, participant_ids=members,
        latitude=26.123456789, longitude=112.5, submit=False,
    )  # fmt: skip
    before = Incident.objects.filter(pk=made.pk).values().get()
    entries = LogEntry.objects.count()
    captain.post(f"/incidents/{made.pk}/edit/", {**typed_again(captain, made), "act": "save"})
    assert Incident.objects.filter(pk=made.pk).values().get() == before
    assert made.participants.count() == 3
    assert LogEntry.objects.count() == entries


def test_too_many_participants_are_refused(captain: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.forms.incident.MOST_PARTICIPANTS", 2)
    members = [person(cast.units["sg11"].pk, "王芳").pk for _number in range(3)]
    made = incident(cast, participant_ids=members)
    page = text_of(captain.post(f"/incidents/{made.pk}/edit/", {**typed_again(captain, made), "outcome": "和好"}))
    assert "最多可列 2 名" in page
    assert page.count('name="participants" value=') == 3
    assert made.participants.count() == 3


def test_a_map_shows_the_own_places_first(captain: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.queries.choices.PLACES_SHOWN", 1)
    for unit, name in (("sg12", "别队驻点"), ("sg11", "本队驻点")):
        Site.objects.create(
            unit=cast.units[unit], kind=SiteKind.ASSEMBLY_POINT, name=name, latitude=26.9, longitude=112.6
        )
    page = captain.get("/u/sg11/incidents/new/")
    assert [one["name"] for one in page.context["places"]] == ["本队驻点"]


def test_a_verified_incident_is_not_edited(captain: Client, cast: Cast) -> None:
    made = incident(cast)
    verify_incident(actor=cast.actor("liaison_sg"), incident_id=made.pk)
    page = text_of(captain.get(f"/incidents/{made.pk}/edit/", follow=True))
    assert "y-notice-error" in page
    assert f"/incidents/{made.pk}/edit/" not in page


# --- one incident -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dispute(cast: Cast) -> Incident:
    return incident(cast, actor=cast.actor("captain_sg11"), parties=[SUSPECT], latitude=26.9, longitude=112.6)


@pytest.mark.parametrize(
    ("account", "status"),
    [("captain_sg", 200), ("inspector_sg", 200), ("captain_zx", 404), ("auditor_sg", 404), ("member_sg11", 404)],
)
def test_an_incident_is_seen_within_the_scope(
    client: Client, cast: Cast, dispute: Incident, account: str, status: int
) -> None:
    assert enter(client, cast, account).get(f"/incidents/{dispute.pk}/").status_code == status


def offered(page: str) -> set[str]:
    """The acts the page offers."""
    return {act for act in ("submit", "verify", "return", "withdraw", "void", "note", "edit") if f"/{act}/" in page}


def test_each_reader_is_offered_what_they_may_do(client: Client, cast: Cast, dispute: Incident) -> None:
    address = f"/incidents/{dispute.pk}/"
    assert offered(text_of(enter(client, cast, "inspector_sg").get(address))) == set()
    assert offered(text_of(enter(client, cast, "captain_sg").get(address))) == {"edit", "void", "note"}
    officer = enter(client, cast, "liaison_sg")
    assert offered(text_of(officer.get(address))) == {"edit", "void", "note", "verify", "return"}
    officer.post(f"{address}verify/")
    assert offered(text_of(officer.get(address))) == {"note", "withdraw"}


def test_the_life_of_an_incident_through_its_page(client: Client, cast: Cast, dispute: Incident) -> None:
    address = f"/incidents/{dispute.pk}/"
    officer = enter(client, cast, "liaison_sg")
    officer.post(f"{address}return/", {"remark": "缺少处理结果"})
    page = text_of(enter(client, cast, "captain_sg11").get(address))
    assert "已退回" in page
    assert page.count("缺少处理结果") == 2  # above all else, and in the log
    client.post(f"{address}edit/", sent(cast, outcome="当场和好", seen=str(LogEntry.objects.order_by("-pk")[0].pk)))
    dispute.refresh_from_db()
    assert dispute.state == IncidentState.SUBMITTED
    officer = enter(client, cast, "liaison_sg")
    officer.post(f"{address}verify/", {"remark": "已电话核实"})
    officer.post(f"{address}note/", {"text": "双方送来锦旗"})
    officer.post(f"{address}withdraw/", {"reason": "重复登记"})
    officer.post(f"{address}void/", {"reason": "重复登记"})
    page = text_of(officer.get(address))
    for word in ("已电话核实", "双方送来锦旗", "重复登记", "当场和好"):
        assert word in page
    dispute.refresh_from_db()
    assert dispute.state == IncidentState.VOID


def test_refusals_are_said_on_the_page(client: Client, cast: Cast, dispute: Incident) -> None:
    address = f"/incidents/{dispute.pk}/"
    officer = enter(client, cast, "liaison_sg")
    for act, field in (("return", "remark"), ("void", "reason"), ("note", "text")):
        page = text_of(officer.post(f"{address}{act}/", {field: " "}, follow=True))
        assert "y-notice-error" in page, act
    assert "y-notice-error" in text_of(officer.post(f"{address}note/", {"text": f"电话{PHONE}"}, follow=True))
    own = incident(cast, actor=cast.actor("liaison_sg"))
    page = text_of(officer.get(f"/incidents/{own.pk}/"))
    assert f"/incidents/{own.pk}/verify/" not in page
    assert "其他民警" in page


def test_parties_are_masked_and_revealed_once_with_a_trace(client: Client, cast: Cast, dispute: Incident) -> None:
    party = dispute.parties.get()
    address = f"/parties/{party.pk}/reveal/"
    page = text_of(enter(client, cast, "captain_sg").get(f"/incidents/{dispute.pk}/"))
    assert PHONE not in page
    assert "欧阳** · 138****5678" in page
    assert address not in page
    assert client.post(address, {"reason": "核对"}).status_code == 403
    officer = enter(client, cast, "liaison_sg")
    assert PHONE not in text_of(officer.post(address, {"reason": " "}, follow=True))
    piece = officer.post(address, {"reason": "联系当事人"}, headers={"HX-Request": "true"})
    assert PHONE in text_of(piece)
    assert "<html" not in text_of(piece)
    assert piece["Cache-Control"] == "no-store"
    whole = officer.post(address, {"reason": "联系当事人"})
    assert "穿黑衣" in text_of(whole)
    assert whole["Cache-Control"] == "no-store"
    page = text_of(officer.get(f"/incidents/{dispute.pk}/"))
    assert PHONE not in page
    assert page.count("联系当事人") == 2
    assert ActionLog.objects.filter(action="incident.reveal_party", result="done").count() == 2


def test_parties_are_added_changed_unseen_and_removed(client: Client, cast: Cast, dispute: Incident) -> None:
    captain = enter(client, cast, "captain_sg")
    added = captain.post(f"/incidents/{dispute.pk}/parties/", {"role": "witness", "name": "李四"})
    assert added["Location"] == f"/incidents/{dispute.pk}/"
    wrong = text_of(captain.post(f"/incidents/{dispute.pk}/parties/", {"role": "witness", "identity": "123"}))
    assert "y-error" in wrong
    assert "123" in wrong
    party = Party.objects.get(shown="李*")
    form = text_of(captain.get(f"/parties/{party.pk}/edit/"))
    assert "李四" not in form
    captain.post(f"/parties/{party.pk}/edit/", {"role": "helped", "phone": PHONE})
    party.refresh_from_db()
    assert (party.role, party.shown) == ("helped", "李* · 138****5678")
    captain.post(f"/parties/{party.pk}/remove/")
    assert dispute.parties.count() == 1


def test_an_incident_costs_a_fixed_number_of_queries(
    captain: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    author = cast.actor("captain_sg11")
    alone = [person(cast.units["sg11"].pk, "王芳").pk]
    values: Any = {"latitude": 26.9, "longitude": 112.6, "actor": author}
    plain = incident(cast, parties=[SUSPECT], participant_ids=alone, **values)
    captain.get(f"/incidents/{plain.pk}/")
    with django_assert_num_queries(QUERIES_OF_AN_INCIDENT):
        captain.get(f"/incidents/{plain.pk}/")
    members = [person(cast.units["sg11"].pk, "王芳").pk for _number in range(30)]
    crowd = incident(cast, parties=[SUSPECT] * 12, participant_ids=members, **values)
    for number in range(8):
        edit_incident(actor=author, incident_id=crowd.pk, place=f"和平路{number}号")
    with django_assert_num_queries(QUERIES_OF_AN_INCIDENT):
        captain.get(f"/incidents/{crowd.pk}/")


def test_no_page_counts_the_incidents(captain: Client, cast: Cast) -> None:
    made = incident(cast)
    with CaptureQueriesContext(connection) as captured:
        captain.get("/u/sg/incidents/?state=submitted")
        captain.get(f"/incidents/{made.pk}/")
    counting = [one["sql"] for one in captured if "COUNT(" in one["sql"].upper()]
    # The chips count what is not settled, which its partial index holds; nothing counts everything.
    assert all("verified" not in sql and "'returned'" in sql for sql in counting), counting


def test_identity_numbers_are_refused_in_texts(captain: Client, cast: Cast) -> None:
    page = text_of(captain.post("/u/sg11/incidents/new/", sent(cast, account=f"当事人{identity_number(7)}")))
    assert Incident.objects.count() == 0
    assert "y-invalid" in page
