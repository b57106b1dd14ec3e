"""What a record says about one title, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from olive_portal.metadata.errors import BadRecord

# The groups of files in a METS record: what they are used for.
SCREENSHOTS = "SCREENSHOTS"
DOCUMENTATION = "DOCUMENTATION"
VM_PACKAGE = "VM PACKAGE"
VM_COMPONENTS = "VM COMPONENTS"
PACKAGE_TYPE = "application/x-vmnetx-package"


class Part(Enum):
    """What the formats that know no roles make of a name."""

    CREATOR = auto()
    PUBLISHER = auto()
    CONTRIBUTOR = auto()


PARTS = {
    "artist": Part.CREATOR,
    "author": Part.CREATOR,
    "creator": Part.CREATOR,
    "designer": Part.CREATOR,
    "distributor": Part.PUBLISHER,
    "inventor": Part.CREATOR,
    "issuing body": Part.PUBLISHER,
    "originator": Part.CREATOR,
    "programmer": Part.CREATOR,
    "publisher": Part.PUBLISHER,
}


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
class Collection:
    """A group that the title is in, or a group around that one."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Source:
    """What the program was taken from: a floppy disk, an image of one."""

    title: str
    form: str = ""
    note: str = ""


@dataclass(frozen=True)
class RegistryKey:
    """How a registry calls something, and what the entry is for: PREMIS's words."""

    registry: str
    key: str
    role: str = ""


@dataclass(frozen=True)
class Environment:
    """Hardware or software that the title needs, as a PREMIS environment.

    `function` is PREMIS's: `hardware`, `operating system`, `software application`.
    """

    function: str
    name: str
    version: str = ""
    origin: str = ""
    note: str = ""
    keys: tuple[RegistryKey, ...] = ()


@dataclass(frozen=True)
class Package:
    """One version of the title's virtual machine, and what is in its file.

    `number` is 0 where the record does not count its versions; `published` is a moment
    in UTC, or "" for what never was.
    """

    number: int = 0
    filename: str = ""
    size: int | None = None
    sha256: str = ""
    arch: str = ""
    memory_bytes: int | None = None
    vcpus: int | None = None
    published: str = ""
    components: tuple[File, ...] = ()


@dataclass(frozen=True)
class OtherVersion:
    """Another package of the same title."""

    number: int
    url: str = ""


@dataclass(frozen=True)
class Route:
    """A way to run the title: `thick`, `thin` or `browser`, by a permanent URL."""

    kind: str
    url: str
    label: str = ""


@dataclass(frozen=True)
class Face:
    """The same record in another format, by its address."""

    format: str
    url: str
    media_type: str = ""


@dataclass(frozen=True)
class Agent:
    """Who did something to the preserved; never a user by name.

    `kind` is PREMIS's: `software`, `organization` or `person`.
    """

    identifier: str
    name: str
    kind: str = ""
    version: str = ""


@dataclass(frozen=True)
class Event:
    """Something that was done, in the words of the Library of Congress's vocabulary.

    `agent` is the identifier of one of the record's agents, `package` the number of the
    version that it was done to; None where it was the title's description.
    """

    identifier: str
    kind: str
    moment: str
    detail: str = ""
    outcome: str = ""
    agent: str = ""
    package: int | None = None


@dataclass(frozen=True)
class TitleRecord:
    """One title. Empty text and empty tuples mean that the record does not say.

    `issued` is a W3CDTF or EDTF date; `languages` are codes, or words where the record
    has no code; `roles` of a name are MARC relator terms in English; `collections` are
    outermost first. `created` and `changed` are the record's own moments, in UTC and
    whole seconds; `url` is the title's page, `cite_as` the address that outlives it,
    `archive` who keeps it. `package` is the
    version that the record is about.
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
    collections: tuple[Collection, ...] = ()
    sources: tuple[Source, ...] = ()
    significant_properties: tuple[SignificantProperty, ...] = ()
    environments: tuple[Environment, ...] = ()
    files: tuple[File, ...] = ()
    package: Package | None = None
    other_versions: tuple[OtherVersion, ...] = ()
    routes: tuple[Route, ...] = ()
    events: tuple[Event, ...] = ()
    agents: tuple[Agent, ...] = ()
    faces: tuple[Face, ...] = ()
    objid: str = ""
    url: str = ""
    cite_as: str = ""
    archive: str = ""
    created: str = ""
    changed: str = ""
    record_status: str = ""

    @property
    def host(self) -> str:
        """The title of the collection that holds it, with no other in between."""
        return self.collections[-1].title if self.collections else ""

    @property
    def lasting_url(self) -> str:
        """The address that a citation gives."""
        return self.cite_as or self.url

    @property
    def screenshots(self) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.use == SCREENSHOTS)

    @property
    def title_with_version(self) -> str:
        """As a citation names it: what the title has in it already is not repeated."""
        if not self.version or self.version in self.title:
            return self.title
        return f"{self.title}, version {self.version}"

    def names_as(self, part: Part) -> tuple[Name, ...]:
        """The names whose roles make them creators, publishers or contributors.

        A name counts once, by the strongest of its roles, but a maker who also
        published stands in both places.
        """
        return tuple(name for name in self.names if part in _parts(name))


def _parts(name: Name) -> set[Part]:
    parts = {PARTS.get(role, Part.CONTRIBUTOR) for role in name.roles or ("creator",)}
    if len(parts) > 1:
        parts.discard(Part.CONTRIBUTOR)
    return parts
