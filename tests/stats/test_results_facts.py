"""Every figure opens to its facts, and the facts add up to the figure."""

import datetime as dt
from itertools import product
from typing import Any

import pytest
from django.test import Client

from corps.enums import Level
from corps.models import Account
from corps.queries.scope import Node, current_tree
from duties.enums import AttendanceStatus
from duties.models import Attendance, Shift
from incidents.enums import IncidentState
from incidents.models import Incident
from members.models import Member
from stats.catalogue import MEASURES, Adds, Measure, adds_up_over_units
from stats.logic.periods import Period, read
from stats.models import TotalDay
from stats.queries.drilldown import PAGE, Fact, Place, facts_page, recount
from stats.queries.figures import figures_of
from stats.queries.results import results_of
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.deeds import Deeds, count, story

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2022, 9, 1), dt.date(2022, 12, 31)
PERIODS = ("2022-11", "2022", "2022-10-15..2022-11-20")
ROUNDING = 1e-9
OF_FRACTIONS = 1e-6


@pytest.fixture
def deeds(cast: Cast) -> Deeds:
    return story(cast, 20221103, FIRST, LAST)


def node(code: str) -> Node:
    return next(one for one in current_tree().nodes.values() if one.code == code)


def every_fact(actor: Account, unit: Node, measure: Measure, period: Period, *, own: bool = False) -> list[Fact]:
    found: list[Fact] = []
    after: Place | None = None
    while True:
        page = facts_page(actor, unit, measure, period, after, own=own)
        found += page.facts
        if page.following is None:
            return found
        assert len(page.facts) == PAGE
        after = Place.read(str(page.following))
        assert after == page.following


def figure_of(unit: Node, measure: Measure, period: Period) -> Any:
    return figures_of(unit.id, [measure], period.first, period.end)[measure.code]


def test_the_facts_of_every_measure_add_up_to_its_figure(cast: Cast, deeds: Deeds) -> None:
    actor = cast.actor("liaison_hy")
    seen = 0
    units = [node(code) for code in ("hy", "sg1", "sg11")]
    for unit, period in product(units, [read(word) for word in PERIODS]):
        for measure in MEASURES.values():
            if measure.adds_up is Adds.RATIO:
                continue
            figure = figure_of(unit, measure, period)
            facts = every_fact(actor, unit, measure, period)
            assert len({(fact.source, fact.id) for fact in facts}) == len(facts), measure.code
            if measure.adds_up is Adds.DISTINCT:
                listed: float = len(facts)
            else:
                listed = sum(fact.amount for fact in facts) / measure.divisor
            assert abs(listed - figure) < ROUNDING, (unit.code, period.code, measure.code)
            assert abs(recount(unit, measure, period) / measure.divisor - figure) < ROUNDING, (
                unit.code,
                period.code,
                measure.code,
            )
            seen += bool(figure)
    assert seen > 100, "the story is too short to prove anything"


def test_the_facts_of_a_unit_itself_add_up_to_what_the_units_below_leave(cast: Cast, deeds: Deeds) -> None:
    actor, today = cast.actor("liaison_hy"), dt.date(2023, 6, 1)
    own_member = person(cast.units["sg"].pk, "刘建军", joined_on=FIRST)
    for number in range(PAGE + 3):
        day = FIRST + dt.timedelta(days=number * 2)
        deeds.attend(deeds.shift("sg", day), own_member, minutes=50)
        deeds.incident("sg", day, materials=number)
    count()
    measures = [measure for measure in MEASURES.values() if adds_up_over_units(measure)]
    for word in PERIODS:
        period = read(word)
        left = results_of(node("sg"), period, measures, today).own
        assert left["attended"]
        for measure in measures:
            facts = every_fact(actor, node("sg"), measure, period, own=True)
            listed = sum(fact.amount for fact in facts) / measure.divisor
            assert abs(listed - (left[measure.code] or 0)) < OF_FRACTIONS, (word, measure.code)
            recounted = recount(node("sg"), measure, period, own=True) / measure.divisor
            assert abs(recounted - (left[measure.code] or 0)) < OF_FRACTIONS, (word, measure.code)


