"""Recruitment in a real browser: the public form on a phone, the progress page by a code, the captain's queue."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from corps.actors import SYSTEM
from members.models import Application, Member, OneTimeCode
from members.operations.recruitment import codes
from members.operations.recruitment.recruiters import add_recruiter
from tests import admin_rows
from tests.browser.conftest import Look, PageFor
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.members.recruitment.stage import open_page
from tests.members.roster import identity_number

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def test_public_pages(look_at: Look, cast: Cast) -> None:
    open_page(cast)
    look_at("", "/join/sg11/", "join")
    look_at("", "/join/sg11/received/", "join-received")
    look_at("", "/join/progress/", "join-progress")


def test_pages_of_the_captain(look_at: Look, cast: Cast) -> None:
    for _number in range(3):
        admin_rows.application(cast, "sg11")
    add_recruiter(actor=SYSTEM, unit_id=cast.units["sg11"].pk, name="李警官", category="auxiliary")
    admin_rows.partner(cast, "sg11")
    for path, name in (
        ("/u/sg/applicants/", "applicants"),
        ("/u/sg11/join/", "join-page"),
        ("/u/sg11/join/poster/", "join-poster"),
        ("/u/sg/recruiters/", "recruiters"),
        ("/u/sg/partners/", "partners"),
    ):
        look_at("captain_sg", path, name)


def test_somebody_applies_on_a_phone_and_reads_how_it_stands(
    page_for: PageFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    class Box:
        def send(self, phone: str, text: str) -> None:
            sent.append("".join(one for one in text.split("；", maxsplit=1)[0] if one.isdigit())[:6])

    monkeypatch.setattr(codes, "sender", Box)
    open_page(cast)
    visitor = page_for("", size="phone", expected=(422,))
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    page = visitor.go("/join/sg11/")
    assert sideways(page) == 0
    expect(page.get_by_role("textbox", name="请留空")).to_have_count(0)
    page.get_by_label("姓名").fill("赵小兰")
    page.get_by_label("身份证号").fill("430405198001011230")
    page.get_by_label("手机号").fill("13766667777")
    page.get_by_role("button", name="提交申请").click()
    # Everything that is wrong is told at once, and what was entered stays.
    expect(page.get_by_role("alert")).to_have_count(3)
    expect(page.get_by_label("姓名")).to_have_value("赵小兰")
    page.get_by_label("身份证号").fill(identity_number(451))
    page.get_by_label("我已阅读并同意上面的隐私告知。").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已收到")).to_be_visible()
    assert Member.objects.get(name="赵小兰").status == "applicant"
    page.get_by_role("link", name="查询我的申请进度").click()
    page.get_by_label("手机号").fill("13766667777")
    page.get_by_role("button", name="发送验证码").click()
    page.wait_for_url("**/join/progress/code/")
    assert codes.deliver_code(actor=SYSTEM, code_id=OneTimeCode.objects.get().pk)
    page.get_by_label("验证码").fill(sent[0])
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/join/progress/")
    assert sideways(page) == 0
    page.get_by_text("撤回申请").click()
    page.get_by_role("button", name="确认撤回").click()
    expect(page.get_by_text("您已撤回申请")).to_be_visible()
    assert Application.objects.get().state == "withdrawn"
