from __future__ import annotations

import pytest
from django.test import RequestFactory

from olive_portal.launch.origins import is_own


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        # What the browser says of the site outweighs what a page could have said.
        (
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://olive.example.org"},
            False,
        ),
        ({"Origin": "https://olive.example.org"}, True),
        ({"Origin": "http://olive.example.org"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://olive.example.org.evil.example"}, False),
        ({"Origin": "https://olive.example.org:8443"}, False),
        ({"Origin": "null"}, False),
        ({}, True),
    ],
)
def test_a_page_of_another_site_is_told_from_ours(settings, headers, expected):
    settings.ALLOWED_HOSTS = ["olive.example.org"]
    factory = RequestFactory(headers={"Host": "olive.example.org"})
    assert is_own(factory.post("/", headers=headers)) is expected
