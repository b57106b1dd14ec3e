"""What is preserved, row by row: see docs/reference/catalogue.md."""

from __future__ import annotations

from olive_portal.catalogue.models.collection import Collection, Tint
from olive_portal.catalogue.models.description import (
    Agent,
    AgentKind,
    Contribution,
    Identifier,
    Role,
    Subject,
    SubjectKind,
)
from olive_portal.catalogue.models.item import Item
from olive_portal.catalogue.models.media import MEDIA_TYPES, Media, MediaKind
from olive_portal.catalogue.models.note import ChangeNote, NoteKind
from olive_portal.catalogue.models.package import Arch, DiskFormat, Network, Package
from olive_portal.catalogue.models.part import PackagePart, PartKind
from olive_portal.catalogue.models.search import (
    ManualText,
    SearchEntry,
    SearchRevision,
)
from olive_portal.catalogue.models.state import State

__all__ = [
    "MEDIA_TYPES",
    "Agent",
    "AgentKind",
    "Arch",
    "ChangeNote",
    "Collection",
    "Contribution",
    "DiskFormat",
    "Identifier",
    "Item",
    "ManualText",
    "Media",
    "MediaKind",
    "Network",
    "NoteKind",
    "Package",
    "PackagePart",
    "PartKind",
    "Role",
    "SearchEntry",
    "SearchRevision",
    "State",
    "Subject",
    "SubjectKind",
    "Tint",
]
