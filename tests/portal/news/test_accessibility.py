"""The pages of news and releases in a real browser; see tests/portal/browsing.py."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from olive_portal.releases.models import Release, ReleaseFile
from tests.portal.browsing import in_browser, look, needs_chromium

__all__ = ["in_browser"]  # a fixture
pytestmark = [needs_chromium, pytest.mark.django_db(transaction=True)]

BODY = """
# A heading

| a | b |
|---|---|
| 1 | 2 |

> Quoted, with `code` and [a link](https://example.org/a/rather/long/address/of/a/page).

```
a line of code that is longer than a telephone is wide, and has to go somewhere
```
"""
PAGES = ["/", "/news", "/news/software-that-still-runs", "/news/all", "/releases"]


@pytest.fixture
def library(live_server, make_post):
    call_command("load_news", verbosity=0)
    make_post("all", body=BODY)
    release = Release.objects.get(version="0.5.1")
    ReleaseFile.objects.create(
        release=release,
        name="vmnetx-0.5.1-a-rather-long-name.tar.gz",
        platform="Source",
        file="x",
        size=1,
        sha256="0" * 64,
    )
    return live_server.url


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_is_sound_and_fits(in_browser, library, theme, width):
    for path in PAGES:
        assert (path, *in_browser(look, library + path, theme, width)) == (
            path,
            [],
            [],
            0,
        )
