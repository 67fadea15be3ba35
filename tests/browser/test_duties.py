"""Duties in a real browser: each page as its readers see it, and a week planned with the keyboard alone."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from corps.models import Account, Site
from corps.queries.scope import local_today
from duties.enums import AttendanceStatus, ShiftState
from duties.models import Assignment, Attendance, Shift
from duties.operations.attendance import Entry, correct, record_list
from members.models import Member
from tests.browser.conftest import Look, PageFor, shoot
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.duties.stage import PICTURE, Duties, duties_of, this_monday

pytestmark = pytest.mark.django_db(transaction=True)

# Codes of units are code; the others are initials that a placeholder shows, as one types them.
WORDS = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "captain", "xl", "zw", "wf", "ln", "lm")


@pytest.fixture
def duties(cast: Cast) -> Duties:
    reverse("my")  # loads every address once, so that no page waits for it
    return duties_of(cast)


@pytest.fixture
def week(duties: Duties) -> Duties:
    """A week with full shifts, gaps, a joint one, and shifts of other squads."""
    unit = duties.cast.units["sg11"]
    site = Site.objects.create(unit=unit, kind="assembly", name="石鼓书院集结点")
    today = (local_today() - this_monday()).days
    for day in range(7):
        away = day - today
        duties.shift(day=away, at="07:20", minutes=40, kind="school-in", people=("张伟", "王芳"))
        if day % 2 == 0:
            duties.shift(day=away, people=("李娜",), site_id=site.pk, police=1, auxiliaries=2)
    duties.shift(
        day=6 - today,
        at="22:00",
        minutes=300,
        kind="night",
        needed=4,
        people=("刘敏", "陈曦"),
        route="滨江路至万达广场",
        joint_unit_ids=[duties.cast.units["sg12"].pk],
        remarks="请带肩灯和对讲机",
    )
    duties.shift("sg21", day=1 - today, needed=6)
    duties.shift("sg12", day=2 - today, needed=1)
    return duties


@pytest.fixture
def served(duties: Duties) -> Shift:
    """A shift that is over: attendance recorded, one record corrected."""
    shift = duties.begun(300, 120, kind="publicity", needed=4, people=("张伟", "王芳", "李娜"), route="万达广场")
    people = duties.people
    actor = duties.cast.actor("captain_sg11")
    entries = [Entry(people["张伟"].pk, AttendanceStatus.PRESENT), Entry(people["王芳"].pk, AttendanceStatus.ABSENT)]
    record_list(actor=actor, shift_id=shift.pk, entries=entries)
    absent = Attendance.objects.get(member=people["王芳"])
    correct(
        actor=actor,
        attendance_id=absent.pk,
        status=AttendanceStatus.LATE,
        checked_in_at=shift.starts_at + dt.timedelta(minutes=20),
        checked_out_at=shift.ends_at,
        reason="当时在另一路口，民警已证实",
    )
    return shift


def linked(duties: Duties, name: str = "张伟", account: str = "member_sg11") -> Member:
    """The person whose own account this is."""
    member = duties.people[name]
    member.account = Account.objects.get(username=account)
    member.save()
    return member


# --- as readers see it ----------------------------------------------------------------------------------------------


def test_the_week_of_a_squad(look_at: Look, week: Duties) -> None:
    look_at("captain_sg11", "/u/sg11/duties/", "duties-week", words=WORDS)


def test_the_week_of_superiors(look_at: Look, week: Duties) -> None:
    look_at("captain_sg", "/u/sg/duties/", "duties-week-detachment", words=WORDS)


def test_a_week_without_shifts(look_at: Look, duties: Duties) -> None:
    look_at("captain_sg11", "/u/sg11/duties/", "duties-week-empty", words=WORDS)


def test_a_planned_shift(look_at: Look, duties: Duties) -> None:
    shift = duties.shift(day=2, needed=3, people=("张伟", "王芳"), police=1, route="滨江路", remarks="请带肩灯")
    look_at("captain_sg11", f"/shifts/{shift.pk}/", "shift-planned", words=WORDS)


def test_a_running_shift(look_at: Look, duties: Duties) -> None:
    shift = duties.begun(30, people=("张伟", "王芳", "李娜"))
    look_at("captain_sg11", f"/shifts/{shift.pk}/", "shift-running", words=WORDS)


def test_a_shift_to_be_closed(look_at: Look, served: Shift) -> None:
    look_at("captain_sg11", f"/shifts/{served.pk}/", "shift-due", words=("captain", "MB", *WORDS))
    attendance = Attendance.objects.filter(shift=served, current=True).first()
    assert attendance is not None
    look_at("captain_sg11", f"/attendance/{attendance.pk}/correct/", "attendance-correct", words=WORDS)


def test_forms(look_at: Look, duties: Duties) -> None:
    shift = duties.shift(day=2, people=("张伟",))
    look_at("captain_sg11", "/u/sg11/duties/new/", "shift-new", words=WORDS)
    look_at("captain_sg11", "/u/sg11/duties/series/", "series-new", words=WORDS)
    look_at("captain_sg11", f"/shifts/{shift.pk}/edit/", "shift-edit", words=WORDS)
    look_at("captain_sg11", f"/shifts/{shift.pk}/cancel/", "shift-cancel", words=WORDS)


def test_the_members_own_pages(look_at: Look, duties: Duties) -> None:
    linked(duties)
    duties.shift(day=1, people=("张伟", "王芳"), route="滨江路至万达广场", remarks="请带肩灯和对讲机")
    for day in (3, 5, 8):
        duties.shift(day=day, at="07:20", minutes=40, kind="school-in", people=("张伟",))
    past = duties.begun(26 * 60, 150, people=("张伟",))
    actor = duties.cast.actor("captain_sg11")
    record_list(actor=actor, shift_id=past.pk, entries=[Entry(duties.people["张伟"].pk, AttendanceStatus.PRESENT)])
    look_at("member_sg11", "/my/", "my", words=WORDS)
    look_at("member_sg11", "/my/duties/", "my-duties", words=WORDS)
    look_at("member_sg11", "/my/record/", "my-record", words=WORDS)


def test_an_account_without_a_member(look_at: Look, cast: Cast) -> None:
    look_at("captain_sg", "/my/", "my-none", words=WORDS)


@pytest.mark.parametrize("path", ["/u/sg11/duties/", "/u/sg/duties/", "/u/sg11/duties/new/", "/u/sg11/duties/series/"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(page_for: PageFor, week: Duties, path: str) -> None:
    visitor = page_for("captain_sg", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert sideways(visitor.go(path)) == 0


def test_a_members_page_works_at_320_pixels_with_buttons_for_thumbs(page_for: PageFor, duties: Duties) -> None:
    linked(duties)
    for day in (1, 3):
        duties.shift(day=day, people=("张伟",), route="滨江路至万达广场沿线各路口")
    visitor = page_for("member_sg11", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/my/", "/my/duties/", "/my/record/"):
        page = visitor.go(path)
        assert sideways(page) == 0, path
        base = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert base >= 16, path
        places = page.locator(".y-places > li > a")
        expect(places).to_have_count(5)
        assert all(box.bounding_box()["height"] >= 48 for box in places.all())  # type: ignore[index]


# --- with the keyboard alone ----------------------------------------------------------------------------------------


class Keyboard:
    """Presses keys and counts them; nothing else touches the page."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def type(self, text: str) -> None:
        self.press(*text)

    def pick(self, text: str, name: str) -> None:
        """Type and wait until the suggestion that is marked is the wanted one."""
        self.type(text)
        expect(self.page.locator(".y-suggest [aria-selected=true]")).to_contain_text(name)


