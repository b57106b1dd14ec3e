"""An item's record in every format that visitors and programs can take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import (
    bibtex,
    citations,
    codemeta,
    csl_json,
    datacite,
    dublin_core,
    mets,
    mods,
    premis,
    ris,
    schema_org,
)

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Format:
    """`name` is the last part of its address, and of the file that it is saved as."""

    name: str
    label: str
    media_type: str
    render: Callable[[TitleRecord], bytes]

    @property
    def is_xml(self) -> bool:
        return self.name.endswith(".xml")

    def document(self, record: TitleRecord) -> bytes:
        """A file of its own."""
        content = self.render(record)
        return DECLARATION + content + b"\n" if self.is_xml else content


METS = Format("mets.xml", "METS", "application/mets+xml", mets.render)
FORMATS = {
    form.name: form
    for form in (
        METS,
        Format("mods.xml", "MODS", "application/mods+xml", mods.render),
        Format("premis.xml", "PREMIS", "application/xml", premis.render),
        Format("dublin-core.xml", "Dublin Core", "application/xml", dublin_core.render),
        Format(
            "datacite.xml",
            "DataCite",
            "application/vnd.datacite.datacite+xml",
            datacite.render,
        ),
        Format(
            "schema-org.json", "schema.org", "application/ld+json", schema_org.render
        ),
        Format("codemeta.json", "CodeMeta", "application/ld+json", codemeta.render),
        Format("citation.bib", "BibTeX", "application/x-bibtex", bibtex.render),
        Format(
            "citation.ris", "RIS", "application/x-research-info-systems", ris.render
        ),
        Format(
            "citation.json",
            "CSL-JSON",
            "application/vnd.citationstyles.csl+json",
            csl_json.render,
        ),
        Format(
            "citation.txt",
            "APA, Chicago, MLA",
            "text/plain; charset=utf-8",
            citations.render,
        ),
    )
}
