from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from olive_portal.preservation import building
from olive_portal.preservation.errors import Busy


class Command(BaseCommand):
    help = "Build, take in, publish and photograph the titles below a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.ROOT / "collections"
        parser.add_argument("root", nargs="?", type=Path, default=default)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        root: Path = options["root"]
        if not root.is_dir():
            raise CommandError(f"{root}: there is no such folder")
        # A supervisor ends us by SIGTERM: leave through every `finally` on the way, so
        # that no machine and no half of a build stays behind.
        before = signal.signal(signal.SIGTERM, _leave)
        try:
            failures = building.build_all(root, self._say)
        except Busy:
            self._say("Another process is building the collections.")
            return
        finally:
            signal.signal(signal.SIGTERM, before)
        if failures:
            raise CommandError(f"{failures} titles are not complete")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _leave(_signal: int, _frame: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)
