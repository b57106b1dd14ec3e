from __future__ import annotations

import io
from dataclasses import asdict

import pytest

from olive_portal.preservation import keeping, services, storing
from olive_portal.preservation.attachments import find
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.keeping import Keeper
from tests.vmnetx.package.samples import DOMAIN, members, saved_memory, zipped
from vmnetx.package import binding
from vmnetx.package.binding import MemoryBinding
from vmnetx.package.memory import Area

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(make_folder):
    return services.ingest(path=make_folder(package=None))


def test_undo_takes_away_what_this_ingest_brought_and_no_more(tmp_path):
    (tmp_path / "old").write_bytes(b"abc")
    keeper = Keeper()
    with storing.received(io.BytesIO(b"abc"), tmp_path) as incoming:
        keeper.keep(incoming, tmp_path / "old")
        keeper.keep(incoming, tmp_path / "new")
    keeper.undo()
    assert (tmp_path / "old").exists()
    assert not (tmp_path / "new").exists()


def test_a_medium_is_kept_once(item, tmp_path, make_picture):
    make_picture(tmp_path / "a/screenshots/1.png")
    found = find(tmp_path / "a", None)
    assert keeping.keep_attachments(Keeper(), item, found) is True
    assert keeping.keep_attachments(Keeper(), item, found) is False
    assert item.media.count() == 1


def test_the_same_picture_twice_in_a_folder_is_one(item, tmp_path, make_picture):
    for name in "12":
        make_picture(tmp_path / f"a/screenshots/{name}.png")
    keeping.keep_attachments(Keeper(), item, find(tmp_path / "a", None))
    assert item.media.count() == 1


def test_a_curators_words_stay_unless_the_record_has_its_own(
    item, tmp_path, make_picture
):
    make_picture(tmp_path / "a/screenshots/1.png")
    found = find(tmp_path / "a", None)
    keeping.keep_attachments(Keeper(), item, found)
    item.media.update(alt="A curator's words")
    keeping.keep_attachments(Keeper(), item, found)
    assert item.media.get().alt == "A curator's words"


BOUND = MemoryBinding("7.2.22 (Debian)", "pc-i440fx-7.2", "tcg", "qemu64", "0a1b")


@pytest.fixture
def make_saved(tmp_path):
    """A package with a memory image, whose header has this XML."""

    def make_saved(xml):
        path = tmp_path / "saved.nxpk"
        image = saved_memory(area=Area(xml))
        path.write_bytes(zipped(members(memory=image)))
        return path

    return make_saved


def test_what_a_memory_image_continues_on_is_kept(make_folder, make_saved):
    path = make_saved(binding.describe(DOMAIN, BOUND))
    item = services.ingest(path=make_folder(package=path))
    package = item.packages.get()
    assert package.has_memory_image
    assert package.memory_binding == asdict(BOUND)


def test_libvirts_own_image_is_kept_without_its_binding(make_folder, make_saved):
    item = services.ingest(path=make_folder(package=make_saved(DOMAIN)))
    package = item.packages.get()
    assert package.has_memory_image
    assert package.memory_binding == {}


def test_a_memory_image_whose_xml_is_spoilt_is_refused(make_folder, make_saved, kept):
    folder = make_folder(package=make_saved(b"<domain"))
    with pytest.raises(BadSubmission, match="Memory image's XML does not parse"):
        services.ingest(path=folder)
    assert kept() == []
