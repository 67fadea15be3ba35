"""Pages about people: who may open them, what they say, and how many queries they cost."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.models import ActionLog
from members.models import Member, SavedFilter
from tests.cast import Cast
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db

# Who asks: session, account, its standing, the tree's version, appointments for each right shown as a button or a place
# of the navigation. What is shown: groups and partners of the filter, saved filters, keys, rows.
QUERIES_OF_A_LIST = 9
QUERIES_OF_A_MEMBER = 14


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


@pytest.fixture
def captain(client: Client, cast: Cast) -> Client:
    return enter(client, cast, "captain_sg")


def fill(cast: Cast, number: int, code: str = "sg11") -> None:
    for position in range(number):
        person(cast.units[code].pk, f"王{'伟芳娜敏静'[position % 5]}")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_roster_costs_the_same_queries_with_one_and_with_fifty(
    captain: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    fill(cast, 1)
    captain.get("/u/sg/roster/")
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        captain.get("/u/sg/roster/")
    fill(cast, 55)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        page = captain.get("/u/sg/roster/")
    assert page.content.count(b"<tr data-row") == 50


def test_no_list_counts(captain: Client, cast: Cast) -> None:
    fill(cast, 3)
    with CaptureQueriesContext(connection) as captured:
        captain.get("/u/sg/roster/")
        captain.get("/u/sg/roster/?q=王&status=active")
    assert len(captured) > 5
    assert not [query["sql"] for query in captured if "COUNT(" in query["sql"].upper()]


def test_htmx_gets_the_list_alone(captain: Client, cast: Cast) -> None:
    fill(cast, 2)
    piece = captain.get("/u/sg/roster/?q=wang", headers={"HX-Request": "true"})
    assert b"<html" not in piece.content
    assert piece.content.count(b"<tr data-row") == 2
    whole = captain.get("/u/sg/roster/?q=wang")
    assert b"<html" in whole.content
    assert whole.content.count(b"<tr data-row") == 2


def test_paging_keeps_search_and_filters(captain: Client, cast: Cast) -> None:
    fill(cast, 60)
    first = captain.get("/u/sg/roster/?q=王&status=active").content.decode()
    address = first.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert "status=active" in address
    assert "q=" in address
    second = captain.get(f"/u/sg/roster/{address}")
    assert second.content.count(b"<tr data-row") == 10


def test_empty_lists_say_what_would_fill_them(captain: Client, cast: Cast) -> None:
    assert "还没有队员" in captain.get("/u/sg/roster/").content.decode()
    fill(cast, 1)
    assert "没有符合的队员" in captain.get("/u/sg/roster/?q=龘").content.decode()
    assert "请再多输入一些" in captain.get("/u/sg/roster/?q=13").content.decode()


def test_who_left_is_listed_only_when_asked_for_or_searched(captain: Client, cast: Cast) -> None:
    person(cast.units["sg11"].pk, "王离开", status="left")
    assert "王离开" not in captain.get("/u/sg/roster/").content.decode()
    assert "王离开" in captain.get("/u/sg/roster/?status=left").content.decode()
    assert "王离开" in captain.get("/u/sg/roster/?q=王离").content.decode()


@pytest.mark.parametrize(
    "query", ["status=nonsense", "age_from=abc", "joined_from=2022-13-45", "group=999999", "sort=x"]
)
def test_nonsense_in_the_address_narrows_nothing(captain: Client, cast: Cast, query: str) -> None:
    fill(cast, 1)
    assert captain.get(f"/u/sg/roster/?{query}").content.count(b"<tr data-row") == 1


def test_filters_are_saved_replaced_and_dropped(captain: Client, cast: Cast) -> None:
    kept = {"name": "骨干", "query": "role=safety&after=all.3"}
    captain.post("/u/sg/roster/filters/", kept)
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query) == ("骨干", "role=safety")
    assert "骨干" in captain.get("/u/sg/roster/").content.decode()
    captain.post("/u/sg/roster/filters/", {**kept, "query": "role=service"})
    assert SavedFilter.objects.get().query == "role=service"
    enter(captain, cast, "captain_zx").post(f"/u/zx/roster/filters/{saved.pk}/forget/")
    assert SavedFilter.objects.count() == 1
    enter(captain, cast, "captain_sg").post(f"/u/sg/roster/filters/{saved.pk}/forget/")
    assert SavedFilter.objects.count() == 0


# --- one member -------------------------------------------------------------------------------------------------------

NUMBER = identity_number(555)


@pytest.fixture
def zhang(cast: Cast) -> Member:
    return person(cast.units["sg11"].pk, "张伟", identity=NUMBER, phone="13812345678")


@pytest.mark.parametrize(
    ("account", "status"),
    [("captain_sg", 200), ("inspector_sg", 200), ("captain_zx", 404), ("auditor_sg", 404), ("member_sg11", 404)],
)
def test_a_member_is_seen_within_the_scope(
    client: Client, cast: Cast, zhang: Member, account: str, status: int
) -> None:
    assert enter(client, cast, account).get(f"/members/{zhang.pk}/").status_code == status


def test_the_page_masks_what_the_reader_may_not_see(client: Client, cast: Cast, zhang: Member) -> None:
    page = enter(client, cast, "captain_sg").get(f"/members/{zhang.pk}/").content.decode()
    assert NUMBER not in page
    assert "13812345678" in page
    assert "/reveal/" not in page
    page = enter(client, cast, "inspector_sg").get(f"/members/{zhang.pk}/").content.decode()
    assert "13812345678" not in page
    assert "138****5678" in page
    assert "/edit/" not in page


def test_revealing_asks_a_reason_and_leaves_a_trace(client: Client, cast: Cast, zhang: Member) -> None:
    address = f"/members/{zhang.pk}/reveal/"
    assert enter(client, cast, "captain_sg").post(address, {"reason": "核对"}).status_code == 403
    officer = enter(client, cast, "liaison_sg")
    assert NUMBER not in officer.post(address, {"reason": " "}, follow=True).content.decode()
    shown = officer.post(address, {"reason": "核对证件原件"})
    assert NUMBER in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    piece = officer.post(address, {"reason": "核对证件原件"}, headers={"HX-Request": "true"}).content.decode()
    assert NUMBER in piece
    assert "<html" not in piece
    assert ActionLog.objects.filter(action="member.reveal_identity", result="done").count() == 2


def test_a_member_is_added_edited_transferred_and_let_go_with_a_time_line(captain: Client, cast: Cast) -> None:
    added = captain.post(
        "/u/sg11/members/new/", {"name": "李 娜", "identity": NUMBER, "phone": "138-1234-5678", "roles": ["safety"]}
    )
    member = Member.objects.get()
    assert added["Location"] == f"/members/{member.pk}/"
    assert (member.name, member.phone, member.roles) == ("李娜", "13812345678", ["safety"])
    form = {"name": "李娜", "phone": "13987654321", "roles": ["safety", "service"], "occupation": "shop"}
    assert captain.post(f"/members/{member.pk}/edit/", form).status_code == 302
    assert captain.post(f"/members/{member.pk}/transfer/", {"unit": "二中队", "reason": "搬家"}).status_code == 302
    let_go = {"status": "left", "reason": "外出务工", "on": ""}
    assert captain.post(f"/members/{member.pk}/status/", let_go).status_code == 302
    member.refresh_from_db()
    assert (member.phone, member.occupation, member.unit_id) == ("13987654321", "shop", cast.units["sg12"].pk)
    page = captain.get(f"/members/{member.pk}/").content.decode()
    for word in ("列入花名册", "资料变更", "调动", "搬家", "外出务工", "二中队", "13987654321"):
        assert word in page
    masked = enter(captain, cast, "inspector_sg").get(f"/members/{member.pk}/").content.decode()
    assert "13987654321" not in masked
    assert "13812345678" not in masked


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(
    captain: Client, cast: Cast, zhang: Member
) -> None:
    page = captain.post("/u/sg11/members/new/", {"name": "李娜", "identity": "430405198001011230", "phone": "123"})
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count('class="y-error"') == 1  # the number is checked first, by itself or with the rest
    again = captain.post("/u/sg11/members/new/", {"name": "张伟", "identity": NUMBER}).content.decode()
    assert "此人已在" in again
    assert Member.objects.count() == 1
    nowhere = captain.post(f"/members/{zhang.pk}/transfer/", {"unit": "月亮中队", "reason": "搬家"}).content.decode()
    assert "没有名为“月亮中队”的单位" in nowhere
    several = captain.post(f"/members/{zhang.pk}/transfer/", {"unit": "一中队", "reason": "搬家"}).content.decode()
    assert "对应多个单位" in several


def test_two_people_editing_different_fields_do_not_undo_each_other(captain: Client, zhang: Member) -> None:
    form = {"name": "张伟", "phone": "13812345678", "occupation": "guard", "joined_on": "2022-11-03"}
    form |= {"emergency_phone": "13800000000"}
    Member.objects.filter(pk=zhang.pk).update(employer="船山物业公司")
    # The form was opened before the employer was entered: it still holds the old, empty one.
    assert captain.post(f"/members/{zhang.pk}/edit/", {**form, "phone": "13900000000"}).status_code == 302
    zhang.refresh_from_db()
    assert zhang.phone == "13900000000"


def test_a_member_page_costs_a_fixed_number_of_queries(
    captain: Client, cast: Cast, zhang: Member, django_assert_num_queries: Any
) -> None:
    for phone in ("13900000001", "13900000002", "13900000003"):
        captain.post(f"/members/{zhang.pk}/edit/", {"name": "张伟", "phone": phone})
        captain.get(f"/members/{zhang.pk}/")
    with django_assert_num_queries(QUERIES_OF_A_MEMBER):
        captain.get(f"/members/{zhang.pk}/")
