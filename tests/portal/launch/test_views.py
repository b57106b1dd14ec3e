from __future__ import annotations

import re
import uuid

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse

from olive_portal.accounts.models import User
from olive_portal.catalogue.models import Package
from olive_portal.launch import services, tokens
from olive_portal.launch.models import Session, State
from olive_portal.releases.models import Release
from tests.portal import answers
from vmnetx.package.http import USER_AGENT


@pytest.fixture
def launch_url(package):
    return reverse("launch", args=[package.item.slug])


def test_launching_leads_to_a_session_of_ones_own(client, launch_url, asked):
    answer = client.post(launch_url)
    session = Session.objects.get()
    assert answer.headers["Location"] == f"/sessions/{session.pk}"
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert b'data-state="queued"' in page.content
    assert "no-store" in page.headers["Cache-Control"]


def test_launching_again_leads_back_to_it(client, launch_url, asked):
    first = client.post(launch_url)
    assert client.post(launch_url).headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    ("route", "place"),
    [
        ("", ""),
        ("/thin", "#in-the-desktop-client"),
        ("/thick", "#on-your-computer"),
    ],
)
def test_a_link_starts_nothing(client, launch_url, asked, method, route, place):
    answer = getattr(client, method)(launch_url + route)
    assert answer.headers["Location"] == f"/items/invaders{place}"
    assert not Session.objects.exists()
    page = client.get("/items/invaders").content.decode()
    assert f'id="{place[1:]}"' in page or not place


def test_the_desktop_client_gets_a_machine_here_or_only_its_package(
    client, launch_url, asked
):
    thin = client.post(f"{launch_url}/thin").headers["Location"]
    assert thin.endswith("#in-the-desktop-client")
    assert Session.objects.get().client == "thin"
    # It is the one that a browser would show.
    assert thin.startswith(client.post(launch_url).headers["Location"])
    thick = client.post(f"{launch_url}/thick").headers["Location"]
    page = client.get(thick).content.decode()
    link = re.search(r'href="vmnetx\+http://[^/"]+(/launch/[^"]+)"', page)
    answer = client.get(link[1])
    assert b"".join(answer) == b"0123456789" * 10
    answers.close(answer)
    ended = client.post(f"{thick.partition('#')[0]}/end", follow=True)
    assert b"You ended the session." in ended.content
    assert b"vmnetx+" not in ended.content
    assert client.get(link[1]).status_code == 403


def test_the_page_of_what_runs_here_leads_to_the_desktop_client(
    as_visitor, make_session
):
    session = make_session("alice", State.RUNNING)
    client = as_visitor("alice")
    link = "vmnetx://127.0.0.1/ONE/code"
    assert f'href="{link}"' in client.get(session.get_absolute_url()).content.decode()
    status = client.get(reverse("session-status", args=[session.pk]))
    assert status.json()["desktop_url"] == link


@pytest.fixture
def required():
    """A release that everybody must have."""
    Release.objects.create(
        version="0.5.1", released_on="2015-06-03", is_draft=False, is_required=True
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["vmnetx", "vmnetfs"])
def test_a_client_that_is_too_old_shows_why(live_server, make_thick, required, name):
    """As the client of 2015 does it: the text of a failed HEAD, by its library."""
    url = tokens.package_url(make_thick())
    path = url.removeprefix(settings.BASE_URL)
    headers = {"User-Agent": f"{name}/0.5.0 python-requests/2.3.0"}
    answer = requests.head(live_server.url + path, headers=headers, timeout=60)
    with pytest.raises(requests.HTTPError) as failure:
        answer.raise_for_status()
    assert str(failure.value).startswith(
        "403 Client Error: VMNetX 0.5.0 is too old for this library. Please install "
        f"version 0.5.1 or newer: {settings.BASE_URL}/releases"
    )
    body = requests.get(live_server.url + path, headers=headers, timeout=60)
    assert body.text.startswith("VMNetX 0.5.0 is too old")


