from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from olive_portal.catalogue.models import Package

# For so long whoever took a session on is trusted to be at work. A boot says so again
# more often than this; every wait for a server's answer is shorter than this.
LEASE = timedelta(seconds=10)


def new_nonce() -> str:
    return secrets.token_urlsafe(9)


def new_lease() -> datetime:
    return timezone.now() + LEASE


class State(models.TextChoices):
    QUEUED = "queued"
    BOOTING = "booting"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


OPEN = [State.QUEUED, State.BOOTING, State.RUNNING]
# Where a session may come from. A boot that has to wait, or was lost, is queued again.
COMES_FROM = {
    State.QUEUED: [State.QUEUED, State.BOOTING],
    State.BOOTING: [State.QUEUED],
    State.RUNNING: [State.BOOTING],
    State.ENDED: OPEN,
    State.FAILED: [State.QUEUED, State.BOOTING],
}


class Client(models.TextChoices):
    """What the visitor's side is, in VMNetX's words; it says where the machine runs."""

    THIN = "thin", "thin: the machine runs on a host of ours"
    THICK = "thick", "thick: it runs on the visitor's own computer"


class Memory(models.TextChoices):
    """What becomes of the package's memory image: the control API's words."""

    NONE = "none", "none: it boots"
    RESTORING = "restoring"
    RESTORED = "restored"
    REJECTED = "rejected"


class Visitor(models.Model):
    """Somebody at a browser, known by a random word in their session cookie.

    The row exists to be locked: what one visitor asks for is decided in turn.
    """

    id = models.CharField(primary_key=True, max_length=40)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.pk


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def running(self) -> Self:
        return self.filter(state=State.RUNNING)

    def taking_places(self, visitor: str) -> Self:
        """Those of `visitor` that are open and have, or wait for, a machine of ours."""
        return self.open().filter(visitor=visitor, client=Client.THIN)

    def lost(self) -> Self:
        """Not yet running, and nobody is at work on it any more."""
        return self.filter(
            state__in=[State.QUEUED, State.BOOTING], lease_until__lt=timezone.now()
        )

    def of_attempt(self, number: int) -> Self:
        """Still booting, and in this attempt: a later one has not taken over."""
        return self.filter(state=State.BOOTING, attempts=number)

    def advance(self, to: State, **changes: object) -> bool:
        """Move the row on, if its state allows, by one UPDATE; whether it did."""
        return bool(self.filter(state__in=COMES_FROM[to]).update(state=to, **changes))

    def close(self, to: State, *, reason: str, detail: str = "") -> bool:
        """End or fail the row; from now on its tokens open nothing."""
        return self.advance(
            to,
            reason=reason,
            detail=detail,
            ended_at=timezone.now(),
            token_nonce="",
            viewer_token="",
            gateway_url="",
        )


class Session(models.Model):
    """One visitor's use of one package, from the click to the end.

    The state moves by SessionQuerySet.advance() alone, so that of two who would move
    it one does, and a task that runs twice or late finds that there is nothing to do.
    That of a thick client runs from the start, as far as can be known from here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="sessions")
    package = models.ForeignKey(Package, models.PROTECT, related_name="sessions")
    client = models.CharField(max_length=5, choices=Client.choices, default=Client.THIN)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    reason = models.TextField(
        blank=True, help_text="A sentence for the visitor: why it waits, or ended."
    )
    detail = models.TextField(
        blank=True, help_text="For the curator: what the server said."
    )

    # Counts the boots. Who writes for attempt 1 while attempt 2 runs changes nothing.
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(default=new_lease)
    worker_queue = models.CharField(max_length=255, blank=True)
    instance_id = models.CharField(max_length=64, blank=True)
    viewer_url = models.CharField(max_length=500, blank=True)
    viewer_token = models.CharField(max_length=200, blank=True)
    # vmnetx://…, for the desktop client. Whoever has it has the machine.
    gateway_url = models.CharField(max_length=500, blank=True)
    # Part of each launch token; empty once they are revoked.
    token_nonce = models.CharField(max_length=20, default=new_nonce, blank=True)

    memory = models.CharField(max_length=9, choices=Memory.choices, default=Memory.NONE)
    # How much of the image has been read, 0 to 1, while it is restored.
    progress = models.FloatField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    running_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When somebody last looked at it, and when its machine was last seen alive.
    watched_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["visitor", "created_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_open_session_per_visitor_package_and_client",
                fields=["visitor", "package", "client"],
                condition=Q(state__in=OPEN),
            ),
            models.CheckConstraint(
                name="session_states_are_known",
                condition=Q(state__in=State.values),
            ),
            models.CheckConstraint(
                name="running_sessions_have_a_machine",
                condition=~Q(state=State.RUNNING)
                | (
                    (~Q(instance_id="") | Q(client=Client.THICK))
                    & Q(running_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="thick_clients_need_no_host",
                condition=Q(client=Client.THIN)
                | Q(
                    client=Client.THICK,
                    state__in=[State.RUNNING, State.ENDED],
                    worker_queue="",
                    instance_id="",
                ),
            ),
            models.CheckConstraint(
                name="only_closed_sessions_have_an_end",
                condition=Q(state__in=OPEN, ended_at=None)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="closed_sessions_have_no_tokens",
                condition=Q(state__in=OPEN)
                | Q(token_nonce="", viewer_token="", gateway_url=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("play", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_running(self) -> bool:
        return self.state == State.RUNNING

    @property
    def is_thick(self) -> bool:
        return self.client == Client.THICK

    @property
    def user_ident(self) -> str:
        """What the thin-client server is told: which session and which attempt."""
        return f"session {self.pk} attempt {self.attempts}"


class Shot(models.Model):
    """The last screenshot of a session's screen, on its way from the VM host to the
    visitor: the web server cannot reach the host, the host reaches the database."""

    session = models.OneToOneField(
        Session, models.CASCADE, primary_key=True, related_name="shot"
    )
    png = models.BinaryField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.session_id} at {self.taken_at:%H:%M:%S}"
