"""What a record says about one title, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from olive_portal.metadata.errors import BadRecord


@dataclass(frozen=True)
class Name:
    """A person or body and what they did; `kind` is "" where the record is silent."""

    text: str
    kind: str = ""
    uri: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    text: str
    uri: str = ""


@dataclass(frozen=True)
class Identifier:
    scheme: str
    value: str


@dataclass(frozen=True)
class Rights:
    """How the title may be used (`uri`, `text`) and who may reach it (`access`)."""

    uri: str = ""
    text: str = ""
    access: str = ""


@dataclass(frozen=True)
class SignificantProperty:
    """What must survive for the title to be itself: PREMIS significantProperties."""

    kind: str
    value: str


@dataclass(frozen=True)
class File:
    """A file that a METS record names; size and sha256 only where it gives them."""

    href: str
    media_type: str = ""
    use: str = ""
    label: str = ""
    size: int | None = None
    sha256: str = ""

    @property
    def path(self) -> PurePosixPath | None:
        """Where the file lies beside the record; None if it lies elsewhere, by URL.

        Raises BadRecord for a path that leads out of the record's folder.
        """
        parts = urlsplit(self.href)
        if parts.scheme or parts.netloc:
            return None
        path = PurePosixPath(unquote(parts.path))
        leads_out = path.is_absolute() or ".." in path.parts or path.parts == ()
        if leads_out or any(sign in str(path) for sign in "\\\0"):
            raise BadRecord(f"file {self.href!r} is not inside the record's folder")
        return path


@dataclass(frozen=True)
class TitleRecord:
    """One title. Empty text and empty tuples mean that the record does not say.

    `issued` is a W3CDTF or EDTF date; `languages` are codes, or words where the record
    has no code; `roles` of a name are MARC relator terms in English.
    """

    title: str
    alternative_titles: tuple[str, ...] = ()
    version: str = ""
    names: tuple[Name, ...] = ()
    issued: str = ""
    languages: tuple[str, ...] = ()
    abstract: str = ""
    significance: str = ""
    platform: str = ""
    system_details: str = ""
    subjects: tuple[Subject, ...] = ()
    genres: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    rights: Rights = Rights()
    host: str = ""
    significant_properties: tuple[SignificantProperty, ...] = ()
    record_status: str = ""
    objid: str = ""
    files: tuple[File, ...] = ()
