"""Figures of any period and unit, read from roll-ups, equal what the facts say."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corps.actors import SYSTEM
from duties.models import Attendance
from members.models import Member
from stats.catalogue import COLUMNS, FIRST_PAGE, MEASURES, Adds, Group, adds_up_over_units, measures_of
from stats.operations import rollups
from stats.queries.facts import facts_behind
from stats.queries.figures import figures, figures_of, series
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.rollups import recount
from tests.stats.rollups.facts import attend, incident, shift

MARCH, APRIL, MAY = dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1)


@pytest.fixture
def city(cast: Cast) -> Cast:
    """Three people over two months; one of them serves in both, one is late, one is missed."""
    one = person(cast.units["sg11"].pk, "王芳", joined_on=dt.date(2025, 1, 1))
    two = person(cast.units["sg21"].pk, "李娜", joined_on=dt.date(2026, 3, 20), occupation="shop")
    three = person(cast.units["zx9"].pk, "张伟", joined_on=None, occupation="")
    for day, category, mechanism in (
        (dt.date(2026, 3, 5), "patrol", "joint"),
        (dt.date(2026, 3, 31), "night", "fixed"),
        (dt.date(2026, 4, 1), "school", "fixed"),
        (dt.date(2026, 4, 30), "event", "fixed"),
    ):
        duty = shift(cast.units["sg"].pk, day, category=category, mechanism=mechanism, closed=True, materials=10)
        attend(duty, one.pk, one.unit_id, minutes=90)
        if day.day > 4:
            attend(duty, two.pk, two.unit_id, "late", 30)
        attend(duty, three.pk, three.unit_id, "absent")
    incident(cast.units["sg11"].pk, dt.date(2026, 3, 9), "work", quantity=8000, materials=5)
    incident(cast.units["zx9"].pk, dt.date(2026, 3, 9), "missing", quantity=2)
    incident(cast.units["zx9"].pk, dt.date(2026, 4, 9), "dispute", verified=False)
    Member.objects.filter(pk=three.pk).update(status="left", status_on=dt.date(2026, 4, 15))
    rollups.drain_all(actor=SYSTEM)
    return cast


def of(cast: Cast, code: str, first: dt.date, end: dt.date) -> dict[str, int | float | None]:
    return figures_of(cast.units[code].pk, MEASURES, first, end)


def test_every_measure_of_two_months(city: Cast) -> None:
    found = of(city, "hy", MARCH, MAY)
    assert found["attended"] == 7
    assert found["patrol_force"] == 4
    assert found["attended_joint"] == 2
    assert found["hours"] == (4 * 90 + 3 * 30) / 60
    assert found["served"] == 2
    assert found["people"] == 2
    assert found["participation"] == 100
    assert found["attended_each"] == 3.5
    assert found["late_rate"] == 300 / 7
    assert found["absence_rate"] == 400 / 11
    assert found["shifts"] == 4
    assert found["security_sessions"] == 2
    assert found["leaflets"] == 45
    assert (found["views"], found["works"], found["persons_found"]) == (8000, 1, 2)
    assert found["disputes"] == 0
    assert (found["joined"], found["departed"]) == (1, 1)
    assert (found["two_heads"], found["two_heads_share"]) == (2, 100)
    assert (found["corps"], found["detachments"], found["brigades"], found["squads"]) == (1, 2, 3, 5)


def test_a_stock_is_what_there_is_at_the_end(city: Cast) -> None:
    assert [of(city, "hy", MARCH, end)["people"] for end in (MARCH, dt.date(2026, 3, 21), dt.date(2026, 4, 16))] == [
        2,
        3,
        2,
    ]


def test_a_ratio_of_nothing_is_unknown(city: Cast) -> None:
    assert of(city, "zx1", MARCH, MAY)["absence_rate"] is None


@pytest.mark.parametrize(
    ("first", "end"),
    [
        (MARCH, APRIL),
        (MARCH, MAY),
        (dt.date(2026, 3, 31), dt.date(2026, 4, 2)),
        (dt.date(2026, 3, 6), MAY),
        (dt.date(2026, 2, 27), dt.date(2026, 4, 30)),
        (dt.date(2026, 4, 30), dt.date(2026, 4, 30)),
    ],
)
def test_people_of_whole_and_broken_months(city: Cast, first: dt.date, end: dt.date) -> None:
    chains = recount.ancestors()
    people: dict[int, set[int]] = {}
    for one in Attendance.objects.filter(day__gte=first, day__lt=end, status__in=["present", "late"]):
        for unit in chains[one.unit_id]:
            people.setdefault(unit, set()).add(one.member_id)
    units = [unit.pk for unit in city.units.values()]
    found = figures(units, ["served"], first, end)
    assert found == {(unit, "served"): len(people.get(unit, ())) for unit in units}


def counted_directly(code: str) -> bool:
    """Whether nothing of it, or of what it is a ratio of, comes from the roll-ups."""
    measure = MEASURES[code]
    return measure.adds_up is Adds.DIRECT or (measure.adds_up is Adds.RATIO and counted_directly(measure.numerator))


def test_a_series_equals_its_steps(city: Cast) -> None:
    steps = [(MARCH, APRIL), (APRIL, MAY), (MAY, dt.date(2026, 6, 1))]
    codes = [code for code in MEASURES if not counted_directly(code)]
    found = series(city.units["hy"].pk, codes, steps)
    for place, (first, end) in enumerate(steps):
        expected = figures_of(city.units["hy"].pk, codes, first, end)
        assert {code: values[place] for code, values in found.items()} == expected


def test_the_facts_behind_every_figure_come_to_the_figure(city: Cast) -> None:
    units = [unit.pk for unit in city.units.values()]
    for measure in MEASURES.values():
        if measure.adds_up not in {Adds.FLOW, Adds.STOCK}:
            continue
        amounts = {part.amount for part in measure.parts}
        total = Counter[str]()
        for _source, rows in facts_behind(measure, units, MARCH, MAY):
            for fact in rows:
                total["found"] += sum(getattr(fact, amount) if amount else 1 for amount in amounts)
        assert total["found"] / measure.divisor == of(city, "hy", MARCH, MAY)[measure.code], measure.code


def test_the_number_of_queries_does_not_grow_with_measures_and_units(city: Cast) -> None:
    units = [unit.pk for unit in city.units.values()]
    codes = [code for code in MEASURES if not counted_directly(code)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        figures(units[:1], FIRST_PAGE, MARCH, MAY)
    with CaptureQueriesContext(connection) as many:
        figures(units, codes, MARCH, MAY)
    assert len(few) == len(many) == 3


def test_the_catalogue_is_whole() -> None:
    for code, measure in MEASURES.items():
        assert code == measure.code
        assert str(measure.name)
        assert str(measure.definition)
        assert str(measure.unit)
        assert set(measure.columns) <= set(COLUMNS)
        assert bool(measure.columns) == (measure.adds_up in {Adds.FLOW, Adds.STOCK})
        if measure.adds_up is Adds.RATIO:
            assert {measure.numerator, measure.denominator} <= set(MEASURES)
            assert not adds_up_over_units(measure)
    # Every column serves a measure, and every measure stands in a group that pages show.
    assert {column for measure in MEASURES.values() for column in measure.columns} == set(COLUMNS)
    assert [one for group in Group for one in measures_of(group)] == list(MEASURES.values())
    assert set(FIRST_PAGE) <= set(MEASURES)
