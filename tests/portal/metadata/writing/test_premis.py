from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.metadata.records import (
    Agent,
    Event,
    Package,
    Rights,
    Route,
    TitleRecord,
)
from olive_portal.metadata.writing import premis

NS = {"premis": "http://www.loc.gov/premis/v3"}
MIT = "https://spdx.org/licenses/MIT.html"
INC = "http://rightsstatements.org/vocab/InC/1.0/"


def rendered(record):
    return etree.fromstring(premis.render(record))


def text(root, path):
    return root.findtext(f".//premis:{path}", namespaces=NS)


def test_objects_events_agents_and_rights_stand_in_the_order_of_the_schema():
    record = TitleRecord(
        "Rogue",
        agents=(Agent("a", "Olive portal", "software", "1"),),
        events=(Event("e", "ingestion", "2026-01-05T10:00:00Z", agent="a"),),
        rights=Rights(MIT, "MIT"),
    )
    names = [etree.QName(element).localname for element in rendered(record)]
    assert names == ["object", "event", "agent", "rights"]


@pytest.mark.parametrize(
    ("uri", "basis", "path"),
    [(MIT, "license", "licenseTerms"), (INC, "other", "otherRightsNote")],
)
def test_a_licence_is_a_licence_and_a_statement_a_statement(uri, basis, path):
    root = rendered(TitleRecord("Rogue", rights=Rights(uri, "In words")))
    assert text(root, "rightsBasis") == basis
    assert text(root, path) == "In words"


def test_who_may_run_it_is_granted_execution():
    rights = Rights(access="In the reading room.")
    route = Route("browser", "https://o.example/launch")
    root = rendered(TitleRecord("Rogue", rights=rights, routes=(route,)))
    assert text(root, "act") == "execution"
    assert text(root, "restriction") == "In the reading room."
    assert text(rendered(TitleRecord("Rogue", rights=rights)), "act") is None


def test_nothing_is_said_of_rights_that_nobody_knows():
    assert rendered(TitleRecord("Rogue")).find("premis:rights", NS) is None


def test_an_event_is_of_the_version_that_it_happened_to():
    events = (
        Event("e", "ingestion", "2026-01-05T10:00:00Z", package=2),
        Event("f", "publication", "2026-01-05T10:00:00Z"),
    )
    record = TitleRecord("Rogue", objid="ark:/9/a", events=events, package=Package(2))
    of = rendered(record).findall(".//premis:linkingObjectIdentifierValue", NS)
    assert [value.text for value in of] == ["ark:/9/a#package-2", "ark:/9/a"]


def test_an_event_of_the_vocabulary_has_its_uri():
    events = (Event("e", "ingestion", "2026-01-05"), Event("f", "other", "2026-01-05"))
    kinds = rendered(TitleRecord("A", events=events)).findall(".//premis:eventType", NS)
    assert [kind.get("valueURI", "").rpartition("/")[2] for kind in kinds] == [
        "ing",
        "",
    ]
