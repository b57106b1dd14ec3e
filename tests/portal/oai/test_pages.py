from __future__ import annotations

import pytest
from lxml import html

PERSON = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
HARVESTERS = {
    "bare": {},
    "anything": {"Accept": "*/*"},
    # What Java's HttpURLConnection sends by itself.
    "Java": {"Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"},
    "script of a page": PERSON | {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
}


def look(client, query="verb=Identify"):
    response = client.get(f"/oai?{query}", headers=PERSON)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return html.fromstring(response.content)


@pytest.mark.parametrize("headers", HARVESTERS.values(), ids=HARVESTERS)
def test_harvesters_get_xml(db, client, headers):
    response = client.get("/oai?verb=Identify", headers=headers)
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert "Sec-Fetch-Dest" in response["Vary"]


def test_a_person_sees_a_page(db, client):
    page = look(client)
    assert page.findtext(".//h2") == "Olive"
    assert "http://127.0.0.1:8000/oai" in page.text_content()


def test_a_person_walks_through_the_whole_list(expose_many, small_pages, client):
    expose_many(5)
    page = look(client, "verb=ListRecords&metadataPrefix=oai_dc")
    seen = []
    while True:
        seen += [
            h.text_content().strip() for h in page.xpath("//section//a[@class='mono']")
        ]
        following = page.xpath("//a[@rel='next']")
        if not following:
            break
        query = following[0].get("href").partition("?")[2]
        page = look(client, query)
    assert seen == [f"oai:olive.invalid:99999/{n}" for n in range(1, 6)]
    assert "5 in all" in page.text_content()


def test_every_kind_of_answer_has_its_words(expose, client):
    expose(formats=("oai_dc", "mods"))
    about = "identifier=oai:olive.invalid:99999/1&metadataPrefix"
    for query, words in {
        "verb=ListSets": "collection:games",
        "verb=ListMetadataFormats": "http://www.loc.gov/mods/v3",
        "verb=ListIdentifiers&metadataPrefix=oai_dc": "oai:olive.invalid:99999/1",
        f"verb=GetRecord&{about}=oai_dc": "Title 1",
        f"verb=GetRecord&{about}=mods": "<mods:title>Title 1</mods:title>",
        "verb=Nothing": "badVerb",
        "": "badVerb",
    }.items():
        assert words in look(client, query).text_content(), query


def test_a_records_text_is_not_run(expose, client):
    expose(title="&lt;script&gt;alert(1)&lt;/script&gt;", formats=("oai_dc", "mods"))
    for prefix in ("oai_dc", "mods"):
        page = look(client, f"verb=ListRecords&metadataPrefix={prefix}")
        assert "<script>alert(1)</script>" in page.text_content()
        assert not [s for s in page.iter("script") if "alert" in (s.text or "")]


def test_browsers_that_do_not_say_so_get_the_stylesheet(db, client):
    content = client.get("/oai?verb=Identify").content.decode()
    assert '<?xml-stylesheet type="text/xsl" href="/static/oai/oai.xsl"?>' in content
