from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from tests.vmnetx.machine import guests
from vmnetx.package.archive import Member
from vmnetx.package.domain import render
from vmnetx.package.http import Identity
from vmnetx.server import facts
from vmnetx.server.facts import Facts, Spoilt

DOMAIN = guests.domain(description="ü")
RECORD = Facts(
    id="AAAQEAYEAUDAOCAJ",
    auth_code="AAECAwQFBgcICQoLDA0O",
    viewer_token="viewer-secret",
    vm_name="Echo",
    user_ident="alice",
    network="none",
    location="http://127.0.0.1/launch/url-secret/a.nxpk",
    disk_offset=685,
    disk_size=4 * 1024**2,
    domain_xml=render(DOMAIN).decode(facts.ENCODING),
    created_at="2026-11-24T00:00:00+00:00",
    package_size=5 * 1024**2,
    etag='"abc"',
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / RECORD.id
    facts.write(RECORD, folder)
    return folder


def test_where_the_memory_image_lies_is_kept(tmp_path):
    record = replace(RECORD, memory_path="memory.img", memory_offset=9, memory_size=7)
    facts.write(record, tmp_path / RECORD.id)
    assert facts.read(tmp_path / RECORD.id).memory == Member("memory.img", 9, 7)
    assert RECORD.memory is None


def test_what_is_written_is_read(folder):
    read = facts.read(folder)
    assert read == RECORD
    assert read.domain == DOMAIN
    assert read.token == "AAAQEAYEAUDAOCAJ/AAECAwQFBgcICQoLDA0O"
    assert read.identity == Identity(5 * 1024**2, '"abc"', None)
    assert read.disk.is_served
    assert (read.disk.offset, read.disk.size, read.disk.format) == (
        685,
        4 * 1024**2,
        "qcow2",
    )


def test_a_file_of_this_host_is_read_where_it_lies():
    local = replace(RECORD, location="/srv/a.nxpk", package_size=None)
    assert local.identity is None
    assert local.disk.location == "/srv/a.nxpk"


def test_nobody_else_can_read_it(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / facts.FILENAME).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [facts.FILENAME]


def test_two_instances_never_share_a_folder(folder):
    with pytest.raises(FileExistsError):
        facts.write(RECORD, folder)


def test_its_text_shows_no_secret():
    assert "secret" not in repr(RECORD)
    assert RECORD.auth_code not in repr(RECORD)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "BBBQEAYEAUDAOCAJ"},
        {"domain_xml": "<domain/>"},
        {"domain_xml": None},
        {"of_the_future": 1},
    ],
)
def test_a_spoilt_record_is_told(folder, change):
    path = folder / facts.FILENAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(Spoilt):
        facts.read(folder)


@pytest.mark.parametrize("content", ["", "[]", "5", "{", "\0"])
def test_what_is_no_record_is_told(folder, content):
    (folder / facts.FILENAME).write_text(content)
    with pytest.raises(Spoilt):
        facts.read(folder)


def test_a_folder_without_one_is_told(tmp_path):
    with pytest.raises(Spoilt):
        facts.read(tmp_path)


def test_of_a_folder_the_record_goes_first(folder, monkeypatch):
    """A server that is killed next leaves no instance behind that was destroyed."""
    monkeypatch.setattr(facts.shutil, "rmtree", lambda *_, **__: None)
    facts.discard(folder)
    assert folder.exists()
    with pytest.raises(Spoilt):
        facts.read(folder)


def test_a_folder_goes_with_all_that_is_in_it(folder):
    (folder / "run").mkdir()
    (folder / "run" / "overlay.qcow2").touch()
    facts.discard(folder)
    assert not folder.exists()
    facts.discard(folder)
