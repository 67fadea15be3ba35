"""The way in: signing in, being locked out, the pages about the own account, and the pages for what went wrong."""

import re

import pytest
from playwright.sync_api import expect

from corps.models import Account
from tests.browser.conftest import Look, PageFor, shoot
from tests.cast import PASSWORD, Cast


def test_sign_in_page(look_at: Look) -> None:
    look_at("", "/accounts/login/", "sign-in", words=("English",))


def test_style_guide(look_at: Look) -> None:
    from yiwu.icons import ICONS

    names = {part for name in ICONS for part in (name, *name.split("-"))}
    look_at("", "/design/", "design", words=("OYSH", *names))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/accounts/password/change/", "password"),
        ("/accounts/2fa/", "second-factor"),
        ("/accounts/sessions/", "sessions"),
        ("/accounts/logout/", "sign-out"),
    ],
)
def test_pages_of_the_own_account(look_at: Look, path: str, name: str) -> None:
    look_at("captain_sg", path, f"account-{name}", words=("English",))


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/inactive/", "/accounts/password/reset/"])
def test_side_doors_of_the_entrance(look_at: Look, path: str) -> None:
    look_at("", path, "entrance" + path.replace("/", "-").rstrip("-"), words=("English",))


def test_page_for_an_address_that_is_not_there(look_at: Look) -> None:
    look_at("captain_sg", "/no-such-place/", "not-found", words=("English",), expected=(404,))


def test_signing_in_and_out(page_for: PageFor) -> None:
    visitor = page_for(expected=(404,))
    page = visitor.go("/accounts/login/?next=/accounts/sessions/")
    page.get_by_label("用户名").fill("captain_sg")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="登录设备")).to_be_visible()
    page.locator("details.y-menu:has(form[action$='/logout/']) > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="退出登录").click()
    page.goto(f"{visitor.address}/accounts/sessions/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_wrong_password_is_refused_with_a_sentence_and_the_sixth_try_is_locked(page_for: PageFor, cast: Cast) -> None:
    visitor = page_for(expected=(429,))
    for _attempt in range(5):
        page = visitor.go("/accounts/login/")
        page.get_by_label("用户名").fill("captain_sg")
        page.get_by_label("密码").fill("wrong-password-2022")
        with page.expect_navigation():
            page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="登录已暂时锁定")).to_be_visible()
    expect(page.get_by_text("密码已连续输错 5 次。")).to_be_visible()
    shoot(page, "locked-desktop-zh-hans")
    assert Account.objects.filter(username="captain_sg").exists()


def test_language_and_theme_are_chosen_in_the_menu(page_for: PageFor) -> None:
    page = page_for("captain_sg").go("/accounts/sessions/")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.locator("details.y-menu:has(form[action$='/logout/']) > summary").click()
    page.get_by_role("button", name="夜间").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.locator("details.y-menu:has(form[action$='/logout/']) > summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Where I am signed in")).to_be_visible()


def test_setting_up_the_authenticator_shows_its_picture(page_for: PageFor) -> None:
    visitor = page_for("captain_sg")
    page = visitor.go("/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name=re.compile("确认|确定")).click()
    picture = page.locator(".y-qr img")
    expect(picture).to_be_visible()
    drawn: int = picture.evaluate("image => image.naturalWidth")
    assert drawn > 0
    shoot(page, "authenticator-desktop-zh-hans")
