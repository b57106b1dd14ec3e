"""What was last wished of an instance's machine, kept for the next server.

A server may be killed between a wish and its fulfilment. The file is written first, so
the next one goes on where this one stopped.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal, cast

logger = logging.getLogger(__name__)

FILENAME = "wanted"
MAX_BYTES = 16

Wanted = Literal["on", "off", "gone"]
WORDS = ("on", "off", "gone")


def write(directory: Path, word: Wanted) -> None:
    """Either the old word or the new one is there."""
    draft = directory / f"{FILENAME}.new"
    try:
        draft.write_text(word)
        draft.replace(directory / FILENAME)
    except OSError as error:
        # This server goes on all the same; only a later one will not know.
        logger.warning("event=wish-unwritten instance=%s why=%s", directory.name, error)


def read(directory: Path) -> Wanted | None:
    """None: nobody wished anything yet, or the file is spoilt."""
    try:
        with (directory / FILENAME).open("rb") as file:
            word = file.read(MAX_BYTES).decode("ascii", "replace")
    except OSError:
        return None
    return cast("Wanted", word) if word in WORDS else None
