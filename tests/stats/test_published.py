"""Every figure that two corps published comes out of the statistics, counted from recorded facts.

The cities are loaded with fewer people than they reported: membership scales with them, what was done does not. Each
figure is read from the roll-ups by its measure, and counted a second time by plain SQL that shares nothing with them.
`bench/bench_city.py` does the same at full size.
"""

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from corps.models import Unit
from corps.queries.scope import local_today
from stats.catalogue import MEASURES
from stats.queries.figures import figures_of

pytestmark = pytest.mark.django_db

HENGYANG = 600
TANGXIA = 1_000


@dataclass(frozen=True)
class Published:
    """A figure of a report. `most` is given where it says "more than"; `scaled` grows with the people loaded."""

    city: str
    measure: str
    figure: float
    most: float | None = None
    scaled: bool = False
    sql: str = ""


@dataclass(frozen=True)
class City:
    """A city as the tests load it, and its report: from founding until, and with, the day of the report."""

    root: str
    members: int
    full: int
    founded: dt.date
    reported: dt.date


CITIES = {
    "hengyang": City("HY", HENGYANG, 124_000, dt.date(2022, 3, 1), dt.date(2022, 11, 3)),
    "tangxia": City("TX", TANGXIA, 13_804, dt.date(2021, 6, 1), dt.date(2021, 12, 5)),
}

_UNITS = "SELECT count(*) FROM corps_unit u WHERE u.corps_id = %(corps)s AND u.level = {level}"
_SITES = """
    SELECT count(*) FROM corps_site s JOIN corps_unit u ON u.id = s.unit_id
    WHERE u.corps_id = %(corps)s AND s.kind = {}
"""
_ATTENDED = """
    SELECT count(*) FROM duties_attendance a JOIN duties_shift s ON s.id = a.shift_id
    JOIN corps_unit u ON u.id = a.unit_id JOIN duties_dutykind k ON k.id = s.kind_id
    WHERE u.corps_id = %(corps)s AND a.current AND a.checked_in_at IS NOT NULL
    AND (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(founded)s AND %(reported)s
"""
_SHIFTS = """
    SELECT count(*) FROM duties_shift s JOIN corps_unit u ON u.id = s.unit_id
    JOIN duties_dutykind k ON k.id = s.kind_id
    WHERE u.corps_id = %(corps)s AND s.closed_at IS NOT NULL
    AND (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(founded)s AND %(reported)s
"""
_INCIDENTS = """
    SELECT count(*) FROM incidents_incident i JOIN corps_unit u ON u.id = i.unit_id
    JOIN incidents_incidentkind k ON k.id = i.kind_id
    WHERE u.corps_id = %(corps)s AND i.verified_at IS NOT NULL
    AND (i.occurred_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(founded)s AND %(reported)s AND k.category = {}
"""
_PEOPLE = """
    SELECT count(*) FROM members_member m JOIN corps_unit u ON u.id = m.unit_id
    WHERE u.corps_id = %(corps)s AND m.joined_on <= %(reported)s
    AND NOT (m.status = 'left' AND m.status_on <= %(reported)s)
"""
_LEAFLETS = """
    SELECT (SELECT coalesce(sum(s.materials), 0) FROM duties_shift s JOIN corps_unit u ON u.id = s.unit_id
        WHERE u.corps_id = %(corps)s AND s.closed_at IS NOT NULL
        AND (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(founded)s AND %(reported)s)
    + (SELECT coalesce(sum(i.materials), 0) FROM incidents_incident i JOIN corps_unit u ON u.id = i.unit_id
        WHERE u.corps_id = %(corps)s AND i.verified_at IS NOT NULL
        AND (i.occurred_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(founded)s AND %(reported)s)
"""
_PARTNERS = """
    SELECT count(*) FROM members_member m JOIN corps_unit u ON u.id = m.unit_id
    WHERE u.corps_id = %(corps)s AND m.partner_id IS NOT NULL AND m.status <> 'left'
"""


def _hengyang() -> Iterator[Published]:
    def one(measure: str, figure: float, sql: str, **options: Any) -> Published:
        return Published("hengyang", measure, figure, sql=sql, **options)

    yield one("corps", 1, _UNITS.format(level=1))
    yield one("detachments", 14, _UNITS.format(level=2))
    yield one("brigades", 204, _UNITS.format(level=3))
    yield one("assembly_points", 439, _SITES.format("'assembly'"))
    yield one("people", 124_000, _PEOPLE, scaled=True)
    yield one("patrol_force", 35_000, _ATTENDED + " AND k.category IN ('patrol', 'night', 'forest')", most=36_000)
    yield one("security_sessions", 5_883, _SHIFTS + " AND k.category IN ('event', 'school', 'commercial')")
    yield one("disputes", 2_100, _INCIDENTS.format("'dispute'"), most=2_200)
    yield one("clues", 58, _INCIDENTS.format("'clue'"))
    yield one("cases", 30, _INCIDENTS.format("'case'"))
    yield one("publicity_sessions", 3_875, _INCIDENTS.format("'publicity'"))


