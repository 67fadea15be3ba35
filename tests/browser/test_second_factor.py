"""The second factor from set-up to sign-in, in the browser."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, PageFor, shoot
from tests.cast import PASSWORD

SECONDS_PER_CODE = 30


def confirm_password(page: Page) -> None:
    """Give the password again where the page asks for it before a sensitive step."""
    if "reauthenticate" in page.url:
        shoot(page, "reauthenticate-desktop-zh-hans")
        page.get_by_label("密码").fill(PASSWORD)
        with page.expect_navigation():
            page.locator("main form.y-form button").click()


def code_of(secret: str, *, later: int = 0) -> str:
    """The six digits an authenticator shows now, or `later` periods from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // SECONDS_PER_CODE + later)))


def set_up(page: Page, address: str) -> str:
    """Set the authenticator up as a person would; returns its secret."""
    page.goto(f"{address}/accounts/2fa/totp/activate/")
    confirm_password(page)
    page.get_by_text("无法扫描？").click()
    secret = page.locator(".y-code").inner_text().strip()
    page.get_by_label("认证器代码").fill(code_of(secret))
    with page.expect_navigation():
        page.get_by_role("button", name="启用").click()
    return secret


def test_set_up_and_sign_in_with_code_and_with_recovery_code(page_for: PageFor) -> None:
    visitor = page_for("captain_sg")
    page = visitor.page
    secret = set_up(page, visitor.address)
    page.goto(f"{visitor.address}/accounts/2fa/recovery-codes/")
    codes = page.locator(".y-codes li")
    expect(codes).to_have_count(10)
    shoot(page, "recovery-codes-desktop-zh-hans")
    spare = codes.first.inner_text().strip()
    page.goto(f"{visitor.address}/accounts/2fa/")
    expect(page.get_by_text("使用中")).to_be_visible()
    shoot(page, "second-factor-on-desktop-zh-hans")

    stranger = page_for()
    page = stranger.page
    sign_in(page, stranger.address)
    expect(page.get_by_role("heading", name="双重验证")).to_be_visible()
    shoot(page, "second-factor-asked-desktop-zh-hans")
    page.get_by_label("代码").fill("000000")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".y-error")).to_be_visible()
    # A code is good for one sign-in only; the one of the next period was not used yet and is accepted early.
    page.get_by_label("代码").fill(spare)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/"))
    assert len(secret) >= 32


def sign_in(page: Page, address: str) -> None:
    """Name and password at the entrance."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("用户名").fill("captain_sg")
    page.get_by_label("密码").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()


def test_security_keys(look_at: Look, page_for: PageFor) -> None:
    visitor = page_for("captain_sg")
    page = visitor.go("/accounts/2fa/webauthn/")
    expect(page.get_by_role("heading", name="安全密钥")).to_be_visible()
    page.get_by_role("link", name="添加密钥").click()
    confirm_password(page)
    expect(page.locator("form.y-form")).to_be_visible()
    shoot(page, "security-key-desktop-zh-hans")
    look_at("captain_sg", "/accounts/2fa/webauthn/", "security-keys", words=("English",))