@pytest.mark.parametrize(
    ("maker", "agent"),
    [
        ("make_thick", "vmnetx/0.5.1 python-requests/2.3.0"),
        ("make_thick", USER_AGENT),
        ("make_thick", "curl/8.14.1"),
        ("make_thick", None),
        # The server is the operator's own, whichever version it is of.
        ("make_session", "vmnetx/0.1 python-requests/2.34.2"),
    ],
)
@pytest.mark.django_db
def test_nobody_else_is_refused(client, request, required, maker, agent):
    url = tokens.package_url(request.getfixturevalue(maker)())
    headers = {"User-Agent": agent} if agent else {}
    answer = client.head(url, headers=headers)
    answers.close(answer)
    assert answer.status_code == 200


def test_a_post_from_another_site_starts_nothing(launch_url, asked):
    client = Client(enforce_csrf_checks=True)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = client.post(launch_url, headers=headers)
    assert answer.status_code == 403
    assert b"We could not tell that this came from you" in answer.content
    assert not Session.objects.exists()


def test_our_own_pages_launch_without_a_token(launch_url, asked):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(launch_url, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 302
    assert Session.objects.exists()


def test_what_is_not_published_is_not_launched(client, package, launch_url, asked):
    package.item.state = "draft"
    package.item.published_at = None
    package.item.save()
    assert client.post(launch_url).status_code == 404
    assert not Session.objects.exists()


def test_too_many_is_a_page_with_what_is_open(client, launch_url, asked, settings):
    settings.OLIVE_LAUNCH_RATE = 1
    session = Session.objects.get(pk=client.post(launch_url).url.split("/")[-1])
    services.end_session(session=session)
    answer = client.post(launch_url)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "120"
    assert b"You launched 1 programs" in answer.content


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "play"),
        ("get", "session-status"),
        ("get", "session-screenshot"),
        ("post", "session-end"),
        ("post", "session-restart"),
    ],
)
def test_another_visitors_session_is_not_there(as_visitor, make_session, method, name):
    session = make_session("alice", State.RUNNING)
    client = as_visitor("bob")
    url = reverse(name, args=[session.pk])
    assert getattr(client, method)(url).status_code == 404
    nobody = Client()
    assert getattr(nobody, method)(url).status_code == 404
    unknown = reverse(name, args=[uuid.uuid4()])
    assert getattr(client, method)(unknown).status_code == 404
    session.refresh_from_db()
    assert session.state == State.RUNNING


def test_signing_in_keeps_the_session_and_signing_out_does_not(
    as_visitor, make_session
):
    session = make_session("alice")
    client = as_visitor("alice")
    client.force_login(User.objects.create_user("ada"))
    assert client.get(session.get_absolute_url()).status_code == 200
    client.logout()
    assert client.get(session.get_absolute_url()).status_code == 404


def test_the_status_has_the_viewer_only_while_it_runs(as_visitor, make_session):
    client = as_visitor("alice")
    session = make_session("alice", reason="All places are taken.")
    url = reverse("session-status", args=[session.pk])
    told = client.get(url)
    assert "no-store" in told.headers["Cache-Control"]
    assert told.json()["viewer"] is None
    assert told.json()["reason"] == "All places are taken."
    Session.objects.all().delete()
    url = reverse("session-status", args=[make_session("alice", State.RUNNING).pk])
    viewer = {"url": "ws://127.0.0.1:1/viewer/ONE", "token": "secret"}
    assert client.get(url).json()["viewer"] == viewer


def test_no_page_has_the_viewer_token(as_visitor, make_session):
    session = make_session("alice", State.RUNNING)
    page = as_visitor("alice").get(session.get_absolute_url())
    assert b"secret" not in page.content


