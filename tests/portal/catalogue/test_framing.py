from __future__ import annotations

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware

from olive_portal.catalogue.framing import ANYBODY, OURSELVES, allow_frames


def headers(rf, change):
    def view(_request):
        response = HttpResponse()
        change(response)
        return response

    answer = XFrameOptionsMiddleware(CSPMiddleware(view))(rf.get("/"))
    return answer.headers["Content-Security-Policy"], answer.get("X-Frame-Options")


def test_nobody_frames_a_page_that_says_nothing(rf):
    policy, options = headers(rf, lambda _response: None)
    assert "frame-ancestors 'none'" in policy
    assert options == "DENY"


@pytest.mark.parametrize("ancestor", [ANYBODY, OURSELVES])
def test_only_the_frames_change(rf, ancestor):
    usual, _ = headers(rf, lambda _response: None)
    policy, options = headers(rf, lambda response: allow_frames(response, ancestor))
    assert policy == usual.replace(
        "frame-ancestors 'none'", f"frame-ancestors {ancestor}"
    )
    assert options is None
