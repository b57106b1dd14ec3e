from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from olive_portal.launch import services
from olive_portal.launch.models import Session, State

SESSIONS = "/api/v1/sessions"


@pytest.fixture
def game(make_exhibit):
    return make_exhibit()


def launch(their, item="rogue", **wanted):
    wanted = {"item": item, **wanted}
    return their.post(SESSIONS, wanted, content_type="application/json")


def set_running(answer):
    Session.objects.filter(pk=answer.json()["id"]).update(
        state=State.RUNNING,
        running_at=timezone.now(),
        instance_id="ONE",
        worker_queue="here",
        viewer_url="ws://host/viewer/ONE",
        viewer_token="secret",
        gateway_url="vmnetx://host/ONE/code",
    )


def test_a_title_is_launched_and_watched(
    their, game, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = launch(their)
    assert answer.status_code == 201
    assert asked == [("boot", (answer.json()["id"],))]
    watched = their.get(answer.headers["Location"]).json()
    assert watched == answer.json()
    assert (watched["state"], watched["item"], watched["viewer"]) == (
        "queued",
        "rogue",
        None,
    )
    assert (watched["client"], watched["desktop_url"]) == ("thin", None)


def test_for_ones_own_computer_there_is_a_link_and_nothing_starts(
    their, game, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = launch(their, client="thick")
    assert asked == []
    told = answer.json()
    assert (answer.status_code, told["client"]) == (201, "thick")
    assert told["desktop_url"].startswith("vmnetx+http://")
    shot = their.get(f"{answer.headers['Location']}/screenshot")
    assert (shot.status_code, shot.json()["detail"]) == (
        409,
        "The program runs on your own computer, not here.",
    )
    assert launch(their, client="fat").status_code == 400


def test_an_older_version_is_launched_by_its_number(their, make_exhibit, make_package):
    item = make_exhibit()
    older = item.packages.get()
    make_package(item, number=older.number + 1)
    assert launch(their).json()["package"] != older.pk
    assert launch(their, version=older.number).json()["package"] == older.pk
    missing = launch(their, version=99)
    assert missing.status_code == 404
    assert missing.json()["detail"] == "This title has no version 99."
    assert launch(their, version=0).status_code == 400


def test_asking_again_leads_to_the_same_session(their, game):
    first = launch(their)
    second = launch(their)
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])


def test_ones_own_are_listed_newest_first(their, make_exhibit):
    for slug in ("rogue", "wumpus", "hack"):
        make_exhibit(slug, title=slug)
        launch(their, slug)
    listed = their.get(f"{SESSIONS}?limit=2").json()
    assert [row["item"] for row in listed["results"]] == ["hack", "wumpus"]
    rest = their.get(listed["next"]).json()
    assert [row["item"] for row in rest["results"]] == ["rogue"]


def test_while_it_runs_the_viewer_is_told(their, game):
    answer = launch(their)
    set_running(answer)
    watched = their.get(answer.headers["Location"]).json()
    assert watched["viewer"] == {"url": "ws://host/viewer/ONE", "token": "secret"}
    assert watched["desktop_url"] == "vmnetx://host/ONE/code"


def test_watching_keeps_it(their, game):
    place = launch(their).headers["Location"]
    long_ago = timezone.now() - timedelta(minutes=9)
    Session.objects.update(watched_at=long_ago)
    their.get(place)
    assert Session.objects.get().watched_at > long_ago


def test_it_is_ended(their, game):
    place = launch(their).headers["Location"]
    assert their.delete(place).status_code == 204
    assert their.delete(place).status_code == 204
    ended = their.get(place).json()
    assert (ended["state"], ended["desktop_url"], ended["viewer"]) == (
        "ended",
        None,
        None,
    )


def test_a_screenshot_is_a_picture(their, game, monkeypatch):
    answer = launch(their)
    set_running(answer)
    monkeypatch.setattr(services, "take_screenshot", lambda session: b"\x89PNG")
    shot = their.get(f"{answer.headers['Location']}/screenshot")
    assert (shot.headers["Content-Type"], shot.content) == ("image/png", b"\x89PNG")
    assert "no-store" in shot.headers["Cache-Control"]


def test_of_a_machine_that_does_not_run_there_is_no_screenshot(their, game):
    place = launch(their).headers["Location"]
    answer = their.get(f"{place}/screenshot")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "The program is not running."


def test_a_host_that_is_silent_is_worth_another_try(their, game, monkeypatch):
    answer = launch(their)
    set_running(answer)
    monkeypatch.setattr(services, "SHOT_SECONDS", 0.0)
    shot = their.get(f"{answer.headers['Location']}/screenshot")
    assert shot.status_code == 503


@pytest.mark.parametrize("part", ["", "/screenshot"])
def test_nobody_else_finds_it(client, their, curators, game, part):
    place = launch(their).headers["Location"]
    assert client.get(f"{place}{part}").status_code == 401
    assert curators.get(f"{place}{part}").status_code == 404
    assert curators.delete(place).status_code == 404
    assert curators.get(SESSIONS).json()["results"] == []
    assert Session.objects.get().is_open


def test_another_token_of_the_same_user_finds_it(program_of, reader, their, game):
    place = launch(their).headers["Location"]
    assert program_of(reader).get(place).status_code == 200


def test_a_browser_does_not_find_it(client, their, reader, game):
    answer = launch(their)
    client.force_login(reader)
    assert client.get(f"/sessions/{answer.json()['id']}").status_code == 404


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_public_is_not_launched(curators, make_item, make_package, state):
    make_package(make_item("plan", state=state))
    assert launch(curators, "plan").status_code == 404


def test_a_title_without_a_package_says_why(their, make_item):
    make_item("wumpus", unavailable_reason="Its disk is lost.")
    answer = launch(their, "wumpus")
    assert (answer.status_code, answer.json()["detail"]) == (409, "Its disk is lost.")


def test_nobody_has_too_many(their, game, settings):
    settings.OLIVE_LAUNCH_RATE = 1
    their.delete(launch(their).headers["Location"])
    answer = launch(their)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "120"
    assert "Please wait" in answer.json()["detail"]
