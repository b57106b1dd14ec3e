from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from olive_portal.catalogue.models import Media


def test_other_bytes_get_another_path(make_item, make_screenshot):
    item = make_item()
    first = make_screenshot(item, content=b"one")
    second = make_screenshot(item, content=b"two")
    assert first.file.name != second.file.name
    assert first.file.name.startswith("rogue/")
    assert first.file.name.endswith(".png")


def test_the_path_does_not_take_the_uploaders_name_for_it(make_item):
    media = Media(item=make_item(), kind="manual", media_type="text/plain")
    media.file.save("../../evil.html", ContentFile(b"words"))
    assert "evil" not in media.file.name
    assert media.file.name.endswith(".txt")


def test_a_screenshot_without_words_is_refused(make_item, make_screenshot):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_screenshot(make_item(), alt="")


@pytest.mark.parametrize(
    ("state", "count"), [("draft", 0), ("published", 1), ("withdrawn", 0)]
)
def test_only_media_of_public_items_are_public(
    make_item, make_screenshot, state, count
):
    make_screenshot(make_item(state=state))
    assert Media.objects.public().count() == count


@pytest.mark.parametrize(
    ("media_type", "answered"),
    [
        ("image/png", "image/png"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html", "application/octet-stream"),
    ],
)
def test_no_type_is_answered_that_a_browser_runs(media_type, answered):
    assert Media(media_type=media_type).content_type == answered


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ((320, 200), (640, 400)),
        ((640, 480), (640, 480)),
        ((160, 100), (800, 500)),
        ((1024, 768), (1024, 768)),
        ((None, None), (None, None)),
    ],
)
def test_pixels_are_enlarged_by_whole_numbers(own, shown):
    media = Media(width=own[0], height=own[1])
    assert (media.shown_width, media.shown_height) == shown
