from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.views.defaults import bad_request, permission_denied, server_error

from olive_portal.catalogue import views
from olive_portal.catalogue.models import Collection, Identifier, Media
from tests.portal import answers

pytestmark = pytest.mark.django_db


def body(response):
    return response.content.decode()


def test_home_launches_the_featured_program(client, make_exhibit):
    make_exhibit("newest")
    make_exhibit("chosen", is_featured=True)
    page = body(client.get("/"))
    assert 'action="/items/chosen/launch"' in page
    assert 'action="/items/newest/launch"' not in page


def test_home_without_anything_says_so(client):
    page = body(client.get("/"))
    assert "Nothing is on the shelves yet" in page
    assert 'method="post"' not in page


def test_a_draft_is_featured_nowhere(client, make_exhibit):
    make_exhibit("secret", state="draft", is_featured=True)
    for url in ("/", "/collections", "/collections/games"):
        assert "ecret" not in body(client.get(url)).replace(url, "")


def test_an_item_that_cannot_be_launched_says_why(client, make_item):
    make_item(unavailable_reason="Its disk is lost.")
    page = body(client.get("/items/rogue"))
    assert "Its disk is lost." in page
    assert "/items/rogue/launch" not in page


def test_an_item_tells_how_to_check_and_cite_it(client, make_exhibit):
    item = make_exhibit(issued="1980-03-03", language="eng")
    Identifier.objects.create(item=item, scheme="wikidata", value="Q1")
    page = body(client.get("/items/rogue"))
    for words in (
        item.current_package().sha256,
        "9.2\N{NO-BREAK SPACE}MB",
        "3 March 1980",
        "English",
        "Preserved by Olive, package version 1. http",
        "Q1",
        'alt="A dungeon"',
    ):
        assert words in page


def test_what_a_curator_typed_is_never_markup(client, make_item):
    make_item(title="<script>x()</script>", abstract="<img src=x onerror=x()>")
    page = body(client.get("/items/rogue"))
    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_a_title_without_a_screen_stands_on_its_collections_tint(client, make_item):
    make_item(title="Wumpus")
    Collection.objects.update(tint="plum")
    page = body(client.get("/items/rogue"))
    assert re.search(r'title-plate[^>]*data-tint="plum"[^>]*><span>Wumpus', page)


def test_a_draft_is_marked_for_curators_and_hidden_from_others(
    client, curator, visitor, make_item
):
    make_item(state="draft")
    assert client.get("/items/rogue").status_code == 404
    client.force_login(visitor)
    assert client.get("/items/rogue").status_code == 404
    client.force_login(curator)
    assert "Only curators see this page" in body(client.get("/items/rogue"))


def test_a_withdrawn_item_leaves_a_page_that_says_why(client, make_exhibit):
    make_exhibit(state="withdrawn", withdrawn_reason="Its owner asked.")
    response = client.get("/items/rogue")
    assert response.status_code == 410
    assert "Its owner asked." in body(response)
    assert "launch" not in body(response).replace("Launch", "")


def test_a_long_collection_comes_in_pages(client, make_item):
    for number in range(views.ITEMS_ON_A_PAGE + 1):
        make_item(f"item-{number:02}")
    first, second = (
        body(client.get(f"/collections/games?page={page}")) for page in (1, 2)
    )
    assert "Item-00" in first
    assert "Item-24" not in first
    assert "Item-24" in second
    assert client.get("/collections/games?page=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/", 13),
        ("/collections", 3),
        ("/collections/games", 8),
        ("/items/item-0", 11),
        ("/about", 1),
        ("/sign-in", 0),
        ("/robots.txt", 0),
    ],
)
def test_a_page_takes_few_queries_however_much_there_is(
    client, make_exhibit, django_assert_max_num_queries, url, most
):
    for number in range(6):
        make_exhibit(f"item-{number}")
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


def test_media_are_kept_for_ever_by_their_type(client, make_item, make_screenshot):
    shot = make_screenshot(make_item())
    response = client.get(shot.file.url)
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_media_of_other_items_are_for_curators_and_not_kept(
    client, curator, make_item, make_screenshot, state
):
    shot = make_screenshot(make_item(state=state))
    assert client.get(shot.file.url).status_code == 404
    client.force_login(curator)
    response = client.get(shot.file.url)
    assert response["Cache-Control"] == "private, no-store"
    answers.close(response)


@pytest.mark.parametrize(
    "name", ["nothing.png", "../portal.sqlite3", "..%2fsecret-key", "rogue/"]
)
def test_only_what_a_row_names_is_served(client, make_item, make_screenshot, name):
    make_screenshot(make_item())
    assert client.get(f"/media/{name}").status_code == 404


def test_a_file_that_is_lost_is_not_found(client, make_item, make_screenshot):
    shot = make_screenshot(make_item())
    shot.file.storage.delete(shot.file.name)
    assert Media.objects.exists()
    assert client.get(shot.file.url).status_code == 404


def test_crawlers_are_kept_from_machines_and_the_admin(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    for place in ("/admin/", "/items/*/launch", "/launch/", "/sessions/"):
        assert f"Disallow: {place}\n" in body(response)


def test_no_page_has_inline_scripts_or_styles(client, make_exhibit):
    make_exhibit()
    for url in ("/", "/collections", "/collections/games", "/items/rogue", "/about"):
        page = body(client.get(url))
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


def test_what_is_not_there_has_its_own_page(client):
    response = client.get("/nothing")
    assert response.status_code == 404
    assert "There is nothing at this address" in body(response)


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_a_form_from_elsewhere_has_its_own_page():
    response = Client(enforce_csrf_checks=True).post("/sign-in")
    assert response.status_code == 403
    assert "We could not tell that this came from you" in body(response)


@pytest.mark.parametrize(
    ("handler", "status", "words"),
    [
        (lambda r: bad_request(r, ValueError()), 400, "made no sense"),
        (server_error, 500, "Something broke on our side"),
    ],
)
def test_pages_for_what_went_wrong_need_no_database(
    django_assert_num_queries, handler, status, words
):
    with django_assert_num_queries(0):
        response = handler(RequestFactory().get("/"))
    assert response.status_code == status
    assert words in body(response)
    assert reverse("home") in body(response)


def test_the_page_for_the_forbidden_leads_to_signing_in(rf, visitor):
    request = rf.get("/")
    request.user = visitor
    response = permission_denied(request, PermissionDenied())
    assert response.status_code == 403
    assert reverse("sign-in") in body(response)


def test_nothing_is_written_through_a_public_page(client, make_exhibit):
    make_exhibit()
    for url in ("/", "/collections", "/collections/games", "/items/rogue", "/about"):
        assert client.post(url).status_code == 405