# Two strokes a second is slow for whoever plans every week; sixty seconds are then 120 strokes.
STROKES_OF_A_MINUTE = 120


def test_a_week_is_planned_with_the_keyboard_in_under_a_minute(page_for: PageFor, duties: Duties) -> None:
    """Twelve shifts with their members in 67 strokes, and the week after in two."""
    monday = this_monday() + dt.timedelta(days=7)
    page = page_for("captain_sg11").go(f"/u/sg11/duties/?week={monday}")
    keys = Keyboard(page)
    cards = page.locator(".y-shift")

    # School gate, Monday to Friday, at the customary time, the same two.
    keys.press("n")
    keys.pick("hxg", "护学岗（上学）")
    keys.press("Tab")
    keys.type("1-5")
    keys.press("Tab", "Tab", "2", "Tab")
    keys.pick("zw", "张伟")
    keys.press("Space")
    keys.pick("wf", "王芳")
    keys.press("Enter", "Enter")
    expect(cards).to_have_count(5)

    # Patrols on five evenings; two teams take turns.
    keys.pick("rc", "日常巡逻")
    keys.press("Tab")
    keys.type("1-5")
    keys.press("Tab")
    keys.type("1930-2130")
    keys.press("Tab", "2", "Tab")
    keys.type("ln lm/cx ")
    keys.pick("zl", "赵磊")
    keys.press("Enter", "Enter")
    expect(cards).to_have_count(10)

    # Nights at the weekend, as the kind has them.
    keys.pick("yjj", "夜间经济巡防")
    keys.press("Tab")
    keys.type("67")
    keys.press("Tab", "Tab", "Tab")
    keys.type("cx ")
    keys.pick("zl", "赵磊")
    keys.press("Enter", "Enter")
    expect(cards).to_have_count(12)

    assert keys.strokes == 67
    assert keys.strokes < STROKES_OF_A_MINUTE
    assert Assignment.objects.filter(active=True).count() == 5 * 2 + 5 * 2 + 2 * 2
    evenings = Shift.objects.filter(kind=duties.kinds["patrol"]).order_by("starts_at")
    assert [sorted(one.member.initials for one in shift.assignments.all()) for shift in evenings] == [
        ["lm", "ln"],
        ["cx", "zl"],
        ["lm", "ln"],
        ["cx", "zl"],
        ["lm", "ln"],
    ]

    # The week after: one key to go there, one to copy everything with its members. The cursor stands in the row, so
    # it is left first.
    page.keyboard.press("Escape")
    before = keys.strokes
    keys.press("]")
    page.wait_for_url(re.compile(str(monday + dt.timedelta(days=7))))
    keys.press("c")
    expect(cards).to_have_count(12)
    assert keys.strokes - before == 2
    assert Assignment.objects.filter(active=True).count() == 48
    shoot(page, "duties-week-keyboard")


