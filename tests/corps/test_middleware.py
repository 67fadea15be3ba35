"""What every request meets on its way in and out."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.middleware import SELF_REFRESH
from tests.cast import Cast


@pytest.mark.parametrize("path", ["/", "/u/sg/", "/u/sg/roster/", "/u/sg/trail/", "/api/v1/members/", "/api/v1/units/"])
def test_no_browser_keeps_what_somebody_was_shown(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    assert "no-store" in client.get(path, follow=True).headers["Cache-Control"]


def test_pages_for_nobody_may_be_kept(cast: Cast) -> None:
    assert "no-store" not in Client().get("/healthz").headers.get("Cache-Control", "")


def test_nul_is_refused_before_any_page(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    assert client.get("/u/sg/roster/?q=a%00").status_code == 400
    assert client.get("/u/sg/roster/?a%00=1").status_code == 400
    assert client.post("/u/sg/roster/filters/", {"name": "a\0", "query": "q=1"}).status_code == 400


class Sitting:
    """A captain's sitting: clicks, at seconds of a clock that only the test moves."""

    def __init__(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = Client()
        self.client.force_login(cast.accounts["captain_sg"])
        self.now = 1_900_000_000.0
        monkeypatch.setattr("corps.middleware.time.time", lambda: self.now)

    def click(self, after: float, **options: Any) -> tuple[dt.datetime, dt.datetime]:
        """When the sitting ends and when it was last seen, as noted after a click."""
        self.now += after
        self.client.get("/u/sg/", **options)
        key = self.client.session.session_key
        return Session.objects.get(pk=key).expire_date, UserSession.objects.get(session_key=key).last_seen_at


def test_a_click_puts_off_the_end_once_a_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(cast, monkeypatch)
    first = sitting.click(0)
    assert sitting.click(59) == first
    ends, seen = sitting.click(1)
    assert ends > first[0]
    assert seen > first[1]
    assert ends - seen == pytest.approx(dt.timedelta(seconds=settings.SESSION_COOKIE_AGE), abs=dt.timedelta(seconds=30))


def test_a_page_that_refreshes_itself_puts_nothing_off(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(cast, monkeypatch)
    first = sitting.click(0)
    by_itself = {"X-Self-Refresh": "1"}
    assert sitting.click(90, headers=by_itself) == first
    assert sitting.click(1700, headers=by_itself) == first
    assert sitting.click(0) > first


def test_every_part_that_asks_again_by_the_clock_says_so() -> None:
    polling = [
        line
        for template in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for line in template.read_text().splitlines()
        if re.search(r'hx-trigger="[^"]*\bevery \d', line)
    ]
    assert len(polling) > 3
    assert [line for line in polling if SELF_REFRESH not in line] == []


def test_a_clock_that_was_set_back_does_not_end_a_sitting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(cast, monkeypatch)
    first = sitting.click(0)
    assert sitting.click(-3600) > first


def test_the_second_click_of_a_minute_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(cast, monkeypatch)
    sitting.click(0)
    with CaptureQueriesContext(connection) as queries:
        sitting.client.get("/u/sg/roster/")
    assert [query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))] == []
