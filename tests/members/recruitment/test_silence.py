"""The public pages never tell who is on a roster: not by a field, a date, a second phone, a decision or odd input."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from corps.actors import SYSTEM
from corps.models import ActionLog, Grid
from members.enums import MemberStatus
from members.models import Application, OneTimeCode
from members.operations import people
from members.operations.catalogues import add_partner
from members.operations.recruitment import codes
from members.operations.recruitment.applying import APPLICANT
from members.operations.recruitment.deciding import decide
from members.views import join
from tests.cast import Cast
from tests.members.recruitment.stage import form, open_page
from tests.members.recruitment.test_codes import Box
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    """What goes out, instead of the console."""
    made = Box()
    monkeypatch.setattr(codes, "sender", lambda: made)
    cache.clear()
    return made


def sent(phone: str, identity: str, **values: Any) -> Application | None:
    """Apply; the application that came of it, if one did."""
    cache.clear()
    before = set(Application.objects.values_list("pk", flat=True))
    data = form(name="孙立", phone=phone, identity=identity, **values)
    assert Client().post("/join/sg11/", data).status_code == 302
    return Application.objects.exclude(pk__in=before).first()


def opened(phone: str, box: Box) -> Client:
    """A sitting that may read the applications of a phone."""
    cache.clear()
    client = Client()
    client.post("/join/progress/", {"phone": phone})
    codes.deliver_code(actor=SYSTEM, code_id=OneTimeCode.objects.latest("pk").pk)
    client.post("/join/progress/code/", {"code": box.code})
    return client


def read(client: Client) -> str:
    """The page of progress without what is the applicant's own: phone, number, tokens, times."""
    text = client.get("/join/progress/").content.decode()
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"', "", text)
    text = re.sub(r'name="application" value="\d+"', "", text)
    return re.sub(r"\d{3}\*+\d{3}[\dX]|\d\d:\d\d(:\d\d)?", "", text)


def pair(cast: Cast, **values: Any) -> tuple[Application, Application]:
    """Two applications alike: of somebody unknown, and of somebody on the roster of another unit."""
    open_page(cast)
    known = identity_number(78)
    person(cast.units["zx11"].pk, "孙立", identity=known)
    fresh, twin = sent("13700009001", identity_number(79), **values), sent("13700009002", known, **values)
    assert fresh is not None
    assert twin is not None
    assert (fresh.member is None, twin.member is None) == (False, True)
    return fresh, twin


def test_progress_reads_the_same_for_who_is_on_a_roster(cast: Cast, box: Box) -> None:
    corps_id = cast.units["hy"].corps_id
    grid = Grid.objects.create(corps_id=corps_id, unit=cast.units["sg11"], level=1, code="G1", name="一号网格")
    partner = add_partner(actor=SYSTEM, corps_id=corps_id, name="蓝天救援队")
    pair(cast, grid_id=str(grid.pk), partner_id=str(partner.pk))
    fresh, twin = read(opened("13700009001", box)), read(opened("13700009002", box))
    assert fresh == twin
    assert "一号网格" in twin
    assert "蓝天救援队" in twin
    assert "孙立" in twin


@pytest.mark.parametrize("how", ["withdrawn", "refused"])
def test_and_after_the_end_as_well(cast: Cast, box: Box, how: str) -> None:
    both = pair(cast)
    sittings = [opened("13700009001", box), opened("13700009002", box)]
    if how == "refused":
        decide(actor=cast.actor("captain_sg"), application_ids=[one.pk for one in both], step="refuse", reason="已满员")
    for client, application in zip(sittings, both, strict=True):
        if how == "withdrawn":
            client.post("/join/progress/withdraw/", {"application": application.pk})
    fresh, twin = (read(client) for client in sittings)
    assert fresh == twin
    assert "孙立" not in twin


def test_a_second_phone_tells_nothing_and_a_mistyped_one_is_mended(cast: Cast, box: Box) -> None:
    """Both phones open an application, whether the number is known or not; the captain sees both entries."""
    open_page(cast)
    known, unknown = identity_number(78), identity_number(79)
    person(cast.units["zx11"].pk, "孙立", identity=known)
    for phone, identity in (("13700009011", unknown), ("13700009012", unknown), ("13700009021", known)):
        assert sent(phone, identity) is not None, phone
    assert sent("13700009022", known) is not None
    assert read(opened("13700009012", box)) == read(opened("13700009022", box))
    assert sent("13700009012", unknown) is None, "the very same once more"


