from __future__ import annotations

import pytest
from django.urls import clear_script_prefix, set_script_prefix

from olive_portal.api.addresses import absolute


def test_an_address_is_the_portals_own(settings):
    settings.BASE_URL = "https://olive.example"
    assert absolute("/api/v1/") == "https://olive.example/api/v1/"


@pytest.mark.parametrize(
    "place", ["", "items?limit=1", "search", "collections?limit=1"]
)
def test_every_address_in_an_answer_is_one(client, make_exhibit, settings, place):
    settings.BASE_URL = "https://olive.example"
    make_exhibit("rogue")
    make_exhibit("hack")
    answer = client.get(f"/api/v1/{place}", headers={"Host": "127.0.0.1"})
    assert b"127.0.0.1" not in answer.content
    assert b"http://" not in answer.content


@pytest.fixture
def below_olive(settings):
    """As the WSGI server sets it, which the test client does not."""
    settings.FORCE_SCRIPT_NAME = "/olive"
    set_script_prefix("/olive/")
    yield
    clear_script_prefix()


def test_below_a_path_the_path_is_in_them(client, make_exhibit, below_olive):
    make_exhibit("rogue")
    make_exhibit("hack")
    page = client.get("/api/v1/items?limit=1").json()
    assert page["next"].startswith("http://127.0.0.1:8000/olive/api/v1/items?")
    assert page["results"][0]["page"] == "http://127.0.0.1:8000/olive/items/rogue"
    root = client.get("/api/v1/").json()
    assert root["docs"] == "http://127.0.0.1:8000/olive/api/v1/docs"
