from __future__ import annotations

import pytest

from vmnetx.errors import Refused
from vmnetx.machine.disk import SERVED, DiskSource, package_nodes


def test_a_raw_disk_is_a_window_on_a_descriptor():
    source = DiskSource("/srv/game.nxpk", 512, 1024, "raw")
    file, window = package_nodes(source, "/dev/fdset/0")
    assert (file["driver"], file["filename"]) == ("file", "/dev/fdset/0")
    assert (window["offset"], window["size"]) == (512, 1024)
    assert window["node-name"] == "package"
    assert window["file"] == file["node-name"]


def test_a_qcow2_disk_names_no_other_file():
    nodes = package_nodes(DiskSource("/srv/game.nxpk", 0, 9, "qcow2"), "/dev/fdset/0")
    assert nodes[-1]["driver"] == "qcow2"
    assert nodes[-1]["backing"] is None
    assert nodes[-1]["node-name"] == "package"


def test_all_of_a_package_is_read_only():
    for kind in ("raw", "qcow2"):
        for node in package_nodes(DiskSource(SERVED, 0, 9, kind), ""):
            assert node["read-only"] is True


def test_a_served_disk_is_on_the_machines_own_socket():
    bytes_ = package_nodes(DiskSource(SERVED, 0, 9, "raw"), "")[0]
    assert (bytes_["driver"], bytes_["export"]) == ("nbd", "package")
    assert bytes_["server"] == {"type": "unix", "path": "disk.sock"}
    assert bytes_["reconnect-delay"] > 0


@pytest.mark.parametrize("location", ["game.nxpk", "https://a.example/x", "nbd:x", ""])
def test_other_places_are_refused(location):
    with pytest.raises(Refused):
        DiskSource(location, 0, 9, "raw")
