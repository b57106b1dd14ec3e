from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from olive_portal.catalogue.forms import MediaForm
from olive_portal.catalogue.models import Media


@pytest.fixture
def fill(make_item):
    def fill(content, **fields):
        data = {"kind": "screenshot", "alt": "A cave", "position": 0} | fields
        files = {"file": SimpleUploadedFile("a.exe", content)}
        return MediaForm(data, files, instance=Media(item=make_item()))

    return fill


@pytest.fixture
def gif():
    file = BytesIO()
    Image.new("P", (320, 200)).save(file, "GIF")
    return file.getvalue()


def test_type_and_size_are_read_from_the_file(fill, gif):
    media = fill(gif).save()
    assert (media.media_type, media.width, media.height) == ("image/gif", 320, 200)
    assert media.file.name.endswith(".gif")


def test_a_screenshot_needs_words(fill, gif):
    assert "alt" in fill(gif, alt="").errors


def test_a_document_is_no_screenshot(fill):
    assert "file" in fill(b"words\n").errors


def test_a_document_needs_no_words_for_what_it_shows(fill):
    assert fill(b"words\n", kind="manual", alt="").is_valid()


def test_an_unknown_file_is_refused_with_the_reason(fill):
    assert "no picture" in str(fill(b"\x7fELF\0").errors["file"])
