from __future__ import annotations

import re

import pytest
from lxml import etree

from olive_portal.catalogue import negotiating, services

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def shown(make_exhibit):
    item = make_exhibit(
        rights_uri="https://rights.example/in copyright>", issued="1980", language="en"
    )
    agent = item.contributions.first().agent
    agent.uri = "https://viaf.example/1"
    agent.save()
    services.follow_up()
    item.refresh_from_db()
    return item


def get(client, accept, url="/items/rogue"):
    headers = {} if accept is None else {"Accept": accept}
    return client.get(url, headers=headers)


@pytest.mark.parametrize("media_type", negotiating.RECORDS)
def test_a_program_gets_the_format_that_it_asks_for(client, shown, media_type):
    response = get(client, media_type)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(media_type)
    assert "Accept" in response["Vary"]
    same = client.get(response["Content-Location"])
    assert same.content == response.content


@pytest.mark.parametrize(
    "accept",
    [
        *(None, "*/*", BROWSER, "text/html", "image/png", "nonsense", "text/*;q=0.5"),
        "application/ld+json;q=0.2, text/html",
    ],
)
def test_everybody_else_gets_the_page(client, shown, accept):
    response = get(client, accept)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in response["Vary"]


def test_the_better_of_two_wins(client, shown):
    accept = "application/mods+xml;q=0.9, application/mets+xml, text/html;q=0.1"
    root = etree.fromstring(get(client, accept).content)
    assert root.tag == "{http://www.loc.gov/METS/}mets"


def test_what_is_not_public_has_no_records(client, curator, make_item):
    make_item(state="draft")
    client.force_login(curator)
    response = get(client, "application/mets+xml")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert not response.has_header("Link")


@pytest.mark.parametrize("accept", [None, "application/mods+xml"])
def test_signposts_lead_to_name_makers_licence_and_records(client, shown, accept):
    links = get(client, accept)["Link"]
    found = re.findall(r'<([^>]*)>; rel="([\w-]+)"(?:; type="([^"]*)")?', links)
    by_relation = {}
    for url, relation, media_type in found:
        by_relation.setdefault(relation, []).append((url, media_type))
    assert by_relation["cite-as"] == [(f"http://127.0.0.1:8000/ark:{shown.ark}", "")]
    assert by_relation["author"] == [("https://viaf.example/1", "")]
    assert by_relation["license"] == [("https://rights.example/in%20copyright%3E", "")]
    assert ("https://schema.org/AboutPage", "") in by_relation["type"]
    records = dict(by_relation["describedby"])
    assert sorted(records.values()) == sorted(negotiating.RECORDS)
    for url in records:
        path = url.removeprefix("http://127.0.0.1:8000")
        assert client.get(path).status_code == 200


def test_reference_managers_find_who_what_and_when(client, shown):
    page = get(client, None).content.decode()
    tags = re.findall(r'<meta name="citation_(\w+)" content="([^"]*)">', page)
    assert ("title", "Rogue") in tags
    assert ("author", "Michael Toy") in tags
    assert ("publication_date", "1980") in tags
    assert ("language", "en") in tags
    assert ("public_url", "http://127.0.0.1:8000/items/rogue") in tags


def test_a_title_cannot_break_out_of_its_tags(client, make_item):
    make_item(title='"><script>alert(1)</script>')
    page = get(client, None).content.decode()
    assert "<script>alert" not in page
