"""The Celery application: workers run the `tasks` modules of the apps, beat runs the schedule in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwu.settings")

app = Celery("yiwu")
# Threads know the default application only, and whoever touches a task first would otherwise make another one of it.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
