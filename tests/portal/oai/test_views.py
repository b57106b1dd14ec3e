"""What test_conformance.py does not ask of the endpoint."""

from __future__ import annotations


def test_an_answer_is_not_kept_by_caches(db, client):
    assert client.get("/oai?verb=Identify")["Cache-Control"] == "no-cache"


def test_a_harvester_gets_no_cookie(db, client):
    assert not client.get("/oai?verb=Identify").cookies


def test_a_post_that_is_no_form_has_no_arguments(db, client):
    response = client.post("/oai", '{"verb": "Identify"}', content_type="text/json")
    assert b'code="badVerb"' in response.content


def test_bytes_that_are_no_utf_8_are_replaced(db, client):
    response = client.generic(
        "POST",
        "/oai",
        b"verb=\xff\xfe",
        content_type="application/x-www-form-urlencoded",
    )
    assert "There is no verb '\ufffd\ufffd'" in response.content.decode()