def test_facts_are_listed_latest_first_and_each_once_over_pages(cast: Cast) -> None:
    deeds = story(cast, 7, FIRST, LAST, facts=10)
    for number in range(130):
        deeds.incident("sg11", dt.date(2022, 11, 1 + number % 3), quantity=number)
    count()
    found = every_fact(cast.actor("captain_sg11"), node("sg11"), MEASURES["disputes"], read("2022-11"))
    assert len(found) >= 130
    assert [(fact.day, fact.id) for fact in found] == sorted(((fact.day, fact.id) for fact in found), reverse=True)


def test_measures_of_two_tables_list_both(cast: Cast) -> None:
    deeds = story(cast, 7, FIRST, LAST, facts=0)
    day = dt.date(2022, 11, 3)
    for number in range(PAGE):
        deeds.shift("sg11", day, materials=number + 1, hour=number % 24)
        deeds.incident("sg11", day, materials=1)
    deeds.shift("sg11", day, materials=0)
    count()
    found = every_fact(cast.actor("captain_sg11"), node("sg11"), MEASURES["leaflets"], read("2022-11"))
    assert {fact.source for fact in found} == {"shift", "incident"}
    assert sum(fact.amount for fact in found) == figure_of(node("sg11"), MEASURES["leaflets"], read("2022-11"))
    assert len(found) == 2 * PAGE


def test_facts_that_wait_to_be_counted_are_listed(cast: Cast) -> None:
    """The list shows what is there; the page says that the figure follows."""
    deeds = story(cast, 7, FIRST, LAST, facts=0)
    deeds.incident("sg11", dt.date(2022, 11, 3))
    found = facts_page(cast.actor("captain_sg11"), node("sg11"), MEASURES["disputes"], read("2022-11")).facts
    assert len(found) == 1
    assert figure_of(node("sg11"), MEASURES["disputes"], read("2022-11")) == 0


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


def test_the_page_says_when_a_figure_is_being_counted(client: Client, cast: Cast, deeds: Deeds) -> None:
    page = (
        enter(client, cast, "captain_sg11").get("/u/sg11/results/disputes/?period=2022-11&recount=1").content.decode()
    )
    assert "正在计入" not in page
    assert "重新汇总，与上述数字一致" in page
    deeds.incident("sg11", dt.date(2022, 11, 3))
    page = client.get("/u/sg11/results/disputes/?period=2022-11&recount=1").content.decode()
    assert "正在计入" in page
    assert "请告知系统管理员" not in page


def test_a_falsified_figure_is_seen_by_whoever_adds_up(client: Client, cast: Cast, deeds: Deeds) -> None:
    day = dt.date(2022, 11, 3)
    deeds.incident("sg11", day)
    count()
    assert TotalDay.objects.filter(unit=cast.units["sg11"], day=day).update(incidents_dispute=999) == 1
    page = enter(client, cast, "captain_sg11").get("/u/sg11/results/disputes/?period=2022&recount=1").content.decode()
    assert "请告知系统管理员" in page


def test_two_clicks_lead_from_a_figure_to_a_fact_and_its_history(client: Client, cast: Cast, deeds: Deeds) -> None:
    table = enter(client, cast, "captain_sg").get("/u/sg/results/?period=2022").content.decode()
    assert 'href="/u/sg/results/disputes/?period=2022"' in table
    facts = client.get("/u/sg/results/disputes/?period=2022").content.decode()
    row = Incident.objects.filter(
        category="dispute", state=IncidentState.VERIFIED, unit__code__startswith="sg"
    ).order_by("-occurred_at")[0]
    assert f'href="/incidents/{row.pk}/"' in facts
    address = f"/u/sg/results/disputes/incident/{row.pk}/"
    assert address in facts
    history = client.get(address).content.decode()
    assert "和平路口" in history
    attended = client.get("/u/sg/results/attended/?period=2022").content.decode()
    assert 'href="/shifts/' in attended
    assert 'href="/members/' in attended


