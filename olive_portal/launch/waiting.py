"""Whether whoever launches now has to wait, as far as the sessions of others tell."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from olive_portal.launch.models import Session, State

# Why a session is queued again, for its visitor.
FULL = "All places are taken. You get the next one that is free."
SILENT = "The computer that runs the programs did not answer. Trying again."
# A worker that is there takes a session much sooner.
UNTAKEN = timedelta(seconds=20)


def reason() -> str:
    """A sentence for who has not launched yet; empty if nothing speaks for a wait."""
    untaken = Q(attempts=0, created_at__lt=timezone.now() - UNTAKEN)
    queued = Session.objects.filter(state=State.QUEUED).aggregate(
        full=Count("pk", filter=Q(reason=FULL)),
        silent=Count("pk", filter=Q(reason=SILENT) | untaken),
    )
    if ahead := queued["full"]:
        people = "1 visitor waits" if ahead == 1 else f"{ahead} visitors wait"
        return f"All places are taken, and {people} before you. Each gets the next."
    if queued["silent"]:
        return "The computers that run programs do not answer now. You would wait."
    return ""
