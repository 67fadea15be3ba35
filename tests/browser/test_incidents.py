"""Incidents as captains and officers meet them: the list, the queue, the form with its map, the page of one."""

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from corps.enums import GridLevel, SiteKind
from corps.models import Grid, Site, Station, UnitStation
from incidents.logic.parties import Particulars
from incidents.models import Incident, Party
from incidents.operations.incidents import add_note
from incidents.operations.parties import PartyEntry
from incidents.operations.verification import return_incident, verify_incident
from tests.browser.conftest import Look, PageFor, shoot
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.incidents.log import incident, yesterday
from tests.members.roster import person

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21")
# The cast's accounts are named by role and place; they stand in logs and lists.
PEOPLE = ("captain", "liaison", *CODES)

TOLD = (
    ("dispute", "sg11", "和平路口", "两户人家因停车起了争执，楼栋长到场劝说，双方握手言和，车位轮流使用。"),
    ("missing", "sg12", "江边公园", "走失老人在公园长椅上找到，送回家中，家属已签字确认。"),
    ("anti_fraud", "sg21", "人民商场门口", "向过往群众宣讲冒充客服退款的骗术，讲解报警和止付办法。"),
    ("hazard", "sg11", "青山小区三栋", "楼道内电动车私拉电线充电，已劝离并通知物业整改。"),
    ("water_rescue", "sg21", "石鼓书院码头", "一名儿童落水，巡逻队员抛出救生圈救起，送医观察。"),
)


