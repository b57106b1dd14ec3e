"""What a late server meets is in test_http.py; here is what a sound one does."""

from __future__ import annotations

import http.client

import pytest
import requests

from tests.vmnetx.package.web import Drip, answer, running
from vmnetx.package import punctual


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def session():
    with requests.Session() as session:
        session.mount("http://", punctual.adapter())
        yield session


@pytest.mark.parametrize("timeout", [None, 2])
def test_answers_in_time_come_as_they_are(server, session, timeout):
    server.reply = lambda *_: answer(200, "Content-Length: 2", body=b"ab")
    for _ in range(2):
        assert session.get(server.url, timeout=timeout).content == b"ab"


def test_each_answer_on_a_connection_has_its_own_time(server, session):
    server.reply = lambda *_: answer(200, "Content-Length: 2", body=b"ab")
    session.get(server.url, timeout=2)
    server.reply = lambda *_: Drip(b"HTTP/1.1 200")
    with pytest.raises(requests.Timeout):
        session.get(server.url, timeout=0.1)


def test_a_body_without_a_length_has_the_time_of_a_header(server, session):
    server.reply = lambda *_: Drip(answer(200, "Connection: close"))
    with pytest.raises(requests.ConnectionError, match="timed out"):
        session.get(server.url, timeout=0.1)


def test_somebody_who_debugs_still_gets_answers(server, session, monkeypatch, capsys):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    server.reply = lambda *_: answer(200, "Content-Length: 2", body=b"ab")
    assert session.get(server.url, timeout=2).content == b"ab"
    assert "reply" in capsys.readouterr().out