def _tangxia() -> Iterator[Published]:
    def one(measure: str, figure: float, sql: str, **options: Any) -> Published:
        return Published("tangxia", measure, figure, sql=sql, **options)

    occupations = {
        "guards": (2_833, "('guard')"),
        "property_staff": (278, "('property')"),
        "building_heads": (2_645, "('building')"),
        "shop_heads": (3_640, "('shop')"),
        "two_heads": (9_396, "('guard', 'property', 'building', 'shop')"),
    }
    yield one("people", 13_804, _PEOPLE, scaled=True)
    for code, (figure, values) in occupations.items():
        yield one(code, figure, f"{_PEOPLE} AND m.occupation IN {values}", scaled=True)
    yield one("partner_people", 623, _PARTNERS, scaled=True)
    # 140 emergency zones, 549 watch groups and the themed team; 23 communities.
    yield one("squads", 690, _UNITS.format(level=4))
    yield one("brigades", 23, _UNITS.format(level=3))
    yield one("shifts", 2_330, _SHIFTS, most=2_400)
    yield one("attended", 20_000, _ATTENDED, most=20_500)
    # 4,300+ at the vaccination site and nearly 2,000 at mass testing.
    yield one("attended_epidemic", 6_250, _ATTENDED + " AND k.category = 'epidemic'", most=6_400)
    yield one("leaflets", 30_000, _LEAFLETS, most=31_000)
    yield one("works", 21, _INCIDENTS.format("'work'"))


PUBLISHED = [*_hengyang(), *_tangxia()]


@pytest.fixture(scope="module")
def cities(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Unit]]:
    """Both cities, loaded by the command side by side; rolled back after the tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        for name, city in CITIES.items():
            call_command("load_city", name, members=city.members, stdout=io.StringIO())
        # What was deferred is checked once and for all; every test that rolls back would begin with it anew.
        connection.check_constraints()
        yield {name: Unit.objects.get(code=city.root) for name, city in CITIES.items()}
        transaction.set_rollback(True)


@pytest.mark.parametrize("one", PUBLISHED, ids=lambda one: f"{one.city}-{one.measure}")
def test_a_published_figure_is_counted(one: Published, cities: dict[str, Unit]) -> None:
    city, root = CITIES[one.city], cities[one.city]
    counted = figures_of(root.pk, [one.measure], city.founded, city.reported + dt.timedelta(days=1))[one.measure]
    assert counted is not None
    if one.scaled:
        # As many as the share of the people loaded, to the person.
        assert abs(counted - one.figure * city.members / city.full) <= (1 if one.measure != "two_heads" else 2)
    elif one.most is None:
        assert counted == one.figure
    else:
        assert one.figure <= counted <= one.most
    with connection.cursor() as cursor:
        cursor.execute(one.sql, {"corps": root.corps_id, "founded": city.founded, "reported": city.reported})
        assert cursor.fetchone() == (counted,)


def test_the_share_of_the_four_occupations(cities: dict[str, Unit]) -> None:
    city = CITIES["tangxia"]
    share = figures_of(cities["tangxia"].pk, ["two_heads_share"], city.founded, city.reported)["two_heads_share"]
    assert share == pytest.approx(68.1, abs=0.2)


@pytest.mark.parametrize(("kind", "least", "most"), [("vaccination", 4_300, 4_400), ("mass-testing", 1_900, 2_000)])
def test_the_two_epidemic_duties_of_the_town(kind: str, least: int, most: int, cities: dict[str, Unit]) -> None:
    city, root = CITIES["tangxia"], cities["tangxia"]
    with connection.cursor() as cursor:
        values = {"corps": root.corps_id, "founded": city.founded, "reported": city.reported, "kind": kind}
        cursor.execute(_ATTENDED + " AND k.code = %(kind)s", values)
        assert least <= cursor.fetchone()[0] <= most


def test_functional_groups_of_people(cities: dict[str, Unit]) -> None:
    """Groups are as large in proportion as reported: 2,698 on patrol, 518 observers, 2,570 in publicity, of 13,804."""
    root = cities["tangxia"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.name, count(*) FROM members_groupmembership m JOIN members_functionalgroup g ON g.id = m.group_id"
            " WHERE g.corps_id = %s GROUP BY 1",
            [root.corps_id],
        )
        groups = dict(cursor.fetchall())
    for name, figure in (("巡防组", 2_698), ("流动观察哨", 518), ("宣传先锋队", 2_570)):
        assert abs(groups[name] - figure * TANGXIA / 13_804) <= 1


def test_nothing_was_done_by_people_who_were_not_there(cities: dict[str, Unit]) -> None:
    """Nobody served before joining or after leaving, or elsewhere than where attendance says; nothing lies ahead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM duties_attendance a JOIN members_member m ON m.id = a.member_id"
            " WHERE a.unit_id <> m.unit_id OR a.day < m.joined_on OR (m.status = 'left' AND a.day >= m.status_on)"
            " OR a.checked_in_at > now()"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM incidents_incident WHERE occurred_at > now() OR verified_at > now()")
        assert cursor.fetchone() == (0,)


def test_the_city_lives(cities: dict[str, Unit]) -> None:
    """Around today there are shifts that were closed, go on, lie ahead with gaps; incidents wait and were returned."""
    today = local_today()
    root = cities["hengyang"]
    month = figures_of(root.pk, ["attended", "shifts", "incidents", "served"], today - dt.timedelta(days=30), today)
    assert all(month.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE s.needed >"
            " (SELECT count(*) FROM duties_assignment a WHERE a.shift_id = s.id AND a.active))"
            " FROM duties_shift s JOIN corps_unit u ON u.id = s.unit_id"
            " WHERE u.corps_id = %s AND s.state = 'planned' AND s.starts_at > now()",
            [root.corps_id],
        )
        ahead, gaps = cursor.fetchone()
        cursor.execute("SELECT DISTINCT state FROM incidents_incident")
        states = {state for (state,) in cursor.fetchall()}
    assert ahead > 20
    assert 0 < gaps < ahead
    assert {"verified", "submitted"} <= states


def test_every_measure_the_reports_name_exists() -> None:
    assert {one.measure for one in PUBLISHED} <= set(MEASURES)
