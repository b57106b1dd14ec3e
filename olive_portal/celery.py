"""The Celery application. Which tasks exist and how often beat asks for them stands
beside the tasks themselves, in each app's tasks.py."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olive_portal.settings")

app = Celery("olive_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
