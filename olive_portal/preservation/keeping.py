"""A submission's files: bytes into the two stores, rows beside them.

Kept files whose rows are not committed in the end are taken away again by undo(); the
caller holds the ingest lock, so no other ingest counts on them meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max

from olive_portal.catalogue.models import MEDIA_TYPES, Item, Media, MediaKind, Package
from olive_portal.preservation import measuring, shelving, storing
from olive_portal.preservation.attachments import Attachment
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.storing import Incoming
from vmnetx.errors import VmnetxError
from vmnetx.package import binding
from vmnetx.package.archive import Package as OpenPackage
from vmnetx.package.source import LocalFile

INGEST_LOCK = "ingest"


@dataclass
class Keeper:
    """What one ingest has put into the stores."""

    kept: list[Path] = field(default_factory=list)

    def keep(self, incoming: Incoming, target: Path) -> None:
        if storing.keep(incoming, target):
            self.kept.append(target)

    def undo(self) -> None:
        for path in self.kept:
            path.unlink(missing_ok=True)


def keep_package(
    keeper: Keeper, item: Item, incoming: Incoming, opened: OpenPackage
) -> Package | None:
    """A new version of `item`; None if these very bytes are one already."""
    if item.packages.filter(sha256=incoming.sha256).exists():
        return None
    name = f"{incoming.sha256[:2]}/{incoming.sha256}.nxpk"
    machine = opened.domain
    last = item.packages.aggregate(last=Max("number"))["last"] or 0
    package = Package(
        item=item,
        number=last + 1,
        name=opened.manifest.name,
        file=name,
        size=incoming.size,
        sha256=incoming.sha256,
        memory_bytes=machine.memory_bytes,
        vcpus=machine.vcpus,
        arch=machine.arch,
        disk_format=machine.disk.format,
        disk_virtual_size=opened.disk_virtual_size,
        has_memory_image=opened.memory is not None,
        memory_binding=_memory_binding(incoming.path, opened),
        limit_mouse_rate_hz=machine.limit_mouse_rate_hz,
    )
    try:
        package.full_clean()
    except ValidationError as error:
        raise BadSubmission(f"package: {shelving.explain(error)}") from error
    keeper.keep(incoming, settings.PACKAGES_ROOT / name)
    package.save()
    for part in measuring.parts_of(opened, settings.PACKAGES_ROOT / name):
        part.package = package
        part.save()
    return package


def _memory_binding(path: Path, opened: OpenPackage) -> dict[str, str]:
    """What the memory image says that it continues on. Raises BadSubmission."""
    if opened.memory is None:
        return {}
    try:
        source = LocalFile(path)
        try:
            _, area = binding.read_head(source, opened.memory)
            bound = binding.find(area.xml)
        finally:
            source.close()
    except VmnetxError as error:
        raise BadSubmission(f"package: {error}") from error
    return {} if bound is None else asdict(bound)


def keep_attachments(
    keeper: Keeper, item: Item, attachments: Iterable[Attachment]
) -> bool:
    """Rows and bytes of the attachments; whether that changed the item's page.

    What is not among them stays: a curator, or the running machine, may have added it.
    """
    changes = [
        keep_attachment(keeper, item, attachment, position)
        for position, attachment in enumerate(attachments)
    ]
    return any(changes)


def keep_attachment(
    keeper: Keeper, item: Item, attachment: Attachment, position: int
) -> bool:
    with (
        attachment.path.open("rb") as source,
        storing.received(source, settings.MEDIA_ROOT) as incoming,
    ):
        return keep_medium(keeper, item, incoming, (attachment, position))


def keep_medium(
    keeper: Keeper, item: Item, incoming: Incoming, placed: tuple[Attachment, int]
) -> bool:
    attachment, position = placed
    ending = MEDIA_TYPES[attachment.facts.media_type]
    name = f"{item.slug}/{incoming.sha256[:32]}{ending}"
    keeper.keep(incoming, settings.MEDIA_ROOT / name)
    alt, caption = _texts(item, attachment)
    known = item.media.filter(file=name, kind=attachment.kind).first()
    if known is not None:
        return _relabel(known, attachment.label, alt, caption)
    medium = Media(
        item=item,
        kind=attachment.kind,
        file=name,
        size=incoming.size,
        sha256=incoming.sha256,
        media_type=attachment.facts.media_type,
        alt=alt,
        caption=caption,
        position=position,
        width=attachment.facts.width,
        height=attachment.facts.height,
    )
    try:
        medium.full_clean()
    except ValidationError as error:
        text = shelving.explain(error)
        raise BadSubmission(f"{attachment.path.name}: {text}") from error
    medium.save()
    return True


def _texts(item: Item, attachment: Attachment) -> tuple[str, str]:
    """Text alternative and caption."""
    if attachment.kind == MediaKind.SCREENSHOT:
        return attachment.label or f"Screen of {item.title}", ""
    return "", attachment.label or attachment.path.stem.replace("_", " ")


def _relabel(medium: Media, label: str, alt: str, caption: str) -> bool:
    """Follow a label that the record gives; what we made up ourselves stays."""
    if not label or (medium.alt, medium.caption) == (alt, caption):
        return False
    medium.alt, medium.caption = alt, caption
    medium.save(update_fields=["alt", "caption"])
    return True
