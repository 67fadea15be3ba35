"""The project's Celery application on a queue of the bench's own, so that nobody else's worker takes its messages."""

import os

from yiwu.celery import app

app.conf.task_default_queue = os.environ["YIWU_BENCH_QUEUE"]
