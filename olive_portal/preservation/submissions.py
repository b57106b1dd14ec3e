"""What somebody hands in: a title's folder, or a package. Read, not yet stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.text import slugify

from olive_portal.metadata.reading import parsing
from olive_portal.metadata.reading.report import Finding, Report, Verdict
from olive_portal.metadata.records import TitleRecord
from olive_portal.preservation import attachments, checking, shelving
from olive_portal.preservation.attachments import Attachment
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.shelving import Shelf

METS = "mets.xml"
PACKAGE = ".nxpk"
RECORD = ".xml"
MAX_SLUG = 100
MOST_SAID = 5
# What the portal says of itself in a record that it wrote.
PAGE = re.compile(r"^https?://[^/]+/items/([-\w]{1,100})$", re.ASCII)


@dataclass(frozen=True)
class Sources:
    """Where a curator says that the parts lie, if not in the usual places.

    `collection` is the slug of a collection that exists.
    """

    package: Path | None = None
    mets: Path | None = None
    collection: str = ""
    is_strict: bool = False
    """Refuse records that could be read, but are not valid."""


@dataclass(frozen=True)
class Submission:
    """`is_named` if somebody chose the slug, by the name of a folder or a package."""

    slug: str
    is_named: bool
    mets: bytes
    report: Report | None
    package: Path | None
    attachments: tuple[Attachment, ...]
    shelf: Shelf | None

    @property
    def record(self) -> TitleRecord | None:
        return self.report.record if self.report else None


def gather(path: Path, sources: Sources) -> Submission:
    """Read what there is at `path` and check all of it but the package's inside.

    Raises BadSubmission, which names the file and, in XML, the line.
    """
    if path.is_dir():
        folder: Path | None = path
        content, report = _read_record(sources.mets or path / METS, sources)
        package = sources.package or _only_package(path)
    elif path.is_file() and path.suffix == PACKAGE:
        folder, package = None, path
        content, report = _read_record(sources.mets, sources)
    elif path.is_file() and path.suffix == RECORD:
        folder, package = None, sources.package
        content, report = _read_record(path, sources)
    else:
        raise BadSubmission(
            f"{path}: neither a folder nor a {PACKAGE} or {RECORD} file"
        )
    record = report.record if report else None
    is_named = path.suffix != RECORD
    return Submission(
        slug=_slug(path) if is_named or not record else _slug_of(record, path),
        is_named=is_named,
        mets=content,
        report=report,
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


def _read_record(path: Path | None, sources: Sources) -> tuple[bytes, Report | None]:
    if path is None:
        return b"", None
    try:
        with path.open("rb") as file:
            # One byte more than allowed is enough for the parser to refuse it.
            content = file.read(parsing.MAX_BYTES + 1)
    except OSError as error:
        raise BadSubmission(f"{path}: {error.strerror}") from error
    report = checking.examine(content)
    invalid = report.of(Verdict.INVALID)
    if report.record is None or (sources.is_strict and invalid):
        said = "; ".join(_in_short(finding) for finding in invalid[:MOST_SAID])
        raise BadSubmission(f"{path}: {said}")
    return content, report


def _in_short(finding: Finding) -> str:
    place = f"line {finding.line}: " if finding.line is not None else ""
    return f"{place}{finding.text}"


def _slug_of(record: TitleRecord, path: Path) -> str:
    """The address that the record's own page has, else one made of the title."""
    page = PAGE.search(record.url)
    return (page[1] if page else slugify(record.title)[:MAX_SLUG]) or _slug(path)


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
    return shelving.named(record.collections) if record and record.host else None
