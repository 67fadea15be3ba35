"""The live process: a bare ASGI application that streams events to open pages (server-sent events).

It is not Django: a page's connection lives for hours and must cost neither a thread nor a database connection. A page
gets a signed ticket that lists the topics its reader may hear (`corps.live.ticket`); here the signature is checked and
nothing else. One task per process reads the Valkey stream; every message is encoded once and put into a bounded queue
per listener. The id of the stream is the id of the event, so a reconnecting page names the last one it saw and
loses nothing. Heartbeats come from one timer.
"""

import asyncio
import contextlib
import os
from collections import defaultdict
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

from corps.live import STREAM, TICKET_SALT, TICKET_SECONDS  # noqa: E402

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

HEARTBEAT_SECONDS = 15
READ_BLOCK_MILLISECONDS = 5_000
# A listener that is this far behind is cut off; it reconnects and is served from the stream.
QUEUE_LENGTH = 100
REPLAY_LIMIT = 1_000
HEARTBEAT = b": still here\n\n"

_log = structlog.get_logger(__name__)


class Listener:
    """One open page: its topics and what waits to be written to it."""

    __slots__ = ("queue", "topics")

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LENGTH)

    def offer(self, chunk: bytes) -> bool:
        """Queue a chunk; a full queue answers False."""
        try:
            self.queue.put_nowait(chunk)
        except asyncio.QueueFull:
            return False
        return True

    def cut_off(self) -> None:
        """Make room for the end mark, so that the stream closes and the page comes back for what it missed."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """All listeners of this process and the two tasks that serve them."""

    def __init__(self) -> None:
        self.by_topic: dict[str, set[Listener]] = defaultdict(set)
        self.listeners: set[Listener] = set()
        self.tasks: list[asyncio.Task[None]] = []
        # A socket may be silent for as long as a blocking read lasts.
        timeout = READ_BLOCK_MILLISECONDS / 1000 + 10
        self.client: Any = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=timeout)

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        for listener in list(self.listeners):
            listener.cut_off()
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.client.aclose()

    def join(self, listener: Listener) -> None:
        self.listeners.add(listener)
        for topic in listener.topics:
            self.by_topic[topic].add(listener)

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        for topic in listener.topics:
            self.by_topic[topic].discard(listener)
            if not self.by_topic[topic]:
                del self.by_topic[topic]

    async def missed(self, since: str, topics: frozenset[str]) -> list[bytes]:
        """What the stream holds after event `since` for these topics."""
        entries = await self.client.xrange(STREAM, min=f"({since}", count=REPLAY_LIMIT)
        return [encode(key, fields) for key, fields in entries if fields[b"topic"].decode() in topics]

    async def _read(self) -> None:
        last = "$"
        while True:
            try:
                if last == "$":
                    last = await self._newest()
                answer = await self.client.xread({STREAM: last}, block=READ_BLOCK_MILLISECONDS, count=500)
            except (redis.RedisError, OSError):
                # Pages poll meanwhile; what was published is read when Valkey is back.
                _log.warning("live_stream_unreachable")
                await asyncio.sleep(1)
                continue
            for _stream, entries in answer or []:
                for key, fields in entries:
                    last = key
                    self._fan_out(fields[b"topic"].decode(), encode(key, fields))

    async def _newest(self) -> str:
        entries = await self.client.xrevrange(STREAM, count=1)
        return str(entries[0][0].decode()) if entries else "0-0"

    def _fan_out(self, topic: str, chunk: bytes) -> None:
        for listener in list(self.by_topic.get(topic, ())):
            if not listener.offer(chunk):
                listener.cut_off()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for listener in list(self.listeners):
                if listener.queue.empty():
                    listener.offer(HEARTBEAT)


def encode(key: bytes, fields: dict[bytes, bytes]) -> bytes:
    """An event of the stream as the browser reads it; `data` is one line of JSON."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (key, fields[b"event"], fields[b"data"])


def topics_of(ticket: str) -> frozenset[str] | None:
    """The topics a ticket allows, or None when it is forged or too old."""
    try:
        return frozenset(signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_SECONDS))
    except signing.BadSignature:
        return None


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
        topics = topics_of(query.get("ticket", [""])[0])
        if topics is None:
            await answer(send, 403, b"the ticket is not valid")
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        since = headers.get(b"last-event-id") or query.get("since", [""])[0]
        await self._stream(topics, since, origin_headers(headers.get(b"origin", "")), receive, send)

    async def _stream(
        self, topics: frozenset[str], since: str, extra: Iterable[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        hub = self._hub()
        listener = Listener(topics)
        # Joined before the replay is read: an event may come twice, never not at all; pages take the newest id.
        hub.join(listener)
        gone = asyncio.create_task(until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *extra]})
            await send(body(b"retry: 2000\n\n"))
            if since and valid_event_id(since):
                with contextlib.suppress(redis.RedisError, OSError):
                    for chunk in await hub.missed(since, topics):
                        await send(body(chunk))
            await pump(listener, gone, send)
        finally:
            gone.cancel()
            hub.leave(listener)


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


async def until_gone(receive: Receive) -> None:
    """Ends when the page closes the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def pump(listener: Listener, gone: "asyncio.Task[None]", send: Send) -> None:
    """Write what is queued until the page leaves or the listener is cut off."""
    while not gone.done():
        waiting = asyncio.create_task(listener.queue.get())
        await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            return
        chunk = waiting.result()
        if chunk is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await send(body(chunk))


application = Live()
