"""Programs of this machine: found before they are needed, run with a deadline."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from vmnetx.errors import VmnetxError

_TAIL = 400


class CannotBuildHere(VmnetxError):
    """This machine lacks what a recipe needs: a program, or Debian's packages.

    Final for this machine and no fault of the recipe. The command line answers with
    exit code 3; the portal catalogues the title without a package and shows the text.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Cannot be built on this machine: {reason}")


class ToolFailed(VmnetxError):
    """A program said no; the text holds the end of what it printed."""


def require(programs: Mapping[str, str]) -> None:
    """Raises CannotBuildHere that names each missing program and its package."""
    missing = [
        f"{program} (Debian package {package})"
        for program, package in programs.items()
        if shutil.which(program) is None
    ]
    if missing:
        raise CannotBuildHere(f"it has no {', no '.join(missing)}.")


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> str:
    """Its standard output. `timeout` is in seconds, `env` is added to the environment.

    Raises ToolFailed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603
            words,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip()[-_TAIL:]
        raise ToolFailed(f"{words[0]}: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"{words[0]}: not done after {timeout:g} s") from error
    except OSError as error:
        raise ToolFailed(f"{words[0]}: {error}") from error
    return done.stdout
