"""A catalogue item becomes the value that every metadata format is written from.

Ask for items with `Item.objects.for_description()`: then record_of() makes no query, so
ten thousand records cost as many queries as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Item,
    Media,
    MediaKind,
    Package,
    PackagePart,
    PartKind,
    SubjectKind,
)
from olive_portal.metadata import records
from olive_portal.metadata.records import (
    DOCUMENTATION,
    SCREENSHOTS,
    Environment,
    Face,
    File,
    Identifier,
    Name,
    OtherVersion,
    RegistryKey,
    Rights,
    Route,
    Subject,
    TitleRecord,
)

ARCHIVE = "Olive"
# Identifiers that a record can go by, the best first; the item's address serves else.
LASTING = ("ark", "doi")
DISK_TYPES = {"qcow2": "application/x-qemu-disk"}
BYTES = "application/octet-stream"
# The kind of each way to run a title, the name of its address, and what it is.
ROUTES = (
    ("browser", "launch", "Run in the browser"),
    ("thin", "launch-thin", "Run at the library and show in the desktop client"),
    ("thick", "launch-thick", "Run on one's own computer in the desktop client"),
)
EMULATOR = Environment(
    function="software application",
    name="QEMU",
    origin="QEMU project",
    keys=(RegistryKey("Wikidata", "Q624699", "identification"),),
)


def record_of(item: Item, package: Package | None = None) -> TitleRecord:
    """What the catalogue says of `item`, as the holder of one version of its package.

    Without `package` that is the newest published one, or none. What happened to the
    item is not in it: olive_portal.preservation knows that.
    """
    number = package.number if package else None
    lasting = _lasting(item, number)
    package = package or item.current_package()
    url = absolute(item.get_absolute_url())
    identifiers = tuple(dict.fromkeys(_identifiers(item)))
    return TitleRecord(
        title=item.title,
        alternative_titles=_present(item.alternative_title),
        version=item.version,
        names=tuple(_names(item)),
        issued=item.issued,
        languages=_present(item.language),
        abstract=item.abstract,
        significance=item.significance,
        platform=item.platform,
        system_details=item.system_requirements,
        subjects=tuple(
            Subject(row.term, row.uri)
            for row in item.subjects.all()
            if row.kind != SubjectKind.GENRE
        ),
        genres=tuple(
            row.term for row in item.subjects.all() if row.kind == SubjectKind.GENRE
        ),
        identifiers=identifiers,
        rights=Rights(item.rights_uri, item.rights_text),
        collections=tuple(_collections(item.collection)),
        environments=_environments(package) if package else (),
        files=tuple(_file(row) for row in item.media.all()),
        package=_package(item, package) if package else None,
        other_versions=tuple(_other_versions(item, package)),
        routes=_routes(item, number) if package else (),
        faces=_faces(item),
        objid=_objid(identifiers, url),
        url=url,
        cite_as=lasting,
        archive=ARCHIVE,
        created=moment(item.published_at or item.changed_at),
        changed=moment(item.changed_at),
        record_status=item.state,
    )


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def moment(when: datetime) -> str:
    """In UTC and whole seconds, as W3CDTF and OAI-PMH write it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _present(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _identifiers(item: Item) -> Iterator[Identifier]:
    """Our own ARK first: it outlives the others."""
    if item.ark:
        yield Identifier("ark", f"ark:{item.ark}")
    for row in item.identifiers.all():
        yield Identifier(row.scheme, row.value)


def _names(item: Item) -> Iterator[Name]:
    """Each agent once, with all of its roles, where it stands first."""
    roles: dict[Agent, list[str]] = {}
    for contribution in item.contributions.all():
        roles.setdefault(contribution.agent, []).append(contribution.role)
    for agent, parts in roles.items():
        yield Name(agent.name, agent.kind, agent.uri, tuple(parts))


def _collections(collection: Collection) -> Iterator[records.Collection]:
    for row in [*collection.ancestors(), collection]:
        yield records.Collection(row.title, absolute(row.get_absolute_url()))


def _file(media: Media) -> File:
    is_screen = media.kind == MediaKind.SCREENSHOT
    return File(
        href=absolute(media.file.url),
        media_type=media.media_type,
        use=SCREENSHOTS if is_screen else DOCUMENTATION,
        label=media.alt if is_screen else media.caption,
        size=media.size,
        sha256=media.sha256,
    )


def _environments(package: Package) -> tuple[Environment, ...]:
    return _hardware(package), _emulator(package)


def _hardware(package: Package) -> Environment:
    return Environment(
        function="hardware",
        name=package.get_arch_display(),
        note=(
            f"Processors: {package.vcpus}; memory: {package.memory_bytes} bytes; disk: "
            f"{package.disk_format}, {package.disk_virtual_size} bytes. The package's "
            "description of the machine has every device."
        ),
    )


def _emulator(package: Package) -> Environment:
    """Any QEMU runs the disk; a memory image is bound to the one that saved it."""
    bound = package.memory_binding
    if not bound:
        return EMULATOR
    return replace(
        EMULATOR,
        version=bound["qemu_version"],
        note=(
            "The saved memory continues on this version or a newer one: "
            f"{bound['machine']}, {bound['accelerator']}, {bound['cpu']}, "
            f"hardware {bound['hardware']}."
        ),
    )


def _package(item: Item, package: Package) -> records.Package:
    return records.Package(
        number=package.number,
        filename=f"{item.slug}-{package.number}.nxpk",
        size=package.size,
        sha256=package.sha256,
        arch=package.arch,
        memory_bytes=package.memory_bytes,
        vcpus=package.vcpus,
        published=moment(package.published_at) if package.published_at else "",
        components=tuple(_part(package, part) for part in package.parts.all()),
    )


def _part(package: Package, part: PackagePart) -> File:
    disk_type = DISK_TYPES.get(package.disk_format, BYTES)
    types = {PartKind.DOMAIN: "application/xml", PartKind.DISK: disk_type}
    return File(
        href=part.path,
        media_type=types.get(PartKind(part.kind), BYTES),
        use=part.kind,
        size=part.size,
        sha256=part.sha256,
    )


def _other_versions(item: Item, package: Package | None) -> Iterator[OtherVersion]:
    for other in item.public_packages:
        if other != package:
            url = _lasting(item, other.number)
            page = reverse("version", args=[item.slug, other.number])
            yield OtherVersion(other.number, url or absolute(page))


def _lasting(item: Item, number: int | None) -> str:
    """The address that the ARK of the item, or of one version, has at this portal."""
    version = "" if number is None else f".v{number}"
    return absolute(reverse("ark", args=[item.ark + version])) if item.ark else ""


def _routes(item: Item, number: int | None) -> tuple[Route, ...]:
    """The ways to run the newest version, or the one with this number."""
    version, args = ("", ()) if number is None else ("version-", (number,))
    return tuple(
        Route(kind, absolute(reverse(version + name, args=[item.slug, *args])), label)
        for kind, name, label in ROUTES
    )


def _faces(item: Item) -> tuple[Face, ...]:
    """The record in formats that METS has no room for."""
    url = absolute(reverse("item-record", args=[item.slug, "codemeta.json"]))
    return (Face("CODEMETA", url, "application/ld+json"),)


def _objid(identifiers: tuple[Identifier, ...], url: str) -> str:
    values = {i.scheme: i.value for i in reversed(identifiers)}
    return next((values[scheme] for scheme in LASTING if scheme in values), url)
