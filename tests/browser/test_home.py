"""The first page in a real browser, full of life and empty, as a captain and an officer see it."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from duties.enums import DutyCategory
from duties.operations.attendance import check_in
from incidents.operations.verification import return_incident, verify_incident
from stats.logic.periods import Kind, around, run_up
from stats.operations.rollups import drain_all
from tests.browser.conftest import Look, PageFor, shoot
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.duties.scenes import closed, days_ago, kind_of, moment, planned
from tests.incidents.log import incident
from tests.members.roster import person

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)
WORDS = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "captain", "liaison")


@pytest.fixture
def life(cast: Cast) -> Cast:
    """A year of duty, a running shift, gaps ahead, shifts to close, incidents in every state."""
    cache.clear()
    officer = cast.actor("liaison_sg")
    people = {
        code: [person(cast.units[code].pk, name) for name in ("张伟", "王芳", "欧阳淑华")] for code in ("sg11", "sg21")
    }
    first = local_today().replace(day=1)
    for month, period in enumerate(run_up(around(Kind.MONTH, first), 12)):
        for code, members in people.items():
            closed(cast, code, starts_at=moment(period.first, 0), hours=0.02, members=members[: 1 + month % 2])
    running = planned(
        cast,
        starts_at=timezone.now() - HOUR,
        needed=4,
        members=people["sg11"],
        route="滨江路至万达广场",
        kind_id=kind_of(cast, DutyCategory.SCHOOL).pk,
    )
    for member in people["sg11"][:2]:
        check_in(actor=SYSTEM, shift_id=running.pk, member_id=member.pk, at=timezone.now() - HOUR)
    planned(cast, "sg", starts_at=timezone.now() + 2 * HOUR, needed=6)
    planned(cast, "sg21", starts_at=timezone.now() + 5 * HOUR, needed=2)
    planned(cast, "sg21", starts_at=moment(days_ago(2), 19), members=people["sg21"])
    for number in range(4):
        one = incident(cast, submit=True, account=f"第{number}起", occurred_at=moment(first, 0))
        if number == 0:
            return_incident(actor=officer, incident_id=one.pk, remark="请补充地点")
        if number == 1:
            verify_incident(actor=officer, incident_id=one.pk)
    drain_all(actor=SYSTEM)
    return cast


def test_as_a_captain_and_an_officer_see_it(look_at: Look, life: Cast) -> None:
    look_at("captain_sg", "/u/sg/", "home-living", words=WORDS)
    look_at("liaison_sg", "/u/sg/", "home-officer", words=WORDS)


def test_before_anything_happened(look_at: Look, cast: Cast) -> None:
    cache.clear()
    look_at("captain_sg11", "/u/sg11/", "home-new", words=WORDS)


def test_the_trend_has_its_table_and_figures_lead_to_facts(page_for: PageFor, life: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/")
    expect(page.locator("#trend canvas")).to_be_visible()
    page.locator("#trend summary").click()
    expect(page.locator("#trend tbody tr")).to_have_count(12)
    page.locator(f'[data-live-figure="{life.units["sg"].pk}:attended"]').click()
    expect(page.locator("#facts tbody tr")).to_have_count(6)


def test_the_month_follows_by_itself_and_keeps_what_is_unfolded(page_for: PageFor, life: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/")
    last = page.locator("#trend tbody tr:last-child td")
    before = int(last.text_content() or 0)
    page.locator("#trend summary").click()
    closed(
        life, "sg11", starts_at=moment(local_today(), 0), hours=0.02, members=[person(life.units["sg11"].pk, "李娜")]
    )
    drain_all(actor=SYSTEM)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:later'))")
    expect(last).to_have_text(str(before + 1))
    expect(last).to_be_visible()
    expect(page.locator("#trend canvas")).to_be_visible()


def test_nothing_scrolls_sideways_on_the_smallest_phone(page_for: PageFor, life: Cast) -> None:
    visitor = page_for("captain_sg", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    page = visitor.go("/u/sg/")
    assert sideways(page) == 0
    shoot(page, "home-320")
