"""What the pages' own scripts do: dialogs, table keys, selection, menus, charts, live progress."""

import json
import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PageFor, Windows, shoot


@pytest.fixture
def guide(page_for: PageFor) -> Page:
    """The style guide, which holds every component."""
    return page_for().go("/design/")


def test_a_dialog_opens_names_its_consequence_and_closes_by_button_escape_and_backdrop(guide: Page) -> None:
    opener = guide.get_by_role("button", name="撤销导入").first
    dialog = guide.locator("dialog#undo")
    for close in ("button", "escape", "backdrop"):
        opener.click()
        expect(dialog).to_be_visible()
        expect(dialog).to_contain_text("3,214 人恢复到导入前")
        if close == "button":
            dialog.get_by_role("button", name="取消").click()
        elif close == "escape":
            guide.keyboard.press("Escape")
        else:
            guide.mouse.click(5, 5)
        expect(dialog).to_be_hidden()


def test_a_page_that_is_going_elsewhere_is_closed(windows: Windows, page_for: PageFor) -> None:
    visitor = page_for()
    for delay in range(0, 30, 2):
        page = visitor.page.context.new_page()
        page.goto(f"{visitor.address}/design/")
        page.evaluate("() => { setTimeout(() => location.reload(), 0); }")
        page.wait_for_timeout(delay)
        windows.shut(page)
        assert page.is_closed()


@pytest.fixture
def early(page_for: PageFor) -> tuple[Page, Callable[[], None]]:
    """The style guide while its scripts are still on their way, and what lets them come."""
    visitor = page_for()
    kept_back: list[Route] = []
    visitor.page.route("**/js/page.js", lambda route: kept_back.append(route))  # noqa: PLW0108 (marked by Playwright)
    visitor.page.goto(f"{visitor.address}/design/", wait_until="commit")

    def let_come() -> None:
        kept_back[0].continue_()

    return visitor.page, let_come


def test_a_tap_before_the_scripts_have_come_is_done_when_they_have(early: tuple[Page, Callable[[], None]]) -> None:
    page, let_come = early
    opener = page.get_by_role("button", name="撤销导入").first
    expect(opener).to_be_visible()
    assert page.evaluate("document.readyState") != "complete"
    opener.click()
    dialog = page.locator("dialog#undo")
    expect(dialog).to_be_hidden()
    let_come()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()


def test_boxes_ticked_before_the_scripts_have_come_are_counted(early: tuple[Page, Callable[[], None]]) -> None:
    page, let_come = early
    page.get_by_label("选择张伟").check()
    bar = page.locator("[data-selects=people]")
    expect(bar).to_be_hidden()
    let_come()
    expect(bar).to_contain_text("已选 1")


def test_rows_are_walked_by_j_k_and_arrows_and_opened_by_enter(guide: Page) -> None:
    rows = guide.locator("#people tr[data-row]")
    guide.locator("body").press("j")
    expect(rows.nth(0)).to_be_focused()
    guide.keyboard.press("j")
    guide.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    guide.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    guide.keyboard.press("Enter")
    expect(guide).to_have_url(re.compile("#2$"))


def test_letters_typed_into_a_field_stay_letters(guide: Page) -> None:
    guide.locator("body").press("/")
    search = guide.get_by_label("搜索队员")
    expect(search).to_be_focused()
    search.press_sequentially("jk/")
    expect(search).to_have_value("jk/")


def test_a_click_on_a_row_opens_it(guide: Page) -> None:
    guide.locator("#people tr[data-row]").nth(3).locator("td").nth(2).click()
    expect(guide).to_have_url(re.compile("#4$"))


def test_the_selection_bar_appears_counts_and_goes(guide: Page) -> None:
    bar = guide.locator("[data-selects=people]")
    expect(bar).to_be_hidden()
    guide.get_by_label("选择张伟").check()
    guide.get_by_label("选择王芳").check()
    expect(bar).to_contain_text("已选 2")
    guide.get_by_label("全选").check()
    expect(bar).to_contain_text("已选 7")
    guide.get_by_role("button", name="取消选择").click()
    expect(bar).to_be_hidden()
    expect(guide.get_by_label("选择张伟")).not_to_be_checked()


def test_menus_close_on_a_click_elsewhere_and_on_escape(page_for: PageFor) -> None:
    page = page_for("captain_sg").go("/accounts/sessions/")
    menu = page.locator("details.y-menu:has(form[action$='/logout/'])")
    for close in ("click", "escape"):
        menu.locator("> summary").click()
        expect(menu).to_have_attribute("open", "")
        if close == "click":
            page.locator("main h1").click()
        else:
            page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")


def test_a_chart_is_drawn_and_has_its_table(guide: Page) -> None:
    canvas = guide.locator("#duties canvas")
    expect(canvas).to_be_visible()
    guide.get_by_text("以表格显示").click()
    expect(guide.locator("#duties table")).to_contain_text("322")


def test_a_chart_changes_with_the_theme(guide: Page) -> None:
    def picture() -> str:
        drawn: str = guide.locator("#duties canvas").evaluate("canvas => canvas.toDataURL()")
        return drawn

    expect(guide.locator("#duties canvas")).to_be_visible()
    before = picture()
    guide.emulate_media(color_scheme="dark")
    expect(guide.locator("html")).to_have_attribute("data-bs-theme", "dark")
    guide.wait_for_load_state("networkidle")
    assert picture() != before


