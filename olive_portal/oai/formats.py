"""The formats that records are given in, as ListMetadataFormats tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    prefix: str
    namespace: str
    schema: str


FORMATS = {
    form.prefix: form
    for form in (
        Format(
            "oai_dc",
            "http://www.openarchives.org/OAI/2.0/oai_dc/",
            "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        ),
        Format(
            "mods",
            "http://www.loc.gov/mods/v3",
            "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd",
        ),
        Format(
            "mets",
            "http://www.loc.gov/METS/",
            "http://www.loc.gov/standards/mets/version1121/mets.xsd",
        ),
        Format(
            "oai_datacite",
            "http://schema.datacite.org/oai/oai-1.1/",
            "http://schema.datacite.org/oai/oai-1.1/oai.xsd",
        ),
    )
}
