"""The descriptive sections of a METS record, and which of them is the title's."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.namespaces import NAMESPACES
from olive_portal.metadata.reading import dublin_core, mods
from olive_portal.metadata.reading.parsing import line_of
from olive_portal.metadata.records import TitleRecord

NS = {"mets": NAMESPACES["mets"], "m": NAMESPACES["mods"]}


@dataclass(frozen=True)
class Description:
    """A section that can be read: `form` is MODS or DC, `content` what holds it."""

    section: etree._Element
    form: str
    content: etree._Element

    @property
    def name(self) -> str:
        return self.section.get("ID", "")

    def read(self) -> TitleRecord:
        """Raises BadRecord where it lacks a title."""
        if self.form == "MODS":
            return mods.read(self.content)
        return dublin_core.read(self.content)

    def not_understood(self) -> list[etree._Element]:
        if self.form == "MODS":
            return mods.not_understood(self.content)
        return dublin_core.not_understood(self.content)


def find(root: etree._Element) -> list[Description]:
    sections = root.findall("mets:dmdSec", NS)
    return [found for section in sections for found in _describe(section)]


def choose(root: etree._Element, found: list[Description]) -> Description:
    """The one that the outermost div points at, else the first; MODS before DC.

    Raises BadRecord if there is none.
    """
    if not found:
        raise BadRecord(
            "no dmdSec holds a MODS record or Dublin Core", line=line_of(root)
        )
    ranked = sorted(found, key=lambda description: description.form != "MODS")
    for div in _divisions(root):
        names = div.get("DMDID", "").split()
        for description in ranked:
            if description.name in names:
                return description
    return ranked[0]


def _describe(section: etree._Element) -> Iterator[Description]:
    data = section.find("mets:mdWrap/mets:xmlData", NS)
    if data is None:
        return
    record = data.find(".//m:mods", NS)
    if record is not None:
        yield Description(section, "MODS", record)
    elif data.find("m:titleInfo", NS) is not None:
        # Some makers leave the mods element out.
        yield Description(section, "MODS", data)
    elif dublin_core.is_here(data):
        yield Description(section, "DC", data)


def _divisions(root: etree._Element) -> Iterator[etree._Element]:
    """The divs of the structure, those further out first."""
    waiting = deque(root.findall("mets:structMap/mets:div", NS))
    while waiting:
        div = waiting.popleft()
        yield div
        waiting.extend(div.findall("mets:div", NS))
