from __future__ import annotations

import pytest

from olive_portal.launch import waiting

pytestmark = pytest.mark.django_db


def panel(client):
    page = client.get("/items/invaders").content.decode()
    return page[page.index('class="launch-panel') : page.index("</section>")]


def test_a_title_that_can_run_has_one_large_button(client, package):
    said = panel(client)
    assert 'action="/items/invaders/launch"' in said
    assert said.count("button-large") == 1
    for route in ("", "/thin", "/thick"):
        assert f'action="/items/invaders/launch{route}"' in said
    assert "Run in your browser" in said
    assert "none runs 64-bit machines" not in said


def test_a_wait_is_told_beside_the_button(client, make_session):
    make_session("bob", reason=waiting.FULL, attempts=1)
    assert "All places are taken" in panel(client)


def test_whoever_left_is_led_back(client, package, make_session):
    client.post("/items/invaders/launch")
    said = panel(client)
    assert "Go back to it" in said
    assert 'action="/items/invaders/launch"' not in said


def test_whoever_has_too_many_is_led_to_what_to_end(
    client, package, make_package, settings
):
    settings.OLIVE_LAUNCH_MAX_OPEN = 1
    make_package("chess")
    client.post("/items/chess/launch")
    said = panel(client)
    assert "as many as one visitor may" in said
    assert ">Chess</a>" in said
    assert 'action="/items/invaders/launch"' not in said
    assert 'action="/items/invaders/launch/thick"' in said


def test_a_title_without_a_package_says_why(client, package):
    type(package).objects.filter(pk=package.pk).update(state="withdrawn")
    said = panel(client)
    assert "It cannot be run here" in said
    assert "Other titles of Games" in said
