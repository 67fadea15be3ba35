"""A log people can read: one short line per page. Machines get every event whole (LOG_FORMAT=json)."""

import logging
from typing import Any

HEALTH = ("GET /healthz", "GET /readyz")
KEPT = ("event", "level", "timestamp", "logger", "code", "request", "user_id")


class ReadableFilter(logging.Filter):
    """Drops the beginning of each request and answered health questions, and keeps the few keys a person reads."""

    def filter(self, record: logging.LogRecord) -> bool:
        event: Any = record.msg
        if not isinstance(event, dict) or not str(event.get("event", "")).startswith("request_"):
            return True
        if event["event"] == "request_started":
            return False
        if event["event"] == "request_finished":
            if event.get("request") in HEALTH and event.get("code") == 200:
                return False
            record.msg = {key: event[key] for key in KEPT if key in event}
        return True


class SteadyWorkFilter(logging.Filter):
    """Drops lines of worker and beat about a task that runs every second and goes well; a failure is still told."""

    def __init__(self, *tasks: str) -> None:
        super().__init__()
        self.tasks = frozenset(tasks)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.INFO:
            return True
        about = getattr(record, "data", None)
        named = {about.get("name")} if isinstance(about, dict) else set(record.args or ())
        return not self.tasks & named
