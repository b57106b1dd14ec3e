"""Smaller pictures of screens, for cards and phones: made once and kept beside."""

from __future__ import annotations

import io
import logging

from django.core.files.base import ContentFile
from PIL import Image

from olive_portal.catalogue.models import Media
from olive_portal.catalogue.models.item import ItemQuerySet

logger = logging.getLogger(__name__)

# A card on a small and on a dense screen.
WIDTHS = (320, 640)
QUALITY = 82


def make_new(*, items: ItemQuerySet) -> None:
    """Make what the public screens of `items` lack. One that cannot be made smaller
    has none, and is not tried again."""
    public = items.public().order_by().values("pk")
    screens = Media.objects.screenshots().filter(item__in=public)
    for media in screens.filter(renditions__isnull=True):
        made = _make(media)
        Media.objects.filter(pk=media.pk).update(renditions=made)


def _make(media: Media) -> list[int]:
    try:
        with media.file.open() as file, Image.open(file.file) as picture:
            wanted = [width for width in WIDTHS if width < picture.width]
            # Palettes and bilevel pictures cannot be blended.
            full = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        logger.warning("%s cannot be made smaller: %s", media.file.name, error)
        return []
    for width in wanted:
        _keep(media, full, width)
    return wanted


def _keep(media: Media, full: Image.Image, width: int) -> None:
    height = max(1, round(full.height * width / full.width))
    buffer = io.BytesIO()
    full.resize((width, height), Image.Resampling.LANCZOS).save(
        buffer, "WEBP", quality=QUALITY, method=6
    )
    name, storage = media.rendition_name(width), media.file.storage
    # Left by somebody who was killed before the row said so.
    storage.delete(name)
    storage.save(name, ContentFile(buffer.getvalue()))
