"""How often something may be done from one address, for one phone …: counters in Valkey, one for each window of time.

A counter's name holds a keyed digest of what is counted, never an address or a number. Without Valkey every process
counts for itself until it is back: the limit is then looser by the number of processes, but never gone, and nobody is
locked out for want of a cache.
"""

import threading
import time
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from corps.crypto import blind_index

_PURPOSE = b"corps.limit"
_MOST_REMEMBERED = 10_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in each window of `seconds`; `name` is frozen and tells limits apart."""

    name: str
    times: int
    seconds: int

    def hit(self, subject: str) -> bool:
        """Count one more for `subject`; False when that is too often."""
        return self._count(subject) <= self.times

    def _count(self, subject: str) -> int:
        window = int(time.time()) // self.seconds
        digest = blind_index(subject, purpose=_PURPOSE).hex()[:32]
        key = f"limit:{self.name}:{window}:{digest}"
        try:
            # Adding first gives the counter its end; of two that add at once one starts it and both count.
            cache.add(key, 0, self.seconds + 1)
            return int(cache.incr(key))
        except ValueError:
            # It ended between the two.
            return 1
        except (RedisError, OSError):
            _log.warning("limits_count_locally", limit=self.name)
            return _local.count(key, self.seconds)


class _Local:
    """Counters of this process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, tuple[float, int]] = {}

    def count(self, key: str, seconds: int) -> int:
        now = time.monotonic()
        with self._lock:
            if len(self._counters) >= _MOST_REMEMBERED:
                self._counters = {name: kept for name, kept in self._counters.items() if kept[0] > now}
            _end, before = self._counters.get(key, (0.0, 0))
            self._counters[key] = (now + seconds, before + 1)
            return before + 1


_local = _Local()
