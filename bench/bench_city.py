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
from stats.operations.demo_cities import load_living_city
from stats.queries.figures import figures_of
from tests.stats.test_published import CITIES, PUBLISHED, Published

FIRST_START: Final = 6_000
#: Seconds that facts and figures may add to the first start of a newcomer's demo city.
ADDED: Final = 20.0


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
        _compare(report, name)


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
    report.note(f"first start: roster {began['facts'] - start:.1f} s, whole {end - start:.1f} s")
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


def _fits(one: Published, counted: float) -> bool:
    return counted == one.figure if one.most is None else one.figure <= counted <= one.most
