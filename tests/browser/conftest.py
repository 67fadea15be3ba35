"""Pages in a real browser: Debian's Chromium, a live server, somebody signed in.

Without Chromium these tests are left out, and the summary says so: they never pass silently.
"""

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.lint import Watch, latin_words, sideways
from tests.cast import Cast
from yiwu.services.chromium import find_chromium
from yiwu.services.places import state_folder

CHROMIUM = find_chromium()
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
SIZES: dict[str, ViewportSize] = {"desktop": DESKTOP, "phone": PHONE}

# So often a page is asked to close, a second apart.
CLOSINGS = 20

Scheme = Literal["light", "dark"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the browser tests out when there is no browser, and remember how many for the summary."""
    if CHROMIUM:
        return
    left_out = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = len(left_out)
        items[:] = [item for item in items if item not in left_out]


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say loudly that pages were not looked at."""
    number = config.stash.get(LEFT_OUT, 0)
    if number:
        terminalreporter.section("BROWSER TESTS LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{number} browser tests did not run: no Chromium found (on Debian: apt install chromium)."
        )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests of a worker.

    Playwright's loop runs in this thread, which makes Django refuse the database; it is the same thread all the time,
    so the refusal is lifted while the browser lives.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield running
            running.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Windows:
    """Windows of the browser that several visitors use after one another: style sheets and scripts are fetched once.

    Whoever takes one finds it empty: no cookies, nothing stored, no permissions.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.control = browser.new_browser_cdp_session()
        self.idle: dict[tuple[str, Scheme], list[BrowserContext]] = {}

    def take(self, size: str, scheme: Scheme) -> BrowserContext:
        """A window nobody uses."""
        idle = self.idle.setdefault((size, scheme), [])
        return idle.pop() if idle else self._open(size, scheme)

    def give_back(self, size: str, scheme: Scheme, window: BrowserContext, address: str) -> None:
        """Empty a window, for whoever takes it next."""
        for page in window.pages:
            self.shut(page)
        window.clear_permissions()
        window.set_geolocation(None)
        page = window.new_page()
        session = window.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "cookies,local_storage"})
        page.close()
        window.clear_cookies()
        self.idle[size, scheme].append(window)

    def shut(self, page: Page) -> None:
        """Close a page, also one that is just going somewhere else.

        Chromium forgets a request to close that meets the arrival of another document, and says that it was carried
        out (its issue 536385539); Playwright's `close` then waits for ever. Asked once more, the page closes.
        """
        target = page.context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]["targetId"]
        for _ in range(CLOSINGS):
            # It may be late and then close, or have closed already when it is asked again.
            with suppress(Error), page.expect_event("close", timeout=1_000):
                self.control.send("Target.closeTarget", {"targetId": target})
            if page.is_closed():
                return
        raise AssertionError(f"the browser does not close {page.url}, asked {CLOSINGS} times")

    def _open(self, size: str, scheme: Scheme) -> BrowserContext:
        return self.browser.new_context(
            viewport=SIZES[size],
            color_scheme=scheme,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            reduced_motion="reduce",
        )


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Windows:
    """The windows of a worker's browser, which closes them with itself."""
    return Windows(browser)


@dataclass
class Visitor:
    """Somebody at a page. `page` is Playwright's; `watch` holds what went wrong so far."""

    page: Page
    watch: Watch
    address: str

    def go(self, path: str) -> Page:
        """Open a path of the site and wait until it has settled."""
        self.page.goto(f"{self.address}{path}", wait_until="load")
        return self.page


PageFor = Callable[..., Visitor]


@pytest.fixture
def page_for(windows: Windows, live_server: LiveServer, cast: Cast) -> Iterator[PageFor]:
    """`page_for("captain_sg", size="phone", language="en", scheme="dark")` → a `Visitor` signed in as that account.

    An empty name is somebody who is not signed in. When the test ends, any console error, failed request, status ≥ 400
    that `expected` does not name, or violation of the content security policy fails it. A page hears nothing from a
    live process unless it `listens`: then the test answers for that process.
    """
    taken: list[tuple[str, Scheme, BrowserContext]] = []
    watches: list[Watch] = []

    def open_page(
        name: str = "",
        *,
        size: str = "desktop",
        language: str = "zh-hans",
        scheme: Scheme = "light",
        expected: tuple[int, ...] = (),
        listens: bool = False,
    ) -> Visitor:
        context = windows.take(size, scheme)
        taken.append((size, scheme, context))
        context.add_cookies([_cookie(live_server.url, settings.LANGUAGE_COOKIE_NAME, language)])
        if name:
            client = Client()
            client.force_login(cast.accounts[name])
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([_cookie(live_server.url, settings.SESSION_COOKIE_NAME, session)])
        page = context.new_page()
        page.set_default_timeout(10_000)
        if not listens and settings.LIVE_URL.startswith("/"):
            silence(page)
        watch = Watch(page, expected=set(expected))
        watches.append(watch)
        return Visitor(page, watch, live_server.url)

    yield open_page
    for size, scheme, context in taken:
        windows.give_back(size, scheme, context, live_server.url)
    for watch in watches:
        watch.verdict()


def silence(page: Page) -> None:
    """No live process belongs to this test: the page listens, hears nothing, and goes on by polling.

    Asked of the browser itself: with a route of Playwright's it would keep nothing it has fetched, and every page
    would fetch its style sheets and scripts anew.
    """
    session = page.context.new_cdp_session(page)
    headers = [{"name": "Content-Type", "value": "text/event-stream"}]
    nothing = {"responseCode": 200, "responseHeaders": headers, "body": base64.b64encode(b": nothing\n\n").decode()}

    def answer(asked: dict[str, Any]) -> None:
        # The page may have gone on meanwhile.
        with suppress(Error):
            session.send("Fetch.fulfillRequest", {"requestId": asked["requestId"], **nothing})

    session.on("Fetch.requestPaused", answer)
    session.send("Fetch.enable", {"patterns": [{"urlPattern": r"*/live\?*"}]})


def _cookie(address: str, name: str, value: str) -> Any:
    return {"name": name, "value": value, "url": address}


Look = Callable[..., None]


@pytest.fixture
def look_at(page_for: PageFor, cast: Cast) -> Look:
    """`look_at("captain_sg", "/u/sg/", "home")`: the page as every reader meets it.

    Desktop and phone, Chinese and English, and once when it gets dark: each leaves a screenshot
    `<name>-<size>-<language>.png`, none may scroll sideways, the Chinese ones show no Latin words but the allowed ones
    and those in `words` and in the reader's own name; `expected` are status codes of 400 and above that belong to the
    page.
    """

    def look(
        account: str, path: str, name: str, *, words: tuple[str, ...] = (), expected: tuple[int, ...] = ()
    ) -> None:
        known = {*words, *(cast.accounts[account].display_name.split() if account else ())}

        def check(page: Page, size: str, language: str) -> None:
            assert sideways(page) == 0, f"{path} scrolls sideways at {size} width in {language}"
            if language == "zh-hans":
                found = [word for word in latin_words(page) if word not in known]
                assert not found, f"{path} shows Latin words on a Chinese page: {', '.join(found)}"
            shoot(page, f"{name}-{size}-{language}")

        for size, language in (("desktop", "zh-hans"), ("phone", "zh-hans"), ("phone", "en")):
            page = page_for(account, size=size, language=language, expected=expected).go(path)
            check(page, size, language)
            if size == "desktop":
                page.emulate_media(color_scheme="dark")
                shoot(page, f"{name}-desktop-dark")
        page.set_viewport_size(DESKTOP)
        check(page, "desktop", "en")

    return look


def shoot(page: Page, name: str) -> Path:
    """Keep a picture of the whole page in the state folder's `screenshots`."""
    folder = state_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    page.screenshot(path=target, full_page=True)
    return target
