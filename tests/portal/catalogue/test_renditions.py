from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from olive_portal.catalogue import renditions, services
from olive_portal.catalogue.models import ChangeNote, Item, Media

pytestmark = pytest.mark.django_db


def make():
    renditions.make_new(items=Item.objects.all())
    return Media.objects.get()


def opened(media, width):
    with media.file.storage.open(media.rendition_name(width)) as file:
        content = file.read()
    with Image.open(BytesIO(content)) as smaller:
        return smaller.format, smaller.size


def picture(mode, size=(1000, 500)):
    file = BytesIO()
    Image.new(mode, size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "P", "1", "RGBA", "I;16"])
def test_a_screen_gets_its_smaller_pictures(make_item, make_screenshot, mode):
    make_screenshot(make_item(), content=picture(mode), width=1000, height=500)
    media = make()
    assert media.renditions == [320, 640]
    for width in (320, 640):
        assert opened(media, width) == ("WEBP", (width, width // 2))


def test_a_page_offers_every_width(client, make_item, make_screenshot):
    make_screenshot(make_item())
    media = make()
    page = client.get("/collections/games").content.decode()
    small = media.file.url.replace(".png", "-320.webp")
    assert f'srcset="{small} 320w, {media.file.url} 640w"' in page
    answer = client.get(small)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"


def test_a_small_screen_stays_as_it_is(make_item, make_screenshot, client):
    content = picture("RGB", (300, 200))
    make_screenshot(make_item(), content=content, width=300, height=200)
    assert make().renditions == []
    assert "srcset" not in client.get("/collections/games").content.decode()


def test_a_picture_is_made_smaller_once(make_item, make_screenshot, monkeypatch):
    make_screenshot(make_item())
    make()
    monkeypatch.setattr(renditions, "_make", lambda _media: pytest.fail("again"))
    make()


def test_what_a_killed_process_left_is_written_over(make_item, make_screenshot):
    media = make_screenshot(make_item())
    media.file.storage.save(media.rendition_name(320), BytesIO(b"half a pict"))
    assert opened(make(), 320) == ("WEBP", (320, 240))


def test_a_file_that_is_no_picture_is_let_be(make_item, make_screenshot, caplog):
    make_screenshot(make_item(), content=b"no picture")
    assert make().renditions == []
    assert "cannot be made smaller" in caplog.text


def test_pictures_are_made_after_the_commit_that_shows_them(
    make_item, make_screenshot, django_capture_on_commit_callbacks
):
    make_screenshot(make_item())
    with django_capture_on_commit_callbacks(execute=True):
        services.record_change(items=Item.objects.all())
    assert Media.objects.get().renditions == [320]


def test_the_pictures_of_a_withdrawn_item_go_with_it(
    client, make_item, make_screenshot
):
    item = make_item()
    make_screenshot(item)
    small = make().file.url.replace(".png", "-320.webp")
    Item.objects.update(state="withdrawn", withdrawn_at=item.published_at)
    assert client.get(small).status_code == 404


def test_harvesters_hear_nothing_of_smaller_pictures(make_item, make_screenshot):
    make_screenshot(make_item())
    ChangeNote.objects.all().delete()
    make()
    assert not ChangeNote.objects.exists()
