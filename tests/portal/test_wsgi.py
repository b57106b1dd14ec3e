"""The portal below a path of its host, as a real web server answers it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """Where a portal below /olive answers; no proxy is in between."""
    data = tmp_path_factory.mktemp("data")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/olive"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "olive_portal.settings",
        "OLIVE_DATA": str(data),
        "OLIVE_BASE_URL": url,
        "OLIVE_WEB_WORKERS": "1",
        "PORT": str(port),
    }
    for command in ("migrate", "collectstatic"):
        manage = [sys.executable, "manage.py", command, "--no-input", "-v", "0"]
        subprocess.run(manage, cwd=ROOT, env=environment, check=True, timeout=SECONDS)
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"),
            "olive_portal.wsgi",
        ],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    wait_for(url)
    yield url
    server.terminate()
    server.wait(SECONDS)


def wait_for(url):
    end = time.monotonic() + SECONDS
    while True:
        try:
            return requests.get(url, timeout=SECONDS)
        except requests.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)  # nothing tells when another process listens


def test_every_address_in_a_page_is_below_the_path(portal):
    for page in ("/", "/search", "/sign-in", "/browse", "/nothing"):
        html = requests.get(portal + page, timeout=SECONDS).text
        addresses = re.findall(r'(?:href|src|action|data-suggest)="(/[^"]*)"', html)
        assert len(addresses) > 10
        assert [a for a in addresses if not a.startswith("/olive/")] == []


def test_static_files_are_below_it_too(portal):
    html = requests.get(f"{portal}/", timeout=SECONDS).text
    sheet = re.search(r'href="/olive(/static/[^"]+tokens[^"]*css)"', html)[1]
    answer = requests.get(portal + sheet, timeout=SECONDS)
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_proxy_may_take_the_path_away(portal):
    bare = portal.removesuffix("/olive")
    for page in ("/", "/search", "/browse"):
        with_path, without = (
            requests.get(base + page, timeout=SECONDS) for base in (portal, bare)
        )
        assert (without.status_code, without.text) == (200, with_path.text)


def test_what_only_begins_like_the_path_is_not_below_it(portal):
    assert requests.get(f"{portal}oil", timeout=SECONDS).status_code == 404


def test_links_for_the_outside_have_the_path_once(portal):
    page = requests.get(f"{portal}/search?platform=x", timeout=SECONDS).text
    assert f'rel="canonical" href="{portal}/search?platform=x"' in page
    feed = requests.get(f"{portal}/search/feed", timeout=SECONDS).text
    assert f'href="{portal}/search/feed"' in feed
    oai = requests.get(f"{portal}/oai?verb=Identify", timeout=SECONDS).text
    assert f"<baseURL>{portal}/oai</baseURL>" in oai


def test_cookies_and_signing_in_stay_below_it(portal):
    with requests.Session() as visitor:
        visitor.get(f"{portal}/sign-in", timeout=SECONDS)
        assert {cookie.path for cookie in visitor.cookies} == {"/olive"}
        answer = visitor.get(f"{portal}/admin/", timeout=SECONDS, allow_redirects=False)
    assert answer.headers["Location"].startswith("/olive/")
