"""The Celery application: workers run the `tasks` modules of the apps, beat runs the schedule in the settings."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import after_setup_logger

from yiwu.logs import SteadyWorkFilter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwu.settings")

app = Celery("yiwu")
# Threads know the default application only, and whoever touches a task first would otherwise make another one of it.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@after_setup_logger.connect
def leave_steady_work_out(**_about: Any) -> None:
    """Two lines a second for ever would bury what somebody looks for in the log."""
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).addFilter(SteadyWorkFilter("stats.drain_dirty"))
