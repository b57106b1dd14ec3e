"""The thin-client server that this worker asks: its own host's, on loopback."""

from __future__ import annotations

from django.conf import settings

from olive_portal.launch.models import LEASE
from vmnetx.client import ThinClientServer

# Shorter than a lease: whoever waits in vain still holds the session when it says so.
TIMEOUT_SECONDS = LEASE.total_seconds() - 2


def connect() -> ThinClientServer:
    return ThinClientServer(
        settings.THIN_CLIENT_URL, settings.THIN_CLIENT_KEY, timeout=TIMEOUT_SECONDS
    )
