from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from lxml import etree

from olive_portal.catalogue.embedding import Size, slug_in

pytestmark = pytest.mark.django_db
HERE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def here(settings):
    settings.BASE_URL = HERE


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", Size(640, 540)),
        ("maxwidth=320", Size(320, 270)),
        ("maxheight=270&maxwidth=9999", Size(320, 270)),
        ("maxwidth=1", Size(240, 240)),
        ("maxwidth=-5&maxheight=x", Size(640, 540)),
        ("maxwidth=99999999999", Size(640, 540)),
    ],
)
def test_a_frame_fits_what_the_consumer_has(query, size):
    assert Size.within(QueryDict(query)) == size


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        (f"{HERE}/items/rogue", "rogue"),
        (f"{HERE}/items/rogue?x=1#versions", "rogue"),
        (f"{HERE}/items/rogue/embed", None),
        (f"{HERE}/search", None),
        (f"{HERE}/nowhere", None),
        ("https://evil.example/items/rogue", None),
        ("/items/rogue", None),
        ("", None),
    ],
)
def test_only_our_items_pages_are_known(url, slug):
    assert slug_in(url) == slug


def test_the_address_of_a_portal_below_a_path_is_known(settings):
    settings.FORCE_SCRIPT_NAME = "/olive"
    assert slug_in(f"{HERE}/olive/items/rogue") == "rogue"


def test_an_item_describes_its_frame(client, make_exhibit):
    make_exhibit(title='Rogue "5"')
    answer = client.get("/oembed", {"url": f"{HERE}/items/rogue", "maxwidth": "320"})
    said = answer.json()
    assert (said["type"], said["version"]) == ("rich", "1.0")
    assert said["title"] == 'Rogue "5"'
    assert (said["width"], said["height"]) == (320, 270)
    assert said["author_name"] == "Michael Toy; Glenn Wichman"
    assert said["thumbnail_width"] == 640
    assert f'<iframe src="{HERE}/items/rogue/embed" width="320"' in said["html"]
    assert "Rogue &quot;5&quot;" in said["html"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_same_comes_as_xml(client, make_item):
    make_item(title="Rogue & co")
    answer = client.get("/oembed", {"url": f"{HERE}/items/rogue", "format": "xml"})
    root = etree.fromstring(answer.content)
    assert (root.tag, root.findtext("title")) == ("oembed", "Rogue & co")


def test_other_formats_and_other_pages_are_refused(client, make_item):
    make_item()
    make_item("secret", state="draft")
    url = f"{HERE}/items/rogue"
    assert client.get("/oembed", {"url": url, "format": "yaml"}).status_code == 501
    assert client.get("/oembed", {"url": f"{HERE}/items/secret"}).status_code == 404
    assert client.get("/oembed").status_code == 404


def test_an_item_says_where_its_frame_is_described(client, make_item):
    make_item()
    page = client.get("/items/rogue").content.decode()
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)[1]
    assert client.get(link).json()["title"] == "Rogue"


def test_others_may_frame_the_embedded_page_and_no_other(client, make_exhibit):
    make_exhibit()
    frame = client.get("/items/rogue/embed")
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    page = client.get("/items/rogue")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_a_frame_launches_in_a_tab_of_its_own(client, make_exhibit, make_item):
    make_exhibit()
    make_item("wumpus")
    form = '<form method="post" action="/items/rogue/launch" target="_blank">'
    assert form in client.get("/items/rogue/embed").content.decode()
    assert "<form" not in client.get("/items/wumpus/embed").content.decode()