def test_a_correction_stands_in_the_history_of_the_fact(client: Client, cast: Cast, deeds: Deeds) -> None:
    row = Attendance.objects.filter(
        current=True, status=AttendanceStatus.PRESENT, minutes=120, unit__code__startswith="sg"
    ).first()
    assert row is not None
    Attendance.objects.filter(pk=row.pk).update(minutes=90)
    page = enter(client, cast, "captain_sg").get(f"/u/sg/results/attended/attendance/{row.pk}/").content.decode()
    assert "120" in page
    assert "90" in page


@pytest.mark.parametrize(
    ("account", "address", "status"),
    [
        ("captain_sg", "/u/sg/results/attended/", 200),
        ("captain_sg", "/u/zx/results/attended/", 404),
        ("member_sg11", "/u/sg11/results/attended/", 403),
        ("auditor_sg", "/u/sg/results/attended/", 403),
        ("admin", "/u/sg/results/attended/", 403),
        ("captain_sg", "/u/sg/results/nothing/", 404),
        ("captain_sg", "/u/sg/results/attended/?period=2026-13", 400),
        ("captain_sg", "/u/sg/results/attended/?after=2022~x", 200),
        ("captain_sg", "/u/sg/results/attended/?after=2022-02-30~0~1", 200),
        ("captain_sg", "/u/sg/results/attended/attendance/999999/", 404),
        ("captain_sg", "/u/sg/results/attended/incident/1/", 404),
        ("captain_sg", "/u/sg/results/attended/joined/1/", 404),
        ("captain_sg", "/u/sg/results/detachments/thing/1/", 404),
    ],
)
def test_who_may_open_what(client: Client, cast: Cast, account: str, address: str, status: int) -> None:
    assert enter(client, cast, account).get(address).status_code == status


def test_people_behind_a_figure_have_a_history(client: Client, cast: Cast) -> None:
    """Also who has left since, and who served here and belongs to another unit today."""
    deeds = story(cast, 3, FIRST, LAST, facts=0)
    gone, moved = deeds.people["sg11"][:2]
    Member.objects.filter(pk=gone.pk).update(status="active", status_on=None, joined_on=FIRST)
    deeds.attend(deeds.shift("sg11", dt.date(2022, 11, 3)), moved)
    Member.objects.filter(pk=gone.pk).update(status="left", status_on=dt.date(2022, 12, 1))
    Member.objects.filter(pk=moved.pk).update(unit=cast.units["sg12"])
    count()
    captain = enter(client, cast, "captain_sg")
    for measure, member in (("people", gone), ("served", moved)):
        page = captain.get(f"/u/sg/results/{measure}/?period=2022-11").content.decode()
        address = f"/u/sg/results/{measure}/joined/{member.pk}/"
        assert address in page, measure
        assert captain.get(address).status_code == 200, measure
    assert captain.get(f"/u/sg/results/served/joined/{gone.pk}/").status_code == 404


def test_no_history_is_offered_of_who_belongs_to_others_today(client: Client, cast: Cast) -> None:
    deeds = story(cast, 3, FIRST, LAST, facts=0)
    moved = deeds.people["sg11"][0]
    deeds.attend(deeds.shift("sg11", dt.date(2022, 11, 3)), moved)
    Member.objects.filter(pk=moved.pk).update(unit=cast.units["zx11"])
    count()
    address = f"/u/sg/results/served/joined/{moved.pk}/"
    captain = enter(client, cast, "captain_sg")
    assert address not in captain.get("/u/sg/results/served/?period=2022-11").content.decode()
    assert captain.get(address).status_code == 404
    client.logout()
    officer = enter(client, cast, "liaison_hy")
    assert address in officer.get("/u/sg/results/served/?period=2022-11").content.decode()


