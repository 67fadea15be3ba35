"""Writers and several drains at once, each with a connection of its own, and units moved meanwhile."""

import threading
from random import Random

import pytest
from django.db import connection, transaction

from corps.actors import SYSTEM
from stats.models import TotalDay
from stats.operations import rollups
from tests.cast import assemble
from tests.dev.machine import await_
from tests.stats.rollups import recount, stock_acts
from tests.stats.rollups.acts import ACTS, World
from tests.stats.rollups.facts import incident
from tests.stats.rollups.stock_acts import LEDGER_ACTS, Ledger
from tests.together import PATIENCE_SECONDS, at_once, without_failure

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 60
# Longer than its writers have, who tell where they stand.
STORM_SECONDS = 2 * PATIENCE_SECONDS


def test_a_storm_of_writes_and_drains() -> None:
    assemble()
    writing = threading.Event()
    for name in ("enrol", "enrol", "enrol", "plan", "plan", "attend"):
        World(Random(1)).act(name)

    def write(seed: int) -> None:
        world = World(Random(seed))
        # Units are moved by one of the writers: two would only wait for each other.
        acts = [name for name in ACTS if seed == 2 or name not in {"move_unit", "merge"}]
        # What locks many rows in no order of its own would meet the other writer's in a deadlock.
        acts = [name for name in acts if name not in {"verify", "change_minutes"}]
        for _round in range(ROUNDS):
            world.act(world.rng.choice(acts))

    def drain(limit: int) -> None:
        while not writing.is_set():
            rollups.drain(actor=SYSTEM, limit=limit, wait=limit == 2)

    def watch() -> None:
        while not writing.is_set():
            assert rollups.check(actor=SYSTEM, sample=None).differences == []

    def writers() -> None:
        try:
            without_failure(at_once(lambda: write(2), lambda: write(3)))
        finally:
            writing.set()

    without_failure(at_once(writers, lambda: drain(2), lambda: drain(1000), watch, seconds=STORM_SECONDS))
    rollups.drain_all(actor=SYSTEM, wait=True)
    recount.assert_equal()


def test_a_storm_of_movements_and_drains() -> None:
    assemble()
    moving = threading.Event()
    for name in ("enrol", "goods", "goods", "goods"):
        Ledger(Random(1)).act(name)

    def move(seed: int) -> None:
        world = Ledger(Random(seed))
        # Units are moved by one of the writers: two would only wait for each other.
        acts = [name for name in LEDGER_ACTS if seed == 2 or name not in {"move_unit", "merge"}]
        for _round in range(ROUNDS):
            world.act(world.rng.choice(acts))

    def drain(limit: int) -> None:
        while not moving.is_set():
            rollups.drain(actor=SYSTEM, limit=limit, wait=limit == 2)

    def writers() -> None:
        try:
            without_failure(at_once(lambda: move(2), lambda: move(3)))
        finally:
            moving.set()

    def watch() -> None:
        while not moving.is_set():
            assert rollups.check(actor=SYSTEM, sample=None).differences == []

    without_failure(at_once(writers, lambda: drain(2), lambda: drain(1000), watch, seconds=STORM_SECONDS))
    rollups.drain_all(actor=SYSTEM, wait=True)
    stock_acts.assert_equal()
    assert stock_acts.stored()[0]


def test_the_second_drain_leaves_the_work_to_the_first() -> None:
    cast = assemble()
    incident(cast.units["sg11"].pk, recount.LONG_AGO.replace(year=2026))
    held, checked = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            assert rollups.drain(actor=SYSTEM).taken == 1
            held.set()
            assert checked.wait(30)

    def second() -> None:
        assert held.wait(30)
        assert rollups.drain(actor=SYSTEM).busy
        checked.set()
        # Waiting for the first shows it done.
        assert rollups.drain(actor=SYSTEM, wait=True).taken == 0
        recount.assert_equal()

    without_failure(at_once(first, second))


def somebody_waits() -> bool:
    """Whether a session waits for a table of this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        (waits,) = cursor.fetchone()
    return bool(waits)


def test_a_check_amid_a_rebuild_finds_no_difference() -> None:
    cast = assemble()
    incident(cast.units["sg11"].pk, recount.LONG_AGO.replace(year=2026))
    rollups.drain_all(actor=SYSTEM)
    rebuilt = threading.Event()

    def rebuild() -> None:
        with transaction.atomic():
            rollups.rebuild(actor=SYSTEM)
            rebuilt.set()
            # The new tables are committed while the check stands before them.
            await_(somebody_waits, "the check")

    def check() -> None:
        assert rebuilt.wait(30)
        found = rollups.check(actor=SYSTEM, sample=None)
        assert found.compared > 0
        assert found.differences == []

    without_failure(at_once(rebuild, check))


def test_a_rebuild_behind_a_long_reader_keeps_nobody_waiting() -> None:
    cast = assemble()
    incident(cast.units["sg11"].pk, recount.LONG_AGO.replace(year=2026))
    rollups.drain_all(actor=SYSTEM)
    reading, read = threading.Event(), threading.Event()

    def long_reader() -> None:
        with transaction.atomic():
            assert TotalDay.objects.exists()
            reading.set()
            assert read.wait(60)

    def rebuild() -> None:
        assert reading.wait(30)
        rollups.rebuild(actor=SYSTEM)

    def page() -> None:
        assert reading.wait(30)
        try:
            await_(somebody_waits, "the rebuild to ask for the tables")
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '20s'")
                assert TotalDay.objects.exists()
        finally:
            read.set()

    without_failure(at_once(long_reader, rebuild, page))
    recount.assert_equal()
