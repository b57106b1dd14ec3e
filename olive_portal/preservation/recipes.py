"""recipe.toml, as far as the portal goes: what it depends on, and how it is run.

What stands in a recipe is `vmnetx generate recipe`'s business; only the table
[screenshot] is for the portal.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from threading import Timer

from django.conf import settings

from olive_portal.preservation.errors import BadSubmission, PreservationError
from olive_portal.preservation.screenshots import Patience

NAME = "recipe.toml"
# What is in a title's folder and not in its machine.
BESIDE = {"mets.xml", "screenshots", "documents"}
CANNOT_BE_BUILT_HERE = 3
GENERATE = (sys.executable, "-m", "vmnetx", "generate", "recipe")
MAX_BUILD_SECONDS = 1800


class NotHere(PreservationError):
    """This machine lacks what the recipe needs; the text is a sentence for visitors."""


def digest_inputs(folder: Path) -> str:
    """One digest of the recipe and all files that it may use, names included."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] not in BESIDE:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{content} {relative.as_posix()}\n".encode())
    return total.hexdigest()


def read_screenshot(folder: Path) -> tuple[Patience, str]:
    """When to photograph the screen, and its text alternative: [screenshot]'s
    `seconds` and `alt`. Raises BadSubmission."""
    path = folder / NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("screenshot", {})
        seconds, alt = table.get("seconds"), str(table.get("alt", ""))
        if seconds is None:
            return Patience(), alt
        return Patience(least=float(seconds), still=0, most=float(seconds)), alt
    except (OSError, AttributeError, TypeError, ValueError) as error:
        raise BadSubmission(f"{path}: {error}") from error


def build(recipe: Path, output: Path, say: Callable[[str], None]) -> None:
    """Make the package that `recipe` describes.

    What it says on stderr goes to `say`, line by line; its stdout is ours.

    Raises NotHere for what this machine cannot build, else PreservationError.
    """
    with subprocess.Popen(  # noqa: S603
        [*GENERATE, str(recipe.absolute()), str(output)],
        cwd=settings.ROOT,
        stdin=subprocess.DEVNULL,
        # Apart: a sentence on stderr would else come before what stdout held back.
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        timer = Timer(MAX_BUILD_SECONDS, process.kill)
        timer.start()
        try:
            last = _pass_on(process, say)
        except BaseException:
            process.terminate()
            raise
        finally:
            timer.cancel()
    if process.returncode == CANNOT_BE_BUILT_HERE:
        raise NotHere(last)
    if process.returncode != 0:
        raise PreservationError(f"{recipe}: {last} (exit code {process.returncode})")


def _pass_on(process: subprocess.Popen[str], say: Callable[[str], None]) -> str:
    last = ""
    for line in process.stderr or ():
        if line := line.rstrip():
            say(line)
            last = line
    return last
