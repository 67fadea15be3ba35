"""Doors without a request: every task and every command is listed with the name in which it acts."""

from celery import current_app
from django.core.management import get_commands

import yiwu.celery
from tests.permissions.rules import COMMANDS, TASKS

OWN_APPS = {"yiwu", "corps", "members", "duties", "incidents", "stats"}


def test_every_task_is_listed() -> None:
    yiwu.celery.app.autodiscover_tasks(force=True)
    found = {name for name in current_app.tasks if name.split(".")[0] in OWN_APPS}
    assert found == set(TASKS)


def test_every_command_is_listed() -> None:
    found = {name for name, app in get_commands().items() if app in OWN_APPS}
    assert found == set(COMMANDS)
