"""The table of results: who sees it, what stands in it, and what odd addresses are answered with."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client

from corps.actors import SYSTEM
from corps.enums import ActionResult, Level
from corps.models import ActionLog, Unit
from corps.operations.tree import create_unit, rename_unit
from corps.queries.scope import local_today
from stats.catalogue import MEASURES, Group
from stats.logic.periods import read
from stats.queries.results import MANY_UNITS, change, results_of
from tests.cast import SINCE, Cast
from tests.stats.deeds import Deeds, count, story
from tests.stats.test_results_facts import node

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2022, 9, 1), dt.date(2022, 12, 31)


@pytest.fixture
def deeds(cast: Cast) -> Deeds:
    return story(cast, 20221103, FIRST, LAST)


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize(
    ("account", "code", "status"),
    [
        ("captain_sg", "sg", 200),
        ("captain_sg", "sg11", 200),
        ("inspector_sg", "sg", 200),
        ("captain_sg", "zx", 404),
        ("captain_sg11", "sg", 404),
        ("member_sg11", "sg11", 403),
        ("auditor_sg", "sg", 403),
        ("admin", "sg", 403),
    ],
)
def test_results_are_seen_by_whoever_holds_the_right(
    client: Client, cast: Cast, account: str, code: str, status: int
) -> None:
    assert enter(client, cast, account).get(f"/u/{code}/results/").status_code == status


def test_total_comparisons_own_and_children_stand_in_rows(client: Client, cast: Cast) -> None:
    deeds = story(cast, 1, FIRST, LAST, facts=0)
    for unit, day, number in (
        ("sg11", dt.date(2022, 11, 3), 3),
        ("sg2", dt.date(2022, 11, 4), 1),
        ("sg", dt.date(2022, 11, 5), 2),
        ("sg11", dt.date(2022, 10, 31), 4),
        ("sg11", dt.date(2021, 11, 3), 8),
    ):
        for _number in range(number):
            deeds.incident(unit, day)
    count()
    found = results_of(node("sg"), read("2022-11"), [MEASURES["disputes"]], local_today())
    assert found.total == {"disputes": 6}
    # October has a day more than November, and is compared as a whole.
    assert (found.previous.period.code, found.previous.values) == ("2022-10", {"disputes": 4})
    assert found.year_before.values == {"disputes": 8}
    assert [(line.node.code, line.values["disputes"]) for line in found.lines] == [("sg1", 3), ("sg2", 1)]
    assert found.own == {"disputes": 2}
    page = text_of(enter(client, cast, "captain_sg"), "/u/sg/results/?period=2022-11&measure=disputes")
    for words in (
        "合计",
        "2022年10月",
        "较上月",
        "+50.0 %",
        "2021年11月",
        "同比",
        "−25.0 %",
        "本级",
        "青山大队",
        "人民大队",
    ):
        assert words in page, words
    assert 'href="/u/sg1/results/?period=2022-11' in page
    assert 'href="/u/sg1/results/disputes/?period=2022-11"' in page


def test_totals_and_lines_add_up_for_every_measure_that_does(cast: Cast, deeds: Deeds) -> None:
    from stats.catalogue import adds_up_over_units

    measures = [measure for measure in MEASURES.values() if adds_up_over_units(measure)]
    for code in ("hy", "sg", "sg1", "zx"):
        found = results_of(node(code), read("2022-Q4"), measures, local_today())
        for measure in measures:
            parts = sum(line.values[measure.code] or 0 for line in found.lines)
            own = found.own.get(measure.code) or 0
            assert abs((found.total[measure.code] or 0) - parts - own) < 1e-6, (code, measure.code)


PERIODS = ("2022-11-03", "2022-W44", "2022-11", "2022-Q4", "2022", "2022-10-05..2022-11-20")


def test_every_group_is_drawn_for_every_kind_of_period(client: Client, cast: Cast, deeds: Deeds) -> None:
    captain = enter(client, cast, "captain_sg")
    for group in ("", "all", *(one.value for one in Group), "x"):
        for period in PERIODS:
            page = text_of(captain, f"/u/sg/results/?period={period}&group={group}")
            assert page.count("<tr data-row") >= 6, (group, period)
            assert 'id="trend"' in page, (group, period)


def test_every_measure_has_a_trend_or_says_why_not(client: Client, cast: Cast, deeds: Deeds) -> None:
    captain = enter(client, cast, "captain_sg")
    for code, measure in MEASURES.items():
        query = f"period=2022-11&group={measure.group.value}&measure={code}&all=1"
        page = text_of(captain, f"/u/sg/results/?{query}")
        assert 'data-chart="trend-chart-data"' in page or "没有趋势" in page, code


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=2026-13", "日历中没有“2026-13”"),
        ("period=上个月", "“上个月”不是统计时段"),
        ("period=2022-03-15..2022-01-01", "截止日期早于起始日期"),
        ("period=1999-12", "超出可统计的年份"),
        ("period=2001-01-01..2022-01-01", "超过十年"),
        ("since=2022-01-01", "自选时段需要两个日期"),
        ("since=2022-13-01&until=2022-02-30", "自选时段需要两个日期"),
        ("measure=nothing", "没有指标“nothing”"),
        ("period=" + "9" * 500, "不是统计时段"),
    ],
)
def test_odd_addresses_get_a_clear_sentence_and_a_page(client: Client, cast: Cast, query: str, words: str) -> None:
    answer = enter(client, cast, "captain_sg").get(f"/u/sg/results/?{query}")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert words in page
    assert "合计" in page
    back = client.post(f"/u/sg/results/export/?{query}")
    assert back["Location"] == "/u/sg/results/"


def test_two_dates_are_a_range_and_a_whole_month_is_the_month(client: Client, cast: Cast, deeds: Deeds) -> None:
    captain = enter(client, cast, "captain_sg")
    assert "2022年10月5日至11月20日" in text_of(captain, "/u/sg/results/?since=2022-10-05&until=2022-11-20")
    assert "<strong>2022年11月</strong>" in text_of(captain, "/u/sg/results/?since=2022-11-01&until=2022-11-30")


def test_a_period_to_come_says_so(client: Client, cast: Cast) -> None:
    page = text_of(enter(client, cast, "captain_sg"), "/u/sg/results/?period=2199")
    assert "时段尚未开始" in page
    assert 'rel="next"' not in page


def test_a_trend_of_one_point_says_that_it_begins_with_the_second(client: Client, cast: Cast) -> None:
    page = text_of(enter(client, cast, "captain_sg"), "/u/sg/results/?period=2000-01-01")
    assert "满两个时点后显示趋势" in page
    assert "没有趋势" not in page


def test_choosing_two_dates_keeps_what_else_was_asked_for(client: Client, cast: Cast) -> None:
    page = text_of(enter(client, cast, "captain_sg"), "/u/sg/results/?group=incidents&measure=clues&all=1")
    form = page[page.index('class="y-results-range"') :].partition("</form>")[0]
    for name, value in (("group", "incidents"), ("measure", "clues"), ("all", "1")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in form


def test_figures_of_the_unit_itself_lead_to_their_own_facts(client: Client, cast: Cast) -> None:
    deeds = story(cast, 1, FIRST, LAST, facts=0)
    for unit in ("sg", "sg", "sg11"):
        deeds.incident(unit, dt.date(2022, 11, 3))
    count()
    captain = enter(client, cast, "captain_sg")
    own = text_of(captain, "/u/sg/results/?period=2022-11").partition("y-results-own")[2].partition("</tr>")[0]
    assert 'href="/u/sg/results/disputes/?period=2022-11&amp;own=1"' in own
    page = text_of(captain, "/u/sg/results/disputes/?period=2022-11&own=1&recount=1")
    assert "石鼓支队 · 本级 · 2022年11月" in page
    assert page.count("<tr data-row") == 2
    assert "重新汇总，与上述数字一致" in page
    assert "y-bars" not in page
    assert text_of(captain, "/u/sg/results/disputes/?period=2022-11").count("<tr data-row") == 3


def test_the_running_month_is_compared_with_as_many_days(cast: Cast) -> None:
    deeds = story(cast, 1, FIRST, LAST, facts=0)
    today = dt.date(2022, 11, 3)
    for day in (dt.date(2022, 10, 2), dt.date(2022, 10, 3), dt.date(2022, 10, 4), dt.date(2022, 11, 2)):
        deeds.incident("sg11", day)
    count()
    found = results_of(node("sg"), read("2022-11"), [MEASURES["disputes"]], today)
    assert (found.counted.days, found.previous.values["disputes"], found.total["disputes"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(100, 112.4, 12.4), (4, 1, -75), (0, 5, None), (None, 5, None), (5, None, None), (0, 0, None), (3, 0, -100)],
)
def test_a_change_that_makes_no_sense_is_none(before: Any, now: Any, expected: float | None) -> None:
    found = change(before, now)
    assert found is None if expected is None else found is not None and abs(found - expected) < 1e-9


def test_the_page_says_when_facts_are_being_counted(client: Client, cast: Cast, deeds: Deeds) -> None:
    captain = enter(client, cast, "captain_sg")
    assert "正在计入" not in text_of(captain, "/u/sg/results/?period=2022")
    deeds.incident("zx9", dt.date(2022, 11, 3))
    assert "正在计入" not in text_of(captain, "/u/sg/results/?period=2022")
    deeds.incident("sg12", dt.date(2022, 11, 3))
    assert "正在计入" in text_of(captain, "/u/sg/results/?period=2022")


def more_brigades(cast: Cast, number: int) -> None:
    for position in range(number):
        create_unit(
            actor=SYSTEM,
            parent_id=cast.units["zx"].pk,
            level=Level.BRIGADE,
            name=f"第{position}大队",
            short_name=f"第{position}大队",
            code=f"zxb{position}",
            active_from=SINCE,
        )


QUERIES_OF_RESULTS = 19


def test_the_page_asks_the_same_for_one_child_and_for_thirty(
    client: Client, cast: Cast, deeds: Deeds, django_assert_num_queries: Any
) -> None:
    enter(client, cast, "captain_zx")
    text_of(client, "/u/zx/results/?period=2022-11")
    with django_assert_num_queries(QUERIES_OF_RESULTS):
        text_of(client, "/u/zx/results/?period=2022-11")
    more_brigades(cast, 28)
    count()
    text_of(client, "/u/zx/results/?period=2022-11")
    with django_assert_num_queries(QUERIES_OF_RESULTS):
        page = text_of(client, "/u/zx/results/?period=2022-11")
    assert page.count("y-results-part") == 30


def test_people_of_broken_months_of_many_units_follow_a_moment_later(
    client: Client, cast: Cast, deeds: Deeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MANY_UNITS > 100
    monkeypatch.setattr("stats.queries.results.MANY_UNITS", 2)
    captain = enter(client, cast, "captain_sg")
    page = text_of(captain, "/u/sg/results/?period=2022-10-05..2022-11-20")
    assert "正在统计人数" in page
    later = re.search(r'hx-get="(\?[^"]+now=1[^"]*)"', page)
    assert later is not None
    whole = text_of(captain, f"/u/sg/results/{later[1].replace('&amp;', '&')}")
    assert "正在统计人数" not in whole
    assert 'href="/u/sg/results/served/?period=2022-10-05..2022-11-20"' in whole
    assert "正在统计人数" not in text_of(captain, "/u/sg/results/?period=2022-11")


# -- the workbook -------------------------------------------------------------------------------------------------


def sheet_of(client: Client, address: str) -> Any:
    answer = client.post(address)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def test_the_workbook_holds_what_the_page_shows(client: Client, cast: Cast, deeds: Deeds) -> None:
    captain = enter(client, cast, "captain_sg")
    sheet = sheet_of(captain, "/u/sg/results/export/?period=2022-Q4&group=incidents")
    found = results_of(node("sg"), read("2022-Q4"), list(MEASURES.values()), local_today())
    assert sheet["A1"].value == "石鼓支队成果统计表"
    assert sheet["A2"].value == "单位：石鼓支队"
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=6) if row[0].value}
    heads = [cell.value.split("\n")[0] for cell in sheet[5][1:] if cell.value]
    names = {str(measure.name): code for code, measure in MEASURES.items()}
    for word, values in [("合计", found.total), *((line.node.short_name, line.values) for line in found.lines)]:
        shown = [cell.value for cell in rows[word][1 : len(heads) + 1]]
        assert shown == [values[names[head]] for head in heads], word
    assert {"环比", "同比", "2022年第三季度", "2021年第四季度"} <= set(rows)
    assert ActionLog.objects.filter(action="result.export", result=ActionResult.DONE).count() == 1


def test_a_hostile_name_of_a_unit_stays_text(client: Client, cast: Cast, deeds: Deeds) -> None:
    hostile = '=HYPERLINK("http://x","y")'
    rename_unit(actor=SYSTEM, unit_id=cast.units["sg1"].pk, name=hostile, short_name="=cmd()", reason="")
    captain = enter(client, cast, "captain_sg")
    for code in ("sg", "sg1"):
        sheet = sheet_of(captain, f"/u/{code}/results/export/?period=2022-11")
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
        assert kinds == {"s", "n"}
    assert "'=cmd()" in {row[0].value for row in sheet_of(captain, "/u/sg/results/export/?period=2022-11").iter_rows()}


@pytest.mark.parametrize(
    ("account", "status"), [("captain_sg", 200), ("inspector_sg", 200), ("dispatcher_sg", 403), ("auditor_sg", 403)]
)
def test_taking_results_away_needs_a_right_of_its_own(client: Client, cast: Cast, account: str, status: int) -> None:
    assert enter(client, cast, account).post("/u/sg/results/export/").status_code == status
    refused = ActionLog.objects.filter(action="result.export", result=ActionResult.REFUSED).count()
    assert refused == (status == 403)
    if account == "dispatcher_sg":
        assert "导出表格" not in text_of(client, "/u/sg/results/")


def test_a_closed_unit_keeps_its_line_while_it_has_figures(cast: Cast, deeds: Deeds) -> None:
    deeds.incident("sg2", dt.date(2022, 11, 3))
    count()
    Unit.objects.filter(code="sg2").update(active_until=dt.date(2022, 12, 1))

    def lines(period: str) -> set[str]:
        found = results_of(node("sg"), read(period), [MEASURES["disputes"]], local_today())
        return {line.node.code for line in found.lines}

    assert "sg2" in lines("2022-11")
    assert "sg2" not in lines("2019-11")
