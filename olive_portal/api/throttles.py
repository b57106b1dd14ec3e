"""How much one may ask in a minute. Each process of the web server counts alone."""

from __future__ import annotations

from django.conf import settings
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class WithoutToken(AnonRateThrottle):
    def get_rate(self) -> str:
        return f"{settings.OLIVE_API_RATE}/min"


class WithToken(UserRateThrottle):
    def get_rate(self) -> str:
        return f"{settings.OLIVE_API_TOKEN_RATE}/min"


class ForScreenshots(WithToken):
    """Each keeps a thread of the web server waiting for a VM host, up to seconds."""

    scope = "screenshots"

    def get_rate(self) -> str:
        return "60/min"
