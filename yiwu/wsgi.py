"""The WSGI door for gunicorn: every page and the API; live streams have their own process (`yiwu.live`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwu.settings")

# Tasks that pages enqueue must use the project's Celery application, not Celery's default one.
import yiwu.celery  # noqa: F401

application = get_wsgi_application()
