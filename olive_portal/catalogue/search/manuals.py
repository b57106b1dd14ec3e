"""The text of manuals, read from their files once and kept beside them."""

from __future__ import annotations

import logging
import subprocess
import sys

from django.conf import settings

from olive_portal.catalogue.models import Item, ManualText, Media
from olive_portal.catalogue.models.item import ItemQuerySet
from olive_portal.catalogue.search import indexing

logger = logging.getLogger(__name__)

READABLE = ("application/pdf", "text/plain")
PROGRAM = [sys.executable, "-m", "olive_portal.catalogue.search.reading"]
MOST_SECONDS = 60
MOST_LETTERS = 400_000


def read_new(*, items: ItemQuerySet) -> None:
    """Read the manuals of public `items` that nobody has read yet, and index them.

    Not in a transaction: reading takes seconds, and the others would wait. A file that
    cannot be read counts as empty, so that it is tried once.
    """
    public = items.public().order_by().values("pk")
    unread = Media.objects.filter(
        item__in=public, media_type__in=READABLE, words=None
    ).exclude(kind="screenshot")
    found = set()
    for media in unread:
        ManualText.objects.get_or_create(media=media, defaults={"text": _text(media)})
        found.add(media.item_id)
    if found:
        indexing.update(items=Item.objects.filter(pk__in=found))


def _text(media: Media) -> str:
    try:
        with media.file.open() as file:
            done = subprocess.run(  # noqa: S603  # our own program
                [*PROGRAM, media.media_type],
                stdin=file.file,
                capture_output=True,
                cwd=settings.ROOT,
                timeout=MOST_SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("%s cannot be read: %s", media.file.name, error)
        return ""
    if done.returncode:
        logger.warning("Reading %s ended with %s", media.file.name, done.returncode)
    return done.stdout.decode(errors="ignore")[:MOST_LETTERS]
