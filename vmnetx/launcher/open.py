"""`python -m vmnetx open LOCATION`: what a click on a vmnetx: link does."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import ssl
import sys
import tempfile
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vmnetx.cache.store import cache_root
from vmnetx.errors import Unreachable, VmnetxError
from vmnetx.launcher import locations, notices, thick, thin, updates
from vmnetx.launcher.conversation import Dial
from vmnetx.launcher.desk import Desk
from vmnetx.launcher.locations import BadLocation, Location, Remote
from vmnetx.launcher.notices import Notices
from vmnetx.launcher.viewer import NotInstalled
from vmnetx.machine.options import MIB

FAILED: Final = 1
EXIT_CODES: Final[Mapping[type[VmnetxError], int]] = {
    BadLocation: 2,
    NotInstalled: 3,
    Unreachable: 4,
}
"""For those whose answer differs; every other failure is FAILED."""
INTERRUPTED: Final = 130
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """Open what the arguments say, and return the exit code when it is over."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.ERROR)
    people = notices.choose(sys.stderr)
    try:
        location = locations.resolve(options.location)
        with _own_folder() as directory:
            asyncio.run(_open(location, options, people, directory))
    except VmnetxError as error:
        people.fail(str(error))
        return _exit_code(error)
    except asyncio.CancelledError:
        people.say("Ended.")
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx open",
        description="Open a preserved machine: a vmnetx: link runs it on its server, "
        "a package runs it on this computer.",
    )
    add = parser.add_argument
    add("location", metavar="LOCATION", help="a URL, or the path of a .nxpk or .netx")
    add(
        "--keep",
        action="store_true",
        help="leave a session on its server when the viewer is closed",
    )
    add("--tls", action="store_true", help="speak TLS to the vmnetx: server")
    add("--viewer", metavar="PROGRAM", help="the viewer to use")
    add("--network", choices=("none", "restricted", "user"), default="none")
    add("--accelerator", choices=("auto", "kvm", "tcg"), default="auto")
    add(
        "--cache-size",
        metavar="MIB",
        type=int,
        default=os.environ.get("VMNETX_CACHE_SIZE", "8192"),
        help="the most package bytes to keep; default: $VMNETX_CACHE_SIZE, or 8192",
    )
    add(
        "--update-url",
        metavar="URL",
        default=os.environ.get("VMNETX_UPDATE_URL", ""),
        help="where to ask for newer releases; default: $VMNETX_UPDATE_URL, or nowhere",
    )
    add("--verbose", action="store_true", help="log every step")
    return parser


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder on a disk, since the guest's changes are in it. It goes afterwards."""
    place = os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108  mkdtemp makes it ours
    place = place if os.path.isdir(place) else tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="vmnetx-", dir=place) as directory:
        yield Path(directory)


async def _open(
    location: Location,
    options: argparse.Namespace,
    people: Notices,
    directory: Path,
) -> None:
    check = updates.UpdateCheck(options.update_url, cache_root() / updates.STATE_FILE)
    check.begin()

    def tell_of_update() -> None:
        update = check.offer()
        if update is not None:
            people.say(str(update))

    desk = Desk(people, directory, options.viewer, tell_of_update)
    await _until_signal(_work(location, options, desk))
    # The answer may have come after the start.
    tell_of_update()


def _work(
    location: Location, options: argparse.Namespace, desk: Desk
) -> Coroutine[Any, Any, None]:
    if isinstance(location, Remote):
        tls = ssl.create_default_context() if options.tls else None
        dial = Dial(location.host, location.port, location.token, tls)
        show = thin.keep_session if options.keep else thin.open_session
        return show(dial, desk)
    wishes = thick.Wishes(
        options.network, options.accelerator, cache_root(), options.cache_size * MIB
    )
    return thick.open_here(location, desk, wishes)


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """A signal cancels the work, which then ends in order."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _exit_code(error: VmnetxError) -> int:
    codes = [code for kind, code in EXIT_CODES.items() if isinstance(error, kind)]
    return codes[0] if codes else FAILED
