"""Who is at the browser: a random word in the session cookie, made at the first launch.

It outlives signing in (Django keeps the session's content then) and not signing out, so
that the next person at a shared computer does not find the last one's programs.
"""

from __future__ import annotations

import secrets

from django.http import HttpRequest

KEY = "visitor"


def known(request: HttpRequest) -> str:
    """The visitor's word, or "" for one who has launched nothing yet."""
    return str(request.session.get(KEY, ""))


def welcome(request: HttpRequest) -> str:
    """The visitor's word, made now if this is their first launch."""
    if not known(request):
        request.session[KEY] = secrets.token_urlsafe(18)
    return known(request)
