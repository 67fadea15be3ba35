"""Journey: what a member becomes, learns and carries, from the poster to the last day.

Somebody applies on a phone; the captain vets and admits them, whom no patrol takes before they are trained; they are
enrolled, come, and have their certificate; they are put on a shift, get a whole kit and confirm it with one tap. They
cannot leave with it. When it is back they leave, the store is as full as before, and every day is told in their record.
"""

import re

from playwright.sync_api import Page, expect

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from duties.models import Assignment
from members.models import Certificate, CertificateKind, Confirmation, Holding, Member
from stats.operations.rollups import drain_all
from tests.browser.conftest import PageFor, Visitor, shoot
from tests.cast import Cast
from tests.duties.stage import duties_of
from tests.members.equipment.desk import Desk, desk_of
from tests.members.recruitment.stage import open_page
from tests.members.roster import identity_number
from tests.members.training.stage import course_of, kind_of, requirement_of, session_of

SOON = 90_000
NAME = "欧阳淑华"


def test_from_the_poster_to_the_last_day(page_for: PageFor, cast: Cast) -> None:
    desk = a_unit_that_asks_for_training(cast)
    apply(patient(page_for("", size="phone")).go("/join/sg11/"))
    captain = patient(page_for("captain_sg"))
    admit(captain.go("/u/sg11/applicants/"))
    member = Member.objects.get(name=NAME)
    assert member.status == "active"

    week = f"/u/sg11/duties/?week={local_today()}"
    plan(captain.go(week))
    expect(captain.page.locator("main")).to_contain_text("急救证")
    assert not Assignment.objects.filter(member=member).exists()

    session = session_of(cast, course_of(cast, kind=CertificateKind.objects.get()))
    train(captain.go(f"/training/{session.pk}/people/"))
    assert Certificate.objects.filter(member=member).count() == 1
    plan(captain.go(week))
    expect(captain.page.locator(".y-shift")).to_contain_text(NAME)

    issue_the_kit(captain.go("/u/sg11/equipment/issue/"))
    Member.objects.filter(pk=member.pk).update(account=cast.accounts["member_sg11"])
    phone = patient(page_for("member_sg11", size="phone")).go("/my/equipment/")
    phone.get_by_role("button", name="我已领到").click()
    expect(phone.locator(".y-messages")).to_contain_text("已确认")
    assert Confirmation.objects.get(member=member).how == "tap"
    shoot(phone, "journey-my-equipment")

    leave(captain.go(f"/members/{member.pk}/status/"))
    expect(captain.page.locator("main")).to_contain_text("反光背心")
    member.refresh_from_db()
    assert member.status == "active"
    captain.go(f"/members/{member.pk}/").get_by_role("link", name="收回").click()
    take_everything_back(captain.page)
    assert not Holding.objects.filter(member=member, quantity__gt=0).exists()
    leave(captain.go(f"/members/{member.pk}/status/"))
    expect(captain.page.locator("h1 + p")).to_contain_text("已离队")
    shoot(captain.page, "journey-left")

    # The store has what it had; the figure says so and leads to what came and went.
    drain_all(actor=SYSTEM, wait=True)
    stock = captain.go("/u/sg1/stock/")
    figures = stock.locator(f"tr[data-row] a[href*='/u/sg1/stock/{desk.vest.pk}/']")
    expect(figures.first).to_have_text("30")
    figures.first.click()
    expect(stock.locator("tr[data-row]").first).to_contain_text(NAME)
    told = captain.go(f"/members/{member.pk}/").locator("main").inner_text()
    for word in ("申请", "在队", "已离队", "急救证"):
        assert word in told, word


def a_unit_that_asks_for_training(cast: Cast) -> Desk:
    """An open recruitment page, a stocked store, and patrols for which one needs a first-aid certificate."""
    open_page(cast)
    desk = desk_of(cast)
    duties = duties_of(cast)
    patrol = duties.kinds["patrol"]
    patrol.requirement = requirement_of(cast, kind_of(cast))
    patrol.save()
    return desk


def patient(visitor: Visitor) -> Visitor:
    visitor.page.set_default_timeout(SOON)
    return visitor


def apply(page: Page) -> None:
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("身份证号").fill(identity_number(451))
    page.get_by_label("手机号").fill("13766667777")
    page.get_by_label("我已阅读并同意上面的隐私告知。").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已收到")).to_be_visible()


def admit(page: Page) -> None:
    """Vetted, then admitted, each with one tap."""
    for word in ("审核通过", "吸收入队"):
        page.locator("tr[data-row]", has_text=NAME).get_by_role("button", name=word).click()
        expect(page.locator(".y-messages")).to_contain_text(f"{word} 1 人")


def plan(page: Page) -> None:
    """A patrol of tonight with the new member, in the quick row."""
    page.fill("#quick-kind", "日常巡逻")
    page.fill("#quick-days", str(local_today().isoweekday()))
    page.fill("#quick-times", "2300-2359")
    page.fill("#quick-needed", "1")
    page.fill("#quick-people", NAME)
    page.press("#quick-people", "Escape")
    page.press("#quick-needed", "Enter")


def train(page: Page) -> None:
    """Enrolled, came, closed: the certificate is there."""
    page.locator("li", has_text=NAME).locator("input").check()
    page.get_by_role("button", name="为勾选的队员报名").click()
    page.wait_for_url(re.compile(r"/training/\d+/"))
    page.get_by_label("全部到课").check()
    page.get_by_role("button", name="保存名单").click()
    expect(page.get_by_text("名单已保存")).to_be_visible()
    page.get_by_role("button", name="结课发证").first.click()
    page.get_by_role("dialog").get_by_role("button", name="结课发证").click()
    expect(page.get_by_text("发证 1 张")).to_be_visible()


def issue_the_kit(page: Page) -> None:
    row = page.locator("tr", has_text=NAME)
    for other in page.locator("[data-kit-member]").all():
        other.uncheck()
    row.locator("[data-kit-member]").check()
    row.locator("select").select_option("L")
    page.get_by_role("button", name="发放所选").click()
    expect(page.locator(".y-messages")).to_contain_text("1 人")


def leave(page: Page) -> None:
    page.get_by_label("新状态").select_option("left")
    page.locator("main input[name=reason], main textarea[name=reason]").fill("搬离本市")
    page.locator("main form button[type=submit]").click()


def take_everything_back(page: Page) -> None:
    for box in page.locator("main table input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="收回所选").click()
    expect(page.locator(".y-messages")).to_be_visible()