@pytest.fixture
def log(cast: Cast) -> list[Incident]:
    """A fortnight of a detachment: every state, places on the map, people and parties."""
    unit = cast.units["sg11"]
    for number, (name, kind) in enumerate(
        (("石鼓书院集结点", "assembly"), ("青山小学", "school"), ("人民商场", "estate"), ("江边公园", "estate"))
    ):
        Site.objects.create(
            unit=unit,
            kind=SiteKind.SCHOOL if kind == "school" else SiteKind.ASSEMBLY_POINT,
            name=name,
            latitude=26.905 + number * 0.004,
            longitude=112.608 + (number % 2) * 0.009,
        )
    station = Station.objects.create(
        corps=unit.corps, name="青山派出所", code="st1", latitude=26.9105, longitude=112.6105
    )
    UnitStation.objects.create(unit=unit, station=station, primary=True)
    Grid.objects.create(corps=unit.corps, unit=unit, level=GridLevel.FIRST, name="青山第一网格", code="g1")
    members = [person(cast.units["sg11"].pk, name) for name in ("张伟", "王芳", "欧阳淑华")]
    party = PartyEntry("disputant", Particulars(name="欧阳小明", phone="13812345678", address="青山路8号"))
    made = []
    for number in range(16):
        kind, code, place, account = TOLD[number % len(TOLD)]
        made.append(
            incident(
                cast,
                code,
                actor=cast.actor("captain_sg"),
                kind=kind,
                place=place,
                account=account,
                occurred_at=yesterday(8 + number % 12, days=1 + number // 2),
                quantity=1,
                outcome="双方当场和好，并约定轮流停车。" if number % 2 else "",
                latitude=26.906 + number * 0.0008,
                longitude=112.61 + number * 0.0006,
                participant_ids=[one.pk for one in members] if number == 0 else (),
                parties=[party, PartyEntry("witness", Particulars(name="李四"))] if number == 0 else (),
                submit=number != 15,
            )
        )
    officer = cast.actor("liaison_sg")
    for one in made[5:12]:
        verify_incident(actor=officer, incident_id=one.pk)
    return_incident(actor=officer, incident_id=made[12].pk, remark="请写明送往哪家医院，并补充参与队员。")
    add_note(actor=officer, incident_id=made[0].pk, text="已电话回访，双方再无争执。")
    return made


def test_list(look_at: Look, log: list[Incident]) -> None:
    look_at("captain_sg", "/u/sg/incidents/", "incidents", words=PEOPLE)


def test_list_with_the_queue(look_at: Look, log: list[Incident]) -> None:
    look_at("liaison_sg", "/u/sg/incidents/", "incidents-queue", words=PEOPLE)


def test_empty_list(look_at: Look, cast: Cast) -> None:
    look_at("captain_sg", "/u/sg/incidents/", "incidents-empty", words=PEOPLE)


def test_form(look_at: Look, log: list[Incident]) -> None:
    look_at("captain_sg11", "/u/sg11/incidents/new/", "incident-new", words=PEOPLE)


def test_edit_and_party_forms(look_at: Look, log: list[Incident]) -> None:
    look_at("captain_sg", f"/incidents/{log[12].pk}/edit/", "incident-edit", words=PEOPLE)
    look_at("captain_sg", f"/incidents/{log[0].pk}/parties/", "incident-party", words=PEOPLE)


def test_incident(look_at: Look, log: list[Incident]) -> None:
    look_at("liaison_sg", f"/incidents/{log[0].pk}/", "incident", words=PEOPLE)
    look_at("captain_sg", f"/incidents/{log[12].pk}/", "incident-returned", words=PEOPLE)


def test_an_incident_is_recorded_with_map_people_and_party(page_for: PageFor, log: list[Incident], cast: Cast) -> None:
    page = page_for("captain_sg11", size="phone").go("/u/sg11/incidents/new/")
    page.locator(".y-kind", has_text="走失人员寻回").click()
    # The chosen kind stays, the others step back, and its own quantity is asked.
    expect(page.locator(".y-kind:visible")).to_have_count(1)
    expect(page.locator("[data-quantity-label]")).to_have_text("寻回人数")
    page.fill("input[name=quantity]", "2")
    page.locator("#incident-map").click(position={"x": 120, "y": 90})
    expect(page.locator(".y-map-pin")).to_be_visible()
    expect(page.locator("[data-where]")).not_to_be_empty()
    page.fill("input[name=place]", "和平路口")
    page.fill("[data-person-search]", "zhangw")
    page.locator("[data-add-person]", has_text="张伟").click()
    expect(page.locator("[data-chosen-people] li")).to_have_count(1)
    page.fill("textarea[name=account]", "两名走失老人在路口找到，送回家中。")
    page.click("[data-add-party]")
    page.fill("input[name=party-0-name]", "欧阳小明")
    page.fill("input[name=party-0-phone]", "12")
    shoot(page, "incident-filled-phone-zh-hans")
    page.click("button[value=submit]")
    # Something is wrong with the telephone: everything else is still there.
    expect(page.locator("[data-party] .y-error")).to_be_visible()
    expect(page.locator("[data-chosen-people] li")).to_have_count(1)
    expect(page.locator("input[name=quantity]")).to_have_value("2")
    expect(page.locator(".y-map-pin")).to_be_attached()
    shoot(page, "incident-wrong-phone-zh-hans")
    page.fill("input[name=party-0-phone]", "13812345678")
    page.click("button[value=submit]")
    page.wait_for_url(re.compile(r"/incidents/\d+/$"))
    made = Incident.objects.latest("pk")
    assert (made.quantity, made.place, made.state) == (2, "和平路口", "submitted")
    assert made.latitude is not None
    assert abs(made.latitude - 26.91) < 0.1
    assert Party.objects.latest("pk").shown == "欧阳** · 138****5678"
    expect(page.locator(".y-notice-done")).to_be_visible()


def test_the_map_obeys_the_keyboard_and_known_places(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("captain_sg11").go("/u/sg11/incidents/new/")
    box = page.locator("#incident-map")
    box.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".y-map-cross")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".y-map-pin")).to_be_visible()
    assert page.url.endswith("/new/"), "Enter on the map sends nothing"
    page.click("[data-clear]")
    expect(page.locator(".y-map-pin")).to_have_count(0)
    expect(page.locator("input[name=latitude]")).to_have_value("")
    page.locator(".y-map-place").first.click()
    expect(page.locator("input[name=place]")).not_to_have_value("")
    # Coordinates typed by hand move the point as well.
    page.click(".y-coordinates-more summary")
    page.fill("input[name=latitude]", "26.95")
    page.fill("input[name=longitude]", "112.65")
    page.press("input[name=longitude]", "Tab")
    expect(page.locator("[data-where]")).to_have_text("26.95000, 112.65000")
    # Emptied by hand, the point is gone from the map as it is from the form.
    page.fill("input[name=latitude]", "")
    page.fill("input[name=longitude]", "")
    page.locator("input[name=longitude]").blur()
    expect(page.locator(".y-map-pin")).to_have_count(0)
    expect(page.locator("[data-where]")).to_be_empty()


def test_my_position_is_taken_and_a_refusal_is_said(page_for: PageFor, log: list[Incident]) -> None:
    visitor = page_for("captain_sg11", size="phone")
    page = visitor.go("/u/sg11/incidents/new/")
    page.click("[data-locate]")
    expect(page.locator("[data-locate-failed]")).to_be_visible()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 26.9, "longitude": 112.6})
    page.click("[data-locate]")
    expect(page.locator("input[name=latitude]")).to_have_value("26.900000")
    expect(page.locator(".y-map-pin")).to_be_visible()
    expect(page.locator("[data-locate-failed]")).to_be_hidden()


