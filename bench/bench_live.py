"""Live figures on 2,000 open pages: one change to the last of them, beside a raw asyncio server that writes the same
bytes to as many connections; memory and idle time of the live process; a restart under all of them.

The live process runs as production starts it; the floor (`bench.live_floor`) and the pages (`bench.live_pages`), which
do the same for both, are processes too. This process publishes, ours through Valkey, the floor's directly.
Connecting is measured beside a bare ASGI application under the same server (`bench.live_peer`), too: speaking HTTP
properly is the server's share, signatures, topics and what was missed are ours.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bench.report import Report, interleaved
from corps.live import publish_now, ticket
from yiwu.live import encode
from yiwu.services.places import ROOT
from yiwu.services.processes import PRODUCTION, command

PAGES: Final = 2_000
ROUNDS: Final = 15
CONNECT_ROUNDS: Final = 5
MISSED: Final = 20
IDLE_SECONDS: Final = 20
PATIENCE: Final = 60
LIVE: Final = "yiwu.live:application"
PEER: Final = "bench.live_peer:application"
LAST_BAR: Final = 3.0
CONNECT_BAR: Final = 5.0
PEER_BAR: Final = 3.0
KIB_BAR: Final = 20
# What a change of a unit's figures looks like on the wire; about 330 bytes with its frame.
FIGURES: Final = {
    "unit": 1,
    "month": "2022-11",
    "figures": {
        f"1:2022-11:{name}": 124_000 + place
        for place, name in enumerate(("attended", "shifts", "minutes", "incidents", "served"))
    },
    "changes": {"attended": 12.4, "shifts": -3.1, "minutes": 8.8, "incidents": 0.0, "served": 1.2},
}


def run(report: Report) -> None:
    """Latency, memory, idle time, and a restart."""
    topic = f"figures:bench-{uuid.uuid4()}"
    with crowd() as ours, crowd() as theirs, floor() as floor_port, Server(LIVE) as live, Server(PEER) as peer:
        empty = live.memory()
        ours(do="open", port=live.port, path=path_of(topic), number=PAGES)
        theirs(do="open", port=floor_port, path="/", number=PAGES)
        _latency(report, ours, theirs, topic, floor_port)
        size = (live.memory() - empty) / PAGES
        report.measure(name=f"memory a connection, {PAGES:,} pages", ours=size, unit="KiB", at_most=KIB_BAR)
        _idle(report, live)
        taken = _connects(
            {
                "ours": (ours, live.port, path_of(topic)),
                "peer": (theirs, peer.port, path_of(topic)),
                "floor": (theirs, floor_port, "/"),
            },
        )
        name = f"{PAGES:,} pages connect"
        report.measure(name=name, ours=taken["ours"], reference=taken["floor"], unit="s", at_most=CONNECT_BAR)
        name += " : bare ASGI application"
        report.measure(name=name, ours=taken["ours"], reference=taken["peer"], unit="s", at_most=PEER_BAR)
        _restart(report, live, ours, topic, taken["floor"])


def _connects(servers: dict[str, tuple["Ask", int, str]]) -> dict[str, float]:
    """Median seconds in which all pages of a server leave and come back."""

    def again(ask: "Ask", port: int, path: str) -> Callable[[], float]:
        def work() -> float:
            ask(do="close")
            seconds: float = ask(do="open", port=port, path=path, number=PAGES)["seconds"]
            return seconds

        return work

    return interleaved(CONNECT_ROUNDS, {name: again(*server) for name, server in servers.items()})


def path_of(topic: str) -> str:
    """Where a page that may hear `topic` listens."""
    return f"/live?ticket={quote(ticket([topic]))}"


def _latency(report: Report, ours: "Ask", theirs: "Ask", topic: str, floor_port: int) -> None:
    chunk = encode(b"1700000000000-0", {b"event": b"figures", b"data": json.dumps(FIGURES).encode()})
    taken: dict[str, list[float]] = {"ours": [], "floor": []}
    missing = 0
    for number in range(ROUNDS + 3):
        pairs: list[tuple[str, Ask, Callable[[], None]]] = [
            ("ours", ours, lambda: publish_now(topic, "figures", FIGURES)),
            ("floor", theirs, lambda: shout(floor_port, chunk)),
        ]
        for name, pages, publish in pairs if number % 2 else pairs[::-1]:
            pages(do="expect", number=PAGES)
            began = time.monotonic()
            publish()
            heard = pages(do="hear", patience=PATIENCE)
            missing += heard["missing"]
            if number >= 3:
                taken[name].append(heard["last"] - began)
    middle = {name: statistics.median(values) * 1000 for name, values in taken.items()}
    report.measure(
        name=f"one change to the last of {PAGES:,} pages ({len(chunk)} bytes)",
        ours=middle["ours"],
        reference=middle["floor"],
        unit="ms",
        at_most=LAST_BAR,
    )
    report.measure(name="events missing", ours=missing, unit="", at_most=0)
    slowest = max(taken["ours"]) * 1000, max(taken["floor"]) * 1000
    report.note(f"slowest of {ROUNDS}: ours {slowest[0]:.0f} ms, floor {slowest[1]:.0f} ms")


def _idle(report: Report, live: "Server") -> None:
    """How much the process works while nothing happens; heartbeats are part of that."""
    before = live.worked()
    time.sleep(IDLE_SECONDS)
    share = (live.worked() - before) * 100 / IDLE_SECONDS
    report.measure(name=f"idle with {PAGES:,} pages, share of a core", ours=share, unit="%", at_most=3)


def _restart(report: Report, live: "Server", ours: "Ask", topic: str, floor_took: float) -> None:
    """The process is killed; what is published meanwhile reaches every page that comes back, once and in order."""
    ours(do="expect", number=PAGES)
    publish_now(topic, "figures", FIGURES)
    last = ours(do="hear", patience=PATIENCE)["ids"][-1]
    live.kill()
    ours(do="close")
    for _number in range(MISSED):
        publish_now(topic, "figures", FIGURES)
    live.start()
    ours(do="expect", number=PAGES * MISSED)
    began = time.monotonic()
    ours(do="open", port=live.port, path=f"{path_of(topic)}&since={last}", number=PAGES)
    heard = ours(do="hear", patience=PATIENCE)
    ids = heard["ids"]
    in_order = heard["alike"] and len(set(ids)) == MISSED and ids == sorted(ids, key=_order)
    lost = heard["missing"] + (0 if in_order else 1)
    name = f"lost by a kill under {PAGES:,} pages, {MISSED} changes"
    report.measure(name=name, ours=lost, unit="", at_most=0)
    report.measure(
        name=f"{PAGES:,} pages back and served {MISSED} changes each",
        ours=heard["last"] - began,
        reference=floor_took,
        unit="s",
        at_most=3 * CONNECT_BAR,
    )


def _order(event: str) -> tuple[int, int]:
    head, _, tail = event.partition("-")
    return int(head), int(tail)


# --- the processes ----------------------------------------------------------------------------------------------------

Ask = Callable[..., dict[str, Any]]


@contextlib.contextmanager
def crowd() -> Iterator[Ask]:
    """A process of pages that answers commands."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.live_pages"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    into, out = process.stdin, process.stdout

    def ask(**asked: Any) -> dict[str, Any]:
        print(json.dumps(asked), file=into, flush=True)
        answer: dict[str, Any] = json.loads(out.readline())
        return answer

    try:
        yield ask
    finally:
        into.close()
        end(process)


@contextlib.contextmanager
def floor() -> Iterator[int]:
    """The raw server; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.live_floor", str(port)], cwd=ROOT)
    try:
        wait_for(port)
        yield port
    finally:
        end(process)


def shout(port: int, chunk: bytes) -> None:
    """Have the floor write `chunk` to everybody."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
    connection.putheader("content-length", str(len(chunk)))
    connection.endheaders(chunk)
    connection.getresponse().read()
    connection.close()


class Server:
    """The live process as production starts it, or another application in its place, on a port of its own."""

    def __init__(self, application: str) -> None:
        self.application = application
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        if self.process is not None:
            end(self.process)

    def start(self) -> None:
        arguments = command("live", PRODUCTION)
        arguments[arguments.index(LIVE)] = self.application
        arguments[arguments.index("--host") + 1] = "127.0.0.1"
        arguments[arguments.index("--port") + 1] = str(self.port)
        self.process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT)
        wait_for(self.port)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def memory(self) -> float:
        """Resident memory in KiB."""
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def worked(self) -> float:
        """Seconds of CPU so far."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until something listens there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.05)


def end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    process.wait(timeout=15)
