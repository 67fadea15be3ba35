"""The public page: what it takes, what it refuses, and that it never tells whom it knows."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from corps.models import ActionLog
from corps.operations.tree import close_unit
from members.enums import ApplicationSource, ApplicationState, MemberStatus
from members.models import Application, Consent, JoinPage, Member, PrivacyNotice
from members.operations.recruitment.applying import PER_ADDRESS
from members.operations.recruitment.pages import publish_notice
from members.operations.recruitment.recruiters import add_recruiter
from tests.cast import Cast
from tests.members.recruitment.stage import form, open_page, send
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def test_somebody_applies(client: Client, cast: Cast) -> None:
    page = open_page(cast)
    shown = client.get("/join/sg11/").content.decode()
    assert "欢迎街坊加入" in shown
    assert PrivacyNotice.objects.get().text in shown
    answer = send(client, name="赵 小兰", skills="急救、驾驶")
    assert answer.status_code == 302
    assert "已收到" in client.get(answer.headers["Location"]).content.decode()
    application = Application.objects.select_related("member").get()
    member = application.member
    assert member is not None
    assert (member.name, member.status, member.unit_id, member.skills) == (
        "赵小兰",
        MemberStatus.APPLICANT,
        page.unit_id,
        ["急救", "驾驶"],
    )
    assert (application.state, application.source) == (ApplicationState.WAITING, ApplicationSource.PAGE)
    consent = Consent.objects.get()
    assert (consent.member, consent.application, consent.notice.version, consent.door) == (
        member,
        application,
        1,
        "page",
    )
    told = ActionLog.objects.get(action="join.apply")
    assert (told.actor_name, told.object_id) == ("applicant", str(application.pk))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "必填"),
        ("identity", "430405198001011230", "校验"),
        ("phone", "12345", "手机"),
        ("phone", "", "必填"),
        ("consent", "", "同意"),
        ("name", "张" * 51, "50"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client: Client, cast: Cast, field: str, value: str, said: str) -> None:
    open_page(cast)
    answer = send(client, **{field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Application.objects.count() == Member.objects.count() == 0
    assert "长湖路1号" in answer.content.decode(), "what was entered stays"


def test_a_number_on_a_roster_gets_the_same_answer_and_the_captain_sees_it(client: Client, cast: Cast) -> None:
    open_page(cast)
    number = identity_number(77)
    known = person(cast.units["zx11"].pk, "孙立", identity=number)
    fresh, twin = send(client), send(client, identity=number, name="孙立")
    assert (fresh.status_code, fresh.headers["Location"]) == (twin.status_code, twin.headers["Location"])
    first, second = (Client().get(one.headers["Location"]).content for one in (fresh, twin))
    assert strip(first) == strip(second)
    application = Application.objects.get(member=None)
    assert application.duplicate_of == known
    assert Member.objects.filter(name="孙立").count() == 1
    assert number.encode() not in bytes(application.entered_sealed or b"")
    client.force_login(cast.actor("captain_sg"))
    queue = client.get("/u/sg/applicants/").content.decode()
    assert "已在花名册" in queue
    assert "蒸湘" not in queue, "not where, for who does not see that unit"
    # The very same application again is answered alike and not kept twice.
    again = send(Client(), identity=number, name="孙立", phone=form()["phone"])
    assert again.status_code == 302


def strip(content: bytes) -> bytes:
    """The page without the token that differs by sitting."""
    return re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', b"", content)


def test_the_same_application_waits_once(client: Client, cast: Cast) -> None:
    open_page(cast)
    sent = form()
    for _time in range(3):
        assert client.post("/join/sg11/", sent).status_code == 302
    assert Application.objects.count() == 1


def test_likeness_is_marked(client: Client, cast: Cast) -> None:
    open_page(cast)
    other = person(cast.units["sg21"].pk, "王芳", phone="13711112222")
    send(client, phone=other.phone)
    client.force_login(cast.actor("captain_sg"))
    assert "手机号相同" in client.get("/u/sg/applicants/").content.decode()


def test_a_trap_and_a_too_large_form_store_nothing(client: Client, cast: Cast) -> None:
    open_page(cast)
    caught = send(client, website="http://buy.example")
    assert (caught.status_code, caught.headers["Location"]) == (302, "/join/sg11/received/")
    assert send(client, address="10.9.9.9", remarks="x" * 40_000).status_code == 413
    assert Application.objects.count() == 0


def test_too_many_from_one_address_and_with_one_phone(client: Client, cast: Cast) -> None:
    open_page(cast)
    phone = "13755556666"
    for _time in range(5):
        assert send(client, phone=phone).status_code == 302
    assert send(client, phone=phone).status_code == 429
    for _time in range(PER_ADDRESS.times):
        PER_ADDRESS.hit("10.7.7.8")
    refused = send(client, address="10.7.7.8")
    assert refused.status_code == 429
    assert "稍后" in refused.content.decode()


def test_a_closed_page_an_unknown_one_and_a_closed_unit(client: Client, cast: Cast) -> None:
    open_page(cast, "sg12", is_open=False)
    assert client.get("/join/sg21/").status_code == 404
    assert client.get("/join/nowhere/").status_code == 404
    shown = client.get("/join/sg12/")
    assert shown.status_code == 200
    assert 'name="identity"' not in shown.content.decode()
    client.post("/join/sg12/", form())
    assert Application.objects.count() == 0
    close_unit(actor=cast.actor("liaison_sg"), unit_id=cast.units["sg12"].pk, reason="撤编")
    assert client.get("/join/sg12/").status_code == 404


def test_another_version_of_the_notice_asks_again(client: Client, cast: Cast) -> None:
    open_page(cast)
    sent = form()
    publish_notice(actor=cast.actor("liaison_hy"), corps_id=cast.units["hy"].corps_id, text="第二版")
    answer = client.post("/join/sg11/", sent)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "第二版" in shown
    assert "checked" not in shown
    assert Application.objects.count() == 0
    assert client.post("/join/sg11/", {**sent, "notice": str(PrivacyNotice.objects.latest("pk").pk)}).status_code == 302
    assert Consent.objects.get().notice.version == 2


def test_units_that_may_be_chosen(client: Client, cast: Cast) -> None:
    inside = [cast.units["sg11"].pk, cast.units["sg12"].pk]
    open_page(cast, "sg", offered=inside)
    assert send(client, "sg", unit=str(inside[1])).status_code == 302
    assert Application.objects.get().unit_id == inside[1]
    assert send(client, "sg", unit=str(cast.units["sg21"].pk)).status_code == 422
    assert send(client, "sg", unit=str(cast.units["zx11"].pk)).status_code == 422


def test_a_recruiters_link_counts_for_the_recruiter(client: Client, cast: Cast) -> None:
    open_page(cast)
    recruiter = add_recruiter(
        actor=cast.actor("captain_sg"), unit_id=cast.units["sg11"].pk, name="李警官", category="auxiliary"
    )
    shown = client.get(f"/join/sg11/?by={recruiter.code.lower()}").content.decode()
    assert "李警官" in shown
    assert send(client, by=recruiter.code).status_code == 302
    application = Application.objects.select_related("member").get()
    assert (application.recruiter, application.source) == (recruiter, ApplicationSource.RECRUITER)
    assert application.member is not None
    assert application.member.recruiter == "李警官"
    send(client, by="NOBODY", source="poster")
    assert Application.objects.latest("pk").source == ApplicationSource.POSTER


def test_a_page_costs_few_queries(client: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    open_page(cast)
    client.get("/join/sg11/")
    with django_assert_max_num_queries(9):
        client.get("/join/sg11/")


def test_a_page_without_contact_or_notice_stays_closed(client: Client, cast: Cast) -> None:
    client.force_login(cast.actor("captain_sg"))
    answer = client.post("/u/sg11/join/", {"is_open": "on", "contact": "张队长"})
    assert "隐私" in answer.content.decode()
    assert not JoinPage.objects.filter(is_open=True).exists()
    publish_notice(actor=cast.actor("liaison_hy"), corps_id=cast.units["hy"].corps_id, text="第一版")
    client.post("/u/sg11/join/", {"is_open": "on", "contact": ""})
    assert not JoinPage.objects.filter(is_open=True).exists()
    client.post("/u/sg11/join/", {"is_open": "on", "contact": "张队长 0734-8123456"})
    assert JoinPage.objects.get().is_open
