from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmnetx.errors import BadPackage
from vmnetx.package.manifest import NAMESPACE, Manifest, parse, render

MINIMAL = Manifest("Test VM", "domain.xml", "disk.img")


def test_the_minimal_manifest_is_written_byte_for_byte():
    """Specification 9.7."""
    digest = hashlib.sha256(render(MINIMAL)).hexdigest()
    assert digest == "3bbb5dd322c55275c98b9b8f5ac22d354c189ba0d7a9f6d7f1cfbd8c780176bb"


def test_parts_come_in_any_order():
    xml = (
        f'<image xmlns="{NAMESPACE}" name=""><memory path="m"/><!-- why not -->'
        '<disk path="d"/>\n<domain path="x"/></image>'
    )
    assert parse(xml.encode()) == Manifest("", "x", "d", "m")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'name="Test VM"', b""),
        (b'name="Test VM"', b'name="Test VM" version="2"'),
        (b'<domain path="domain.xml"/>', b""),
        (b'<disk path="disk.img"/>', b""),
        (b'<disk path="disk.img"/>', b'<disk path="disk.img"/>' * 2),
        (b'path="disk.img"', b""),
        (b'path="disk.img"', b'path="disk.img" format="raw"'),
        (b"</image>", b'<memory path="a"/><memory path="b"/></image>'),
        (b"</image>", b"<icon/></image>"),
        (b"</image>", b"text</image>"),
        (b"vmnetx/package", b"vmnetx/packages"),
        (b"<image ", b"<!DOCTYPE image><image "),
        (b"</image>", b""),
        (b"Test VM", b"x" * 4097),
    ],
)
def test_what_the_format_lacks_is_refused(old, new):
    data = render(MINIMAL)
    assert old in data
    with pytest.raises(BadPackage, match="Manifest XML does not validate: "):
        parse(data.replace(old, new))


@given(st.text(max_size=50), st.text(max_size=20))
def test_what_can_be_written_is_read_back(name, path):
    parts = Manifest(name, path, "disk.img", path)
    try:
        data = render(parts)
    except BadPackage as error:
        assert "Manifest cannot be written" in str(error)  # noqa: PT017
    else:
        assert parse(data) == parts


def test_what_xml_cannot_hold_is_not_written():
    with pytest.raises(BadPackage, match="cannot be written"):
        render(Manifest("\0", "domain.xml", "disk.img"))
