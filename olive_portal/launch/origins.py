"""Where a request comes from, as the browser says it: a page of another site must not
make a visitor's browser launch things.

A token in each form would do the same, and make every page that has a Launch button
each visitor's own, so that no cache could keep it. Nothing that is not a browser sends
these headers, and nothing that is not a browser can be tricked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

OWN = {"same-origin", "none"}  # none: typed into the address bar


def is_own(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OWN
    # Browsers of before 2023, and plain http beyond the own computer.
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()
