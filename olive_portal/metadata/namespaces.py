"""The namespaces that the portal writes: their usual prefixes, and where the standards'
own schemas are published."""

from __future__ import annotations

NAMESPACES = {
    "datacite": "http://datacite.org/schema/kernel-4",
    "dc": "http://purl.org/dc/elements/1.1/",
    "mets": "http://www.loc.gov/METS/",
    "mods": "http://www.loc.gov/mods/v3",
    "oai_datacite": "http://schema.datacite.org/oai/oai-1.1/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "premis": "http://www.loc.gov/premis/v3",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
SCHEMAS = {
    "datacite": "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd",
    "mets": "http://www.loc.gov/standards/mets/version1121/mets.xsd",
    "mods": "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd",
    "oai_datacite": "http://schema.datacite.org/oai/oai-1.1/oai.xsd",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    "premis": "http://www.loc.gov/standards/premis/v3/premis-v3-0.xsd",
}


def expand(name: str) -> str:
    """`mods:title` with its namespace, as lxml names it; a bare name as it is."""
    prefix, colon, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else local
