"""The console's log is one line per page; other events pass untouched."""

import logging
import logging.config
import sys
from typing import Any

import pytest
from django.conf import settings

from corps.logic.masking import mask_log_event
from yiwu.logs import ReadableFilter, SteadyWorkFilter


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


def test_a_traceback_of_another_logger_is_masked() -> None:
    try:
        int("430405198001011239 13812345678")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed", None, sys.exc_info())
    described: Any = settings.LOGGING["formatters"]
    made = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(dict(described["line"]))
    line = made.format(record)
    assert "ValueError" in line
    assert "430***********1239" in line
    assert "138****5678" in line
    assert "430405198001011239" not in line
    assert "13812345678" not in line


def test_what_was_searched_for_stays_out_of_the_log() -> None:
    event = {"request": "GET /u/sg1/roster/?q=%E5%BC%A0%E4%BC%9F&status=active", "code": 200}
    assert mask_log_event(None, "info", event)["request"] == "GET /u/sg1/roster/?q=***&status=active"


def _about(task: str, level: int = logging.INFO) -> logging.LogRecord:
    """What a worker says of a task: its name among the details."""
    record = logging.LogRecord("celery.app.trace", level, __file__, 1, "Task %(name)s", ({"name": task},), None)
    record.data = {"name": task}
    return record


def _due(task: str) -> logging.LogRecord:
    """What beat says of a task."""
    text = "Scheduler: Sending due task %s (%s)"
    return logging.LogRecord("celery.beat", logging.INFO, __file__, 1, text, ("every-second", task), None)


def test_work_of_every_second_is_told_only_when_it_fails() -> None:
    steady = SteadyWorkFilter("stats.drain_dirty")
    assert not steady.filter(_about("stats.drain_dirty"))
    assert not steady.filter(_due("stats.drain_dirty"))
    assert steady.filter(_about("stats.drain_dirty", logging.ERROR))
    assert steady.filter(_about("members.stage_import"))
    assert steady.filter(_due("members.resume_stalled_imports"))
    assert steady.filter(_record("anything else"))


@pytest.mark.parametrize("number", ["13812345678", "+8613812345678", "008613812345678"])
def test_no_mobile_number_reaches_a_log(number: str) -> None:
    event = mask_log_event(None, "info", {"event": f"called {number}."})
    assert event == {"event": f"called {number[:-8]}****5678."}
