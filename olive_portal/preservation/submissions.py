"""What somebody hands in: a title's folder, or a package. Read, not yet stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.text import slugify

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import mets, parsing
from olive_portal.metadata.records import TitleRecord
from olive_portal.preservation import attachments, shelving
from olive_portal.preservation.attachments import Attachment
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.shelving import Shelf

METS = "mets.xml"
PACKAGE = ".nxpk"
MAX_SLUG = 100


@dataclass(frozen=True)
class Sources:
    """Where a curator says that the parts lie, if not in the usual places.

    `collection` is the slug of a collection that exists.
    """

    package: Path | None = None
    mets: Path | None = None
    collection: str = ""


@dataclass(frozen=True)
class Submission:
    slug: str
    mets: bytes
    record: TitleRecord | None
    package: Path | None
    attachments: tuple[Attachment, ...]
    shelf: Shelf | None


def gather(path: Path, sources: Sources) -> Submission:
    """Read what there is at `path` and check all of it but the package's inside.

    Raises BadSubmission, which names the file and, in XML, the line.
    """
    if path.is_dir():
        folder: Path | None = path
        content, record = _read_record(sources.mets or path / METS)
        package = sources.package or _only_package(path)
    elif path.is_file() and path.suffix == PACKAGE:
        folder, package = None, path
        content, record = _read_record(sources.mets)
    else:
        raise BadSubmission(f"{path}: neither a folder nor a {PACKAGE} file")
    return Submission(
        slug=_slug(path),
        mets=content,
        record=record,
        package=_checked_package(package),
        attachments=tuple(attachments.find(folder, record)) if folder else (),
        shelf=_shelf(folder, record, sources.collection),
    )


def _only_package(folder: Path) -> Path | None:
    found = sorted(folder.glob(f"*{PACKAGE}"))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BadSubmission(f"{folder}: more than one package: {names}")
    return found[0] if found else None


def _checked_package(package: Path | None) -> Path | None:
    if package is not None and not package.is_file():
        raise BadSubmission(f"{package}: there is no such file")
    return package


def _read_record(path: Path | None) -> tuple[bytes, TitleRecord | None]:
    if path is None:
        return b"", None
    try:
        with path.open("rb") as file:
            # One byte more than allowed is enough for the parser to refuse it.
            content = file.read(parsing.MAX_BYTES + 1)
        return content, mets.read(content)
    except OSError as error:
        raise BadSubmission(f"{path}: {error.strerror}") from error
    except BadRecord as error:
        raise BadSubmission(f"{path}: {error}") from error


def _slug(path: Path) -> str:
    # resolve(): "." and ".." have no name of their own.
    slug = slugify(path.resolve().stem if path.is_file() else path.resolve().name)
    if not slug:
        raise BadSubmission(f"{path}: its name holds no letter or digit for an address")
    return slug[:MAX_SLUG]


def _shelf(
    folder: Path | None, record: TitleRecord | None, collection: str
) -> Shelf | None:
    if collection:
        return Shelf(collection)
    described = shelving.read(folder.resolve().parent) if folder else None
    if described is not None:
        return described
    return shelving.named(record.host) if record and record.host else None
