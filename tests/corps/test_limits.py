"""Counting how often something is done: in Valkey, between processes; without it, by each process alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from corps import limits
from corps.limits import Limit
from tests.together import at_once, without_failure
from yiwu.services.home import make_home
from yiwu.services.valkey import Valkey

HOURLY = Limit("test.hourly", 3, 3_600)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def test_so_often_and_no_more_each_for_itself() -> None:
    assert [HOURLY.hit("a") for _time in range(5)] == [True, True, True, False, False]
    assert HOURLY.hit("b")
    assert Limit("test.other", 3, 3_600).hit("a")


def test_nobody_shares_a_count() -> None:
    many = Limit("test.threads", 20, 3_600)
    hits = at_once(*[lambda: [many.hit("one") for _time in range(5)]] * 8, database=False)
    without_failure(hits)
    found = [hit for one in hits for hit in one]
    assert (found.count(True), found.count(False)) == (20, 20)


def test_what_is_counted_is_not_named_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def incr(key: str) -> int:
        names.append(key)
        return 1

    monkeypatch.setattr(cache, "incr", incr)
    HOURLY.hit("13800001111")
    assert "13800001111" not in names[0]


@pytest.fixture
def own_valkey(tmp_path: Path, settings: Any) -> Iterator[Valkey]:
    """A server of the test's own, that it may stop."""
    server = Valkey(make_home(tmp_path), durable=False)
    server.start()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": server.url}}
    limits._local._counters.clear()
    yield server
    server.stop()


def test_with_valkey_stopped_the_process_counts_alone_and_goes_back(own_valkey: Valkey) -> None:
    assert HOURLY.hit("a")
    own_valkey.stop()
    assert [HOURLY.hit("a") for _time in range(4)] == [True, True, True, False]
    own_valkey.start()
    assert HOURLY.hit("c")
