"""What two corps published of their equipment comes out of the stock report as of the day of their report.

As in `test_published`: the cities have fewer people than they reported, and figures scale with them. Every figure is
counted a second time by plain SQL from the ledger, for the corps and for every unit below it.
`bench/bench_city.py` does the same at full size.
"""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from corps.actors import SYSTEM
from corps.models import Unit
from members.models import EquipmentKind, Store
from members.queries.equipment.missing import missing_counts
from stats.operations import rollups
from stats.queries.figures import figures
from stats.queries.stock import by_kind, stock_of
from tests.stats.test_published import CITIES

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Given:
    """So many of a kind were given out, held by members or in the use of teams; with None one for everybody."""

    city: str
    kind: str
    figure: int | None
    place: str = "member"


GIVEN = [
    *(Given("hengyang", kind, None) for kind in ("反光背心", "肩灯", "执勤便帽", "对讲机")),
    *(Given("tangxia", kind, 7_000) for kind in ("反光背心", "肩灯", "哨子")),
    Given("tangxia", "对讲机", 550, "use"),
    *(Given("tangxia", kind, 100, "use") for kind in ("盾牌", "钢叉", "警棍")),
]

#: Pieces of a kind in members' hands and in use by unit, at the end of a day, from the ledger alone.
LEDGER = """
SELECT unit_id, sum(change)::integer FROM (
    SELECT to_unit_id AS unit_id, quantity AS change FROM members_movement
    WHERE to_place = %(place)s AND kind_id = %(kind)s AND "on" <= %(day)s
    UNION ALL
    SELECT from_unit_id, -quantity FROM members_movement
    WHERE from_place = %(place)s AND kind_id = %(kind)s AND "on" <= %(day)s
) AS sides GROUP BY unit_id HAVING sum(change) <> 0
"""


def expected(one: Given, members: int, people: float) -> int:
    """The published figure for so many people."""
    return round(people) if one.figure is None else round(one.figure * members / CITIES[one.city].full)


def by_ledger(kind_id: int, place: str, day: dt.date, parents: Mapping[int, int | None]) -> dict[int, int]:
    """What every unit with those below it has of a kind in a place at the end of a day, from the movements."""
    counted = dict.fromkeys(parents, 0)
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, {"place": place, "kind": kind_id, "day": day})
        for unit_id, number in cursor.fetchall():
            at: int | None = unit_id
            while at is not None:
                counted[at] += number
                at = parents[at]
    return counted


@pytest.fixture(scope="module")
def cities(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Unit]]:
    """Both cities side by side; rolled back after the tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        for name, city in CITIES.items():
            call_command("load_city", name, members=city.members, stdout=io.StringIO())
        connection.check_constraints()
        yield {name: Unit.objects.get(code=city.root) for name, city in CITIES.items()}
        transaction.set_rollback(True)


def kind_of(root: Unit, name: str) -> EquipmentKind:
    return EquipmentKind.objects.get(corps=root.corps_id, name=name)


@pytest.mark.parametrize("one", GIVEN, ids=lambda one: f"{one.city}-{one.kind}")
def test_what_was_given_out_is_in_the_report(one: Given, cities: dict[str, Unit]) -> None:
    city, root = CITIES[one.city], cities[one.city]
    kind = kind_of(root, one.kind)
    units = list(Unit.objects.filter(corps=root.corps_id))
    stocks = stock_of([unit.pk for unit in units], city.reported)
    shown = {unit_id: by_kind(stock).get(kind.pk, {}).get(one.place, 0) for unit_id, stock in stocks.items()}
    people = figures([root.pk], ["people"], city.founded, city.reported + dt.timedelta(days=1))[root.pk, "people"]
    assert shown[root.pk] == expected(one, city.members, people or 0)
    parents = {unit.pk: unit.parent_id for unit in units}
    assert shown == by_ledger(kind.pk, one.place, city.reported, parents)


@pytest.mark.parametrize("days", [0, -60, 200])
def test_every_member_of_the_city_has_the_kit(days: int, cities: dict[str, Unit]) -> None:
    """Per unit and rolled up, on the day of the report: as many of each kind in hands as people on the roster. Before,
    those who joined since the last list still wait; later as well.
    """
    city, root = CITIES["hengyang"], cities["hengyang"]
    day = city.reported + dt.timedelta(days=days)
    units = list(Unit.objects.filter(corps=root.corps_id).values_list("pk", flat=True))
    people = figures(units, ["people"], city.founded, day + dt.timedelta(days=1))
    stocks = stock_of(units, day)
    for unit_id in units:
        hands = {kind: amounts.get("member", 0) for kind, amounts in by_kind(stocks[unit_id]).items()}
        held = {number for number in hands.values() if number} or {0}
        if days == 0:
            assert held == {people[unit_id, "people"]}
        else:
            assert len(held) == 1
            assert held.pop() <= (people[unit_id, "people"] or 0)


def test_the_stores_hold_what_was_not_given_out(cities: dict[str, Unit]) -> None:
    """Goods come to the corps' store, go on, and leave a reserve: nothing is on its way on the day of the report."""
    for name, root in cities.items():
        stock = by_kind(stock_of([root.pk], CITIES[name].reported)[root.pk])
        for amounts in stock.values():
            assert amounts["store"] > 0
            assert "transit" not in amounts
    assert Store.objects.filter(unit__corps=cities["hengyang"].corps_id).count() == 1 + 14
    assert Store.objects.filter(unit__corps=cities["tangxia"].corps_id).count() == 1 + 23


def test_numbered_radios_and_what_goes_on_these_days(cities: dict[str, Unit]) -> None:
    root = cities["tangxia"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT h.article_id), count(*) FROM members_holding h"
            " JOIN members_article a ON a.id = h.article_id"
            " WHERE h.quantity > 0 AND a.corps_id = %s AND h.place = 'use'",
            [root.corps_id],
        )
        assert cursor.fetchone() == (round(550 * CITIES["tangxia"].members / 13_804),) * 2
        cursor.execute(
            "SELECT count(*) FILTER (WHERE h.place = 'repair'), count(*) FILTER (WHERE h.place = 'transit'),"
            " (SELECT count(*) FROM members_confirmation WHERE confirmed_at IS NULL) FROM members_holding h"
            " WHERE h.quantity > 0"
        )
        assert all(cursor.fetchone())


def test_nobody_on_the_roster_lacks_the_kit_but_the_newest(cities: dict[str, Unit]) -> None:
    root = cities["hengyang"]
    units = list(Unit.objects.filter(corps=root.corps_id).values_list("pk", flat=True))
    lacking = missing_counts(unit_ids=units)
    assert sum(people for kinds in lacking.values() for people, _pieces in kinds.values()) <= 4 * 40


def test_the_stored_stock_is_the_ledger(cities: dict[str, Unit]) -> None:
    assert [one for one in rollups.check(actor=SYSTEM, sample=None).differences if one.table == "stock"] == []
