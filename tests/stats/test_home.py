"""The first page: what waits comes first, then the people; each reader sees what belongs to their unit."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from corps.actors import SYSTEM
from corps.enums import PostKind
from corps.models import Post, Term
from corps.queries.scope import current_tree, local_today
from duties.operations.attendance import check_in, check_out
from duties.queries.today import tally_of_today
from incidents.operations.verification import return_incident, verify_incident
from members.enums import ImportState
from members.models import RosterImport
from members.queries.figures import figures_of, forget_figures_above
from stats.models import Discrepancy
from stats.operations.rollups import drain_all
from stats.queries.month import month_so_far
from tests.cast import Cast
from tests.duties.scenes import closed, days_ago, moment, planned
from tests.incidents.log import incident
from tests.members.roster import person
from yiwu.live import listener_of

pytestmark = pytest.mark.django_db

QUERIES_OF_A_HOME = {"captain_sg": 30, "liaison_hy": 31}
NOW = timezone.now
HOUR = dt.timedelta(hours=1)
ASKING = {"HX-Request": "true", "X-Self-Refresh": "1"}


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


@pytest.mark.parametrize("account", QUERIES_OF_A_HOME)
def test_the_first_page_costs_the_same_queries_whatever_there_is(
    client: Client, cast: Cast, django_assert_num_queries: Any, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Late in the evening what begins in three hours is no shift of today, and costs nothing.
    noon = timezone.localtime(NOW()).replace(hour=12).astimezone(dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    reader = enter(client, cast, account)
    reader.get("/u/sg/")
    fill(cast, 1)
    drain_all(actor=SYSTEM)
    cache.clear()
    with django_assert_num_queries(QUERIES_OF_A_HOME[account]):
        reader.get("/u/sg/")
    fill(cast, 30)
    drain_all(actor=SYSTEM)
    cache.clear()
    with django_assert_num_queries(QUERIES_OF_A_HOME[account]):
        reader.get("/u/sg/")


def fill(cast: Cast, number: int) -> None:
    """People, shifts of today with gaps and attendance, shifts to close, incidents in every state."""
    unit, now = cast.units["sg11"].pk, timezone.now()
    for count in range(number):
        member = person(unit, "张伟")
        planned(cast, members=[member])
        running = planned(cast, starts_at=now - HOUR, needed=3, members=[person(unit, "王芳")])
        planned(cast, "sg", starts_at=now + 3 * HOUR)
        check_in(actor=SYSTEM, shift_id=running.pk, member_id=running.assignments.get().member_id, at=now)
        closed(cast, starts_at=moment(days_ago(2), 8), members=[person(unit, "李娜")])
        incident(cast, submit=True, account=f"第{count}起")
        returned = incident(cast, submit=True, account=f"退回第{count}起")
        return_incident(actor=cast.actor("liaison_sg"), incident_id=returned.pk, remark="请补充地点")
        incident(cast, submit=False, account=f"草稿第{count}起")


# -- what burns, what waits, today -----------------------------------------------------------------------------------


def test_posts_without_people_burn(client: Client, cast: Cast) -> None:
    gap = planned(cast, starts_at=NOW() + 3 * HOUR, needed=3, members=[person(cast.units["sg11"].pk, "张伟")])
    full = planned(cast, "sg12", starts_at=NOW() + 3 * HOUR, needed=1, members=[person(cast.units["sg12"].pk, "王芳")])
    far = planned(cast, "sg12", starts_at=NOW() + 30 * HOUR)
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    burning = page[page.index('id="burning"') : page.index('id="waiting"')]
    assert f"/shifts/{gap.pk}/" in burning
    assert "一中队 夜巡" in burning
    assert "缺 2" in burning
    assert f"/shifts/{full.pk}/" not in burning
    assert f"/shifts/{far.pk}/" not in burning
    assert 'id="burning"' not in enter(client, cast, "captain_zx").get("/u/zx/").content.decode()
    assert 'id="burning"' not in enter(client, cast, "auditor_sg").get("/u/sg/").content.decode()


def test_a_falsified_figure_burns(client: Client, cast: Cast) -> None:
    for place in range(5):
        Discrepancy.objects.create(
            table="own", unit=cast.units["sg11"], day=days_ago(place), column="attended", stored=3, counted=2
        )
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    burning = page[page.index('id="burning"') : page.index('id="waiting"')]
    assert burning.count("<li>") == 4
    assert burning.count("存储的数字与事实不符") == 3
    assert "另有数字与事实不符" in burning
    assert 'id="burning"' not in enter(client, cast, "captain_zx").get("/u/zx/").content.decode()
    assert 'id="burning"' not in enter(client, cast, "auditor_sg").get("/u/sg/").content.decode()


def test_many_gaps_become_one_line(client: Client, cast: Cast) -> None:
    for _ in range(8):
        planned(cast, starts_at=NOW() + 3 * HOUR)
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    burning = page[page.index('id="burning"') : page.index('id="waiting"')]
    assert burning.count("<li>") == 6
    assert "另有 3 个班次缺人" in burning


def test_shifts_that_are_over_wait_to_be_closed(client: Client, cast: Cast) -> None:
    over = planned(cast)
    done = closed(cast, starts_at=moment(days_ago(2), 8))
    for account, seen in (("captain_sg", True), ("inspector_sg", False)):
        waiting = waiting_of(enter(client, cast, account))
        assert (f"/shifts/{over.pk}/" in waiting) is seen
        assert f"/shifts/{done.pk}/" not in waiting


def test_incidents_wait_for_who_may_settle_them(client: Client, cast: Cast) -> None:
    submitted = incident(cast, submit=True)
    returned = incident(cast, submit=True)
    return_incident(actor=cast.actor("liaison_sg"), incident_id=returned.pk, remark="请补充地点")
    officer, captain = (waiting_of(enter(client, cast, name)) for name in ("liaison_sg", "captain_sg"))
    assert f"/incidents/{submitted.pk}/" in officer
    assert f"/incidents/{submitted.pk}/" not in captain
    assert f"/incidents/{returned.pk}/" in captain
    assert "待核实" in officer
    assert "退回" in captain


def waiting_of(client: Client, code: str = "sg") -> str:
    page = client.get(f"/u/{code}/").content.decode()
    return page[page.index('id="waiting"') :].partition("</section>")[0]


def test_today_says_who_is_there_and_what_is_missing(client: Client, cast: Cast) -> None:
    here, late = person(cast.units["sg11"].pk, "张伟"), person(cast.units["sg11"].pk, "王芳")
    shift = planned(cast, starts_at=NOW() - HOUR, needed=3, members=[here, late])
    check_in(actor=SYSTEM, shift_id=shift.pk, member_id=here.pk, at=NOW() - HOUR)
    captain = enter(client, cast, "captain_sg")
    own = today_of_page(captain, "sg11")
    assert "已签到 1 / 3" in own
    assert "张伟" in own
    assert "缺 1" in own
    above = today_of_page(captain, "sg")
    assert "青山大队" in above
    assert "人民大队" not in above
    assert "1 人正在执勤" in above
    assert "今天没有班次" in today_of_page(captain, "sg2")


def today_of_page(client: Client, code: str) -> str:
    page = client.get(f"/u/{code}/").content.decode()
    return page[page.index('id="today"') :].partition("</section>")[0]


def test_the_tally_of_today_counts_everything_below(cast: Cast) -> None:
    unit = cast.units["sg11"].pk
    came, gone = person(unit, "张伟"), person(unit, "王芳")
    running = planned(cast, starts_at=NOW() - HOUR, needed=3, members=[came, gone])
    check_in(actor=SYSTEM, shift_id=running.pk, member_id=came.pk, at=NOW() - HOUR)
    check_in(actor=SYSTEM, shift_id=running.pk, member_id=gone.pk, at=NOW() - HOUR)
    check_out(actor=SYSTEM, shift_id=running.pk, member_id=gone.pk, at=NOW() - HOUR / 2)
    found = tally_of_today(cast.actor("captain_sg"), current_tree().nodes[cast.units["sg"].pk])
    total = found.total
    assert (total.shifts, total.running, total.needed, total.planned) == (1, 1, 3, 2)
    assert (total.came, total.here, total.gap) == (2, 1, 1)
    assert [(node.code, one.came) for node, one in found.below] == [("sg1", 2)]


# -- this month --------------------------------------------------------------------------------------------------------


def test_the_month_shows_five_figures_that_lead_to_their_facts(client: Client, cast: Cast) -> None:
    today = local_today()
    members = [person(cast.units["sg11"].pk, "张伟"), person(cast.units["sg11"].pk, "王芳")]
    earlier = today.replace(day=1) - dt.timedelta(days=1)
    closed(cast, starts_at=moment(today, 0), hours=0.02, members=members)
    closed(cast, starts_at=moment(earlier.replace(day=1), 8), members=members[:1])
    one = incident(cast, submit=True, occurred_at=moment(today, 0))
    verify_incident(actor=cast.actor("liaison_sg"), incident_id=one.pk)
    drain_all(actor=SYSTEM)
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    unit = cast.units["sg"].pk
    for code, text in (("attended", "2"), ("shifts", "1"), ("incidents", "1"), ("served", "2")):
        figure = page[page.index(f'data-live-figure="{unit}:{code}"') :].partition("</a>")[0]
        assert f"<span data-value>{text}</span>" in figure
        assert f"/u/sg/results/{code}/?period={today:%Y-%m}" in page
    attended = page[page.index(f'data-live-figure="{unit}:attended"') :].partition("</a>")[0]
    assert "+100.0 %" in attended
    assert "较上月同期" in attended or "较上月" in attended
    assert 'data-chart="trend-data"' in page
    league = page[page.index("下属单位本月勤务") :].partition("</section>")[0]
    assert "青山大队" in league
    assert f"/u/sg1/results/?period={today:%Y-%m}" in league
    assert "1 个单位本月尚无人执勤" in league


def test_before_the_first_fact_the_page_says_what_would_fill_it(client: Client, cast: Cast) -> None:
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    assert "尚无成果" in page
    assert 'data-chart="trend-data"' not in page


def test_a_page_hears_of_its_own_unit_and_only_with_the_right(client: Client, cast: Cast) -> None:
    page = enter(client, cast, "captain_sg").get("/u/sg/").content.decode()
    found = re.search(r'data-live-ticket="([^"]+)"', page)
    assert found
    listener = listener_of(unescape(found[1]))
    assert listener is not None
    assert listener.topics == frozenset({f"figures:{cast.units['sg'].pk}"})
    assert 'data-live-events="figures"' in page
    for name in ("auditor_sg", "admin"):
        assert "data-live-ticket" not in enter(client, cast, name).get("/u/sg/").content.decode()


@pytest.mark.parametrize("part", ["now", "month"])
def test_a_part_is_sent_only_when_it_differs(client: Client, cast: Cast, part: str) -> None:
    captain = enter(client, cast, "captain_sg")
    mark = mark_in(captain.get("/u/sg/").content.decode(), part)
    assert captain.get(f"/u/sg/{part}/?seen={mark}", headers=ASKING).status_code == 204
    closed(cast, starts_at=moment(local_today(), 0), hours=0.02)
    planned(cast)
    drain_all(actor=SYSTEM)
    again = captain.get(f"/u/sg/{part}/?seen={mark}", headers=ASKING)
    assert again.status_code == 200
    assert "<html" not in again.content.decode()
    assert mark_in(again.content.decode(), part) != mark


def test_the_part_of_the_month_brings_rates_trend_and_league_as_they_are_now(client: Client, cast: Cast) -> None:
    captain = enter(client, cast, "captain_sg")
    assert 'data-chart="trend-data"' not in captain.get("/u/sg/month/", headers=ASKING).content.decode()
    today = local_today()
    earlier = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    member = person(cast.units["sg11"].pk, "张伟")
    closed(cast, starts_at=moment(earlier, 8), members=[member])
    closed(cast, starts_at=moment(today, 0), hours=0.02, members=[member, person(cast.units["sg11"].pk, "王芳")])
    drain_all(actor=SYSTEM)
    part = captain.get("/u/sg/month/", headers=ASKING).content.decode()
    assert "+100.0 %" in part
    table = part[part.index('id="trend"') :].partition("</figure>")[0]
    assert re.findall(r'<td class="y-num">([\d,]+)</td>', table)[-2:] == ["1", "2"]
    assert "青山大队" in part[part.index("下属单位本月勤务") :].partition("</section>")[0]


@pytest.mark.parametrize(
    ("today", "compared"),
    [
        (dt.date(2022, 11, 29), "2022-10-01..2022-10-29"),
        (dt.date(2022, 11, 30), "2022-10"),
        (dt.date(2022, 3, 30), "2022-02"),
        (dt.date(2022, 3, 31), "2022-02"),
    ],
)
def test_a_month_is_compared_with_as_many_days_until_it_is_whole(cast: Cast, today: dt.date, compared: str) -> None:
    found = month_so_far(current_tree().nodes[cast.units["sg"].pk], today)
    assert found.compared.named().code == compared
    assert found.unfinished is (today.day < found.period.days)


def mark_in(page: str, part: str) -> str:
    found = re.search(rf'hx-get="/u/sg/{part}/\?seen=([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_page_that_refreshes_itself_does_not_keep_anybody_signed_in(client: Client, cast: Cast) -> None:
    captain = enter(client, cast, "captain_sg")

    def ends() -> dt.datetime:
        moment: dt.datetime = Session.objects.get(pk=captain.session.session_key).expire_date
        return moment

    before = ends()
    captain.get("/u/sg/now/", headers=ASKING)
    assert ends() == before
    captain.get("/u/sg/")
    assert ends() > before


def test_a_large_unit_is_counted_a_moment_later(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.queries.figures.SMALL_SUBTREE", 1)
    person(cast.units["sg11"].pk, "张伟", phone="")
    captain = enter(client, cast, "captain_sg")
    page = captain.get("/u/sg/").content.decode()
    assert 'hx-get="/u/sg/people/"' in page
    piece = captain.get("/u/sg/people/", headers={"HX-Request": "true"}).content.decode()
    assert "y-figures" in piece
    assert 'id="records" hx-swap-oob="true"' in piece
    assert "missing=any" in piece
    assert "<html" in captain.get("/u/sg/people/").content.decode()
