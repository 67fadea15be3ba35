"""Journey: from a squad's sheet to the city's figure, and from the figure back to the facts it was counted from.

A captain imports an Excel roster, plans a shift with the people in it, records who came and closes it, and records an
incident; an officer verifies that. Meanwhile the city's first page stands open: its figures count up by themselves,
agree with the page of results, and open to that very shift, its two attendances, and that very incident. Every step
goes through the pages, in a browser, with real worker, beat and live processes.
"""

import io
import re

import openpyxl
from playwright.sync_api import Locator, Page, expect

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from duties.models import Shift
from duties.operations.kinds import plant_default_kinds as plant_duty_kinds
from incidents.models import Incident, IncidentKind
from incidents.operations.kinds import plant_default_kinds as plant_incident_kinds
from tests.browser.conftest import PageFor, Visitor, shoot
from tests.cast import Cast
from tests.journeys.conftest import LiveProcess

SOON = 90_000

SHEET: list[list[object]] = [
    ["青山大队义警花名册"],
    ["姓名", "手机", "所属单位", "身份证号", "加入日期"],
    ["张伟", "13812345678", "二中队", "430405198001011239", "2022-11-03"],
    ["李芳", "13900001111", "二中队", "11010519491231002X", "2022-11-03"],
]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in SHEET:
        sheet.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_from_the_sheet_to_the_citys_figure_and_back(
    live: LiveProcess, page_for: PageFor, cast: Cast, beat: None
) -> None:
    corps_id = cast.units["hy"].corps_id
    plant_duty_kinds(actor=SYSTEM, corps_id=corps_id)
    plant_incident_kinds(actor=SYSTEM, corps_id=corps_id)
    city = patient(page_for("liaison_hy")).go("/u/hy/")
    expect(city.locator("#month")).to_contain_text("尚无成果")

    captain = patient(page_for("captain_sg1"))
    import_the_sheet(captain.go("/u/sg1/imports/new/"))
    shift = serve(captain.go(f"/u/sg12/duties/?week={local_today()}"))
    made = record(captain.go("/u/sg12/incidents/new/"))
    verify(patient(page_for("liaison_sg")).go("/u/sg/"), made)

    # The page that stood open all the while.
    for code, number in (("attended", "2"), ("shifts", "1"), ("incidents", "1"), ("served", "2")):
        expect(figure(city, cast, code)).to_have_text(number, timeout=SOON)
    shoot(city, "journey-city")

    # The page of results says the same, and every figure leads to its facts.
    city.locator("#month").get_by_role("link", name="全部成果").click()
    city.wait_for_url("**/u/hy/results/**")
    expect(city.locator("main")).to_contain_text("执勤人次")
    total = city.locator("main a[href*='/u/hy/results/attended/']").first
    expect(total).to_contain_text("2")
    total.click()
    facts = city.locator("#facts tbody tr")
    expect(facts).to_have_count(2)
    assert {name for name in ("张伟", "李芳") if name in city.locator("#facts").inner_text()} == {"张伟", "李芳"}
    facts.first.locator(f"a[href='/shifts/{shift.pk}/']").click()
    expect(city.locator("h1")).to_contain_text(shift.kind.name)

    city.goto(city.url.split("/shifts/")[0] + "/u/hy/")
    city.locator(f'[data-live-figure="{cast.units["hy"].pk}:incidents"]').click()
    expect(city.locator("#facts tbody tr")).to_have_count(1)
    city.locator(f"#facts a[href='/incidents/{made.pk}/']").first.click()
    expect(city.locator("main")).to_contain_text("双方握手言和")


def patient(visitor: Visitor) -> Visitor:
    """Five processes share the machine; nobody is in a hurry."""
    visitor.page.set_default_timeout(SOON)
    return visitor


def figure(page: Page, cast: Cast, code: str) -> Locator:
    return page.locator(f'[data-live-figure="{cast.units["hy"].pk}:{code}"] [data-value]')


def import_the_sheet(page: Page) -> None:
    """Two people of the second squad, by an Excel sheet."""
    file = {"name": "青山花名册.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    page.click("main button[type=submit]")
    page.wait_for_url("**/imports/*/")
    expect(page.locator(".y-decide button")).to_be_visible(timeout=SOON)
    page.click(".y-decide button")
    expect(page.locator(".y-notice-done")).to_be_visible(timeout=SOON)


def serve(page: Page) -> Shift:
    """Plan a shift of today with both of them in the quick row, record that they came, close it."""
    page.fill("#quick-kind", "日常巡逻")
    page.fill("#quick-days", str(local_today().isoweekday()))
    page.fill("#quick-times", "0000-0001")
    page.fill("#quick-needed", "2")
    page.fill("#quick-people", "张伟 李芳")
    page.press("#quick-people", "Escape")
    page.press("#quick-needed", "Enter")
    expect(page.locator(".y-shift")).to_have_count(1)
    shift = Shift.objects.get()
    page.goto(page.url.split("/u/")[0] + f"/shifts/{shift.pk}/")
    page.get_by_role("button", name="全员到岗").click()
    expect(page.locator("#crew")).to_contain_text("到岗")
    check_out = page.get_by_role("button", name="全员签退")
    if check_out.count():
        check_out.click()
    page.get_by_role("button", name="结束班次").click()
    expect(page.locator("h1 + p")).to_contain_text("已结束")
    return shift


def record(page: Page) -> Incident:
    """A dispute settled by one of them, submitted for verification."""
    kind = IncidentKind.objects.filter(category="dispute").order_by("code").first()
    assert kind is not None
    page.locator(".y-kind", has_text=kind.name).click()
    page.click("[data-now]")
    page.fill("input[name=place]", "和平路口")
    page.fill("[data-person-search]", "zhangw")
    page.locator("[data-add-person]", has_text="张伟").click()
    page.fill("textarea[name=account]", "两户人家因停车起了争执，劝说后双方握手言和。")
    page.click("button[value=submit]")
    page.wait_for_url(re.compile(r"/incidents/\d+/$"))
    return Incident.objects.get()


def verify(page: Page, made: Incident) -> None:
    """The officer finds it among what waits, opens it and verifies."""
    page.locator(f"#waiting a[href='/incidents/{made.pk}/']").click()
    page.wait_for_url(f"**/incidents/{made.pk}/")
    page.get_by_role("button", name="核实", exact=True).click()
    expect(page.locator("main")).to_contain_text("已核实")
