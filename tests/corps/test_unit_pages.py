"""Pages about units: the tree a level at a time, the switcher, and nothing above the reader's own scope."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast

pytestmark = pytest.mark.django_db

QUERIES_OF_A_UNIT = 12


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


def test_a_unit_shows_its_branches_one_level_at_a_time(client: Client, cast: Cast) -> None:
    officer = enter(client, cast, "liaison_hy")
    page = officer.get("/u/hy/units/").content.decode()
    assert "/u/sg/units/" in page
    assert "/u/sg11/units/" not in page
    piece = officer.get("/u/sg1/units/below/", headers={"HX-Request": "true"}).content.decode()
    assert "/u/sg11/units/" in piece
    assert "<html" not in piece
    assert "<html" in officer.get("/u/sg1/units/below/").content.decode()


def test_the_trail_leads_no_further_up_than_the_reader_may_go(client: Client, cast: Cast) -> None:
    page = enter(client, cast, "captain_sg").get("/u/sg1/units/").content.decode()
    assert 'href="/u/sg/"' in page
    assert 'href="/u/hy/"' not in page
    assert "衡阳义警总队" in page


def test_the_switcher_finds_only_what_the_reader_may_see(client: Client, cast: Cast) -> None:
    captain = enter(client, cast, "captain_sg")
    found = captain.get("/units/search/?q=中队", headers={"HX-Request": "true"}).content.decode()
    assert found.count("<li>") == 3
    assert "长湖" not in found
    nothing = captain.get("/units/search/?q=长湖", headers={"HX-Request": "true"}).content.decode()
    assert "<a " not in nothing
    assert "<html" in captain.get("/units/search/?q=青山").content.decode()
    by_code = captain.get("/units/search/?q=sg21", headers={"HX-Request": "true"}).content.decode()
    assert 'href="/u/sg21/"' in by_code


def test_a_unit_page_costs_a_fixed_number_of_queries(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    officer = enter(client, cast, "liaison_hy")
    officer.get("/u/sg/units/")
    for code in ("sg11", "hy"):
        with django_assert_num_queries(QUERIES_OF_A_UNIT):
            officer.get(f"/u/{code}/units/")
