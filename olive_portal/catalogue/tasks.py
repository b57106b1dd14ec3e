"""What the catalogue does by itself, again and again; each may run twice or late."""

from __future__ import annotations

from celery import shared_task

from olive_portal.catalogue import exposing, services
from olive_portal.celery import app

FOLLOW_UP_SECONDS = 10


@shared_task
def follow_up() -> None:
    services.follow_up()
    exposing.refresh_noted()


app.conf.beat_schedule = {
    **app.conf.beat_schedule,
    "catalogue-follow-up": {
        "task": "olive_portal.catalogue.tasks.follow_up",
        "schedule": FOLLOW_UP_SECONDS,
        "options": {"expires": FOLLOW_UP_SECONDS},
    },
}