def test_cards_are_walked_repeated_and_taken_back(page_for: PageFor, duties: Duties) -> None:
    monday = this_monday() + dt.timedelta(days=7)
    away = (monday - local_today()).days
    first = duties.shift(day=away, people=("张伟", "王芳"))
    page = page_for("captain_sg11").go(f"/u/sg11/duties/?week={monday}")
    cards = page.locator(".y-shift")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#shift-{first.pk}")).to_be_focused()
    for number in (2, 3):
        page.keyboard.press("a")
        expect(cards).to_have_count(number)
        expect(cards.nth(number - 1)).to_be_focused()
    assert Shift.objects.filter(state=ShiftState.PLANNED, assignments__member__name="王芳").count() == 3
    page.keyboard.press("ArrowLeft")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("u")
    expect(cards).to_have_count(2)
    expect(page.locator("[data-key=u]")).to_have_count(0)
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    expect(page.locator("#quick-kind")).to_be_focused()
    expect(page.locator("#quick-days")).to_have_value("3")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/shifts/\d+/|/duties/new/"))


def test_what_is_mistyped_is_said_beside_the_row_and_nothing_is_planned(page_for: PageFor, duties: Duties) -> None:
    page = page_for("captain_sg11").go("/u/sg11/duties/")
    page.fill("#quick-kind", "日常巡逻")
    page.fill("#quick-days", "9")
    page.fill("#quick-people", "zw 孙悟空")
    page.press("#quick-people", "Escape")
    page.press("#quick-days", "Enter")
    expect(page.locator("#quick .y-error")).to_have_count(2)
    expect(page.locator("#quick")).to_contain_text("孙悟空")
    expect(page.locator("#quick-days")).to_be_focused()
    expect(page.locator("#quick-kind")).to_have_value("日常巡逻")
    assert not Shift.objects.exists()


