"""Fixtures every test may use."""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from tests.cast import Cast, assemble
from yiwu.celery import app
from yiwu.services.valkey import DATABASES

# Every test process has a queue of its own, so that no worker takes the work of another. Set before anything
# is sent, and before pytest's collection touches a task: see yiwu/celery.py.
app.conf.task_default_queue = f"tests-{os.getpid()}"
# And a stream of live events of its own, which the processes it starts find in their environment.
settings.LIVE_STREAM = os.environ["LIVE_STREAM"] = f"tests-live-{os.getpid()}"
# And, of several workers, a database of its own in Valkey: emptying the cache empties the whole of it, which would
# set back what another worker is just counting. 0 is everybody's, 1 the queues'.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = 2 + int(worker.removeprefix("gw")) % (DATABASES - 2)
    address = f"{settings.REDIS_URL.partition('?')[0]}?db={number}"
    settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = os.environ["REDIS_URL"] = address

# How long an example takes says how busy the machine is, not whether the answer is right.
hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")


# What takes longest begins first, so that the workers, who take whole files, end together.
LONGEST = (
    "tests/permissions/test_sweep.py",
    "tests/permissions/test_odd_input.py",
    "tests/browser/test_admin.py",
    "tests/permissions/test_admin_sweep.py",
    "tests/browser/test_equipment.py",
    "tests/stats/rollups/test_kills.py",
    "tests/members/imports/test_kills.py",
    "tests/browser/test_duties.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_entrance.py",
    "tests/dev/test_up.py",
    "tests/dev/test_commands.py",
    "tests/dev/test_supervisor.py",
    "tests/dev/test_trouble.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files of `LONGEST` to the front; the rest stays in the order of pytest-django: transactions last."""
    ranks = {Path(name): rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(item.config.rootpath), len(ranks)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let transactional tests empty the append-only tables: they clean up by TRUNCATE, which triggers of these refuse.

    The triggers are disabled in this throw-away database alone, by its owner; `guarded` puts them in force for a test.
    """
    with django_db_blocker.unblock():
        set_truncate_guards("DISABLE")


def set_truncate_guards(state: str) -> None:
    """`ENABLE ALWAYS` or `DISABLE` the triggers that refuse TRUNCATE, on every table that has one."""
    with connection.cursor() as cursor:
        # A table with deferred checks still to run cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_table'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {state} TRIGGER append_only_table")


@pytest.fixture
def guarded(db: None) -> None:
    """The database as production has it: TRUNCATE refused; until the test's transaction is rolled back."""
    set_truncate_guards("ENABLE ALWAYS")


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast inside the test's transaction."""
    return assemble()
