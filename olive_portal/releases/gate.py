"""Which clients are too old to launch: told by their User-Agent (vmnetx spec 5.2)."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.urls import reverse
from packaging.version import Version

from olive_portal.releases.models import Release

# The client itself opens a package as `vmnetx`, and its disk is read by `vmnetfs`.
# What follows the numbers, as in 0.5.1-14-g0db3f78, is of somebody's own build.
USER_AGENT: Final = re.compile(r"vmnet(?:x|fs)/(\d{1,6}(?:\.\d{1,6}){0,5})")


def refusal(user_agent: str) -> str | None:
    """A sentence for whoever asks with a client that is too old; None lets them.

    Whatever is no such client, or does not say its version, is let through: this spares
    people a puzzling failure, and protects nothing.
    """
    named = USER_AGENT.match(user_agent)
    oldest = Release.objects.oldest_allowed() if named else None
    if named is None or oldest is None or Version(named[1]) >= oldest:
        return None
    return (
        f"VMNetX {named[1]} is too old for this library. Please install version "
        f"{oldest} or newer: {settings.BASE_URL}{reverse('releases')}"
    )
