"""Journeys walk through pages as the browser tests do, with a real worker behind them."""

import os
import subprocess
import sys
import uuid
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
    """A Celery worker process on this test's database, with a queue of its own."""
    queue = f"journey-{uuid.uuid4()}"
    before = app.conf.task_default_queue
    app.conf.task_default_queue = queue
    command = [sys.executable, "-m", "celery", "-A", "yiwu.celery", "worker", "-Q", queue, "--concurrency", "1"]
    process = subprocess.Popen(
        [*command, "--loglevel", "WARNING"], cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url()}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
        app.conf.task_default_queue = before


def database_url() -> str:
    """The address of the test database: that of the settings with the name that pytest gave it."""
    address, _slash, _name = settings.ENV.database_url.rpartition("/")
    return f"{address}/{connection.settings_dict['NAME']}"
