"""DataCite in the envelope by which it is harvested: OAI-PMH's format `oai_datacite`.

http://schema.datacite.org/oai/oai-1.1/
"""

from __future__ import annotations

from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import datacite
from olive_portal.metadata.writing.elements import add, say, serialise, start

# Of DataCite's schema; its parts after the first full stop are not told here.
VERSION = "4"


def render(record: TitleRecord) -> bytes:
    root = start("oai_datacite:oai_datacite")
    say(root, "oai_datacite:schemaVersion", VERSION)
    say(root, "oai_datacite:datacentreSymbol", record.archive or "Olive")
    payload = add(root, "oai_datacite:payload")
    payload.append(datacite.element(record))
    return serialise(root)
