"""The week of a unit: what it shows, what its quick row understands, and how many queries it costs."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corps.models import Site
from corps.queries.scope import local_today
from duties.enums import ShiftState
from duties.models import Assignment, Shift
from duties.views.week_page import UNDO
from tests.cast import Cast
from tests.duties.stage import Duties, duties_of, this_monday
from tests.members.roster import person

pytestmark = pytest.mark.django_db

# Session, account, its standing, the tree's version, one look-up of appointments for each right that is asked; kinds,
# sites, shifts with assignments, members and joint units; for a superior one count of everything below.
QUERIES_OF_A_SQUAD = 10
QUERIES_OF_A_SUPERIOR = 9


@pytest.fixture
def duties(cast: Cast) -> Duties:
    return duties_of(cast)


@pytest.fixture
def captain(client: Client, duties: Duties) -> Client:
    return enter(client, duties, "captain_sg11")


def enter(client: Client, duties: Duties, account: str) -> Client:
    client.force_login(duties.cast.actor(account))
    return client


def row(**values: str) -> dict[str, str]:
    """The quick row, filled."""
    return {"kind": "日常巡逻", "days": "1", "times": "", "needed": "", "place": "", "people": "", **values}


def add(client: Client, monday: dt.date, **values: str) -> Any:
    return client.post(f"/u/sg11/duties/add/?week={monday}", row(**values), follow=True)


NEXT = dt.timedelta(days=7)


def next_monday() -> dt.date:
    return this_monday() + NEXT


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_the_week_shows_shifts_with_people_and_gaps(captain: Client, duties: Duties) -> None:
    duties.shift(day=0, at="23:00", needed=3, people=("张伟", "王芳"), route="滨江路")
    page = captain.get("/u/sg11/duties/").content.decode()
    assert "王芳、张伟" in page
    assert "2/3" in page
    assert "缺 1 人" in page
    assert "滨江路" in page
    assert "23:00–次日 01:00" in page


def test_shifts_of_other_weeks_and_units_stay_away(captain: Client, duties: Duties) -> None:
    duties.shift(day=14, route="下下周")
    duties.shift("sg12", day=0, route="别的中队")
    page = captain.get("/u/sg11/duties/").content.decode()
    assert "下下周" not in page
    assert "别的中队" not in page
    assert "下下周" in captain.get(f"/u/sg11/duties/?week={local_today() + 2 * NEXT}").content.decode()


def test_a_joint_shift_stands_in_the_week_of_each_unit(captain: Client, duties: Duties) -> None:
    duties.shift("sg12", day=0, route="滨江路", joint_unit_ids=[duties.cast.units["sg11"].pk])
    page = captain.get("/u/sg11/duties/").content.decode()
    assert "二中队主办" in page
    assert "data-repeat" not in page


def test_cancelled_shifts_are_shown_when_asked_for(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=0, route="滨江路")
    captain.post(f"/shifts/{shift.pk}/cancel/", {"reason": "暴雨"})
    page = captain.get("/u/sg11/duties/").content.decode()
    assert "滨江路" not in page
    assert "显示已取消的 1 班" in page
    assert "滨江路" in captain.get(f"/u/sg11/duties/?week={local_today()}&cancelled=1").content.decode()


def test_a_superior_reads_one_row_for_each_unit_below(client: Client, duties: Duties) -> None:
    duties.shift(day=0, at="23:30", needed=3, people=("张伟",))
    duties.shift("sg12", day=0, at="23:30", needed=1)
    duties.shift("sg21", day=0, at="23:30", needed=5)
    page = enter(client, duties, "captain_sg").get("/u/sg/duties/").content.decode()
    assert page.count("<tr data-row") == 2
    assert "1/4" in page
    assert "缺 3 人" in page
    assert "0/5" in page
    assert f"/u/sg1/duties/?week={this_monday()}" in page
    assert "缺 8 人" in page


@pytest.mark.parametrize(
    ("account", "status"),
    [("captain_sg11", 200), ("inspector_sg", 200), ("captain_zx", 404), ("auditor_sg", 403), ("member_sg11", 403)],
)
def test_who_sees_duties_sees_the_week(client: Client, duties: Duties, account: str, status: int) -> None:
    assert enter(client, duties, account).get("/u/sg11/duties/").status_code == status


def test_who_may_only_look_finds_nothing_to_press(client: Client, duties: Duties) -> None:
    duties.shift(day=0)
    page = enter(client, duties, "inspector_sg").get("/u/sg11/duties/").content.decode()
    for word in ('id="quick"', "data-repeat", "/duties/new/", 'data-key="c"'):
        assert word not in page


@pytest.mark.parametrize("week", ["nonsense", "0001-01-01", "9999-12-31", "2022-13-45"])
def test_nonsense_in_the_address_is_this_week(captain: Client, duties: Duties, week: str) -> None:
    duties.shift(day=0, route="滨江路")
    assert "滨江路" in captain.get(f"/u/sg11/duties/?week={week}").content.decode()


def test_an_empty_week_says_what_to_do(captain: Client, client: Client, duties: Duties) -> None:
    assert "复制上周" in captain.get("/u/sg11/duties/").content.decode()
    page = enter(client, duties, "inspector_sg").get("/u/sg11/duties/").content.decode()
    assert "队长排班后" in page


# --- the quick row ----------------------------------------------------------------------------------------------------


def test_a_row_becomes_shifts_with_what_the_kind_has(captain: Client, duties: Duties) -> None:
    kind = duties.kinds["patrol"]
    page = add(captain, next_monday(), kind="rcxl", days="1-3", people="zw 王芳").content.decode()
    assert "已排 3 班" in page
    shifts = list(Shift.objects.order_by("starts_at"))
    assert [shift.day for shift in shifts] == [next_monday() + dt.timedelta(days=day) for day in range(3)]
    assert {(shift.kind_id, shift.needed) for shift in shifts} == {(kind.pk, kind.needed)}
    assert {(shift.ends_at - shift.starts_at).seconds // 60 for shift in shifts} == {kind.minutes}
    assert Assignment.objects.filter(active=True).count() == 6


def test_time_number_place_and_turns_are_taken(captain: Client, duties: Duties) -> None:
    site = Site.objects.create(unit=duties.cast.units["sg11"], kind="school", name="实验小学")
    add(captain, next_monday(), days="一至四", times="22-6", needed="2", place="syxx", people="zw wf/ln lm")
    add(captain, next_monday(), days="7", place="沿江风光带")
    nights = list(Shift.objects.filter(site=site).order_by("starts_at"))
    assert [(one.ends_at - one.starts_at).seconds // 3600 for one in nights] == [8] * 4
    teams = [sorted(one.member.name for one in shift.assignments.all()) for shift in nights]
    assert teams == [["张伟", "王芳"], ["刘敏", "李娜"]] * 2
    assert Shift.objects.get(site=None).route == "沿江风光带"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "登月"}, "没有“登月”这一勤务类型"),
        ({"kind": "hxg"}, "护学岗（上学）、护学岗（放学）"),
        ({"kind": ""}, "必填"),
        ({"days": "8"}, "不是星期"),
        ({"times": "25-26"}, "不是时间"),
        ({"needed": "many"}, "不是人数"),
        ({"needed": "0"}, "请填写 1 至 9999"),
        ({"people": "孙悟空"}, "没有“孙悟空”"),
    ],
)
def test_a_row_that_is_not_understood_says_why_and_plans_nothing(
    captain: Client, duties: Duties, values: dict[str, str], sentence: str
) -> None:
    page = add(captain, next_monday(), **values).content.decode()
    assert sentence in page
    assert not Shift.objects.exists()


def test_initials_of_several_people_are_asked_back_with_labels_that_work(captain: Client, duties: Duties) -> None:
    twin = person(duties.cast.units["sg11"].pk, "张伟", phone="13988888263")
    person(duties.cast.units["sg11"].pk, "赵武", phone="13988880000")
    page = add(captain, next_monday(), people="zw").content.decode()
    for label in ("张伟(8263)", "张伟(0000)", "赵武"):
        assert label in page
    assert not Shift.objects.exists()
    add(captain, next_monday(), people="张伟(8263)")
    assert Assignment.objects.get().member == twin


def test_somebody_who_is_not_free_stops_the_whole_row(captain: Client, duties: Duties) -> None:
    away = (next_monday() - local_today()).days + 2
    duties.shift("sg11", day=away, at="20:00", people=("张伟",))
    page = add(captain, next_monday(), days="1-5", times="1930-2130", people="zw").content.decode()
    assert "张伟" in page
    assert "日常巡逻" in page
    assert Shift.objects.count() == 1


def test_htmx_gets_the_planner_alone_and_everybody_else_the_page(captain: Client, duties: Duties) -> None:
    address = f"/u/sg11/duties/add/?week={next_monday()}"
    piece = captain.post(address, row(), headers={"HX-Request": "true"})
    assert piece.content.lstrip().startswith(b'<div id="planner"')
    assert "已排 1 班" in piece.content.decode()
    assert 'data-focus="quick-kind"' in piece.content.decode()
    wrong = captain.post(address, row(days="9"), headers={"HX-Request": "true"})
    assert 'data-focus="quick-days"' in wrong.content.decode()
    plain = captain.post(address, row(days="2"))
    assert plain["Location"] == f"/u/sg11/duties/?week={next_monday()}"


# --- copying, repeating, taking back ----------------------------------------------------------------------------------


def test_last_week_comes_along_with_its_members(captain: Client, duties: Duties) -> None:
    duties.shift(day=0, people=("张伟", "王芳"))
    page = captain.post(f"/u/sg11/duties/copy/?week={next_monday()}", follow=True).content.decode()
    assert "已复制 1 班" in page
    assert Assignment.objects.filter(shift__day=local_today() + NEXT, active=True).count() == 2
    again = captain.post(f"/u/sg11/duties/copy/?week={next_monday()}", follow=True).content.decode()
    assert "本周都已有" in again
    assert Shift.objects.count() == 2


def test_who_cannot_come_along_is_named(captain: Client, duties: Duties) -> None:
    duties.shift(day=0, people=("张伟", "王芳"))
    duties.people["王芳"].status = "suspended"
    duties.people["王芳"].status_on = local_today()
    duties.people["王芳"].save()
    page = captain.post(f"/u/sg11/duties/copy/?week={next_monday()}", follow=True).content.decode()
    assert "未复制：王芳" in page
    assert Assignment.objects.filter(shift__day=local_today() + NEXT, active=True).count() == 1


def test_copying_from_an_empty_week_is_refused(captain: Client) -> None:
    page = captain.post(f"/u/sg11/duties/copy/?week={next_monday()}", follow=True).content.decode()
    assert "y-notice-error" in page


def test_a_shift_is_repeated_on_the_next_day(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=0, people=("张伟", "王芳"), route="滨江路")
    duties.shift(day=1, people=("王芳",))
    page = captain.post(f"/shifts/{shift.pk}/repeat/", headers={"HX-Request": "true"}).content.decode()
    made = Shift.objects.get(route="滨江路", day=local_today() + dt.timedelta(days=1))
    assert [one.member.name for one in made.assignments.filter(active=True)] == ["张伟"]
    assert f'data-focus="shift-{made.pk}"' in page
    assert "王芳" in page


def test_the_last_act_is_taken_back_once(captain: Client, duties: Duties) -> None:
    add(captain, next_monday(), days="1-3", people="zw")
    page = captain.get(f"/u/sg11/duties/?week={next_monday()}").content.decode()
    assert "撤销：日常巡逻 3 班" in page
    page = captain.post(f"/u/sg11/duties/undo/?week={next_monday()}", follow=True).content.decode()
    assert "已撤销 3 班" in page
    assert set(Shift.objects.values_list("state", flat=True)) == {ShiftState.CANCELLED}
    assert not Assignment.objects.filter(active=True).exists()
    assert "没有可撤销" in captain.post("/u/sg11/duties/undo/", follow=True).content.decode()


def test_what_was_planned_an_hour_ago_is_cancelled_with_a_reason_instead(captain: Client, duties: Duties) -> None:
    add(captain, next_monday())
    session = captain.session
    session[UNDO] = {**session[UNDO], "until": (timezone.now() - dt.timedelta(minutes=1)).timestamp()}
    session.save()
    assert "撤销：" not in captain.get(f"/u/sg11/duties/?week={next_monday()}").content.decode()
    assert "没有可撤销" in captain.post("/u/sg11/duties/undo/", follow=True).content.decode()
    assert Shift.objects.get().state == ShiftState.PLANNED


def test_what_was_planned_in_one_unit_is_not_taken_back_in_another(client: Client, duties: Duties) -> None:
    captain = enter(client, duties, "captain_sg1")
    add(captain, next_monday())
    captain.post("/u/sg12/duties/undo/")
    assert Shift.objects.get().state == ShiftState.PLANNED


def test_suggestions_name_members_by_initials_and_say_who_is_not_free(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=1, people=("张伟",))
    options = captain.get("/u/sg11/duties/people/?q=zw").json()["options"]
    assert [one["text"] for one in options] == ["张伟"]
    options = captain.get(f"/shifts/{shift.pk}/people/?q=zw").json()["options"]
    assert "已" in options[0]["hint"]
    assert captain.get("/u/sg11/duties/people/?q=").json()["options"] == []


def test_suggestions_know_who_is_held_at_the_time_that_is_being_typed(captain: Client, duties: Duties) -> None:
    monday = next_monday()
    duties.shift(day=(monday - local_today()).days + 2, at="20:00", people=("张伟",))
    field = re.search(r'data-suggest-url="([^"]+)"', captain.get(f"/u/sg11/duties/?week={monday}").content.decode())
    assert field is not None

    def hint(address: str, **typed: str) -> str:
        (option,) = captain.get(address, {"q": "zw", **typed}).json()["options"]
        return str(option["hint"])

    def quick(**typed: str) -> str:
        address, _mark, query = html.unescape(field[1]).partition("?")
        return hint(address, **dict([query.split("=")]), **typed)

    free = duties.cast.units["sg11"].short_name
    assert "20:00" in quick(days="1-5", times="1930-2130")
    assert "20:00" in quick(days="3", times="", kind="日常巡逻")
    for typed in ({"days": "1-2", "times": "1930"}, {"days": "3", "times": "8-10"}, {"days": "3"}, {"days": "?"}):
        assert quick(**typed) == free, typed
    form = reverse("duties_people", args=["sg11"])
    wednesday = (monday + dt.timedelta(days=2)).isoformat()
    assert "20:00" in hint(form, day=wednesday, starts="19:30", ends="21:30")
    for typed in (
        {"day": wednesday, "starts": "08:00", "ends": "10:00"},
        {"day": wednesday, "starts": "19:30+08:00", "ends": "21:30"},
        {"day": "9999-12-31", "starts": "23:00", "ends": "01:00"},
        {"day": wednesday},
    ):
        assert hint(form, **typed) == free, typed


# --- what it costs ----------------------------------------------------------------------------------------------------


def fill(duties: Duties, number: int, code: str = "sg11") -> None:
    for position in range(number):
        duties.shift(code, day=0, at=f"{position % 24:02d}:{position % 60:02d}", minutes=30)


def test_a_week_costs_the_same_with_one_and_with_thirty(
    captain: Client, duties: Duties, django_assert_num_queries: Any
) -> None:
    duties.shift(day=0, at="00:00", minutes=10, people=("张伟",))
    captain.get("/u/sg11/duties/")
    with django_assert_num_queries(QUERIES_OF_A_SQUAD):
        captain.get("/u/sg11/duties/")
    fill(duties, 30)
    with django_assert_num_queries(QUERIES_OF_A_SQUAD):
        page = captain.get("/u/sg11/duties/")
    assert page.content.count(b'id="shift-') == 31


def test_a_superiors_week_costs_the_same_with_one_and_with_thirty(
    client: Client, duties: Duties, django_assert_num_queries: Any
) -> None:
    captain = enter(client, duties, "captain_sg")
    duties.shift("sg12", day=0, at="00:00", minutes=10)
    captain.get("/u/sg/duties/")
    with django_assert_num_queries(QUERIES_OF_A_SUPERIOR):
        captain.get("/u/sg/duties/")
    fill(duties, 30, "sg21")
    with django_assert_num_queries(QUERIES_OF_A_SUPERIOR):
        captain.get("/u/sg/duties/")
