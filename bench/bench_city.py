"""Both demonstration cities at full size: every published figure, exactly, and how long loading takes.

124,000 people of Hengyang and 13,804 of Tangxia, planted, imported, with everything they did, counted. The figures are
those of `tests/stats/test_published.py`, where the cities are smaller. Before that, what facts add to a first start.
"""

import datetime as dt
import time
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from bench.report import Report
from corps.actors import SYSTEM
from corps.models import Unit
from members.models import EquipmentKind
from stats.operations.demo_cities import load_living_city
from stats.queries.figures import figures_of
from stats.queries.stock import by_kind, stock_of
from tests.stats.test_published import CITIES, PUBLISHED, Published
from tests.stats.test_published_equipment import GIVEN, by_ledger, expected

FIRST_START: Final = 6_000
#: Seconds that facts and figures may add to the first start of a newcomer's demo city.
ADDED: Final = 20.0
#: Seconds for its ledger of equipment.
EQUIPPED: Final = 10.0


def run(report: Report) -> None:
    """The first start, then both cities at full size."""
    with transaction.atomic():
        _first_start(report)
        transaction.set_rollback(True)
    for name, city in CITIES.items():
        began = time.perf_counter()
        loaded = load_living_city(actor=SYSTEM, name=name, members=city.full, seed=1, now=timezone.localtime())
        seconds = time.perf_counter() - began
        facts = loaded.facts
        report.note(
            f"{name}: {loaded.loaded.members:,} people, {facts.shifts if facts else 0:,} shifts,"
            f" {facts.attendance if facts else 0:,} attendances, {facts.incidents if facts else 0:,} incidents"
            f" in {seconds:.0f} s"
        )
        equipped = loaded.equipped
        report.note(f"  {equipped.movements:,} movements of equipment" if equipped else "  no equipment")
        _compare(report, name)
        _compare_equipment(report, name, city.full)


def _first_start(report: Report) -> None:
    """What a newcomer waits for: the stages of loading one after the other, deferred checks of the commit included."""
    began: dict[str, float] = {}

    def listener(stage: str, _done: int, _total: int) -> None:
        began.setdefault(stage, time.perf_counter())

    start = time.perf_counter()
    load_living_city(
        actor=SYSTEM, name="hengyang", members=FIRST_START, seed=1, now=timezone.localtime(), listener=listener
    )
    connection.check_constraints()
    end = time.perf_counter()
    equipment = began["facts"] - began["equipment"]
    roster, whole = began["equipment"] - start, end - start
    report.note(f"first start: roster {roster:.1f} s, equipment {equipment:.1f} s, whole {whole:.1f} s")
    report.measure(name="equipment of the first start", ours=equipment, unit="s", at_most=EQUIPPED)
    report.measure(name="facts and figures of the first start", ours=end - began["facts"], unit="s", at_most=ADDED)


def _compare(report: Report, name: str) -> None:
    """Every figure of the city's report; one line for how many are wrong."""
    city = CITIES[name]
    root = Unit.objects.get(code=city.root)
    end = city.reported + dt.timedelta(days=1)
    wrong = 0
    for one in PUBLISHED:
        if one.city != name:
            continue
        counted = figures_of(root.pk, [one.measure], city.founded, end)[one.measure] or 0
        wrong += not _fits(one, counted)
        report.note(
            f"{one.measure:<20} published {one.figure:>10,.0f}{'+' if one.most else ' '} counted {counted:>10,.0f}"
        )
    report.measure(name=f"{name}: published figures that differ", ours=wrong, unit="figures", at_most=0)


def _compare_equipment(report: Report, name: str, members: int) -> None:
    """What was given out, as of the day of the report; and for every unit what the ledger itself says."""
    city = CITIES[name]
    units = list(Unit.objects.filter(corps__code=name).order_by("id"))
    root = next(unit for unit in units if unit.parent_id is None)
    people = figures_of(root.pk, ["people"], city.founded, city.reported + dt.timedelta(days=1))["people"] or 0
    stocks = stock_of([unit.pk for unit in units], city.reported)
    parents = {unit.pk: unit.parent_id for unit in units}
    wrong = elsewhere = 0
    for one in (one for one in GIVEN if one.city == name):
        kind = EquipmentKind.objects.get(corps=root.corps_id, name=one.kind)
        shown = {unit: by_kind(stock).get(kind.pk, {}).get(one.place, 0) for unit, stock in stocks.items()}
        published = expected(one, members, people)
        wrong += shown[root.pk] != published
        elsewhere += shown != by_ledger(kind.pk, one.place, city.reported, parents)
        report.note(f"{one.kind:<20} published {published:>10,} held {shown[root.pk]:>10,}")
    report.measure(name=f"{name}: published equipment that differs", ours=wrong, unit="figures", at_most=0)
    report.measure(name="  kinds whose units differ from the ledger", ours=elsewhere, unit="kinds", at_most=0)


def _fits(one: Published, counted: float) -> bool:
    return counted == one.figure if one.most is None else one.figure <= counted <= one.most
