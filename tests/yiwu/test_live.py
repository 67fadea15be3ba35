"""The live process, for real: uvicorn on a port of its own, Valkey between, an HTTP client that reads the stream."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from corps.live import publish_now, ticket
from yiwu.live import Listener, origin_headers, topics_of, valid_event_id


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A live process that answers."""
    number = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "yiwu.live:application",
        "--port",
        str(number),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, env={**os.environ, "LIVE_ORIGINS": "http://pages.test"})
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", number, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            assert process.poll() is None, "the live process ended"
            assert time.monotonic() < deadline, "the live process does not answer"
            time.sleep(0.05)
        yield number
    finally:
        process.terminate()
        process.wait(timeout=15)


class Stream:
    """One open page."""

    def __init__(self, port: int, topics: list[str], headers: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", f"/live?ticket={ticket(topics)}", headers=headers or {})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        assert self.line() == "retry: 2000"
        assert self.line() == ""

    def line(self) -> str:
        return self.response.readline().decode().rstrip("\n")

    def event(self) -> tuple[str, str, dict[str, object]]:
        """(id, name, data) of the next event; heartbeats are passed over."""
        found: dict[str, str] = {}
        while True:
            line = self.line()
            if line == "" and found:
                return found["id"], found["event"], json.loads(found["data"])
            if ": " in line and not line.startswith(":"):
                key, _, value = line.partition(": ")
                found[key] = value

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def test_a_page_hears_its_topics_and_no_others(port: int) -> None:
    mine, other = f"import:{uuid.uuid4()}", f"import:{uuid.uuid4()}"
    stream = Stream(port, [mine])
    publish_now(other, "progress", {"done": 1})
    publish_now(mine, "progress", {"done": 2, "word": "读取"})
    _, name, data = stream.event()
    assert (name, data) == ("progress", {"done": 2, "word": "读取"})
    stream.close()


def test_a_reconnecting_page_is_served_what_it_missed(port: int) -> None:
    topic = f"import:{uuid.uuid4()}"
    stream = Stream(port, [topic])
    publish_now(topic, "progress", {"done": 1})
    first, _, _ = stream.event()
    stream.close()
    for done in (2, 3):
        publish_now(topic, "progress", {"done": done})
    again = Stream(port, [topic], {"Last-Event-ID": first})
    assert [again.event()[2]["done"] for _ in range(2)] == [2, 3]
    again.close()


def test_a_forged_ticket_hears_nothing(port: int) -> None:
    for wrong in ("", "import:1", ticket(["import:1"]) + "x"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", f"/live?ticket={wrong}")
        assert connection.getresponse().status == 403
        connection.close()


def test_only_named_origins_may_read_across_ports(port: int) -> None:
    topic = f"import:{uuid.uuid4()}"
    allowed = Stream(port, [topic], {"Origin": "http://pages.test"})
    assert allowed.response.headers["access-control-allow-origin"] == "http://pages.test"
    allowed.close()
    foreign = Stream(port, [topic], {"Origin": "http://elsewhere.test"})
    assert "access-control-allow-origin" not in foreign.response.headers
    foreign.close()


def test_everything_else_is_not_found(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/admin/")
    assert connection.getresponse().status == 404
    connection.close()


def test_a_listener_that_falls_behind_is_cut_off_instead_of_growing() -> None:
    listener = Listener(frozenset({"t"}))
    accepted = sum(listener.offer(b"x") for _ in range(1_000))
    assert accepted == listener.queue.maxsize
    listener.cut_off()
    assert listener.queue.get_nowait() is None
    assert listener.queue.empty()


def test_tickets_and_event_ids_are_checked() -> None:
    assert topics_of(ticket(["a", "b"])) == frozenset({"a", "b"})
    assert topics_of("nonsense") is None
    assert valid_event_id("1700000000000-0")
    assert not any(valid_event_id(text) for text in ("", "-", "1-", "+", "1-0 2", "٣-0", "$"))
    assert origin_headers("") == []