TILE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_shifted_tiles_leave_the_fields_in_wgs84(page_for: PageFor, log: list[Incident], settings: Any) -> None:
    settings.TILE_URL = "/tiles/{z}/{x}/{y}.png"
    settings.TILE_DATUM = "gcj02"
    visitor = page_for("captain_sg11")
    visitor.page.route("**/tiles/**", lambda route: route.fulfill(content_type="image/png", body=TILE))
    with visitor.page.expect_request("**/tiles/**"):
        page = visitor.go("/u/sg11/incidents/new/")
    page.click(".y-coordinates-more summary")
    page.fill("input[name=latitude]", "26.95")
    page.fill("input[name=longitude]", "112.65")
    page.press("input[name=longitude]", "Tab")
    # The map is now centred on the shifted place; taking that place gives back what was typed, not the shift.
    page.locator("#incident-map").focus()
    page.keyboard.press("Enter")
    latitude, longitude = (float(page.input_value(f"input[name={name}]")) for name in ("latitude", "longitude"))
    assert abs(latitude - 26.95) < 2e-4
    assert abs(longitude - 112.65) < 2e-4
    shift = page.evaluate("gcoord.transform([112.65, 26.95], gcoord.WGS84, gcoord.GCJ02)[0] - 112.65")
    assert shift > 1e-3, "the shift is far more than what was lost on the way"


def test_one_tap_verifies_and_two_return(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("liaison_sg", size="phone").go("/u/sg/incidents/")
    rows = page.locator("#queue tbody tr")
    before = rows.count()
    first = rows.first.locator("input[name=id]").get_attribute("value") or ""
    rows.first.locator("button[name=verify]").click()
    expect(rows).to_have_count(before - 1)
    assert Incident.objects.get(pk=first).state == "verified"
    second = rows.first.locator("input[name=id]").get_attribute("value") or ""
    rows.first.locator("[data-return]").click()
    expect(page.locator("#return-dialog [data-what]")).not_to_be_empty()
    page.fill("#return-remark", "请补充处理结果")
    shoot(page, "incident-return-phone-zh-hans")
    page.click("#return-dialog button[type=submit]")
    expect(rows).to_have_count(before - 2)
    expect(page).to_have_url(re.compile(r"/u/sg/incidents/"))
    assert Incident.objects.get(pk=second).state == "returned"


def test_several_are_settled_by_ticking(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("liaison_sg").go("/u/sg/incidents/?state=submitted")
    rows = page.locator("#queue tbody tr")
    before = rows.count()
    bar = page.locator("[data-selects=queue]")
    expect(bar).to_be_hidden()
    for position in range(2):
        rows.nth(position).locator("input[name=id]").check()
    expect(bar.locator("[data-count]")).to_have_text("2")
    bar.locator("button[name=verify]").click()
    expect(rows).to_have_count(before - 2)
    expect(page).to_have_url(re.compile("state=submitted"))
    for position in range(2):
        rows.nth(position).locator("input[name=id]").check()
    bar.locator("[data-return]").click()
    page.fill("#return-remark", "请补充地点")
    page.click("#return-dialog button[type=submit]")
    expect(rows).to_have_count(before - 4)


def test_a_party_is_revealed_in_its_place_after_a_reason(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("liaison_sg").go(f"/incidents/{log[0].pk}/")
    assert "13812345678" not in page.content()
    page.locator(".y-party-list .y-iconbtn").first.click()
    page.fill("dialog[open] input[name=reason]", "联系当事人")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator(".y-party-open")).to_contain_text("13812345678")
    shoot(page, "incident-revealed-desktop-zh-hans")
    page.reload()
    assert "13812345678" not in page.content()
    expect(page.locator(".y-line")).to_contain_text("联系当事人")


def test_searching_narrows_while_typing(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("captain_sg").go("/u/sg/incidents/")
    rows = page.locator("#incident-rows tbody tr")
    expect(rows).to_have_count(16)
    page.fill("#incident-q", "落水")
    expect(rows).to_have_count(3)
    expect(page).to_have_url(re.compile("q="))


def test_a_withdrawal_names_what_it_does(page_for: PageFor, log: list[Incident]) -> None:
    page = page_for("liaison_sg").go(f"/incidents/{log[6].pk}/")
    page.click("[data-opens=withdraw]")
    expect(page.locator("dialog[open]")).to_contain_text("随即相应减少")
    page.fill("dialog[open] textarea", "与另一条重复")
    page.click("dialog[open] button.y-btn-danger")
    expect(page.locator(".y-notice-done")).to_be_visible()
    assert Incident.objects.get(pk=log[6].pk).state == "submitted"


@pytest.mark.parametrize("path", ["/u/sg/incidents/", "/u/sg/incidents/new/", "one"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(page_for: PageFor, log: list[Incident], path: str) -> None:
    visitor = page_for("liaison_sg", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    page: Page = visitor.go(f"/incidents/{log[0].pk}/" if path == "one" else path)
    assert sideways(page) == 0
    shoot(page, f"incidents-320-{path.strip('/').replace('/', '-')}")
