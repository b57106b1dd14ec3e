from __future__ import annotations

import pytest

from olive_portal.metadata.reading import premis
from olive_portal.metadata.reading.parsing import parse
from olive_portal.metadata.records import (
    Agent,
    Environment,
    Event,
    SignificantProperty,
)


@pytest.fixture(params=premis.NAMESPACES)
def tree(request):
    """Builds a tree in PREMIS 2 and in PREMIS 3."""
    return lambda content: parse(f'<a xmlns="{request.param}">{content}</a>'.encode())


def test_what_must_be_kept_is_read(tree):
    found = premis.significant_properties(
        tree("""<object><significantProperties>
          <significantPropertiesType>audio</significantPropertiesType>
          <significantPropertiesValue>the bell</significantPropertiesValue>
          </significantProperties><significantProperties/></object>""")
    )
    assert found == (SignificantProperty("audio", "the bell"),)


def environment(function, designation):
    return f"""<object><environmentFunction>
      <environmentFunctionType>{function}</environmentFunctionType>
      </environmentFunction>{designation}</object>"""


DESIGNATION = """<environmentDesignation><environmentName>BSD</environmentName>
  <environmentVersion>4.2</environmentVersion></environmentDesignation>"""


def test_the_operating_system_is_the_environment_that_says_so(tree):
    content = environment("hardware", "") + environment("operating system", DESIGNATION)
    found = premis.environments(tree(content))
    assert found == (Environment("operating system", "BSD", "4.2"),)
    assert premis.operating_system(found) == "BSD 4.2"


def test_an_environment_without_a_name_is_none(tree):
    assert premis.environments(tree(environment("operating system", ""))) == ()
    assert premis.operating_system(()) == ""


def test_premis_2_lists_hardware_and_software_in_one_environment():
    content = """<environment><software><swName>MS-DOS</swName>
      <swVersion>5.0</swVersion><swType>Operating System</swType></software>
      <software><swName>QEMU</swName><swType>emulator</swType></software>
      <hardware><hwName>80386</hwName><hwType>processor</hwType></hardware>
      </environment>"""
    root = parse(f'<a xmlns="info:lc/xmlns/premis-v2">{content}</a>'.encode())
    assert premis.environments(root) == (
        Environment("hardware", "80386"),
        Environment("operating system", "MS-DOS", "5.0"),
        Environment("software application", "QEMU"),
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<licenseTerms/><licenseTerms>MIT</licenseTerms>", "MIT"),
        ("<otherRightsNote>Ask us.</otherRightsNote>", "Ask us."),
        ("<copyrightStatus>copyrighted</copyrightStatus>", "Copyright status: "),
        ("<rightsBasis>copyright</rightsBasis>", ""),
    ],
)
def test_rights_are_said_by_the_first_that_says_anything(tree, content, text):
    assert premis.rights(tree(content)).startswith(text)
    assert bool(premis.rights(tree(content))) == bool(text)


def test_the_licences_address_is_the_one_that_can_be_followed(tree):
    value = (
        "<licenseDocumentationIdentifierValue>{}</licenseDocumentationIdentifierValue>"
    )
    content = value.format("GPL") + value.format("https://spdx.org/licenses/MIT.html")
    uri = premis.licence_uri(tree(content))
    assert uri == "https://spdx.org/licenses/MIT.html"
    assert premis.licence_uri(tree("")) == ""


def test_events_and_agents_are_read(tree):
    content = """<event><eventIdentifier><eventIdentifierValue>e1</eventIdentifierValue>
      </eventIdentifier><eventType>ingestion</eventType>
      <eventDateTime>2026-01-05</eventDateTime><eventOutcomeInformation>
      <eventOutcome>success</eventOutcome></eventOutcomeInformation>
      <linkingAgentIdentifier><linkingAgentIdentifierValue>a1
      </linkingAgentIdentifierValue></linkingAgentIdentifier>
      <linkingObjectIdentifier><linkingObjectIdentifierValue>ark:/1/a#package-3
      </linkingObjectIdentifierValue></linkingObjectIdentifier></event>
      <agent><agentIdentifier><agentIdentifierValue>a1</agentIdentifierValue>
      </agentIdentifier><agentName>Archivematica</agentName>
      <agentType>software</agentType></agent>"""
    assert premis.events(tree(content)) == (
        Event("e1", "ingestion", "2026-01-05", "", "success", "a1", 3),
    )
    assert premis.agents(tree(content)) == (Agent("a1", "Archivematica", "software"),)


def test_facts_of_the_machine_are_no_properties_to_be_kept(tree):
    content = """<significantProperties>
      <significantPropertiesType>processors</significantPropertiesType>
      <significantPropertiesValue>2</significantPropertiesValue>
      </significantProperties>"""
    assert premis.significant_properties(tree(content)) == ()
    assert premis.machine_facts(tree(content)) == {"processors": "2"}
