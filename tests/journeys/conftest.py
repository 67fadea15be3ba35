"""Journeys walk through pages as the browser tests do, with a real worker behind them."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from tests.browser.conftest import browser, page_for, pytest_collection_modifyitems
from yiwu.celery import app
from yiwu.services.places import ROOT

__all__ = ["browser", "page_for", "pytest_collection_modifyitems"]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker process on this test's database and this test process's queue, emptied of what others left."""
    app.control.purge()
    command = [sys.executable, "-m", "celery", "-A", "yiwu.celery", "worker", "-Q", app.conf.task_default_queue]
    process = subprocess.Popen(
        [*command, "--concurrency", "1", "--loglevel", "WARNING"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url()},
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def database_url() -> str:
    """The address of the test database: that of the settings with the name that pytest gave it."""
    address, _slash, _name = settings.ENV.database_url.rpartition("/")
    return f"{address}/{connection.settings_dict['NAME']}"
