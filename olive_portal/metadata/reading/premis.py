"""PREMIS 2 and 3 inside METS: what must be kept, and what a title runs on."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from olive_portal.metadata.reading.parsing import text_of
from olive_portal.metadata.records import SignificantProperty

NAMESPACES = ("http://www.loc.gov/premis/v3", "info:lc/xmlns/premis-v2")


def significant_properties(root: etree._Element) -> tuple[SignificantProperty, ...]:
    found = (
        SignificantProperty(
            text_of(el.find("{*}significantPropertiesType")),
            text_of(el.find("{*}significantPropertiesValue")),
        )
        for el in _each(root, "significantProperties")
    )
    return tuple(dict.fromkeys(p for p in found if p.value))


def operating_system(root: etree._Element) -> str:
    """Name and version of the first environment whose function says it is one."""
    for function in _each(root, "environmentFunctionType"):
        environment = function.getparent()
        described = environment.getparent() if environment is not None else None
        if described is None or text_of(function) != "operating system":
            continue
        designation = described.find("{*}environmentDesignation")
        if designation is not None:
            name = text_of(designation.find("{*}environmentName"))
            version = text_of(designation.find("{*}environmentVersion"))
            return f"{name} {version}".strip()
    return ""


def licence(root: etree._Element) -> str:
    """The first licence terms of a rights statement."""
    terms = (text_of(el) for el in _each(root, "licenseTerms"))
    return next(filter(None, terms), "")


def _each(root: etree._Element, name: str) -> Iterator[etree._Element]:
    for namespace in NAMESPACES:
        yield from root.iter(f"{{{namespace}}}{name}")
