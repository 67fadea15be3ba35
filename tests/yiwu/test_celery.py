"""One Celery application, whoever asks and in whatever thread."""

import subprocess
import sys

from celery import current_app

from tests.together import PATIENCE_SECONDS, begin
from yiwu.celery import app
from yiwu.services.places import ROOT

TOUCH_A_TASK_FIRST = """
import django
django.setup()
from members.tasks import stage_import
stage_import.name  # makes Celery look for an application before ours exists
import threading
from celery import current_app
from yiwu.celery import app
seen = []
thread = threading.Thread(target=lambda: seen.append(current_app.main))
thread.start(); thread.join()
print(seen[0])
"""


def test_a_thread_sends_through_our_application() -> None:
    assert begin(lambda: current_app.main).result() == app.main


def test_it_stays_so_when_a_task_was_touched_before_the_application_existed() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", TOUCH_A_TASK_FIRST],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.stdout.strip() == "yiwu"
