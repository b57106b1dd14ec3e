"""Many titles at once: a folder of titles, or a zip file that holds one.

Each title is taken in by itself, so a batch that was broken off goes on where it was:
what was taken in already is found as it is, and left so.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.submissions import METS, PACKAGE, RECORD

ZIP = ".zip"
MOST_TITLES = 100_000
MOST_MEMBERS = 200_000
MOST_BYTES = 64 * 1024**3
# Collections in collections; deeper than this lies no title.
DEEPEST = 8
PIECE = 1024 * 1024
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Batch:
    titles: list[Path]
    passing: Path | None = None
    """Where a zip file lies unpacked, if it is one."""

    def shown(self, text: str) -> str:
        """`text` with paths as whoever packed the zip file knows them."""
        return text.replace(f"{self.passing}/", "") if self.passing else text


@contextmanager
def opened(path: Path) -> Iterator[Batch]:
    """The titles at `path`, in the order of their names; of a zip file while it lasts.

    One title is a batch of one. Raises BadSubmission.
    """
    if not path.is_file() or path.suffix.lower() != ZIP:
        yield Batch(_titles(path))
        return
    with tempfile.TemporaryDirectory(prefix="olive-ingest-") as folder:
        unpacked = Path(folder) / path.stem
        _unpack(path, unpacked)
        yield Batch(_titles(unpacked), Path(folder))


def _titles(path: Path) -> list[Path]:
    # What is no title has none inside either: gather() says what is wrong with it.
    found = list(_walk(path, 0)) if path.is_dir() else []
    if len(found) > MOST_TITLES:
        raise BadSubmission(f"{path}: more than {MOST_TITLES} titles")
    return found or [path]


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    packages = [*folder.glob(f"*{PACKAGE}")]
    if (folder / METS).is_file() or len(packages) == 1:
        yield folder
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir() and depth < DEEPEST:
            yield from _walk(path, depth + 1)
        elif path.is_file() and path.suffix in {PACKAGE, RECORD}:
            yield path


def _unpack(path: Path, folder: Path) -> None:
    left = MOST_BYTES
    folder.mkdir()
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if len(members) > MOST_MEMBERS:
                raise BadSubmission(f"{path}: more than {MOST_MEMBERS} files")
            for info in members:
                target = folder / _inside(info, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _copy(archive, info, target, left)
    except DAMAGE as error:
        raise BadSubmission(f"{path}: {error}") from error
    except OSError as error:
        raise BadSubmission(f"{path}: {error.strerror or error}") from error


def _inside(info: zipfile.ZipInfo, path: Path) -> PurePosixPath:
    """Where the member goes. Raises BadSubmission for what would go elsewhere."""
    name = PurePosixPath(info.filename)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    leads_out = name.is_absolute() or ".." in name.parts or "\\" in info.filename
    if leads_out or is_link:
        raise BadSubmission(f"{path}: {info.filename!r} leads out of it")
    return name


def _copy(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int
) -> int:
    """Counts what comes out: a zip file may say anything of its sizes."""
    done = 0
    with archive.open(info) as source, target.open("xb") as file:
        while piece := source.read(PIECE):
            done += len(piece)
            if done > left:
                raise BadSubmission(f"more than {MOST_BYTES} bytes in a zip file")
            file.write(piece)
    return done
