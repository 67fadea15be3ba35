"""Telling open pages that something changed: one capped Valkey stream that the live process reads.

A page never depends on it: it also polls slowly. So a Valkey that is away costs freshness, not work.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction

STREAM_LENGTH = 10_000
TICKET_SALT = "yiwu.live"
# So long may somebody whose right was taken away go on hearing: then the page has to be asked for again.
TICKET_SECONDS = 3600

_log = structlog.get_logger(__name__)


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def publish(topic: str, event: str, data: dict[str, Any]) -> None:
    """Announce `event` on `topic` (for example `import:12`) when the current transaction commits."""
    transaction.on_commit(lambda: publish_now(topic, event, data))


def publish_now(topic: str, event: str, data: dict[str, Any]) -> None:
    """Announce at once, for progress inside a long transaction. Never raises when Valkey is away."""
    message: Any = {"topic": topic, "event": event, "data": json.dumps(data, ensure_ascii=False)}
    try:
        _client().xadd(settings.LIVE_STREAM, message, maxlen=STREAM_LENGTH, approximate=True)
    except redis.RedisError:
        _log.warning("live_not_published", topic=topic)


def publish_all(messages: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Announce (topic, event, data) at once, all in one exchange with Valkey. Never raises when Valkey is away."""
    pipeline = _client().pipeline(transaction=False)
    for topic, event, data in messages:
        message: Any = {"topic": topic, "event": event, "data": json.dumps(data, ensure_ascii=False)}
        pipeline.xadd(settings.LIVE_STREAM, message, maxlen=STREAM_LENGTH, approximate=True)
    try:
        pipeline.execute()
    except redis.RedisError:
        _log.warning("live_not_published")


def newest() -> str:
    """Id of the newest event; "" when there is none or Valkey is away.

    A page takes it before it reads what it shows, and listens from there: what is announced between is not lost.
    """
    try:
        entries: Any = _client().xrevrange(settings.LIVE_STREAM, count=1)
    except redis.RedisError:
        _log.warning("live_not_asked")
        return ""
    return entries[0][0].decode() if entries else "0-0"


def ticket(topics: list[str]) -> str:
    """A signed permission to listen to `topics`, made by a page that has checked the reader's rights."""
    return signing.dumps(topics, salt=TICKET_SALT, compress=True)
