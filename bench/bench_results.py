"""The results page at ten million facts, through a real gunicorn process: every level, every kind of period.

`YIWU_BENCH_FACTS` (for example `1000000`) measures another number of attendances.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.test import Client

from bench.facts import load, prepare
from bench.report import Report, percentile, seconds
from corps.actors import SYSTEM
from corps.models import Account, Appointment
from corps.queries.scope import current_tree, local_today
from corps.roles import Role
from stats.operations import rollups

FACTS: Final = int(os.environ.get("YIWU_BENCH_FACTS", "10000000").split(",")[-1])
LEVELS: Final = {"root": "B0", "detachment": "B1-3", "brigade": "B2-17", "squad": "B3-400"}
PERIODS: Final = {"month": "2025-05", "quarter": "2025-Q2", "year": "2025", "free range": "2025-03-10..2025-08-20"}
ROUNDS: Final = 40
WARM_UP: Final = 3
PAGE_BAR_MS: Final = 150.0


def run(report: Report) -> None:
    """Load, count everything, then ask for each page in turn, so that noise meets all alike."""
    report.note(f"{FACTS:,} attendances, {FACTS // 10:,} shifts and incidents: loaded in {seconds(_load):.0f} s")
    report.note(f"roll-ups rebuilt in {seconds(_rebuild):.0f} s")
    with _server() as port:
        pages = {
            (level, kind): f"/u/{code}/results/?period={period}"
            for level, code in LEVELS.items()
            for kind, period in PERIODS.items()
        }
        for (level, kind), taken in _ask(port, pages).items():
            report.measure(
                name=f"results page p95, {level}, {kind}",
                ours=percentile(taken, 95) * 1000,
                unit="ms",
                at_most=PAGE_BAR_MS,
            )
        _others(report, port)


def _load() -> None:
    prepare()
    load(FACTS)


def _rebuild() -> None:
    rollups.rebuild(actor=SYSTEM)


def _others(report: Report, port: int) -> None:
    """Pages without a bar of their own, for the reader: other groups, what follows a moment later, lists of facts."""
    pages = {
        ("every measure", "root, year"): "/u/B0/results/?period=2025&group=all",
        ("people of broken months", "root, free range"): "/u/B0/results/?period=2025-03-10..2025-08-20&now=1",
        ("facts of person-times", "root, year"): "/u/B0/results/attended/?period=2025",
        ("facts of clues", "root, year"): "/u/B0/results/clues/?period=2025",
        ("facts of person-times", "squad, year"): "/u/B3-400/results/attended/?period=2025",
        ("people who served", "root, year"): "/u/B0/results/served/?period=2025",
        ("people on the roster", "root"): "/u/B0/results/people/?period=2025",
        ("an overview", "an empty month"): "/u/B0/results/?period=2019-05",
    }
    for (what, where), taken in _ask(port, pages, rounds=10).items():
        report.note(
            f"{what}, {where}: p50 {percentile(taken, 50) * 1000:.0f}, p95 {percentile(taken, 95) * 1000:.0f} ms"
        )


def _ask(port: int, pages: dict[tuple[str, str], str], rounds: int = ROUNDS) -> dict[tuple[str, str], list[float]]:
    """Seconds of each whole answer, by page; every other round backwards."""
    cookie = _signed_in()
    taken: dict[tuple[str, str], list[float]] = {name: [] for name in pages}
    for number in range(WARM_UP + rounds):
        names = list(pages) if number % 2 == 0 else list(pages)[::-1]
        for name in names:
            began = time.perf_counter()
            _get(port, pages[name], cookie)
            if number >= WARM_UP:
                taken[name].append(time.perf_counter() - began)
    return taken


def _get(port: int, address: str, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK or b"<tr data-row" not in content:
        raise AssertionError(f"{address}: {answer.status}, {len(content)} bytes")


def _signed_in() -> str:
    account, made = Account.objects.get_or_create(username="bench", defaults={"display_name": "bench"})
    if made:
        root = current_tree().roots()[0].id
        Appointment.objects.create(account=account, role=Role.CAPTAIN, unit_id=root, starts_on=local_today())
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def _server() -> Iterator[int]:
    """Gunicorn as in production, with one worker: the port it listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "yiwu.wsgi", "--workers", "1", "--threads", "4"]
    process = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"])
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not come up")
