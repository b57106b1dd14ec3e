"""What an uploaded file is, found from its bytes: a browser must not be told another
type than the one that the file has."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import IO

from PIL import Image, UnidentifiedImageError

from olive_portal.catalogue.errors import UnknownMedia

# Of a screen, with room to spare; decoding more would fill the memory.
MOST_PIXELS = 40_000_000
MOST_BYTES = 64 * 1024 * 1024
SNIFF_BYTES = 4096
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


@dataclass(frozen=True)
class MediaFacts:
    media_type: str
    width: int | None = None  # in pixels; of pictures only
    height: int | None = None


def recognise(file: IO[bytes]) -> MediaFacts:
    """Type and size of `file`, which is left at its start. Raises UnknownMedia."""
    file.seek(0)
    start = file.read(SNIFF_BYTES)
    length = file.seek(0, 2)
    file.seek(0)
    if length > MOST_BYTES:
        raise UnknownMedia(
            f"The file has {length} bytes; at most {MOST_BYTES} are taken."
        )
    if start.startswith(b"%PDF-"):
        return MediaFacts("application/pdf")
    if _is_text(start):
        return MediaFacts("text/plain")
    try:
        return _recognise_picture(file)
    finally:
        file.seek(0)


def _is_text(start: bytes) -> bool:
    # Incremental: a character may be cut in two where the sample ends.
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(start)
    except UnicodeDecodeError:
        return False
    return bool(text) and not UNPRINTABLE.search(text)


def _recognise_picture(file: IO[bytes]) -> MediaFacts:
    try:
        with Image.open(file, formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise UnknownMedia(
                    f"The picture has {width} x {height} pixels; at most "
                    f"{MOST_PIXELS} are taken."
                )
            picture.verify()
            return MediaFacts(Image.MIME[picture.format or ""], width, height)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise UnknownMedia(
            "The file is no picture (PNG, JPEG, GIF, WebP), PDF or plain text."
        ) from error
