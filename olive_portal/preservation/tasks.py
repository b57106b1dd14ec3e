"""What happens to the preserved when its time has come."""

from __future__ import annotations

from celery import shared_task

from olive_portal.celery import app
from olive_portal.preservation import services

EMBARGO_SECONDS = 20


@shared_task
def lift_embargoes() -> None:
    services.lift_embargoes()


app.conf.beat_schedule = {
    **app.conf.beat_schedule,
    "preservation-lift-embargoes": {
        "task": "olive_portal.preservation.tasks.lift_embargoes",
        "schedule": EMBARGO_SECONDS,
        "options": {"expires": EMBARGO_SECONDS},
    },
}
