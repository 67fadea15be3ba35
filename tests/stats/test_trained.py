"""Who is trained on a day: as of the end of a period, by unit and role, each figure opened down to its people."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corps.actors import SYSTEM
from corps.queries.scope import Node, current_tree
from members.models import Certificate, Member
from stats.catalogue import MEASURES, Group, measures_of
from stats.logic.periods import read
from stats.operations import rollups
from stats.queries import trained
from stats.queries.drilldown import facts_page, recount
from stats.queries.figures import figures_of, series
from stats.queries.results import comparable, results_of
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import kind_of

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 1)


def node(cast: Cast, code: str) -> Node:
    return current_tree().nodes[cast.units[code].pk]


@pytest.fixture
def corps(cast: Cast) -> dict[str, Member]:
    """Four people, three certificates: one valid for good, one that ends in March, one revoked in April."""
    kind = kind_of(cast)
    joined = dt.date(2026, 1, 10)
    people = {
        "张伟": person(cast.units["sg11"].pk, "张伟", joined_on=joined, roles=["safety", "service"]),
        "王芳": person(cast.units["sg11"].pk, "王芳", joined_on=joined, roles=["safety"]),
        "李娜": person(cast.units["sg12"].pk, "李娜", joined_on=joined, roles=["safety"]),
        "赵磊": person(cast.units["zx9"].pk, "赵磊", joined_on=joined, roles=[]),
    }

    def certificate(name: str, until: dt.date | None) -> None:
        Certificate.objects.create(
            member=people[name],
            kind=kind,
            number=name,
            issuer="红十字会",
            issued_on=dt.date(2026, 2, 1),
            valid_until=until,
        )

    certificate("张伟", None)
    certificate("张伟", dt.date(2026, 12, 31))
    certificate("王芳", dt.date(2026, 3, 31))
    certificate("赵磊", dt.date(2027, 1, 1))
    Certificate.objects.filter(number="赵磊").update(revoked_on=dt.date(2026, 4, 30), revoked_reason="冒名")
    rollups.drain_all(actor=SYSTEM)
    return people


def figure(cast: Cast, code: str, measure: str, period: str) -> Any:
    asked = read(period)
    return figures_of(cast.units[code].pk, [measure], asked.first, asked.end)[measure]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026-01", 0),
        ("2026-02", 3),
        ("2026-03", 3),
        ("2026-04", 1),
        ("2026-Q1", 3),
        ("2026-02-01", 3),
        ("2026-01-31", 0),
    ],
)
def test_certificates_count_while_they_are_valid(
    cast: Cast, corps: dict[str, Member], period: str, expected: int
) -> None:
    assert figure(cast, "hy", "trained", period) == expected


def test_shares_by_unit_and_role(cast: Cast, corps: dict[str, Member]) -> None:
    assert figure(cast, "sg11", "trained_share", "2026-03") == 100
    assert figure(cast, "sg", "trained_share", "2026-03") == pytest.approx(200 / 3)
    assert figure(cast, "sg12", "trained_share", "2026-03") == 0
    assert figure(cast, "sg2", "trained_share", "2026-03") is None
    assert figure(cast, "hy", "role_safety", "2026-03") == 3
    assert figure(cast, "hy", "trained_safety_share", "2026-03") == pytest.approx(200 / 3)
    assert figure(cast, "hy", "trained_service_share", "2026-04") == 100
    assert figure(cast, "hy", "trained_mediation_share", "2026-04") is None


def test_who_left_counts_until_then(cast: Cast, corps: dict[str, Member]) -> None:
    Member.objects.filter(pk=corps["张伟"].pk).update(status="left", status_on=dt.date(2026, 3, 15))
    rollups.drain_all(actor=SYSTEM)
    assert figure(cast, "sg11", "trained", "2026-02") == 2
    assert figure(cast, "sg11", "trained", "2026-03") == 1


def test_every_figure_opens_down_to_its_people(cast: Cast, corps: dict[str, Member]) -> None:
    period = read("2026-03")
    for measure in measures_of(Group.TRAINING):
        counted = MEASURES[measure.numerator] if measure.numerator else measure
        number = figure(cast, "hy", counted.code, "2026-03")
        page = facts_page(cast.actor("liaison_hy"), node(cast, "hy"), measure, period)
        assert len(page.facts) == number
        assert recount(node(cast, "hy"), counted, period) == number
        assert all(fact.opens == "member" and fact.person for fact in page.facts)
    # Who may see figures and not people learns no names.
    page = facts_page(cast.actor("captain_sg11"), node(cast, "hy"), MEASURES["trained"], period)
    assert sorted(fact.person for fact in page.facts) == ["", "张伟", "王芳"]


def test_periods_are_compared_and_units_add_up(cast: Cast, corps: dict[str, Member]) -> None:
    measures = measures_of(Group.TRAINING)
    assert all(comparable(measure) for measure in measures)
    found = results_of(node(cast, "hy"), read("2026-04"), measures, TODAY)
    assert found.total["trained"] == 1
    assert found.previous.values["trained"] == 3
    assert sum(line.values["trained"] or 0 for line in found.lines) == found.total["trained"]


@pytest.mark.parametrize("days", [1, 31])
def test_a_trend_says_at_every_step_what_the_step_alone_says(
    cast: Cast, corps: dict[str, Member], days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days and months, more of them than one statement counts; people who came and left on the edge of a step."""
    monkeypatch.setattr(trained, "_AT_ONCE", 20)
    Member.objects.filter(pk=corps["张伟"].pk).update(status="left", status_on=dt.date(2026, 3, 15))
    Member.objects.filter(pk=corps["李娜"].pk).update(status="left", joined_on=None, status_on=dt.date(2026, 3, 1))
    Member.objects.filter(pk=corps["王芳"].pk).update(joined_on=dt.date(2026, 3, 31))
    rollups.drain_all(actor=SYSTEM)
    starts = [dt.date(2026, 1, 1) + number * dt.timedelta(days=days) for number in range(130 if days == 1 else 11)]
    steps = [(first, first + dt.timedelta(days=days)) for first in starts]
    asked = [one.code for one in measures_of(Group.TRAINING)]
    for unit in ("hy", "sg11"):
        with CaptureQueriesContext(connection) as captured:
            found = series(cast.units[unit].pk, asked, steps)
        assert len([one for one in captured if "members_certificate" in one["sql"]]) == -(-len(steps) // 20)
        for place, (first, end) in enumerate(steps):
            alone = figures_of(cast.units[unit].pk, asked, first, end)
            assert {code: found[code][place] for code in asked} == alone, (unit, first)


def test_all_of_them_take_one_statement(cast: Cast, corps: dict[str, Member]) -> None:
    asked, period = [one.code for one in measures_of(Group.TRAINING)], read("2026-03")
    with CaptureQueriesContext(connection) as captured:
        figures_of(cast.units["hy"].pk, asked, period.first, period.end)
    assert len([one for one in captured if "members_certificate" in one["sql"]]) == 1
    assert set(trained.LISTS) == set(trained.CODES)
