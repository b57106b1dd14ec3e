from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from olive_portal.catalogue import views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def static_folder(settings):
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


def test_a_database_that_is_away_is_told_as_such(client, caplog):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert b"The library cannot be reached at the moment" in answer.content
    assert "The database failed at /: connection refused" in caplog.text


def test_a_bug_is_not_taken_for_an_outage(client, monkeypatch):
    monkeypatch.setattr(views.shelves, "top_shelves", lambda: 1 / 0)
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
