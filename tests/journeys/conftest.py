"""Journeys walk through pages as the browser tests do, with real processes behind them: worker, beat and live."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import browser, page_for, pytest_collection_modifyitems, windows
from yiwu.celery import app
from yiwu.services.places import ROOT

__all__ = ["browser", "page_for", "pytest_collection_modifyitems", "windows"]


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Many processes share the machine during a journey: nobody looks at a clock, but it must end some time."""
    expect.set_options(timeout=90_000)
    yield
    expect.set_options(timeout=5_000)


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


@pytest.fixture
def beat(worker: None, tmp_path: Path) -> Iterator[None]:
    """The clock process: it sends the scheduled work to this test process's queue, where `worker` takes it."""
    starting = (
        "from yiwu.celery import app; "
        f"app.conf.task_default_queue = {app.conf.task_default_queue!r}; "
        f"app.start(['--quiet', 'beat', '--loglevel', 'WARNING', '--schedule', {str(tmp_path / 'beat')!r}])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", starting], cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url()}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


class LiveProcess:
    """The live process at `url`; it can be killed and started again. It is given no database that exists."""

    def __init__(self, origin: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/live"
        self.environment = {
            **os.environ,
            "LIVE_ORIGINS": origin,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [sys.executable, "-m", "uvicorn", "yiwu.live:application", "--port", str(self.port)]
        options = ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
        self.process = subprocess.Popen([*command, *options], cwd=ROOT, env=self.environment)
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self.process.poll() is None, "the live process ended"
            assert time.monotonic() < deadline, "the live process does not listen"

    def kill(self) -> None:
        """SIGKILL: no farewell to anybody."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture
def live(live_server: LiveServer, settings: Any) -> Iterator[LiveProcess]:
    """The live process, allowed for pages of this test's server, which name it and let the browser go there."""
    process = LiveProcess(live_server.url)
    settings.LIVE_URL = process.url
    policy = settings.CONTENT_SECURITY_POLICY
    own = re.match(r"https?://[^/]+", process.url)
    assert own
    connect = [*policy["DIRECTIVES"]["connect-src"], own.group()]
    settings.CONTENT_SECURITY_POLICY = {**policy, "DIRECTIVES": {**policy["DIRECTIVES"], "connect-src": connect}}
    process.start()
    try:
        yield process
    finally:
        process.kill()


def database_url() -> str:
    """The address of the test database: that of the settings with the name that pytest gave it."""
    address, _slash, _name = settings.ENV.database_url.rpartition("/")
    return f"{address}/{connection.settings_dict['NAME']}"
