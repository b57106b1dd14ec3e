from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """Where everybody finds it, whichever way the request came."""
    return f"{settings.BASE_URL}{path}"
