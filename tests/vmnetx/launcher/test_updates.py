from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vmnetx.launcher import updates
from vmnetx.launcher.updates import State, UpdateCheck

TODAY = date(2026, 11, 24)
LATER = TODAY + timedelta(days=7)
NOTICE = {
    "version": "99.1",
    "release-date": "2026-11-01T10:00:00+00:00",
    "update-url": "https://portal.example/downloads",
}


class Site:
    def __init__(self):
        self.notice = json.dumps(NOTICE).encode()
        self.status = 200
        self.agents = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.may_answer.wait(10)
                site.agents.append(self.headers["User-Agent"])
                self.send_response(site.status)
                self.send_header("Content-Length", str(len(site.notice)))
                self.end_headers()
                self.wfile.write(site.notice)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/latest.json"


@pytest.fixture
def site():
    site = Site()
    with site.server:
        thread = threading.Thread(target=site.server.serve_forever, args=(0.01,))
        thread.start()
        yield site
        site.may_answer.set()
        site.server.shutdown()
        thread.join()


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "vmnetx" / updates.STATE_FILE


@pytest.fixture
def check(site, kept):
    """Begins a check, and waits for its answer if there is to be one."""

    def check(today=TODAY):
        check = UpdateCheck(site.url, kept, lambda: today)
        check.begin()
        if check._answer is not None:
            check._answer.exception(10)
        return check

    return check


def test_a_newer_release_is_offered_once_and_not_for_a_week(check, kept, site):
    checked = check()
    offer = checked.offer()
    assert str(offer) == (
        "VMNetX 99.1 of 2026-11-01 is out: https://portal.example/downloads"
    )
    assert checked.offer() is None
    assert State.read(kept) == State(next_check=LATER)
    assert json.loads(kept.read_text())["next-check"] == "2026-12-01"
    assert check(LATER - timedelta(days=1)).offer() is None
    assert check(LATER).offer() == offer
    assert len(site.agents) == 2
    assert site.agents[0].startswith("vmnetx/")


@pytest.mark.parametrize("version", ["0.0.1", updates.__version__])
def test_an_old_release_is_not_offered(check, kept, site, version):
    site.notice = json.dumps({**NOTICE, "version": version}).encode()
    assert check().offer() is None
    assert State.read(kept).next_check == LATER


def test_an_ignored_version_is_not_offered(check, kept):
    State(ignore="99.1").write(kept)
    assert check().offer() is None
    assert State.read(kept) == State(ignore="99.1", next_check=LATER)


def test_ignoring_another_version_is_forgotten(check, kept):
    State(ignore="99.0").write(kept)
    assert check().offer().version == "99.1"
    assert State.read(kept).ignore is None


def test_who_wants_no_checks_gets_none(check, kept, site):
    State(disabled=True).write(kept)
    assert check().offer() is None
    assert site.agents == []


def test_without_a_url_nothing_is_asked(kept):
    check = UpdateCheck("", kept)
    check.begin()
    assert check.offer() is None
    assert not kept.exists()


def test_a_silent_server_holds_nothing_up(site, kept):
    site.may_answer.clear()
    check = UpdateCheck(site.url, kept)
    check.begin()
    assert check.offer() is None


@pytest.mark.parametrize(
    "notice",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b"[" * 10_000,
        json.dumps({**NOTICE, "version": "next one"}).encode(),
        json.dumps({**NOTICE, "version": 99}).encode(),
        json.dumps({**NOTICE, "release-date": "soon"}).encode(),
        json.dumps({**NOTICE, "update-url": "javascript:alert(1)"}).encode(),
        json.dumps({**NOTICE, "update-url": "https://x/\x1b[2J"}).encode(),
        json.dumps({**NOTICE, "more": "x" * updates.MAX_BYTES}).encode(),
    ],
)
def test_an_odd_notice_is_ignored_and_asked_for_again(check, kept, site, notice):
    site.notice = notice
    assert check().offer() is None
    assert not kept.exists()


def test_a_server_s_error_is_ignored(check, kept, site):
    site.status = 500
    assert check().offer() is None
    assert not kept.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"next-check": "soon"}', "null"])
def test_a_spoilt_state_is_as_good_as_none(kept, text):
    kept.parent.mkdir()
    kept.write_text(text)
    assert State.read(kept) == State()


def test_a_state_that_cannot_be_written_is_no_failure(check, kept):
    kept.parent.write_text("a file where a folder should be")
    assert check().offer().version == "99.1"
