"""The collections that come with the portal: built, taken in, shown, photographed.

    1. one process at a time; leftovers of a killed one are removed
    2. each title: a package from its recipe if there is none from these very inputs,
       the record, publishing
    3. the screens of those that have none, once the thin-client server answers

Every step finds out from the rows what is left to do, so the whole may be killed
anywhere and run again, and a second run does nothing.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from olive_portal.catalogue.models import Item, Package, State
from olive_portal.preservation import locking, recipes, screenshots, services
from olive_portal.preservation.errors import PreservationError
from olive_portal.preservation.models import Build
from olive_portal.preservation.submissions import METS, Sources
from vmnetx.client import ThinClientServer
from vmnetx.errors import VmnetxError

LOCK = "build-collections"
SERVER_WAIT_SECONDS = 60.0
SERVER_POLL_SECONDS = 0.5

Say = Callable[[str], None]


def build_all(root: Path, say: Say) -> int:
    """Bring the catalogue up to date with the titles below `root`.

    Returns how many failed; each failure was told to `say` and stopped no other.
    Raises Busy when another process is at it.
    """
    failures = 0
    dark: list[tuple[Path, Package]] = []
    with locking.at_once(LOCK), _workshop() as workshop:
        for folder in find_titles(root):
            try:
                item = build_one(folder, workshop, say)
            except (PreservationError, OSError) as error:
                say(f"{_name(folder)}: {error}")
                failures += 1
                continue
            package = _dark_package(item)
            if package is not None:
                dark.append((folder, package))
        return failures + _photograph_all(dark, say)


def find_titles(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob(f"*/*/{METS}"))


def build_one(folder: Path, workshop: Path, say: Say) -> Item:
    """One title, as far as it goes without a running machine."""
    if not (folder / recipes.NAME).is_file():
        return _take_in(folder, Sources())
    inputs = recipes.digest_inputs(folder)
    published = Package.objects.filter(published_at__isnull=False)
    if published.filter(builds__inputs_sha256=inputs).exists():
        return _take_in(folder, Sources())
    output = workshop / f"{folder.name}.nxpk"
    say(f"{_name(folder)}: building")
    try:
        recipes.build(folder / recipes.NAME, output, say)
    except recipes.NotHere as reason:
        item = _take_in(folder, Sources())
        if item.current_package() is None:
            services.explain_absence(item=item, reason=str(reason))
        say(f"{_name(folder)}: {reason}")
        return item
    item = _take_in(folder, Sources(package=output), inputs)
    output.unlink()
    return item


def _take_in(folder: Path, sources: Sources, inputs: str = "") -> Item:
    item = services.ingest(path=folder, sources=sources)
    package = _link(item, sources.package, inputs) if sources.package else None
    is_new = package is not None and package.state == State.DRAFT
    # What a curator has withdrawn is not shown again by starting the portal.
    is_wanted = item.is_draft or (is_new and not item.is_withdrawn)
    if is_wanted and not item.is_under_embargo:
        services.publish(item=item)
    return item


def _link(item: Item, path: Path, inputs: str) -> Package:
    from_bytes = services.find_package(item=item, path=path)
    Build.objects.get_or_create(package=from_bytes, inputs_sha256=inputs)
    return from_bytes


def _dark_package(item: Item) -> Package | None:
    """The package to photograph: of a public item that has no screenshot yet."""
    if not item.is_public or item.media.screenshots().exists():
        return None
    return item.current_package()


def _photograph_all(dark: list[tuple[Path, Package]], say: Say) -> int:
    if not dark:
        return 0
    if not _wait_for_server():
        say("The thin-client server does not answer: no screenshots were taken.")
        return len(dark)
    return sum(not _photograph(folder, package, say) for folder, package in dark)


def _photograph(folder: Path, package: Package, say: Say) -> bool:
    say(f"{_name(folder)}: taking its screenshot")
    try:
        patience, alt = screenshots.Patience(), ""
        if (folder / recipes.NAME).is_file():
            patience, alt = recipes.read_screenshot(folder)
        screenshots.take(package, alt=alt, patience=patience)
    except (PreservationError, VmnetxError, OSError) as error:
        say(f"{_name(folder)}: {error}")
        return False
    return True


def _wait_for_server() -> bool:
    deadline = time.monotonic() + SERVER_WAIT_SECONDS
    with ThinClientServer(settings.THIN_CLIENT_URL, settings.THIN_CLIENT_KEY) as server:
        while time.monotonic() < deadline:
            try:
                server.instances()
            except VmnetxError:  # also Refused: its key may be on its way
                time.sleep(SERVER_POLL_SECONDS)
            else:
                return True
    return False


@contextmanager
def _workshop() -> Iterator[Path]:
    """A folder for what is being built; we hold the lock, so all else is left over."""
    root = settings.DATA / "building"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with TemporaryDirectory(dir=root) as folder:
        yield Path(folder)


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
