from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from olive_portal.catalogue import documents
from olive_portal.catalogue.models import ManualText, Media

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_manual(make_item):
    def make_manual(content=b"Press any key.\n", media_type="text/plain", **fields):
        media = Media(item=make_item(**fields), kind="manual", media_type=media_type)
        media.caption = "Read me"
        media.file.save("manual", ContentFile(content))
        return media

    return make_manual


def test_a_text_that_nobody_has_read_yet_comes_from_its_file(make_manual):
    media = make_manual()
    assert documents.text_of(media) == "Press any key.\n"
    ManualText.objects.create(media=media, text="As it was read")
    assert documents.text_of(media) == "As it was read"


def test_an_unread_pdf_and_a_lost_file_have_no_text(make_manual):
    pdf = make_manual(b"%PDF-1.4", "application/pdf")
    assert documents.text_of(pdf) == ""
    Media.objects.update(file="nowhere.txt", media_type="text/plain")
    assert documents.text_of(Media.objects.get()) == ""


def test_pages_end_with_a_line_and_lose_nothing():
    lines = [f"line {number}" for number in range(10_000)]
    found = documents.pages("\n".join(lines))
    assert len(found) > 3
    assert all(len(page) <= documents.LETTERS_ON_A_PAGE for page in found)
    assert "\n".join(found).split("\n") == lines


def test_a_text_without_lines_is_cut_all_the_same():
    found = documents.pages("x" * (documents.LETTERS_ON_A_PAGE * 2 + 5))
    assert "".join(found) == "x" * (documents.LETTERS_ON_A_PAGE * 2 + 5)


def test_nothing_has_no_pages():
    assert documents.pages("\n \n") == []


def test_a_manual_is_read_in_the_page_and_is_no_markup(client, make_manual):
    media = make_manual(b"<script>x()</script> " * 3000)
    page = client.get(f"/items/rogue/documents/{media.pk}").content.decode()
    assert "&lt;script&gt;x()" in page
    assert "<script>x" not in page
    assert "Page 1 of 3" in page
    assert len(page) < 100_000


def test_a_pdf_is_framed_and_only_it_may_be(client, make_manual):
    media = make_manual(b"%PDF-1.4", "application/pdf")
    page = client.get(f"/items/rogue/documents/{media.pk}").content.decode()
    assert f'<iframe class="document-frame" src="{media.file.url}"' in page
    file = client.get(media.file.url)
    assert b"".join(file.streaming_content) == b"%PDF-1.4"
    assert "frame-ancestors 'self'" in file.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in file.headers


def test_a_screenshot_is_no_document(client, make_item, make_screenshot):
    shot = make_screenshot(make_item())
    assert client.get(f"/items/rogue/documents/{shot.pk}").status_code == 404


def test_another_titles_address_leads_nowhere(client, make_manual, make_item):
    media = make_manual()
    make_item("other")
    assert client.get(f"/items/other/documents/{media.pk}").status_code == 404
