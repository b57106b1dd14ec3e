from __future__ import annotations

import random
import time
from contextlib import contextmanager

import pytest

from tests.vmnetx.package import web
from vmnetx.cache import cache as cache_module
from vmnetx.cache import filling
from vmnetx.cache.cache import Cache
from vmnetx.cache.chunks import CHUNK

SIZE = 5 * CHUNK + 777
MIB = 1024**2


def some_bytes(seed, size=SIZE):
    return random.Random(seed).randbytes(size)


class Origin:
    """A sound web server whose package a test may change, and which counts."""

    def __init__(self, server):
        self._server = server
        self.put(some_bytes(0))

    def put(self, data, etag='"v0"', **options):
        self.data = data
        self._server.reply = web.serving(data, etag=etag, **options)

    def fail(self, status):
        self._server.reply = lambda *_: web.answer(status, "Content-Length: 0")

    def url(self, session="SECRET"):
        return self._server.url.replace("SECRET", session)

    @property
    def ranges(self):
        """What was asked for by GET, first and last byte."""
        asked = [
            headers["Range"] for method, headers in self.requests if method == "GET"
        ]
        return [
            tuple(map(int, text.removeprefix("bytes=").split("-"))) for text in asked
        ]

    @property
    def requests(self):
        return self._server.requests

    @property
    def fetched(self):
        return sum(last + 1 - first for first, last in self.ranges)


@contextmanager
def origin_running():
    with web.running() as server:
        yield Origin(server)


@pytest.fixture(autouse=True)
def nothing_is_filled(monkeypatch):
    """Otherwise what is fetched behind a test's back would be counted."""
    monkeypatch.setattr(filling, "QUIET_SECONDS", 3600.0)
    monkeypatch.setattr(cache_module, "SMALL_BYTES", 0)


@pytest.fixture
def origin():
    with origin_running() as origin:
        yield origin


@pytest.fixture
def root(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def make_cache(root):
    def make(limit=64 * MIB):
        return Cache(root, limit)

    return make


@pytest.fixture
def cache(make_cache):
    return make_cache()


def eventually(fact):
    """For what a thread does; it notifies nobody here."""
    deadline = time.monotonic() + 60
    while not (value := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return value
