from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from olive_portal.preservation import services
from olive_portal.preservation.errors import PreservationError
from olive_portal.preservation.submissions import Sources


class Command(BaseCommand):
    help = "Take titles' folders, or packages, into the catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--publish", action="store_true", help="show them at once")
        parser.add_argument("--package", type=Path, help="the .nxpk file of one folder")
        parser.add_argument("--mets", type=Path, help="the METS record of one package")
        parser.add_argument("--collection", default="", help="the slug of one")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        paths: list[Path] = options["paths"]
        sources = Sources(options["package"], options["mets"], options["collection"])
        if len(paths) > 1 and (sources.package or sources.mets):
            raise CommandError("--package and --mets go with one PATH")
        failures = [path for path in paths if not self._ingest(path, sources, options)]
        if failures:
            raise CommandError(f"{len(failures)} of {len(paths)} could not be taken in")

    def _ingest(self, path: Path, sources: Sources, options: dict[str, Any]) -> bool:
        try:
            item = services.ingest(path=path, sources=sources)
            if options["publish"]:
                services.publish(item=item)
        except (PreservationError, OSError) as error:
            self.stderr.write(str(error))
            return False
        self.stdout.write(f"{item.get_absolute_url()}  {item.title} ({item.state})")
        return True
