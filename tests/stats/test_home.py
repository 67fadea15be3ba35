"""The first page: what waits comes first, then the people; each reader sees what belongs to their unit."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from corps.enums import PostKind
from corps.models import Post, Term
from corps.queries.scope import current_tree, local_today
from members.enums import ImportState
from members.models import RosterImport
from members.queries.figures import figures_of, forget_figures_above
from tests.cast import Cast
from tests.members.roster import person

pytestmark = pytest.mark.django_db

QUERIES_OF_A_HOME = 26


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


@pytest.mark.parametrize(
    ("account", "address"),
    [("captain_sg", "/u/sg/"), ("captain_sg11", "/u/sg11/"), ("liaison_hy", "/u/hy/"), ("admin", "/u/hy/")],
)
def test_everybody_starts_at_their_own_unit(client: Client, cast: Cast, account: str, address: str) -> None:
    assert enter(client, cast, account).get("/")["Location"] == address


def test_without_an_appointment_the_page_says_whom_to_ask(client: Client, cast: Cast) -> None:
    page = enter(client, cast, "nobody").get("/")
    assert page.status_code == 200
    assert "请联系联络民警" in page.content.decode()


def test_strangers_are_asked_to_sign_in(client: Client, cast: Cast) -> None:
    assert "/accounts/login/" in client.get("/u/sg/")["Location"]


@pytest.mark.parametrize(("account", "status"), [("captain_sg", 200), ("captain_zx", 404), ("member_sg11", 404)])
def test_a_unit_is_seen_from_within(client: Client, cast: Cast, account: str, status: int) -> None:
    assert enter(client, cast, account).get("/u/sg/").status_code == status


def test_what_waits_is_named_with_the_way_to_do_it(client: Client, cast: Cast) -> None:
    unit = cast.units["sg11"]
    Post.objects.create(unit=unit, kind=PostKind.CAPTAIN, title="中队长")
    filled = Post.objects.create(unit=unit, kind=PostKind.COMMISSAR, title="指导员")
    Term.objects.create(post=filled, holder="刘建军", starts_on=dt.date(2022, 1, 1))
    made = RosterImport.objects.create(
        unit=unit,
        file_name="十月.xlsx",
        file_size=1,
        file_digest=b"1" * 32,
        state=ImportState.READY,
        counts={"verdicts": {"rejected": 12}},
    )
    person(unit.pk, "张伟", insured_until=local_today() + dt.timedelta(days=10))
    person(unit.pk, "王芳", insured_until=local_today() - dt.timedelta(days=1), phone="")
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    assert f'href="/imports/{made.pk}/"' in page
    assert "退回 12 行" in page
    assert "一中队 中队长" in page
    assert "指导员" not in page
    for query in ("insured=soon", "insured=expired", "missing=any"):
        assert f"/u/sg/roster/?{query}" in page
    elsewhere = enter(client, cast, "captain_zx").get("/u/zx/").content.decode()
    assert "十月.xlsx" not in elsewhere
    assert "中队长" not in elsewhere
    inspector = enter(client, cast, "inspector_sg").get("/u/sg/").content.decode()
    assert "十月.xlsx" not in inspector


def test_figures_count_each_person_once_and_leave_out_who_left(cast: Cast) -> None:
    today = local_today()
    unit = cast.units["sg11"].pk
    person(unit, "张伟", occupation="guard", roles=["safety", "service"], joined_on=today, insured_until=today)
    person(unit, "王芳", occupation="teacher", sex="2", birth_date=dt.date(today.year - 18, 1, 1), education="master")
    person(cast.units["sg21"].pk, "李娜", status="probation", birth_date=dt.date(1950, 1, 1), phone="")
    person(unit, "赵离", status="left", occupation="shop")
    person(cast.units["zx11"].pk, "外人")
    found = figures_of(cast.actor("captain_sg"), current_tree().nodes[cast.units["sg"].pk])
    assert (found.present, found.active, found.two_heads, found.insured, found.incomplete) == (3, 2, 2, 1, 1)
    assert found.of("status") == {"active": 2, "probation": 1, "left": 1}
    assert found.of("role") == {"safety": 1, "service": 1}
    assert found.of("sex") == {"1": 2, "2": 1}
    assert found.of("band")["1"] == 1
    assert found.of("band")["5"] >= 1
    assert sum(found.of("band").values()) == 3
    assert found.joined[-1] == (today.replace(day=1), 1)
    assert found.below == {cast.units["sg1"].pk: 2, cast.units["sg2"].pk: 1}


def test_every_age_falls_into_its_band(cast: Cast) -> None:
    today = local_today()
    unit = cast.units["sg11"].pk
    for age in (17, 18, 29, 30, 59, 60):
        person(unit, "王芳", birth_date=today.replace(year=today.year - age))
    person(unit, "王芳", birth_date=today.replace(year=today.year - 18) + dt.timedelta(days=1))
    found = figures_of(cast.actor("captain_sg"), current_tree().nodes[unit])
    assert found.of("band") == {"0": 2, "1": 2, "2": 1, "4": 1, "5": 1}


def test_figures_are_remembered_until_they_are_forgotten(cast: Cast) -> None:
    unit = current_tree().nodes[cast.units["sg11"].pk]
    actor = cast.actor("captain_sg")
    assert figures_of(actor, unit).present == 0
    person(unit.id, "张伟")
    assert figures_of(actor, unit).present == 0
    forget_figures_above(unit.id)
    assert figures_of(actor, unit).present == 1


def test_the_first_page_costs_the_same_queries_whatever_there_is(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    captain = enter(client, cast, "captain_sg")
    captain.get("/u/sg/")
    counts = []
    for number in (1, 30):
        for _ in range(number):
            person(cast.units["sg11"].pk, "张伟")
        cache.clear()
        with django_assert_num_queries(QUERIES_OF_A_HOME) as captured:
            captain.get("/u/sg/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_large_unit_is_counted_a_moment_later(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.queries.figures.SMALL_SUBTREE", 1)
    person(cast.units["sg11"].pk, "张伟", phone="")
    captain = enter(client, cast, "captain_sg")
    page = captain.get("/u/sg/").content.decode()
    assert 'hx-get="/u/sg/people/"' in page
    piece = captain.get("/u/sg/people/", headers={"HX-Request": "true"}).content.decode()
    assert "y-figures" in piece
    assert 'hx-swap-oob="beforeend:#tasks"' in piece
    assert "<html" in captain.get("/u/sg/people/").content.decode()
