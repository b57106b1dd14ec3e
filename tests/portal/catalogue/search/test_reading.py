from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

ROOT = Path(__file__).parents[4]
PROGRAM = [sys.executable, "-m", "olive_portal.catalogue.search.reading"]


def read(content, media_type="application/pdf"):
    done = subprocess.run(
        [*PROGRAM, media_type], input=content, cwd=ROOT, capture_output=True, check=True
    )
    return done.stdout.decode()


def pdf(*texts):
    """A PDF with a page for each text, in one of the fonts every reader has."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in texts:
        page = writer.add_blank_page(300, 300)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = content
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_the_words_of_every_page_of_a_pdf_are_read():
    assert read(pdf("Insert disk two", "Press any key")).split() == (
        ["Insert", "disk", "two", "Press", "any", "key"]
    )


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4 and then nothing", pdf("x")[:200], b"\x00" * 1000]
)
def test_a_broken_pdf_has_no_words_and_is_no_failure(content):
    assert read(content) == ""


def test_plain_text_comes_without_what_no_database_keeps():
    assert (
        read(b"a\x00b\tc\nd \xff", "text/plain")
        == "a b c\nd \N{REPLACEMENT CHARACTER}\n"
    )
