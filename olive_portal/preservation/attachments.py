"""Screenshots and documents that come with a title: found, identified and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from olive_portal.catalogue.errors import UnknownMedia
from olive_portal.catalogue.media_facts import MediaFacts, recognise
from olive_portal.catalogue.models import MediaKind
from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.records import File, TitleRecord
from olive_portal.preservation import storing
from olive_portal.preservation.errors import BadSubmission

MAX_COUNT = 200
FOLDERS = {"screenshots": MediaKind.SCREENSHOT, "documents": MediaKind.DOCUMENT}
USES = {"SCREENSHOTS": MediaKind.SCREENSHOT, "DOCUMENTATION": MediaKind.MANUAL}


@dataclass(frozen=True)
class Attachment:
    """A file to be kept as Media."""

    path: Path
    kind: MediaKind
    facts: MediaFacts
    label: str


def find(folder: Path, record: TitleRecord | None) -> list[Attachment]:
    """What the record names, in its order, then what else lies in the two folders.

    Raises BadSubmission for a file that is missing, elsewhere or of no kind we serve.
    """
    named = _named(folder, record.files if record else ())
    wanted = {path: (kind, label) for path, kind, label in named}
    for name, kind in FOLDERS.items():
        for path in sorted((folder / name).glob("*")):
            if path.is_file() and not path.name.startswith("."):
                wanted.setdefault(path, (kind, ""))
    if len(wanted) > MAX_COUNT:
        raise BadSubmission(f"{folder}: more than {MAX_COUNT} attachments")
    return [_identify(folder, path, *rest) for path, rest in wanted.items()]


def _named(folder: Path, files: tuple[File, ...]) -> list[tuple[Path, MediaKind, str]]:
    found = []
    for file in files:
        kind = USES.get(file.use.upper())
        if kind is None:
            continue
        try:
            relative = file.path
        except BadRecord as error:
            raise BadSubmission(f"{folder}: {error}") from error
        if relative is None:
            continue
        path = folder / relative
        if not path.is_file():
            raise BadSubmission(f"{path}: the record names it, but it is not there")
        if file.sha256 and file.sha256 != storing.digest(path):
            raise BadSubmission(f"{path}: the record gives it another SHA-256")
        found.append((path, kind, file.label))
    return found


def _identify(folder: Path, path: Path, kind: MediaKind, label: str) -> Attachment:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadSubmission(f"{path}: leads out of its folder")
    try:
        with path.open("rb") as file:
            facts = recognise(file)
    except UnknownMedia as error:
        raise BadSubmission(f"{path}: {error}") from error
    if kind == MediaKind.SCREENSHOT and facts.width is None:
        raise BadSubmission(f"{path}: a screenshot must be a picture")
    return Attachment(path, kind, facts, label)
