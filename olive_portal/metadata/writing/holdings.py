"""The files that a record is about, each with the name that it has in the record.

METS lists them and PREMIS describes them; both have to call them the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from olive_portal.metadata.records import (
    PACKAGE_TYPE,
    VM_COMPONENTS,
    VM_PACKAGE,
    File,
    Identifier,
    Package,
    TitleRecord,
)

PREFIXES = {"ark": "ark:", "doi": "doi:", "uri": "http", "urn": "urn:"}


@dataclass(frozen=True)
class Holding:
    """A file of `group`; `name` is unique in the record and fit for an XML ID."""

    name: str
    group: str
    file: File
    identifier: Identifier


def holdings(record: TitleRecord) -> tuple[Holding, ...]:
    """The package, what is in it, then the other files, group by group."""
    found = [*_of_package(record, record.package)] if record.package else []
    groups = dict.fromkeys(file.use for file in record.files)
    ordered = [file for group in groups for file in record.files if file.use == group]
    for number, file in enumerate(ordered, 1):
        identifier = Identifier("uri" if "://" in file.href else "local", file.href)
        found.append(Holding(f"F-{number}", file.use, file, identifier))
    return tuple(found)


def entity(record: TitleRecord) -> Identifier:
    """What the title is called; a record without a name of its own has its title."""
    name = record.objid or record.url or record.title
    schemes = (s for s, prefix in PREFIXES.items() if name.lower().startswith(prefix))
    return Identifier(next(schemes, "local"), name)


def version(record: TitleRecord, number: int) -> Identifier:
    """What one version of the title's package is called."""
    return Identifier("local", f"{entity(record).value}#package-{number}")


def _of_package(record: TitleRecord, package: Package) -> list[Holding]:
    whole = File(
        href=package.filename,
        media_type=PACKAGE_TYPE,
        use=VM_PACKAGE,
        size=package.size,
        sha256=package.sha256,
    )
    within = f"{version(record, package.number).value}/"
    found = [Holding("F-PKG", VM_PACKAGE, whole, Identifier("local", within))]
    for number, part in enumerate(package.components, 1):
        identifier = Identifier("local", within + part.href)
        found.append(Holding(f"F-PART-{number}", VM_COMPONENTS, part, identifier))
    return found
