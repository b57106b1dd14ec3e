"""PREMIS 2 and 3 inside METS: what must be kept, what a title runs on, what happened to
it and what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.reading.parsing import text_of
from olive_portal.metadata.records import (
    Agent,
    Environment,
    Event,
    RegistryKey,
    SignificantProperty,
)

NAMESPACES = ("http://www.loc.gov/premis/v3", "info:lc/xmlns/premis-v2")
# What the portal's own records say of a package: facts, and nothing to be kept.
MACHINE_FACTS = {"processor architecture", "memory in bytes", "processors"}
VERSION = re.compile(r"#package-(\d{1,9})$")


def significant_properties(root: etree._Element) -> tuple[SignificantProperty, ...]:
    return tuple(
        found for found in _properties(root) if found.kind not in MACHINE_FACTS
    )


def machine_facts(root: etree._Element) -> dict[str, str]:
    """What the portal's own record says of its package's machine."""
    return {p.kind: p.value for p in _properties(root) if p.kind in MACHINE_FACTS}


def _properties(root: etree._Element) -> tuple[SignificantProperty, ...]:
    found = (
        SignificantProperty(
            text_of(el.find("{*}significantPropertiesType")),
            text_of(el.find("{*}significantPropertiesValue")),
        )
        for el in _each(root, "significantProperties")
    )
    return tuple(dict.fromkeys(p for p in found if p.value))


def environments(root: etree._Element) -> tuple[Environment, ...]:
    """PREMIS 3 describes an environment as an object; PREMIS 2 lists what is in one."""
    described = (
        _environment(designation.getparent())
        for designation in _each(root, "environmentDesignation")
    )
    listed = (
        _listed(part, prefix)
        for name, prefix in (("hardware", "hw"), ("software", "sw"))
        for part in root.iter(f"{{{NAMESPACES[1]}}}{name}")
    )
    found = [*filter(None, described), *listed]
    return tuple(dict.fromkeys(one for one in found if one.name))


def _environment(element: etree._Element | None) -> Environment | None:
    if element is None:
        return None
    designation = element.find("{*}environmentDesignation")
    if designation is None:
        return None
    function = element.find("{*}environmentFunction/{*}environmentFunctionType")
    return Environment(
        function=text_of(function),
        name=text_of(designation.find("{*}environmentName")),
        version=text_of(designation.find("{*}environmentVersion")),
        origin=text_of(designation.find("{*}environmentOrigin")),
        note=text_of(designation.find("{*}environmentDesignationNote")),
        keys=tuple(
            RegistryKey(
                text_of(key.find("{*}environmentRegistryName")),
                text_of(key.find("{*}environmentRegistryKey")),
                text_of(key.find("{*}environmentRegistryRole")),
            )
            for key in element.findall("{*}environmentRegistry")
        ),
    )


def _listed(part: etree._Element, prefix: str) -> Environment:
    kind = text_of(part.find(f"{{*}}{prefix}Type")).lower()
    default = "hardware" if prefix == "hw" else "software application"
    return Environment(
        function="operating system" if "operating system" in kind else default,
        name=text_of(part.find(f"{{*}}{prefix}Name")),
        version=text_of(part.find(f"{{*}}{prefix}Version")),
        note=text_of(part.find(f"{{*}}{prefix}OtherInformation")),
    )


def operating_system(found: tuple[Environment, ...]) -> str:
    """Name and version of the first environment whose function says it is one."""
    systems = (env for env in found if env.function == "operating system")
    return next((f"{env.name} {env.version}".strip() for env in systems), "")


def rights(root: etree._Element) -> str:
    """What the first rights statement says: its licence, its note, its status."""
    for name in ("licenseTerms", "otherRightsNote", "copyrightNote", "statuteNote"):
        texts = (text_of(el) for el in _each(root, name))
        if text := next(filter(None, texts), ""):
            return text
    statuses = (text_of(el) for el in _each(root, "copyrightStatus"))
    return next((f"Copyright status: {text}" for text in statuses if text), "")


def licence_uri(root: etree._Element) -> str:
    """The address of the document that gives the rights, if a statement names one."""
    for name in ("licenseDocumentation", "otherRightsDocumentation"):
        for value in _each(root, f"{name}IdentifierValue"):
            text = text_of(value)
            if text.startswith(("http://", "https://")):
                return text
    return ""


def events(root: etree._Element) -> tuple[Event, ...]:
    return tuple(_event(element) for element in _each(root, "event"))


def _event(element: etree._Element) -> Event:
    said = {
        name: text_of(element.find(path))
        for name, path in (
            ("identifier", "{*}eventIdentifier/{*}eventIdentifierValue"),
            ("kind", "{*}eventType"),
            ("moment", "{*}eventDateTime"),
            ("detail", ".//{*}eventDetail"),
            ("outcome", "{*}eventOutcomeInformation/{*}eventOutcome"),
            ("agent", "{*}linkingAgentIdentifier/{*}linkingAgentIdentifierValue"),
        )
    }
    objects = element.iterfind(".//{*}linkingObjectIdentifierValue")
    versions = (VERSION.search(text_of(value)) for value in objects)
    number = next((int(found[1]) for found in versions if found), None)
    return Event(**said, package=number)


def agents(root: etree._Element) -> tuple[Agent, ...]:
    return tuple(
        Agent(
            identifier=text_of(el.find("{*}agentIdentifier/{*}agentIdentifierValue")),
            name=text_of(el.find("{*}agentName")),
            kind=text_of(el.find("{*}agentType")),
            version=text_of(el.find("{*}agentVersion")),
        )
        for el in _each(root, "agent")
    )


def _each(root: etree._Element, name: str) -> Iterator[etree._Element]:
    for namespace in NAMESPACES:
        yield from root.iter(f"{{{namespace}}}{name}")