# --- one shift ------------------------------------------------------------------------------------------------------


def test_a_captain_records_who_came_with_one_press_each(page_for: PageFor, duties: Duties) -> None:
    shift = duties.begun(30, people=("张伟", "王芳", "李娜"))
    page = page_for("captain_sg11", size="phone").go(f"/shifts/{shift.pk}/")
    with page.expect_navigation():
        page.get_by_role("button", name="王芳：缺勤").click()
    expect(page.locator(f"#member-{duties.people['王芳'].pk}")).to_contain_text("缺勤")
    with page.expect_navigation():
        page.get_by_role("button", name="全员到岗").click()
    expect(page.locator(".y-messages")).to_contain_text("2")
    with page.expect_navigation():
        page.get_by_role("button", name="全员签退").click()
    assert list(Attendance.objects.order_by("member__pinyin").values_list("status", flat=True)) == [
        "present",
        "absent",
        "present",
    ]
    assert not Attendance.objects.filter(status="present", checked_out_at=None).exists()


def test_a_correction_asks_for_the_reason_and_shows_old_and_new(page_for: PageFor, served: Shift) -> None:
    page = page_for("captain_sg11").go(f"/shifts/{served.pk}/")
    page.get_by_role("link", name="更正：张伟").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("到岗")
    dialog.get_by_label("状态").select_option("absent")
    shoot(page, "attendance-correct-dialog")
    dialog.get_by_role("button", name="保存更正").click()
    # Without a reason the form comes back on a page of its own, nothing lost.
    expect(page.locator(".y-error")).to_be_visible()
    expect(page.get_by_label("状态")).to_have_value("absent")
    page.get_by_label("事由").fill("签到表重名")
    page.get_by_role("button", name="保存更正").click()
    story = page.locator("#story")
    expect(story).to_contain_text("签到表重名")
    expect(story.locator(".y-old").first).to_contain_text("到岗")
    expect(story.locator(".y-new").first).to_contain_text("缺勤")


def test_closing_says_what_is_missing_and_where_to_mend_it(page_for: PageFor, served: Shift, duties: Duties) -> None:
    page = page_for("captain_sg11").go(f"/shifts/{served.pk}/")
    missing = page.locator(".y-missing")
    expect(missing).to_contain_text("李娜")
    expect(missing.locator("a[href='#crew']")).to_have_count(1)
    expect(missing.locator("a[href='#results']")).to_have_count(1)
    page.get_by_role("button", name="李娜：到岗").click()
    page.get_by_label("发放宣传材料").fill("120")
    page.get_by_role("button", name="保存成果").click()
    page.get_by_role("button", name="结束班次").click()
    expect(page.locator("h1 + p")).to_contain_text("已结束")
    served.refresh_from_db()
    assert served.state == ShiftState.CLOSED


def test_a_photo_is_added_seen_and_removed(page_for: PageFor, served: Shift) -> None:
    page = page_for("captain_sg11").go(f"/shifts/{served.pk}/")
    page.set_input_files("input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": PICTURE})
    page.get_by_label("说明").fill("发放传单")
    page.get_by_role("button", name="添加照片").click()
    picture = page.locator(".y-photos img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    page.locator("[data-opens^=photo-]").click()
    page.get_by_role("dialog").get_by_role("button", name="删除照片").click()
    expect(picture).to_have_count(0)
