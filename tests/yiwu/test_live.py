"""The live process, for real: uvicorn on a port of its own, Valkey between, an HTTP client that reads the stream."""

import asyncio
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

from corps.live import STREAM_LENGTH, TICKET_SECONDS, newest, publish_now, ticket
from tests.together import PATIENCE_SECONDS
from yiwu.live import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    MOST_WAITING,
    OVER,
    REPLAY_LIMIT,
    Hub,
    Listener,
    Memory,
    before,
    event_id,
    listener_of,
    origin_headers,
    valid_event_id,
)

MORE_THAN_IS_SERVED = REPLAY_LIMIT + 1
NEVER = float("inf")


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

    def line(self) -> str:
        line = self.response.readline().decode()
        assert line, "the stream has ended"
        return line.rstrip("\n")

    def event(self) -> tuple[str, str, dict[str, object]]:
        """(id, name, data) of the next event; heartbeats are passed over."""
        found: dict[str, str] = {}
        # Heartbeats come without an end, so the socket's own limit is never reached.
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            assert time.monotonic() < until, "nothing but heartbeats"
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


def test_a_page_names_the_moment_it_was_made_and_hears_everything_since(port: int) -> None:
    topic = f"figures:{uuid.uuid4()}"
    publish_now(topic, "figures", {"unit": 1})
    made = newest()
    assert valid_event_id(made)
    publish_now(topic, "figures", {"unit": 2})
    stream = Stream(port, [topic], {"Last-Event-ID": made})
    assert stream.event()[2] == {"unit": 2}
    stream.close()


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


def test_who_was_away_too_long_is_told_to_look_again(port: int) -> None:
    topic = f"figures:{uuid.uuid4()}"
    publish_now(topic, "figures", {"unit": 1})
    stream = Stream(port, [topic], {"Last-Event-ID": "1-0"})
    for done in range(MORE_THAN_IS_SERVED):
        publish_now(topic, "figures", {"unit": done})
    # What comes after all of these has been heard: so they have been read.
    last = f"figures:{uuid.uuid4()}"
    end = Stream(port, [last])
    publish_now(last, "figures", {"unit": 0})
    end.event()
    again = Stream(port, [topic], {"Last-Event-ID": stream.event()[0]})
    assert again.line() == "event: resync"
    assert again.line() == "data: {}"
    for one in (stream, again, end):
        one.close()


def test_a_listener_that_falls_behind_is_cut_off_instead_of_growing() -> None:
    listener = Listener(frozenset({"t"}), NEVER)
    assert sum(listener.offer(b"x") for _ in range(1_000)) == MOST_WAITING
    listener.close()
    assert asyncio.run(asyncio.wait_for(listener.next(), PATIENCE_SECONDS)) == b""


def test_what_waits_is_written_as_one_piece_in_order() -> None:
    listener = Listener(frozenset({"t"}), NEVER)
    for chunk in (b"1", b"2", b"3"):
        listener.offer(chunk)
    assert asyncio.run(asyncio.wait_for(listener.next(), PATIENCE_SECONDS)) == b"123"
    assert not listener.waiting


def test_memory_serves_what_came_after_an_event_and_knows_its_own_limits() -> None:
    memory = Memory()
    for number in range(1, STREAM_LENGTH + 3):
        memory.keep((number, 0), "even" if number % 2 == 0 else "odd", b"%d " % number)
    last = STREAM_LENGTH + 2
    assert memory.since((last - 4, 0), ["even"]) == [b"%d " % (last - 2), b"%d " % last]
    assert memory.since((last - 2, 0), ["odd", "even"]) == [b"%d " % (last - 1), b"%d " % last]
    assert memory.since((last, 0), ["odd", "even", "none"]) == []
    assert memory.since((1, 0), ["odd"]) is None, "the first two are forgotten"
    assert memory.since((2, 0), ["none"]) == []
    assert len(memory.order) == STREAM_LENGTH == sum(len(events) for events in memory.by_topic.values())


def test_a_topic_of_which_nothing_is_remembered_takes_no_room() -> None:
    memory = Memory()
    memory.keep((1, 0), "once", b"x")
    for number in range(2, STREAM_LENGTH + 2):
        memory.keep((number, 0), "often", b"x")
    assert list(memory.by_topic) == ["often"]


def test_ids_compare_as_the_stream_orders_them() -> None:
    assert event_id("1700000000000-10") > event_id(b"1700000000000-9")
    assert before((5, 3)) == (5, 2)
    assert before((5, 0)) < (5, 0)
    assert before((5, 0)) > (4, 10**9)


def test_a_ticket_that_is_too_old_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now - TICKET_SECONDS - 5)
    old = ticket(["a"])
    monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    assert listener_of(old) is None


def test_a_stream_ends_with_its_ticket() -> None:
    hub = Hub()
    hub.ready = True
    ending, lasting = Listener(frozenset({"t"}), 1_000.0), Listener(frozenset({"t"}), NEVER)
    for listener in (ending, lasting):
        hub.join(listener, None)
    hub.beat(999.0)
    assert ending.waiting == [HEARTBEAT]
    hub.beat(1_000.0)
    assert ending.waiting[-1] == OVER
    hub.beat(1_000.0 + HEARTBEAT_SECONDS)
    assert [listener.closed for listener in (ending, lasting)] == [True, False]
    assert OVER not in lasting.waiting


def test_tickets_and_event_ids_are_checked() -> None:
    listener = listener_of(ticket(["a", "b"]))
    assert listener is not None
    assert listener.topics == frozenset({"a", "b"})
    assert listener.until == pytest.approx(time.time() + TICKET_SECONDS, abs=60)
    assert listener_of("nonsense") is None
    assert valid_event_id("1700000000000-0")
    assert not any(valid_event_id(text) for text in ("", "-", "1-", "+", "1-0 2", "٣-0", "$"))
    assert origin_headers("") == []
