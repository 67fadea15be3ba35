"""Enqueueing background work by name, after the transaction that needs it is committed.

Operations do not import tasks (tasks are doors that call operations); the database row they wrote is the truth, the
message only makes it quick. A lost message is found again by the sweepers of the beat schedule.
"""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

_log = structlog.get_logger(__name__)


def enqueue(task: str, *args: int | str) -> None:
    """Send `task` with `args` once the current transaction commits; a broker that is away only delays the work."""
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[int | str, ...]) -> None:
    try:
        current_app.signature(task, args=args).apply_async(retry=False)
    except OperationalError:
        _log.warning("task_not_sent", task=task, args=args)
