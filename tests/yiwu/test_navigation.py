"""The navigation shows each reader the places that are open to them, and the trail links as far up as they may see."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.queries.scope import current_tree
from tests.cast import Cast
from yiwu.navigation import PLACES, own_unit, places_for, trail_to


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (
            "captain_sg",
            ["home", "duties", "incidents", "results", "roster", "equipment", "training", "imports", "units", "trail"],
        ),
        ("inspector_sg", ["home", "duties", "incidents", "results", "roster", "equipment", "training", "units"]),
        ("auditor_sg", ["home", "units", "trail"]),
        ("member_sg11", ["my", "my_duties", "my_training", "my_record", "units"]),
        ("nobody", []),
    ],
)
def test_places_of_each_role(cast: Cast, name: str, keys: list[str]) -> None:
    links = places_for(cast.actor(name), None)
    assert [link.key for link in links] == keys


def test_places_follow_the_unit_of_the_page(cast: Cast) -> None:
    node = current_tree().nodes[cast.units["sg11"].pk]
    links = places_for(cast.actor("captain_sg"), node)
    assert len(links) == len(PLACES)
    assert all("/u/sg11/" in link.url for link in links)


def test_every_place_leads_somewhere(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    for link in places_for(cast.actor("captain_sg"), None):
        assert client.get(link.url).status_code == 200, link.url


def test_the_own_unit_is_where_one_is_appointed(cast: Cast) -> None:
    for name, code in (("captain_sg1", "sg1"), ("auditor_hy", "hy"), ("admin", "hy")):
        found = own_unit(cast.actor(name))
        assert found is not None
        assert found.code == code
    assert own_unit(cast.actor("nobody")) is None


def test_the_trail_links_only_inside_the_scope(cast: Cast) -> None:
    steps = trail_to(cast.actor("captain_sg"), cast.units["sg11"].pk)
    assert [(step.name, bool(step.url)) for step in steps] == [
        ("衡阳义警总队", False),
        ("石鼓支队", True),
        ("青山大队", True),
        ("一中队", True),
    ]


@pytest.mark.parametrize(("method", "times"), [("get", 1), ("post", 2)])
def test_the_navigation_asks_for_the_version_of_the_tree_once(cast: Cast, method: str, times: int) -> None:
    """Also on a page that answers a form, where what was asked before the form may be out of date after it."""
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    with CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)("/no-such-place/")
    assert answer.status_code == 404
    assert "/u/sg/roster/" in answer.content.decode()
    assert sum("corps_scope_version" in query["sql"] for query in asked) == times
