"""The live process: a bare ASGI application that streams events to open pages (server-sent events).

It is not Django: a page's connection lives for hours and must cost neither a thread nor a database connection. A page
gets a signed ticket that lists the topics its reader may hear (`corps.live.ticket`); here the signature and the age are
checked and nothing else, and when the ticket's time is over the page is told to ask for itself anew. One task per
process reads the Valkey stream, keeps its newest events in memory and offers each, encoded once, to the listeners of
its topic. The id of the stream is the id of the event, so a reconnecting page names the last one it saw and loses
nothing; whoever was away for too long gets `resync` and looks again. Heartbeats come from one timer.
"""

import asyncio
import contextlib
import gc
import os
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import django
import redis.asyncio as redis
import structlog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwu.settings")
django.setup()

from django.conf import settings  # noqa: E402 - settings exist only after django.setup()
from django.core import signing  # noqa: E402

from corps.live import STREAM_LENGTH, TICKET_SALT, TICKET_SECONDS  # noqa: E402

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
EventId = tuple[int, int]

HEARTBEAT_SECONDS = 15
READ_BLOCK_MILLISECONDS = 5_000
READ_COUNT = 500
# A listener that is this far behind is cut off; it reconnects and is served from memory.
MOST_WAITING = 100
# Whoever missed more than this looks at the whole page again.
REPLAY_LIMIT = 1_000
HEARTBEAT = b": still here\n\n"
RESYNC = b"event: resync\ndata: {}\n\n"
OVER = b"event: over\ndata: {}\n\n"

_log = structlog.get_logger(__name__)


class Listener:
    """One open page: its topics, until when (seconds of the clock) it may hear them, and what waits to be written."""

    __slots__ = ("_wake", "closed", "topics", "until", "waiting")

    def __init__(self, topics: frozenset[str], until: float) -> None:
        self.topics = topics
        self.until = until
        self.waiting: list[bytes] = []
        self.closed = False
        self._wake: asyncio.Future[None] | None = None

    def offer(self, chunk: bytes) -> bool:
        """Let a chunk wait; when too many do already, answers False."""
        if len(self.waiting) >= MOST_WAITING:
            return False
        self.waiting.append(chunk)
        self._stir()
        return True

    def close(self) -> None:
        """Write no more: the page has left, or is so far behind that it has to come back for what it missed."""
        self.closed = True
        self.waiting.clear()
        self._stir()

    async def next(self) -> bytes:
        """All that waits, as one piece; nothing when the listener is closed."""
        while not self.waiting and not self.closed:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        self._wake = None
        piece = self.waiting[0] if len(self.waiting) == 1 else b"".join(self.waiting)
        self.waiting.clear()
        return piece

    def _stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Memory:
    """The newest events of the stream, by topic, so that a thousand returning pages cost Valkey nothing."""

    def __init__(self) -> None:
        self.order: deque[tuple[EventId, str]] = deque()
        self.by_topic: dict[str, deque[tuple[EventId, bytes]]] = {}
        # Events up to this one are no longer known.
        self.forgotten: EventId = (0, 0)

    def keep(self, event: EventId, topic: str, chunk: bytes) -> None:
        """Remember an event, newer than all before, and forget the oldest when there are too many."""
        self.order.append((event, topic))
        self.by_topic.setdefault(topic, deque()).append((event, chunk))
        if len(self.order) > STREAM_LENGTH:
            self.forgotten, oldest = self.order.popleft()
            self.by_topic[oldest].popleft()
            if not self.by_topic[oldest]:
                del self.by_topic[oldest]

    def since(self, event: EventId, topics: Iterable[str]) -> list[bytes] | None:
        """Events of the topics after `event`, in order; None when that cannot be said or would be too much."""
        if event < self.forgotten:
            return None
        found: list[tuple[EventId, bytes]] = []
        for topic in topics:
            # From the newest backwards: who returns has missed little.
            for one in reversed(self.by_topic.get(topic, ())):
                if one[0] <= event:
                    break
                found.append(one)
        return None if len(found) > REPLAY_LIMIT else [chunk for _event, chunk in sorted(found)]