def test_a_page_opened_in_the_dark_is_dark(page_for: PageFor) -> None:
    guide = page_for(scheme="dark").go("/design/")
    expect(guide.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_masked_value_is_shown_after_a_reason(guide: Page) -> None:
    def answer(route: Route) -> None:
        assert "reason=" in (route.request.post_data or "")
        assert route.request.headers["x-csrftoken"]
        route.fulfill(body="<span class='y-masked'>430402196805020026</span>", content_type="text/html")

    guide.route("**/design/", lambda route: answer(route) if route.request.method == "POST" else route.continue_())
    guide.get_by_role("button", name="显示完整内容 身份证号").click()
    dialog = guide.get_by_role("dialog")
    dialog.get_by_role("button", name="显示", exact=True).click()
    expect(dialog).to_be_visible()  # without a reason nothing is sent
    dialog.get_by_label("事由").fill("核对证件原件")
    dialog.get_by_role("button", name="显示", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(guide.get_by_text("430402196805020026").first).to_be_visible()


STREAM = "id: 5-1\nevent: progress\ndata: {}\n\n"


def test_a_live_event_moves_the_bar_and_a_lost_stream_is_taken_up_where_it_broke(page_for: PageFor) -> None:
    visitor = page_for(listens=True)
    page = visitor.page
    asked: list[str] = []

    def stream(route: Route) -> None:
        asked.append(route.request.url)
        moved = json.dumps({"state": "staging", "rows_done": 90_000, "rows_total": 124_000})
        route.fulfill(body=STREAM.format(moved), content_type="text/event-stream")

    def connected(route: Route) -> None:
        ear = '<div hidden data-live-url="/live" data-live-ticket="t" data-live-events="progress state"></div>'
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{ear}</body>"))

    page.route("**/live?*", stream)
    page.route("**/design/", connected)
    visitor.go("/design/")
    expect(page.locator("#running [data-done]")).to_have_text("90,000")
    expect(page.locator("#running progress")).to_have_attribute("value", "90000")
    # The answer above ends at once, as a restarting server would: the page comes back and names the event it saw last.
    page.wait_for_event("request", lambda request: "since=5-1" in request.url)
    assert "ticket=" in asked[0]


def test_a_page_whose_hour_is_over_asks_for_itself_anew(page_for: PageFor) -> None:
    visitor = page_for(listens=True)
    page = visitor.page
    answers = ["id: 6-1\nevent: state\ndata: {}\n\nevent: over\ndata: {}\n\n"]
    loads: list[str] = []

    def connected(route: Route) -> None:
        loads.append(route.request.url)
        ear = (
            f'<div hidden data-load="{len(loads)}" data-live-url="/live" data-live-ticket="t"'
            ' data-live-events="progress state"></div>'
        )
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{ear}</body>"))

    def stream(route: Route) -> None:
        route.fulfill(body=answers.pop() if answers else ": nothing\n\n", content_type="text/event-stream")

    page.route("**/live?*", stream)
    page.route("**/design/", connected)
    visitor.go("/design/")
    # Not by a function that is asked again and again: the policy of the page forbids that from the second time on.
    expect(page.locator("[data-load='2']")).to_be_attached()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "reload"
    assert len(loads) == 2


def test_print_shows_title_unit_and_signature_and_no_navigation(page_for: PageFor) -> None:
    page = page_for("captain_sg").go("/accounts/2fa/")
    page.emulate_media(media="print")
    expect(page.locator(".y-top")).to_be_hidden()
    expect(page.locator(".y-places")).to_be_hidden()
    guide = page_for().go("/design/")
    guide.emulate_media(media="print")
    expect(guide.locator(".y-sign")).to_be_visible()
    shoot(guide, "design-print")


def test_the_places_stay_at_the_thumb_on_a_long_page(page_for: PageFor) -> None:
    page = page_for("captain_sg", size="phone").go("/u/sg/units/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<br>'.repeat(200))")
    places = page.get_by_role("navigation", name="导航").filter(visible=True)
    expect(places).to_be_in_viewport(ratio=1)
    page.mouse.wheel(0, 1500)
    expect(places).to_be_in_viewport(ratio=1)


def test_whoever_was_signed_out_meanwhile_comes_to_the_entrance(page_for: PageFor) -> None:
    page = page_for("captain_sg").go("/u/sg/units/")
    Session.objects.all().delete()
    page.locator("details.y-switch > summary").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    expect(page.get_by_label("用户名")).to_be_visible()


def test_the_switcher_finds_units_of_the_readers_scope(page_for: PageFor) -> None:
    page = page_for("captain_sg").go("/u/sg/units/")
    page.locator("details.y-switch > summary").click()
    search = page.locator("#unit-search")
    expect(search).to_be_focused()
    search.fill("青山")
    results = page.locator("#unit-results")
    expect(results).to_contain_text("青山大队")
    search.fill("长湖")
    expect(results).to_contain_text("没有符合的单位")
    search.fill("sg1")
    results.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/u/sg1/"))
