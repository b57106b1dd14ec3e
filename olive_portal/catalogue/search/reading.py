"""The words of one document, as a program of its own: a file from outside may keep a
parser busy for ever or make it take all memory, so what reads it is a process that the
kernel bounds.

    python -m olive_portal.catalogue.search.reading MEDIA_TYPE <FILE >TEXT
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

CPU_SECONDS = 30
MOST_MEMORY = 1 << 30
MOST_PAGES = 2000
MOST_LETTERS = 400_000


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    is_pdf = sys.argv[1:] == ["application/pdf"]
    # What was read before a page that is broken is worth having: print as we go.
    for text in _pages(content) if is_pdf else [content.decode(errors="replace")]:
        sys.stdout.buffer.write(_clean(text).encode(errors="ignore") + b"\n")
    sys.stdout.flush()
    return 0


def _pages(content: bytes) -> Iterator[str]:
    letters = 0
    try:
        for page in PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]:
            text = page.extract_text()
            letters += len(text)
            yield text
            if letters > MOST_LETTERS:
                return
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        return  # a PDF that only a lenient viewer opens: its words stay unread


def _clean(text: str) -> str:
    """Printable text: PostgreSQL keeps no NUL, and a reader wants none."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


if __name__ == "__main__":
    sys.exit(main())
