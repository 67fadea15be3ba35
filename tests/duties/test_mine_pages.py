"""The member's own pages: the own shifts and hours and nobody else's, open to nobody else."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from corps.models import Account
from corps.queries.scope import local_today
from duties.enums import AttendanceStatus
from duties.operations.attendance import Entry, record_list
from tests.cast import Cast, make_account
from tests.duties.stage import Duties, duties_of

pytestmark = pytest.mark.django_db

# Session, account, its standing, the tree's version, appointments; the member, shifts with attendance, hours.
QUERIES_OF_MY_PAGE = 11


@pytest.fixture
def duties(cast: Cast) -> Duties:
    return duties_of(cast)


@pytest.fixture
def zhang(client: Client, duties: Duties) -> Client:
    """张伟, signed in as a member of sg11 who holds nothing but that role."""
    link(duties, "张伟", duties.cast.actor("member_sg11"))
    client.force_login(duties.cast.actor("member_sg11"))
    return client


def link(duties: Duties, name: str, account: Account) -> None:
    duties.people[name].account = account
    duties.people[name].save()


def test_the_next_shift_comes_first_then_the_others(zhang: Client, duties: Duties) -> None:
    duties.shift(day=3, route="第三天", people=("张伟",))
    duties.shift(day=1, route="明天那班", remarks="请带肩灯", people=("张伟", "王芳"))
    duties.shift(day=2, route="别人的班", people=("王芳",))
    page = zhang.get("/my/").content.decode()
    first = page[page.index('id="next"') :]
    assert first.index("明天那班") < first.index("第三天")
    assert "明天" in first
    assert "请带肩灯" in page
    assert "别人的班" not in page
    assert "王芳" not in page


def test_without_shifts_the_page_says_what_will_come(zhang: Client) -> None:
    assert "暂未给您排班" in zhang.get("/my/").content.decode()


def test_hours_are_told_by_month_and_year(zhang: Client, duties: Duties) -> None:
    shift = duties.begun(300, 150, people=("张伟",))
    entry = Entry(duties.people["张伟"].pk, AttendanceStatus.PRESENT)
    record_list(actor=duties.cast.actor("captain_sg11"), shift_id=shift.pk, entries=[entry])
    assert "2.5" in zhang.get("/my/").content.decode()
    page = zhang.get(f"/my/record/?year={shift.day.year}").content.decode()
    assert f"{shift.day.month}月" in page
    assert "2.5" in page
    assert "本年没有记录" in zhang.get("/my/record/?year=2019").content.decode()
    past = zhang.get("/my/duties/").content.decode()
    assert "到岗" in past
    assert "2.5 小时" in past


@pytest.mark.parametrize("year", ["nonsense", "0000", "9999", "-5"])
def test_nonsense_in_the_address_is_a_year_that_exists(zhang: Client, year: str) -> None:
    assert zhang.get(f"/my/record/?year={year}").status_code == 200


def test_an_account_without_a_member_gets_a_clear_sentence(client: Client, duties: Duties) -> None:
    client.force_login(duties.cast.actor("captain_sg"))
    for path in ("/my/", "/my/duties/", "/my/record/"):
        assert "未关联队员" in client.get(path).content.decode()


def test_a_mere_member_starts_here(zhang: Client, duties: Duties) -> None:
    assert zhang.get("/")["Location"] == "/my/"


def test_a_member_without_any_appointment_starts_here_too(client: Client, duties: Duties) -> None:
    account = make_account("wf", "王芳")
    client.force_login(account)
    assert client.get("/").status_code == 200
    link(duties, "王芳", account)
    assert client.get("/")["Location"] == "/my/"
    duties.shift(day=1, route="明天那班", people=("王芳",))
    page = client.get("/my/").content.decode()
    assert "明天那班" in page
    for key in ("/my/duties/", "/my/record/"):
        assert f'href="{key}"' in page


def test_a_captain_starts_at_the_unit_and_finds_the_own_shifts_in_the_menu(client: Client, duties: Duties) -> None:
    client.force_login(duties.cast.actor("captain_sg11"))
    assert client.get("/")["Location"] == "/u/sg11/"
    assert 'href="/my/"' in client.get("/u/sg11/units/").content.decode()


def test_strangers_are_asked_to_sign_in(client: Client, cast: Cast) -> None:
    for path in ("/my/", "/my/duties/", "/my/record/"):
        assert "/accounts/login/" in client.get(path)["Location"]


def test_my_page_costs_the_same_with_one_and_with_thirty(
    zhang: Client, duties: Duties, django_assert_num_queries: Any
) -> None:
    duties.shift(day=1, people=("张伟",))
    zhang.get("/my/")
    with django_assert_num_queries(QUERIES_OF_MY_PAGE):
        zhang.get("/my/")
    for day in range(2, 32):
        duties.shift(day=day, people=("张伟",))
    with django_assert_num_queries(QUERIES_OF_MY_PAGE):
        page = zhang.get("/my/")
    assert "还有 25 班" in page.content.decode()
    assert (local_today() + dt.timedelta(days=1)).strftime("%m-%d") in page.content.decode()
