from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from olive_portal.catalogue import media_facts
from olive_portal.catalogue.errors import UnknownMedia
from olive_portal.catalogue.media_facts import MediaFacts, recognise


def picture(kind):
    file = BytesIO()
    Image.new("RGB", (32, 20)).save(file, kind)
    return file


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_says_its_type_and_size(kind):
    file = picture(kind)
    assert recognise(file) == MediaFacts(f"image/{kind.lower()}", 32, 20)
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4 ...", "application/pdf"),
        (b"Read me.\n", "text/plain"),
        ("Größe\n".encode() * 1000, "text/plain"),
    ],
)
def test_documents_are_told_by_their_bytes(content, media_type):
    assert recognise(BytesIO(content)) == MediaFacts(media_type)


def test_a_page_that_a_browser_would_run_is_only_text():
    assert recognise(BytesIO(b"<script>x()</script>")).media_type == "text/plain"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fELF\0\0\0", b"\xff\xfe\xfd", b"\x89PNG\r\n\x1a\n" + b"\0" * 40],
)
def test_anything_else_is_refused(content):
    with pytest.raises(UnknownMedia):
        recognise(BytesIO(content))


def test_a_picture_cut_short_is_refused():
    whole = picture("PNG").getvalue()
    with pytest.raises(UnknownMedia):
        recognise(BytesIO(whole[: len(whole) // 2]))


@pytest.mark.parametrize(("limit", "most"), [("MOST_BYTES", 10), ("MOST_PIXELS", 639)])
def test_what_is_too_large_is_refused_with_the_limit(monkeypatch, limit, most):
    monkeypatch.setattr(media_facts, limit, most)
    with pytest.raises(UnknownMedia, match=f"at most {most}"):
        recognise(picture("PNG"))
