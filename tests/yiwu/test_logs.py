"""The console's log is one line per page; other events pass untouched."""

import logging
from typing import Any

import pytest

from yiwu.logs import ReadableFilter


def _record(message: Any) -> logging.LogRecord:
    return logging.LogRecord("any", logging.INFO, __file__, 1, message, None, None)


def _finished(request: str, code: int) -> dict[str, Any]:
    return {"event": "request_finished", "request": request, "code": code, "request_id": "4f", "ip": "10.0.0.1"}


def test_a_page_is_one_short_line() -> None:
    assert not ReadableFilter().filter(_record({"event": "request_started", "request": "GET /"}))
    record = _record(_finished("GET /", 200))
    assert ReadableFilter().filter(record)
    assert record.msg == {"event": "request_finished", "request": "GET /", "code": 200}


@pytest.mark.parametrize(("code", "kept"), [(200, False), (503, True)])
def test_health_is_told_only_when_it_is_bad(code: int, kept: bool) -> None:
    assert ReadableFilter().filter(_record(_finished("GET /readyz", code))) is kept


@pytest.mark.parametrize(
    "message", ["plain words", {"event": "request_failed", "request_id": "4f"}, {"event": "trail"}]
)
def test_everything_else_passes_whole(message: Any) -> None:
    record = _record(message)
    assert ReadableFilter().filter(record)
    assert record.msg == message