def test_people_of_two_units_have_shares_of_all_people(client: Client, cast: Cast) -> None:
    deeds = story(cast, 3, FIRST, LAST, facts=0)
    both, one = deeds.people["sg11"][:2]
    deeds.attend(deeds.shift("sg11", dt.date(2022, 11, 3)), both)
    deeds.attend(deeds.shift("sg11", dt.date(2022, 11, 3), hour=8), one)
    row = deeds.attend(deeds.shift("sg21", dt.date(2022, 11, 4)), both)
    Attendance.objects.filter(pk=row.pk).update(unit=cast.units["sg21"])
    count()
    page = enter(client, cast, "captain_sg").get("/u/sg/results/served/?period=2022-11").content.decode()
    shares = page.partition('class="y-bars"')[2].partition("</table>")[0]
    assert "100.0 %" in shares
    assert "50.0 %" in shares


def test_a_fact_outside_the_unit_has_no_history_there(client: Client, cast: Cast, deeds: Deeds) -> None:
    outside = Incident.objects.filter(state=IncidentState.VERIFIED, unit__code__startswith="zx").first()
    assert outside is not None
    address = f"/u/sg/results/incidents/incident/{outside.pk}/"
    assert enter(client, cast, "captain_sg").get(address).status_code == 404
    client.logout()
    assert enter(client, cast, "liaison_hy").get(address.replace("/sg/", "/zx/")).status_code == 200


def test_shifts_of_other_units_are_named_but_not_opened(client: Client, cast: Cast) -> None:
    """A member of ours at a shift of theirs: the attendance counts here, the shift is not ours to open."""
    deeds = story(cast, 3, FIRST, LAST, facts=0)
    shift = deeds.shift("zx9", dt.date(2022, 11, 3))
    deeds.attend(shift, deeds.people["sg11"][0])
    count()
    page = enter(client, cast, "captain_sg11").get("/u/sg11/results/attended/?period=2022-11").content.decode()
    assert f"/shifts/{shift.pk}/" not in page
    assert f"/members/{deeds.people['sg11'][0].pk}/" in page
    assert Shift.objects.count() == 1


def test_direct_measures_list_units_sites_and_groups(client: Client, cast: Cast, deeds: Deeds) -> None:
    page = enter(client, cast, "liaison_hy").get("/u/hy/results/detachments/?period=2022").content.decode()
    assert "石鼓支队" in page
    assert f"{Level.DETACHMENT.value}" in page
    assert "sg11集结点" in client.get("/u/hy/results/assembly_points/").content.decode()
    assert "巡防组" in client.get("/u/hy/results/groups/").content.decode()
    assert "蓝天救援队" in client.get("/u/hy/results/partners/").content.decode()


def test_a_ratio_shows_what_was_divided_by_what(client: Client, cast: Cast, deeds: Deeds) -> None:
    page = enter(client, cast, "captain_sg").get("/u/sg/results/absence_rate/?period=2022").content.decode()
    assert 'href="/u/sg/results/absent/?period=2022"' in page
    assert 'href="/u/sg/results/expected/?period=2022"' in page


QUERIES_OF_A_LIST = 10


def test_a_page_of_facts_asks_the_same_however_many_there_are(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    deeds = story(cast, 3, FIRST, LAST, facts=0)
    shift = deeds.shift("sg11", dt.date(2022, 11, 3))
    deeds.attend(shift, deeds.people["sg11"][0])
    count()
    enter(client, cast, "captain_sg")
    client.get("/u/sg/results/attended/?period=2022-11")
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        client.get("/u/sg/results/attended/?period=2022-11")
    for number in range(60):
        later = deeds.shift("sg12", dt.date(2022, 11, 1 + number % 20), hour=number % 24)
        deeds.attend(later, deeds.people["sg12"][0], minutes=45)
    count()
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        assert client.get("/u/sg/results/attended/?period=2022-11").content.count(b"<tr data-row") == PAGE