class Hub:
    """All listeners of this process and the two tasks that serve them."""

    def __init__(self) -> None:
        self.by_topic: dict[str, set[Listener]] = defaultdict(set)
        self.listeners: set[Listener] = set()
        self.memory = Memory()
        self.ready = False
        # Who came before the stream was read for the first time, and what each saw last.
        self.early: dict[Listener, EventId | None] = {}
        self.tasks: list[asyncio.Task[None]] = []
        # A socket may be silent for as long as a blocking read lasts.
        timeout = READ_BLOCK_MILLISECONDS / 1000 + 10
        self.client: Any = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=timeout)

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        for listener in list(self.listeners):
            listener.close()
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.client.aclose()

    def join(self, listener: Listener, since: EventId | None) -> None:
        """Serve the listener from now on, and first what its page has missed since the event it saw last.

        Nothing is awaited between the two, so that no event comes twice or not at all.
        """
        self.listeners.add(listener)
        if not self.ready:
            self.early[listener] = since
            return
        if since is not None:
            missed = self.memory.since(since, listener.topics)
            piece = RESYNC if missed is None else b"".join(missed)
            if piece:
                listener.offer(piece)
        for topic in listener.topics:
            self.by_topic[topic].add(listener)

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        self.early.pop(listener, None)
        for topic in listener.topics:
            self.by_topic[topic].discard(listener)
            if not self.by_topic[topic]:
                del self.by_topic[topic]

    async def _read(self) -> None:
        last: EventId = (0, 0)
        while True:
            try:
                if not self.ready:
                    last = await self._recall()
                answer = await self.client.xread(
                    {settings.LIVE_STREAM: f"{last[0]}-{last[1]}"}, block=READ_BLOCK_MILLISECONDS, count=READ_COUNT
                )
            except (redis.RedisError, OSError):
                # Pages poll meanwhile; what was published is read when Valkey is back.
                _log.warning("live_stream_unreachable")
                await asyncio.sleep(1)
                continue
            for _stream, entries in answer or []:
                for key, fields in entries:
                    last = event_id(key)
                    self._fan_out(last, fields[b"topic"].decode(), encode(key, fields))

    async def _recall(self) -> EventId:
        """Read what the stream holds, then let in who came meanwhile; answers the newest event."""
        memory, last = Memory(), (0, 0)
        if await self.client.exists(settings.LIVE_STREAM):
            about = await self.client.xinfo_stream(settings.LIVE_STREAM)
            if about["entries-added"] > about["length"]:
                memory.forgotten = before(event_id(about["first-entry"][0]))
        while entries := await self.client.xrange(settings.LIVE_STREAM, min=f"({last[0]}-{last[1]}", count=READ_COUNT):
            for key, fields in entries:
                last = event_id(key)
                memory.keep(last, fields[b"topic"].decode(), encode(key, fields))
        self.memory, self.ready = memory, True
        early, self.early = self.early, {}
        for listener, since in early.items():
            self.join(listener, since)
        return last

    def _fan_out(self, event: EventId, topic: str, chunk: bytes) -> None:
        self.memory.keep(event, topic, chunk)
        for listener in self.by_topic.get(topic, ()):
            if not listener.offer(chunk):
                listener.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self.beat(time.time())

    def beat(self, now: float) -> None:
        """Show every silent page that the stream lives. Whose ticket is over is told so, and a beat later cut off."""
        for listener in self.listeners:
            if listener.until + HEARTBEAT_SECONDS <= now:
                listener.close()
            elif listener.until <= now:
                listener.offer(OVER)
            elif not listener.waiting:
                listener.offer(HEARTBEAT)


def event_id(text: bytes | str) -> EventId:
    """`1700000000000-2` as numbers, which compare as the stream does. Raises `ValueError`."""
    head, _, tail = (text.decode() if isinstance(text, bytes) else text).partition("-")
    return int(head), int(tail)


def before(event: EventId) -> EventId:
    """The last id that may stand before `event`."""
    return (event[0], event[1] - 1) if event[1] else (event[0] - 1, 2**64 - 1)


def encode(key: bytes, fields: dict[bytes, bytes]) -> bytes:
    """An event of the stream as the browser reads it; `data` is one line of JSON."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (key, fields[b"event"], fields[b"data"])


def listener_of(ticket: str) -> Listener | None:
    """Who may listen with this ticket, to what and until when; None when it is forged or too old."""
    try:
        topics = frozenset(signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_SECONDS))
    except signing.BadSignature:
        return None
    # Content, time of signing and signature, as Django's signer joins them.
    signed_at = signing.b62_decode(ticket.rsplit(":", 2)[1])
    return Listener(topics, signed_at + TICKET_SECONDS)


def valid_event_id(text: str) -> bool:
    """Stream ids look like `1700000000000-0`; anything else never reaches Valkey."""
    head, _, tail = text.partition("-")
    return head.isascii() and head.isdigit() and tail.isascii() and tail.isdigit() and len(text) < 40


class Live:
    """The ASGI application: `/live?ticket=…` streams, `/healthz` answers, everything else is not found."""

    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._hub()
                # What is loaded now stays. Looking through it at every collection was a fifth of the time in which
                # thousands of pages connect.
                gc.collect()
                gc.freeze()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub is not None:
                    await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _hub(self) -> Hub:
        if self.hub is None:
            self.hub = Hub()
            self.hub.start()
        return self.hub

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] == "/healthz":
            await answer(send, 200, b"ok")
            return
        if scope["path"].rstrip("/") != "/live" or scope["method"] != "GET":
            await answer(send, 404, b"not found")
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        listener = listener_of(query.get("ticket", [""])[0])
        if listener is None:
            await answer(send, 403, b"the ticket is not valid")
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        since = headers.get(b"last-event-id") or query.get("since", [""])[0]
        await self._stream(listener, since, origin_headers(headers.get(b"origin", "")), receive, send)

    async def _stream(
        self, listener: Listener, since: str, extra: Iterable[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        hub = self._hub()
        watch = asyncio.create_task(close_when_gone(listener, receive))
        try:
            # Whoever reads the headers is served already. They are all that is sent at once: when everybody comes back
            # after a restart, a second small write to each would be most of the work.
            hub.join(listener, event_id(since) if valid_event_id(since) else None)
            await send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *extra]})
            while piece := await listener.next():
                await send(body(piece))
        except asyncio.CancelledError:
            # A stopping server ends its streams; pages come back to the next one.
            pass
        finally:
            watch.cancel()
            hub.leave(listener)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def origin_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """In development pages come from another port; only origins named in LIVE_ORIGINS may read."""
    if origin and origin in settings.LIVE_ORIGINS:
        return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
    return []


def body(chunk: bytes) -> Message:
    """A part of a stream that goes on."""
    return {"type": "http.response.body", "body": chunk, "more_body": True}


async def answer(send: Send, status: int, text: bytes) -> None:
    """A short plain answer."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text})


async def close_when_gone(listener: Listener, receive: Receive) -> None:
    """Ends the listener when the page closes the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.close()


application = Live()
