from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import olive_portal
from olive_portal.accounts.models import User
from olive_portal.metadata.records import Environment, SignificantProperty
from olive_portal.metadata.writing import mets
from olive_portal.preservation import services
from olive_portal.preservation.models import ReceivedMets
from olive_portal.preservation.provenance import CURATORS, PORTAL, whole_record

pytestmark = pytest.mark.django_db
PREMIS = """<mets:amdSec ID="A"><mets:techMD ID="T"><mets:mdWrap
  MDTYPE="PREMIS:OBJECT"><mets:xmlData><object xmlns="http://www.loc.gov/premis/v3">
  <significantProperties><significantPropertiesType>audio</significantPropertiesType>
  <significantPropertiesValue>the bell</significantPropertiesValue>
  </significantProperties></object>
  <object xmlns="http://www.loc.gov/premis/v3"><environmentFunction>
  <environmentFunctionType>{function}</environmentFunctionType></environmentFunction>
  <environmentDesignation><environmentName>BSD</environmentName>
  </environmentDesignation></object></mets:xmlData></mets:mdWrap></mets:techMD>
  </mets:amdSec>"""


def test_what_happened_is_told_without_names(make_folder):
    alice = User.objects.create_user("alice", is_staff=True)
    item = services.ingest(path=make_folder(), actor=alice)
    services.publish(item=item)
    record = whole_record(item)
    assert [(event.kind, event.agent, event.package) for event in record.events] == [
        ("ingestion", CURATORS.identifier, None),
        ("message digest calculation", CURATORS.identifier, 1),
        ("format validation", CURATORS.identifier, 1),
        ("ingestion", CURATORS.identifier, 1),
        ("publication", PORTAL.identifier, None),
    ]
    assert record.agents == (PORTAL, CURATORS)
    assert "alice" not in repr(record)


def test_the_same_event_has_the_same_name_for_ever(make_folder):
    item = services.ingest(path=make_folder())
    names = [event.identifier for event in whole_record(item).events]
    assert names == [event.identifier for event in whole_record(item).events]
    assert len(set(names)) == len(names)


def test_what_happened_to_another_version_is_not_told(make_folder, tmp_path):
    item = services.ingest(path=make_folder())
    other = tmp_path / "other.nxpk"
    other.write_bytes((make_folder() / "minimal.nxpk").read_bytes())
    first = item.packages.get()
    first.events.update(detail="first")
    item.events.filter(package=None).delete()
    assert whole_record(item).events == ()
    assert {event.detail for event in whole_record(item, first).events} == {"first"}


def test_what_came_with_the_item_is_told(make_folder):
    rest = PREMIS.format(function="operating system")
    item = services.ingest(path=make_folder(package=None, rest=rest))
    record = whole_record(item)
    assert record.significant_properties == (SignificantProperty("audio", "the bell"),)
    assert record.environments == (Environment("operating system", "BSD"),)


def test_the_machine_is_the_packages_own(make_folder):
    rest = PREMIS.format(function="hardware")
    item = services.ingest(path=make_folder(rest=rest))
    services.publish(item=item)
    item.refresh_from_db()
    machine, emulator = whole_record(item).environments
    assert (machine.name, emulator.name) == ("32-bit PC (i686)", "QEMU")


def test_a_record_that_comes_back_names_its_emulator_once(make_folder):
    item = services.ingest(path=make_folder(rest=PREMIS.format(function="hardware")))
    services.publish(item=item)
    item.refresh_from_db()
    ReceivedMets.objects.update(content=mets.render(whole_record(item)))
    item.refresh_from_db()
    assert [each.name for each in whole_record(item).environments] == [
        "32-bit PC (i686)",
        "QEMU",
    ]


def test_a_record_that_cannot_be_read_any_more_adds_nothing(make_folder):
    item = services.ingest(path=make_folder(package=None))
    ReceivedMets.objects.update(content=b"<")
    assert whole_record(item).title == "Rogue"


def test_the_portals_version_is_the_projects():
    project = Path(olive_portal.__file__).parents[1] / "pyproject.toml"
    said = tomllib.loads(project.read_text())["project"]["version"]
    assert olive_portal.__version__ == said == PORTAL.version
