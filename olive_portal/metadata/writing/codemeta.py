"""CodeMeta 3.0 JSON-LD: what archives of source code and of software exchange.

https://codemeta.github.io/terms/
"""

from __future__ import annotations

from olive_portal.metadata.records import Part, TitleRecord
from olive_portal.metadata.writing import json_ld
from olive_portal.metadata.writing.elements import uri
from olive_portal.metadata.writing.json_ld import listed, plain


def render(record: TitleRecord) -> bytes:
    package = record.package
    memory = package.memory_bytes if package else None
    return json_ld.serialise(
        {
            "@context": "https://w3id.org/codemeta/3.0",
            "@type": "SoftwareApplication",
            "@id": uri(record.lasting_url),
            "identifier": json_ld.identifiers(record),
            "name": plain(record.title),
            "version": plain(record.version),
            "description": json_ld.description(record),
            "author": json_ld.named(record, Part.CREATOR),
            "contributor": json_ld.named(record, Part.CONTRIBUTOR),
            "publisher": json_ld.named(record, Part.PUBLISHER),
            "datePublished": json_ld.issued(record),
            "dateModified": record.changed,
            "license": json_ld.licence(record),
            "keywords": listed(subject.text for subject in record.subjects),
            "applicationCategory": listed(record.genres),
            "operatingSystem": plain(record.platform),
            "softwareRequirements": plain(record.system_details),
            "processorRequirements": plain(package.arch) if package else "",
            "memoryRequirements": f"{memory} bytes" if memory else "",
            "fileSize": f"{package.size} B" if package and package.size else "",
            "softwareHelp": [
                {"@type": "CreativeWork", "url": uri(file.href)}
                for file in record.files
                if file.use == "DOCUMENTATION" and uri(file.href)
            ],
            "url": uri(record.url),
        }
    )