def test_asking_for_a_code_costs_and_leaves_the_same(cast: Cast, box: Box, django_assert_num_queries: Any) -> None:
    pair(cast)
    for phone in ("13700009001", "13700009002", "13700009999"):
        cache.clear()
        entries = ActionLog.objects.filter(action="join.code").count()
        # Two looks for applications, the code, the entry with the end of the chain, and their frames.
        with django_assert_num_queries(12):
            codes.send_code(actor=APPLICANT, phone=phone, address="10.4.4.4")
        assert ActionLog.objects.filter(action="join.code").count() == entries + 1


def test_who_was_turned_down_elsewhere_than_in_the_queue_may_apply_again(cast: Cast, box: Box) -> None:
    open_page(cast)
    captain, number = cast.actor("captain_sg"), identity_number(80)
    first = sent("13700009031", number)
    assert first is not None
    assert first.member_id is not None
    people.change_status(actor=captain, member_id=first.member_id, status=MemberStatus.REFUSED, reason="材料不全")
    first.refresh_from_db()
    assert (first.state, first.reason, first.decided_by) == ("refused", "材料不全", captain)
    again = sent("13700009031", number)
    assert again is not None
    decide(actor=captain, application_ids=[again.pk], step="take_up")
    decide(actor=captain, application_ids=[again.pk], step="vet")
    people.change_status(actor=captain, member_id=first.member_id, status=MemberStatus.ACTIVE)
    again.refresh_from_db()
    assert again.state == "accepted"


@pytest.mark.parametrize(
    "text", ["\0", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "孙\u202e立\u2066", "'"]
)
def test_odd_input_is_answered_and_kept_out(cast: Cast, box: Box, text: str) -> None:
    open_page(cast)
    client = Client(raise_request_exception=True)
    for field in ("name", "identity", "phone", "address", "skills", "recruiter", "by", "source", "unit", "notice"):
        answer = client.post("/join/sg11/", form(**{field: text}))
        assert answer.status_code in {302, 400, 422, 409}, (field, text)
        cache.clear()
    for path in ("/join/sg11/", "/join/progress/", "/join/progress/code/"):
        assert client.get(path, {"by": text, "from": text}).status_code in {200, 302, 400}
    assert client.post("/join/progress/", {"phone": text}).status_code in {200, 400, 422}
    for application in Application.objects.select_related("member"):
        assert application.member is None or not set(application.member.name) & set("\0\u202e\u2066")


def test_forms_need_their_token_and_ten_megabytes_are_not_read(cast: Cast) -> None:
    open_page(cast)
    strict = Client(enforce_csrf_checks=True)
    for path in (
        "/join/sg11/",
        "/join/progress/",
        "/join/progress/code/",
        "/join/progress/withdraw/",
        "/join/progress/close/",
    ):
        assert strict.post(path, form()).status_code == 403, path
    assert Client().post("/join/sg11/", form(address="x" * 10_000_000)).status_code in {400, 413}
    assert Application.objects.count() == 0


def test_what_an_applicant_is_shown_is_kept_by_no_cache(cast: Cast, box: Box) -> None:
    pair(cast)
    client = opened("13700009001", box)
    before = client.session.session_key
    assert "no-store" in client.get("/join/progress/").headers["Cache-Control"]
    late = client.post("/join/progress/withdraw/", {"application": Application.objects.earliest("pk").pk})
    again = client.post("/join/progress/withdraw/", {"application": Application.objects.earliest("pk").pk})
    assert (late.status_code, again.status_code) == (302, 409)
    assert "no-store" in again.headers["Cache-Control"]
    # A sitting somebody else knew the key of is another one once the code was entered.
    cache.clear()
    client.post("/join/progress/", {"phone": "13700009002"})
    codes.deliver_code(actor=SYSTEM, code_id=OneTimeCode.objects.latest("pk").pk)
    client.post("/join/progress/code/", {"code": box.code})
    assert client.session.session_key != before


def test_addresses_of_one_line_are_counted_together(cast: Cast) -> None:
    open_page(cast)
    found = []
    for number in range(31):
        answer = Client().post(
            "/join/progress/", {"phone": f"137000{number:05d}"}, REMOTE_ADDR=f"2001:db8:1:2::{number + 1:x}"
        )
        found.append(answer.status_code)
    assert found[:30] == [302] * 30
    assert found[30] == 200


def test_no_answer_comes_earlier_than_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(join, "ANSWER_SECONDS", 1_000.0)
    monkeypatch.setattr("members.views.join.time.sleep", waited.append)
    pair(cast)
    assert len(waited) == 2
    assert all(990 < seconds <= 1_000 for seconds in waited)
