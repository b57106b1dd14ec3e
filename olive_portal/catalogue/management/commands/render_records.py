from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand
from rich.console import Console
from rich.progress import Progress

from olive_portal.catalogue import exposing
from olive_portal.catalogue.models import Item


class Command(BaseCommand):
    help = (
        "Render what harvesters get of every item. Needed after an update that changed "
        "how records look; harmless at any time. Records that come out as they were "
        "keep their datestamps."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after",
            type=int,
            default=0,
            metavar="KEY",
            help="go on after the item with this key, where an earlier run was stopped",
        )

    def handle(self, *, after: int, **_options: Any) -> None:  # noqa: ANN401
        items = Item.objects.filter(pk__gt=after)
        last, changed = after, exposing.retire_orphans()
        console = Console(file=sys.stderr)
        try:
            with Progress(console=console, transient=True) as progress:
                task = progress.add_task("Rendering", total=items.count())
                for part in exposing.refresh_in_parts(items):
                    last, changed = part.last, changed + part.changed
                    progress.advance(task, part.items)
        except KeyboardInterrupt:
            self.stderr.write(f"Stopped; go on with: render_records --after {last}")
            raise SystemExit(130) from None
        self.stdout.write(f"{changed} records changed.")
