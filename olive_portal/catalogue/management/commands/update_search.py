from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from olive_portal.catalogue import services


class Command(BaseCommand):
    help = "Lets search know the titles and manuals that it does not: after an upgrade."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Index everything anew.")

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        update = services.index_everything if options["all"] else services.index_missing
        count = update()
        if options["verbosity"]:
            self.stdout.write(f"{count} titles were indexed.")