@pytest.mark.parametrize("state", [State.ENDED, State.FAILED])
def test_an_ended_session_says_why_and_offers_another(as_visitor, make_session, state):
    session = make_session("alice", state, reason="Nobody watched.")
    page = as_visitor("alice").get(session.get_absolute_url()).content.decode()
    assert f'data-state="{state}"' in page
    assert "Nobody watched." in page
    assert "Launch again" in page
    assert (str(session.pk) in page) == (state == State.FAILED)


def test_ending_is_at_once(as_visitor, make_session, asked):
    session = make_session("alice", State.RUNNING)
    client = as_visitor("alice")
    answer = client.post(reverse("session-end", args=[session.pk]))
    assert answer.headers["Location"] == session.get_absolute_url()
    assert b"You ended the session." in client.get(answer.headers["Location"]).content


@pytest.mark.parametrize("name", ["session-end", "session-restart"])
def test_looking_ends_and_restarts_nothing(as_visitor, make_session, name):
    session = make_session("alice", State.RUNNING)
    url = reverse(name, args=[session.pk])
    assert as_visitor("alice").get(url).status_code == 405


def test_what_does_not_run_is_not_restarted_or_photographed(as_visitor, make_session):
    session = make_session("alice")
    client = as_visitor("alice")
    restart = client.post(reverse("session-restart", args=[session.pk]))
    shot = client.get(reverse("session-screenshot", args=[session.pk]))
    assert (restart.status_code, shot.status_code) == (409, 409)


def package_path(session):
    url = tokens.package_url(session)
    return url[url.index("/launch/") :]


def test_a_good_token_gets_the_bytes_with_one_query(
    client, make_session, django_assert_num_queries
):
    path = package_path(make_session())
    with django_assert_num_queries(1):
        answer = client.get(path, headers={"Range": "bytes=5-7"})
    assert answer.status_code == 206
    assert b"".join(answer) == b"567"
    answers.close(answer)
    assert not answer.cookies


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_bad_token_gets_403_and_no_bytes(client, make_session, caplog, method):
    session = make_session()
    path = package_path(session)
    forged = path.replace("/launch/", "/launch/x")
    assert getattr(client, method)(forged).status_code == 403
    Session.objects.filter(pk=session.pk).close(State.ENDED, reason="Over.")
    assert getattr(client, method)(path).status_code == 403


def test_a_token_under_another_packages_name_is_refused(client, make_session):
    path = package_path(make_session()).replace("invaders-10", "another-10")
    assert client.get(path).status_code == 403


def test_a_package_is_only_read(client, make_session):
    assert client.post(package_path(make_session())).status_code == 405


def test_an_older_version_is_launched_by_its_number(
    as_visitor, make_session, asked, db
):
    older = make_session("bob").package
    newer = Package.objects.get(pk=older.pk)
    newer.pk, newer.number, newer.sha256 = None, older.number + 1, "f" * 64
    newer._state.adding = True
    newer.save()
    client = as_visitor("alice")
    page = f"/items/{older.item.slug}"
    versions = f"{page}/versions/{older.number}"
    for url, package in ((f"{versions}/launch", older), (f"{page}/launch", newer)):
        client.post(url)
        assert Session.objects.filter(visitor="alice", package=package).exists()
    client.post(f"{versions}/launch/thick")
    assert Session.objects.get(visitor="alice", client="thick").package == older
    answer = client.post(f"{page}/versions/99/launch")
    assert answer.headers["Location"] == f"{page}/versions/99"
    assert Session.objects.filter(visitor="alice").count() == 3


@pytest.mark.parametrize(
    ("route", "place"),
    [
        ("", ""),
        ("/thin", "#in-the-desktop-client"),
        ("/thick", "#on-your-computer"),
    ],
)
def test_a_link_to_an_older_version_leads_to_its_page(
    client, package, asked, route, place
):
    page = "/items/invaders/versions/1"
    answer = client.get(f"{page}/launch{route}")
    assert answer.headers["Location"] == f"{page}{place}"
    content = client.get(page).content.decode()
    assert f'action="{page}/launch{route}"' in content
    assert f'id="{place[1:]}"' in content or not place
