from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from olive_portal.news import services
from olive_portal.news.errors import NewsError


class Command(BaseCommand):
    help = "Put up the posts and client releases that a folder describes, once each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.ROOT / "news"
        parser.add_argument("folder", nargs="?", type=Path, default=default)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        try:
            arrived = services.load(folder=options["folder"])
        except NewsError as error:
            raise CommandError(str(error)) from error
        for name in arrived:
            self.stdout.write(f"new: {name}")
