"""Results as their readers see them: the table, the facts behind a figure, and the keyboard."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from incidents.enums import IncidentCategory
from incidents.models import Incident, IncidentKind
from tests.browser.conftest import Look, PageFor
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.stats.deeds import SQUADS, Deeds, count, story

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "captain")
AUTUMN = (dt.date(2022, 9, 1), dt.date(2022, 11, 28))


@pytest.fixture
def served(cast: Cast) -> Deeds:
    """An autumn of service in every squad."""
    deeds = story(cast, 20221103, *AUTUMN, facts=0)
    kinds = ((DutyCategory.PATROL, "夜间巡逻"), (DutyCategory.SCHOOL, "护学岗"), (DutyCategory.EVENT, "大型活动安保"))
    for number in range(44):
        category, name = kinds[number % 3]
        unit = SQUADS[number % 3]
        DutyKind.objects.filter(pk=deeds.duty_kind(category, Mechanism.FIXED).pk).update(name=name)
        shift = deeds.shift(
            unit,
            AUTUMN[0] + dt.timedelta(days=number * 2),
            category=category,
            mechanism=Mechanism.FIXED,
            materials=number,
        )
        for member in deeds.people[unit][: 2 + number % 4]:
            deeds.attend(shift, member)
    sorts = (IncidentCategory.DISPUTE, IncidentCategory.CLUE, IncidentCategory.PUBLICITY)
    for number in range(40):
        deeds.incident(SQUADS[number % 3], AUTUMN[0] + dt.timedelta(days=number * 2), category=sorts[number % 3])
    for sort, name in zip(sorts, ("纠纷调解", "违法线索", "普法宣传"), strict=True):
        IncidentKind.objects.filter(pk=deeds.incident_kind(sort).pk).update(name=name)
    count()
    return deeds


def test_results(look_at: Look, served: Deeds) -> None:
    look_at("captain_sg", "/u/sg/results/?period=2022-11", "results", words=CODES)
    look_at("captain_sg", "/u/sg/results/?period=2022&group=all", "results-all", words=CODES)
    look_at("captain_sg", "/u/sg/results/?period=2026-13", "results-odd", words=(*CODES, "W44", "Q4"), expected=(400,))


def test_results_of_an_empty_unit(look_at: Look, cast: Cast) -> None:
    look_at("captain_zx", "/u/zx/results/", "results-empty", words=CODES)
    look_at("captain_zx", "/u/zx/results/?period=2199", "results-to-come", words=CODES)


def test_facts_behind_a_figure(look_at: Look, served: Deeds) -> None:
    look_at("captain_sg", "/u/sg/results/attended/?period=2022", "result-facts", words=CODES)
    look_at("captain_sg", "/u/sg/results/disputes/?period=2022-11&recount=1", "result-recounted", words=CODES)
    look_at("captain_sg", "/u/sg/results/absence_rate/?period=2022-11", "result-ratio", words=CODES)
    row = Incident.objects.filter(unit__code="sg11", category="dispute")[0]
    look_at("captain_sg", f"/u/sg/results/disputes/incident/{row.pk}/", "result-history", words=CODES)


def test_the_table_scrolls_in_its_own_box_with_its_first_column_in_place(page_for: PageFor, served: Deeds) -> None:
    page = page_for("captain_sg", size="phone").go("/u/sg/results/?period=2022&group=all")
    area = page.locator("#results")
    first = area.locator("tbody tr th").first
    before = first.bounding_box()
    area.evaluate("(box) => { box.scrollLeft = 400; }")
    after = first.bounding_box()
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]
    assert sideways(page) == 0


def test_two_clicks_from_the_table_to_a_fact(page_for: PageFor, served: Deeds) -> None:
    page = page_for("captain_sg").go("/u/sg/results/?period=2022-11")
    page.locator("#results .y-results-total a").first.click()
    expect(page.locator("#facts")).to_be_visible()
    page.locator("#facts tbody tr").first.locator("a").first.click()
    expect(page).to_have_url(re.compile(r"/shifts/\d+/"))


def test_rows_are_walked_by_keys(page_for: PageFor, served: Deeds) -> None:
    page = page_for("captain_sg").go("/u/sg/results/attended/?period=2022-11")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#facts tbody tr:focus")).to_have_count(1)
