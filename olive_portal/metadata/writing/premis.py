"""PREMIS 3: what is held, what it needs, what happened to it and what may be done.

METS takes it in pieces; render() says all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.namespaces import NAMESPACES, expand
from olive_portal.metadata.records import Agent, Event, Identifier, Rights, TitleRecord
from olive_portal.metadata.writing.elements import (
    add,
    legal,
    say,
    serialise,
    start,
    uri,
)
from olive_portal.metadata.writing.holdings import entity, version
from olive_portal.metadata.writing.premis_objects import Section, identify, objects

VERSION = "3.0"
EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType"
EVENT_CODES = {
    "capture": "cap",
    "execution": "exe",
    "fixity check": "fix",
    "imaging": "ima",
    "ingestion": "ing",
}
LICENCES = ("https://spdx.org/licenses/", "https://creativecommons.org/")


def render(record: TitleRecord) -> bytes:
    root = start("premis:premis", "xlink", version=VERSION)
    for sections in (objects, events, agents, rights):
        for _, element in sections(record):
            root.append(element)
    return serialise(root)


def events(record: TitleRecord) -> Iterator[Section]:
    for number, event in enumerate(record.events, 1):
        yield f"EV-{number}", _event(record, event)


def agents(record: TitleRecord) -> Iterator[Section]:
    for number, agent in enumerate(record.agents, 1):
        yield f"AG-{number}", _agent(agent)


def rights(record: TitleRecord) -> Iterator[Section]:
    """One statement, if the record says anything of rights or lets anybody run it."""
    if any(legal(text).strip() for text in _words(record.rights)) or record.routes:
        yield "RIGHTS-1", _rights(record)


def _words(said: Rights) -> tuple[str, ...]:
    return said.uri, said.text, said.access


def _top(name: str) -> etree._Element:
    return etree.Element(expand(name), nsmap={"premis": NAMESPACES["premis"]})


def _event(record: TitleRecord, event: Event) -> etree._Element:
    element = _top("premis:event")
    scheme = "UUID" if event.identifier.count("-") == 4 else "local"
    identify(element, "eventIdentifier", Identifier(scheme, event.identifier))
    code = EVENT_CODES.get(event.kind, "")
    authority = {
        "authority": "eventType",
        "authorityURI": EVENT_TYPES,
        "valueURI": f"{EVENT_TYPES}/{code}",
    }
    add(element, "premis:eventType", event.kind, **authority if code else {})
    add(element, "premis:eventDateTime", event.moment)
    if legal(event.detail).strip():
        detail = add(element, "premis:eventDetailInformation")
        add(detail, "premis:eventDetail", event.detail)
    if legal(event.outcome).strip():
        outcome = add(element, "premis:eventOutcomeInformation")
        add(outcome, "premis:eventOutcome", event.outcome)
    if event.agent:
        agent = Identifier("local", event.agent)
        identify(element, "linkingAgentIdentifier", agent)
    of = entity(record) if event.package is None else version(record, event.package)
    identify(element, "linkingObjectIdentifier", of)
    return element


def _agent(agent: Agent) -> etree._Element:
    element = _top("premis:agent")
    identify(element, "agentIdentifier", Identifier("local", agent.identifier))
    say(element, "premis:agentName", agent.name)
    say(element, "premis:agentType", agent.kind)
    say(element, "premis:agentVersion", agent.version)
    return element


def _rights(record: TitleRecord) -> etree._Element:
    element = _top("premis:rights")
    statement = add(element, "premis:rightsStatement")
    name = Identifier("local", f"{entity(record).value}#rights")
    identify(statement, "rightsStatementIdentifier", name)
    if record.rights.uri.startswith(LICENCES):
        _licence(statement, record.rights)
    else:
        _other_basis(statement, record.rights)
    if record.routes:
        granted = add(statement, "premis:rightsGranted")
        add(granted, "premis:act", "execution")
        say(granted, "premis:restriction", record.rights.access)
    identify(statement, "linkingObjectIdentifier", entity(record))
    return element


def _licence(statement: etree._Element, said: Rights) -> None:
    add(statement, "premis:rightsBasis", "license")
    licence = add(statement, "premis:licenseInformation")
    document = Identifier("uri", uri(said.uri))
    identify(licence, "licenseDocumentationIdentifier", document)
    say(licence, "premis:licenseTerms", said.text)


def _other_basis(statement: etree._Element, said: Rights) -> None:
    """Not `copyright`: PREMIS would have to be told whose law, and nobody knows."""
    add(statement, "premis:rightsBasis", "other")
    other = add(statement, "premis:otherRightsInformation")
    if address := uri(said.uri):
        document = Identifier("uri", address)
        identify(other, "otherRightsDocumentationIdentifier", document)
    add(other, "premis:otherRightsBasis", "rights statement")
    say(other, "premis:otherRightsNote", said.text)
