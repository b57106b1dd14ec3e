from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from olive_portal.metadata.records import Name, TitleRecord
from olive_portal.metadata.writing import datacite

NS = {"d": "http://datacite.org/schema/kernel-4"}


def rendered(record):
    return etree.fromstring(datacite.render(record))


def said(root, path):
    return [(el.text, dict(el.attrib)) for el in root.findall(path, NS)]


def test_the_six_that_are_demanded_are_there_whatever_is_not_known():
    root = rendered(TitleRecord("Rogue"))
    assert said(root, "d:identifier") == [("Rogue", {"identifierType": "Other"})]
    assert said(root, "d:creators/d:creator/d:creatorName") == [("(:unkn)", {})]
    assert said(root, "d:titles/d:title") == [("Rogue", {})]
    assert said(root, "d:publisher") == [("(:unkn)", {})]
    assert said(root, "d:publicationYear") == [("0000", {})]
    kind = {"resourceTypeGeneral": "Software"}
    assert said(root, "d:resourceType") == [("Preserved software", kind)]
    assert len(root) == 6


def test_a_doi_is_the_identifier_and_the_others_stand_beside_it(rogue):
    root = rendered(rogue)
    assert said(root, "d:identifier") == [("10.5555/a", {"identifierType": "DOI"})]
    assert said(root, "d:alternateIdentifiers/d:alternateIdentifier") == [
        ("ark:/9/a", {"alternateIdentifierType": "ARK"}),
        ("https://o.example/items/rogue", {"alternateIdentifierType": "URL"}),
    ]
    without = rendered(replace(rogue, identifiers=()))
    assert said(without, "d:identifier") == [("ark:/9/a", {"identifierType": "ARK"})]


def test_names_have_their_parts_and_authorities(rogue):
    (toy, wichman) = rendered(rogue).findall("d:creators/d:creator", NS)
    assert [(etree.QName(el).localname, el.text) for el in toy] == [
        ("creatorName", "Toy, Michael"),
        ("givenName", "Michael"),
        ("familyName", "Toy"),
        ("nameIdentifier", "http://viaf.org/viaf/1"),
    ]
    assert wichman[0].get("nameType") == "Personal"
    contributors = rendered(rogue).findall("d:contributors/d:contributor", NS)
    assert [(c.get("contributorType"), c[0].text) for c in contributors] == [
        ("Distributor", "Epyx"),
        ("Other", "Ken Arnold"),
    ]


def test_an_organization_is_not_taken_apart():
    names = (Name("Bell, Book and Candle", "organization"),)
    (creator,) = rendered(TitleRecord("A", names=names)).findall(".//d:creator", NS)
    assert len(creator) == 1


@pytest.mark.parametrize(
    ("issued", "text", "information"),
    [
        ("1980-02", "1980-02", None),
        ("1977/1979", "1977/1979", None),
        ("1980~", "1980", "1980~"),
    ],
)
def test_a_date_that_datacite_cannot_say_is_a_year_with_a_note(
    issued, text, information
):
    root = rendered(TitleRecord("A", issued=issued))
    (date,) = root.findall("d:dates/d:date", NS)
    assert (date.text, date.get("dateInformation")) == (text, information)


def test_the_rest_of_the_record_is_there(rogue):
    root = rendered(rogue)
    assert said(root, "d:publicationYear") == [("2026", {})]
    assert said(root, "d:version") == [("5.4", {})]
    assert said(root, "d:language") == [("eng", {})]
    assert said(root, "d:sizes/d:size") == [("570 bytes", {})]
    related = said(root, "d:relatedIdentifiers/d:relatedIdentifier")
    assert [(text, how["relationType"]) for text, how in related] == [
        ("https://o.example/games", "IsPartOf"),
        ("https://o.example/1", "HasVersion"),
        ("https://o.example/c.json", "HasMetadata"),
    ]
    assert said(root, "d:rightsList/d:rights") == [
        ("MIT", {"rightsURI": "https://spdx.org/licenses/MIT.html"}),
        ("On site.", {}),
    ]
    descriptions = said(root, "d:descriptions/d:description")
    assert [how["descriptionType"] for _, how in descriptions] == [
        "Abstract",
        "Other",
        "TechnicalInfo",
        "TechnicalInfo",
    ]


@pytest.mark.parametrize(("language", "count"), [("pt-BR", 1), ("Klingon words", 0)])
def test_a_language_is_a_tag_or_not_said(language, count):
    root = rendered(TitleRecord("A", languages=(language,)))
    assert len(said(root, "d:language")) == count
