from __future__ import annotations

import lzma

import pytest

from tests.vmnetx.package.samples import DOMAIN, saved_memory
from vmnetx.errors import BadPackage
from vmnetx.generate import managed_save
from vmnetx.package import binding
from vmnetx.package.archive import Member
from vmnetx.package.source import LocalFile


@pytest.mark.parametrize("compression", ["raw", "xz"])
def test_the_packages_xml_names_the_machine_that_was_saved(tmp_path, compression):
    saved, target = tmp_path / "machine.save", tmp_path / "memory.img"
    saved.write_bytes(saved_memory(lzma.compress(b"stream"), compression="xz"))
    managed_save.pack(saved, DOMAIN, target, compression)
    source = LocalFile(target)
    header, area = binding.read_head(source, Member("memory.img", 0, source.size))
    stream = source.read(header.body_offset, source.size)
    source.close()
    assert header.compression == compression
    assert (lzma.decompress(stream) if compression == "xz" else stream) == b"stream"
    assert b"<name>machine</name>" in area.xml
    assert area.xml.startswith(b'<domain type="kvm"')


def test_what_is_no_image_is_refused(tmp_path):
    saved = tmp_path / "machine.save"
    saved.write_bytes(b"something else")
    with pytest.raises(BadPackage):
        managed_save.pack(saved, DOMAIN, tmp_path / "memory.img", "xz")
