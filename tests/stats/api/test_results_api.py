"""/api/v1/results/: the same figures and facts as on the pages, with the same limits."""

import datetime as dt

import pytest
from django.test import Client

from corps.queries.scope import local_today
from stats.catalogue import MEASURES
from stats.logic.periods import read
from stats.queries.results import results_of
from tests.cast import Cast
from tests.stats.deeds import Deeds, count, story
from tests.stats.test_results_facts import node

pytestmark = pytest.mark.django_db


@pytest.fixture
def deeds(cast: Cast) -> Deeds:
    return story(cast, 20221103, dt.date(2022, 9, 1), dt.date(2022, 12, 31))


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


def test_figures_are_those_of_the_page(client: Client, cast: Cast, deeds: Deeds) -> None:
    answer = enter(client, cast, "captain_sg").get("/api/v1/results/?period=2022-Q4").json()
    found = results_of(node("sg"), read("2022-Q4"), list(MEASURES.values()), local_today())
    assert answer["period"] == {"code": "2022-Q4", "first": "2022-10-01", "last": "2022-12-31"}
    assert answer["total"] == {"unit": "sg", "name": "石鼓支队", "values": dict(found.total)}
    assert [line["unit"] for line in answer["results"]] == ["sg1", "sg2"]
    assert answer["results"][0]["values"]["attended"] == found.lines[0].values["attended"]
    assert answer["year_before"]["period"]["code"] == "2021-Q4"
    assert answer["counting"] is False
    deeds.incident("sg11", dt.date(2022, 11, 3))
    assert client.get("/api/v1/results/?period=2022-Q4").json()["counting"] is True


def test_measures_are_chosen_by_code_or_by_group(client: Client, cast: Cast) -> None:
    captain = enter(client, cast, "captain_sg")

    def codes(query: str) -> list[str]:
        return list(captain.get(f"/api/v1/results/?{query}").json()["total"]["values"])

    assert codes("measure=clues&measure=disputes") == ["clues", "disputes"]
    assert codes("measure=clues,disputes,clues") == ["clues", "disputes"]
    assert "leaflets" in codes("group=publicity")
    assert set(codes("")) == set(MEASURES)


def test_facts_are_paged_and_add_up(client: Client, cast: Cast) -> None:
    deeds = story(cast, 5, dt.date(2022, 9, 1), dt.date(2022, 12, 31), facts=0)
    for number in range(70):
        deeds.shift("sg11", dt.date(2022, 11, 1 + number % 20), materials=number + 1, hour=number % 24)
    count()
    address = "/api/v1/results/facts/?unit=sg&period=2022-11&measure=leaflets"
    first = enter(client, cast, "captain_sg").get(address).json()
    second = client.get(f"{address}&after={first['next']}").json()
    rows = first["results"] + second["results"]
    assert (len(first["results"]), len(rows), second["next"]) == (50, 70, "")
    assert sum(row["amount"] for row in rows) == first["figure"] == 70 * 71 / 2
    assert {row["unit"] for row in rows} == {"sg11"}
    assert rows[0]["table"] == "shift"


def test_the_catalogue_tells_every_definition(client: Client, cast: Cast) -> None:
    rows = enter(client, cast, "captain_sg").get("/api/v1/results/measures/").json()
    assert [row["code"] for row in rows] == list(MEASURES)
    assert rows[0]["name"] == str(MEASURES["attended"].name)


@pytest.mark.parametrize(
    ("account", "address", "status"),
    [
        ("captain_sg", "results/?unit=sg1", 200),
        ("captain_sg", "results/?unit=zx", 404),
        ("captain_sg", "results/?unit=nowhere", 404),
        ("member_sg11", "results/?unit=sg11", 403),
        ("auditor_sg", "results/?unit=sg", 403),
        ("nobody", "results/", 409),
        ("captain_sg", "results/?period=2026-13", 422),
        ("captain_sg", "results/?measure=nothing", 422),
        ("captain_sg", "results/?group=nothing", 422),
        ("captain_sg", "results/facts/", 422),
        ("captain_sg", "results/facts/?measure=attended&after=~~x", 422),
        ("captain_sg", "results/facts/?measure=attended&unit=zx", 404),
        ("member_sg11", "results/facts/?measure=attended&unit=sg11", 403),
    ],
)
def test_limits_and_faults(client: Client, cast: Cast, account: str, address: str, status: int) -> None:
    answer = enter(client, cast, account).get(f"/api/v1/{address}")
    assert answer.status_code == status
    if status >= 400:
        assert set(answer.json()) >= {"code", "message", "place", "remedy"}


def test_strangers_get_nothing(client: Client, cast: Cast) -> None:
    assert client.get("/api/v1/results/").status_code in {401, 403}
