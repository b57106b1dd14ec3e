from __future__ import annotations

import json
import subprocess

import pytest

from tests.vmnetx.machine import guests
from vmnetx.errors import MachineFailed
from vmnetx.machine import overlay


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "overlay.qcow2"
    path.touch()
    return path


@pytest.mark.parametrize(
    "size", [512, guests.DISK_BYTES, overlay.SPAN, overlay.SPAN + 512, 2**45]
)
def test_qemu_finds_a_sound_and_empty_image(path, size):
    overlay.create(path, size)
    check = ["qemu-img", "check", "-q", "-f", "qcow2", path]
    subprocess.run(check, check=True)
    info = ["qemu-img", "info", "--output=json", "-f", "qcow2", path]
    told = json.loads(subprocess.run(info, capture_output=True, check=True).stdout)
    assert told["virtual-size"] == size
    assert "backing-filename" not in told
    assert path.stat().st_blocks * 512 < guests.MIB


def test_a_disk_beyond_all_tables_is_a_failure(path):
    with pytest.raises(MachineFailed, match="too large"):
        overlay.create(path, 2**52)


def test_a_file_that_is_not_ours_is_left_alone(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(MachineFailed):
        overlay.create(link, 512)
    path.write_bytes(b"something")
    with pytest.raises(MachineFailed, match="no empty file"):
        overlay.create(path, 512)
    assert path.read_bytes() == b"something"
