"""Which pages may show an answer of ours in a frame. Usually none may."""

from __future__ import annotations

from typing import Any, cast

from django.http.response import HttpResponseBase

ANYBODY, OURSELVES = "*", "'self'"


def allow_frames(response: HttpResponseBase, ancestor: str) -> None:
    """Of the Content-Security-Policy only who may frame it changes."""
    # What the middleware of django-csp and of Django look at.
    marked = cast("Any", response)
    marked._csp_replace = {"frame-ancestors": [ancestor]}
    marked.xframe_options_exempt = True
