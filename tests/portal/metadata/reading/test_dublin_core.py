from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import dublin_core
from olive_portal.metadata.records import (
    Collection,
    Identifier,
    Name,
    Rights,
    Subject,
    TitleRecord,
)

DC = """<dcterms:dublincore xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:dcterms="http://purl.org/dc/terms/">{}</dcterms:dublincore>"""
FULL = """<dc:title>Rogue</dc:title><dc:title>Rog-O-Matic</dc:title>
  <dcterms:alternative>The dungeon</dcterms:alternative>
  <dc:creator>Toy, Michael</dc:creator><dc:publisher>Epyx</dc:publisher>
  <dc:contributor>Arnold, Ken</dc:contributor><dc:date>c1980</dc:date>
  <dcterms:issued>1980-02-03T10:00:00Z</dcterms:issued><dc:language>eng</dc:language>
  <dc:description>It digs.</dc:description><dc:description>Deep.</dc:description>
  <dc:subject>Games</dc:subject><dc:type>Software</dc:type><dc:type>game</dc:type>
  <dc:identifier>https://doi.org/10.5555/a</dc:identifier>
  <dc:rights>http://rightsstatements.org/vocab/InC/1.0/</dc:rights>
  <dc:rights>Ask Epyx.</dc:rights>
  <dcterms:accessRights>On site.</dcterms:accessRights>
  <dcterms:requires>Unix</dcterms:requires>
  <dcterms:isPartOf>Unix games</dcterms:isPartOf><dc:relation/>"""


def read(content):
    return dublin_core.read(etree.fromstring(DC.format(content)))


def test_statements_become_a_record():
    assert read(FULL) == TitleRecord(
        title="Rogue",
        alternative_titles=("Rog-O-Matic", "The dungeon"),
        names=(
            Name("Toy, Michael", roles=("creator",)),
            Name("Arnold, Ken", roles=("contributor",)),
            Name("Epyx", "organization", roles=("publisher",)),
        ),
        issued="1980-02-03",
        languages=("eng",),
        abstract="It digs.\n\nDeep.",
        system_details="Unix",
        subjects=(Subject("Games"),),
        genres=("game",),
        identifiers=(Identifier("doi", "10.5555/a"),),
        rights=Rights(
            "http://rightsstatements.org/vocab/InC/1.0/", "Ask Epyx.", "On site."
        ),
        collections=(Collection("Unix games"),),
    )


def test_without_a_title_there_is_no_record():
    with pytest.raises(BadRecord, match="line 3: the Dublin Core has no title"):
        dublin_core.read(etree.fromstring("\n" + DC.format("<dc:title> </dc:title>")))


def test_a_date_of_any_kind_serves():
    title = "<dc:title>A</dc:title>"
    assert read(f"{title}<dc:date>[1980]</dc:date>").issued == "1980~"
    assert read(f"{title}<dcterms:created>1979</dcterms:created>").issued == "1979"


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        ("ark:/99999/a", "ark", "ark:/99999/a"),
        ("https://n2t.net/ark:/99999/a", "ark", "ark:/99999/a"),
        ("doi:10.5555/a", "doi", "10.5555/a"),
        ("hdl:123/4", "hdl", "123/4"),
        ("ISBN 978-3-16", "isbn", "978-3-16"),
        ("urn:uuid:1", "urn", "urn:uuid:1"),
        ("https://a.example/1", "uri", "https://a.example/1"),
        ("box 7", "local", "box 7"),
    ],
)
def test_the_form_of_an_identifier_tells_its_scheme(text, scheme, value):
    assert dublin_core.identify(text) == Identifier(scheme, value)


def test_what_has_no_place_is_told():
    container = etree.fromstring(DC.format("<dc:coverage>Earth</dc:coverage>"))
    (element,) = dublin_core.not_understood(container)
    assert element.text == "Earth"
    assert dublin_core.is_here(container)
