from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.catalogue import crawling

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(response):
    root = etree.fromstring(response.content)
    return [element.text for element in root.iterfind(".//s:loc", SPACE)]


@pytest.fixture
def titles(make_item):
    for state in ("published", "draft", "withdrawn"):
        make_item(state, state=state)


def test_the_index_leads_to_every_public_title_and_no_other(client, titles):
    sections = locations(client.get("/sitemap.xml"))
    base = "http://127.0.0.1:8000"
    assert len(sections) == 3
    found = []
    for section in sections:
        assert section.startswith(f"{base}/sitemap-")
        found += locations(client.get(section.removeprefix(base)))
    assert f"{base}/items/published" in found
    assert f"{base}/collections/games" in found
    assert f"{base}/about" in found
    assert not [url for url in found if "draft" in url or "withdrawn" in url]


def test_a_section_is_cut_into_parts_of_a_size_that_is_allowed(
    client, make_item, monkeypatch
):
    monkeypatch.setattr(crawling.Titles, "limit", 2)
    for number in range(5):
        make_item(f"title-{number}")
    parts = [url for url in locations(client.get("/sitemap.xml")) if "titles" in url]
    assert len(parts) == 3
    found = [u for p in parts for u in locations(client.get(p.partition(":8000")[2]))]
    assert len(set(found)) == 5


def test_the_address_is_the_public_one(client, titles, monkeypatch, settings):
    settings.BASE_URL = "https://olive.example"
    monkeypatch.setattr(crawling.OurAddress, "protocol", "https")
    section = client.get("/sitemap-titles.xml", headers={"Host": "localhost"})
    assert locations(section) == ["https://olive.example/items/published"]


def test_robots_are_told_where_it_is(client, db):
    assert b"\nSitemap: http://127.0.0.1:8000/sitemap.xml\n" in (
        client.get("/robots.txt").content
    )
