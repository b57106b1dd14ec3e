"""The host's QEMU: where it is, which it is, and whether it speaks SPICE."""

from __future__ import annotations

import functools
import shutil
import subprocess

from vmnetx.errors import MachineFailed

NAME = "qemu-system-x86_64"
ANSWER_SECONDS = 20


@functools.cache
def path() -> str:
    """Raises MachineFailed when QEMU is not installed."""
    found = shutil.which(NAME)
    if found is None:
        raise MachineFailed(f"{NAME} is not installed")
    return found


@functools.cache
def version() -> str:
    """The version with the packager's own, as in "7.2.22 (Debian 1:7.2+dfsg-7)"."""
    first, *_ = _ask("--version").stdout.splitlines() or [""]
    return first.removeprefix("QEMU emulator version ")


@functools.cache
def has_spice() -> bool:
    """Debian has it in a module that comes with qemu-system-common."""
    return "disable-ticketing" in _ask("-spice", "help").stdout


@functools.cache
def machine_types() -> dict[str, str]:
    """Every machine type by its name, and by the names that stand for it: "pc"."""
    types: dict[str, str] = {}
    for line in _ask("-machine", "help").stdout.splitlines():
        name = line.split(maxsplit=1)[0]
        _, is_alias, rest = line.partition("(alias of ")
        types[name] = rest.partition(")")[0] if is_alias else name
    return types


def _ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603
            [path(), *arguments],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineFailed(f"{NAME} cannot be run: {error}") from error
