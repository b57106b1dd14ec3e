"""Three harvesters of other makers get everything, and all of them the same."""

from __future__ import annotations

import os

import pytest
from lxml import etree
from oaipmh.client import Client
from oaipmh.metadata import MetadataRegistry
from oaipmh_scythe import Scythe
from sickle import Sickle
from sickle.iterator import OAIResponseIterator

from olive_portal.catalogue.exposing import RENDERERS
from olive_portal.oai import services
from olive_portal.oai.models import Record
from tests.portal.metadata import varied
from tests.portal.metadata.schemas import complaints, needs_schemas
from tests.portal.oai.conftest import OAI, SETS

# Three pages and a bit; 10,000 are right for a night.
COUNT = int(os.environ.get("OLIVE_TEST_RECORDS", "210"))
DELETED = 7

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def repository(live_server, settings):
    """Titles of every shape in every format, some of them deleted."""
    settings.BASE_URL = live_server.url
    exposures = [
        services.Exposure(
            source=f"item/{number}",
            identifier=f"oai:olive.invalid:99999/{number}",
            sets=SETS if number % 2 else {"collection": "Collections"},
            metadata={name: render(title) for name, render in RENDERERS.items()},
        )
        for number, title in enumerate(varied.records(COUNT), start=1)
    ]
    for start in range(0, COUNT, 500):
        services.expose(exposures[start : start + 500])
    services.retire(f"item/{number}" for number in range(1, COUNT, COUNT // DELETED))
    return f"{live_server.url}/oai"


def canonical(element):
    """Without what surrounded it: one of the three drops blanks between elements."""
    text = etree.tostring(element, with_tail=False)
    alone = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(alone, method="c14n", exclusive=True)


def provided(prefix):
    """What the harvesters should end up with."""
    return {
        record.identifier: (
            record.datestamp,
            record.is_deleted,
            record.metadata and canonical(etree.fromstring(record.metadata)),
        )
        for record in Record.objects.filter(prefix=prefix)
    }


def of_element(record):
    header = record.find(f"{OAI}header")
    metadata = record.find(f"{OAI}metadata")
    return header.findtext(f"{OAI}identifier"), (
        header.findtext(f"{OAI}datestamp"),
        header.get("status") == "deleted",
        "" if metadata is None else canonical(metadata[0]),
    )


def by_sickle(url, prefix):
    found = Sickle(url).ListRecords(metadataPrefix=prefix)
    return [of_element(record.xml) for record in found]


def by_scythe(url, prefix):
    with Scythe(url) as scythe:
        found = scythe.list_records(metadata_prefix=prefix)
        return [of_element(record.xml) for record in found]


def by_oaipmh(url, prefix):
    registry = MetadataRegistry()
    registry.registerReader(prefix, lambda element: canonical(element[0]))
    found = Client(url, registry).listRecords(metadataPrefix=prefix)
    return [
        (
            header.identifier(),
            (
                f"{header.datestamp().isoformat()}Z",
                header.isDeleted(),
                metadata or "",
            ),
        )
        for header, metadata, _about in found
    ]


@pytest.mark.parametrize("prefix", RENDERERS)
def test_three_harvesters_get_everything(repository, prefix):
    wanted = provided(prefix)
    assert len(wanted) == COUNT
    for harvest in (by_sickle, by_scythe, by_oaipmh):
        found = harvest(repository, prefix)
        assert len(found) == COUNT, harvest.__name__
        assert dict(found) == wanted, harvest.__name__


def test_their_other_questions_are_answered(repository):
    sickle = Sickle(repository)
    assert sickle.Identify().deletedRecord == "persistent"
    assert [s.setSpec for s in sickle.ListSets()] == sorted(SETS)
    names = [form.metadataPrefix for form in sickle.ListMetadataFormats()]
    assert names == list(RENDERERS)
    games = list(sickle.ListIdentifiers(metadataPrefix="mods", set="collection:games"))
    assert len(games) == (COUNT + 1) // 2
    client = Client(repository, MetadataRegistry())
    client.updateGranularity()
    assert client.identify().repositoryName() == "Olive"
    assert [spec for spec, _, _ in client.listSets()] == sorted(SETS)
    with Scythe(repository) as scythe:
        first = next(iter(scythe.list_identifiers(metadata_prefix="oai_dc")))
        record = scythe.get_record(first.identifier)
        assert record.header.identifier == first.identifier


# The envelope of DataCite is none of the schemas that tests are given.
@needs_schemas
@pytest.mark.parametrize("prefix", sorted(RENDERERS.keys() - {"oai_datacite"}))
def test_every_page_that_they_get_is_valid(repository, prefix):
    for page in Sickle(repository, iterator=OAIResponseIterator).ListRecords(
        metadataPrefix=prefix
    ):
        assert complaints(page.raw.encode()) == []
