"""What every request meets on its way in and out."""

import pytest
from django.test import Client

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
