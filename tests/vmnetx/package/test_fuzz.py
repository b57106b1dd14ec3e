"""Whatever the bytes are, a package is read or refused: in one of our own errors, with
a text for one line of a log, soon, and without holding much."""

from __future__ import annotations

import os
import struct
import sys
import time
import zipfile
from collections import Counter
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vmnetx.package.samples import (
    DOMAIN,
    MINIMAL,
    Bytes,
    members,
    qcow2,
    saved_memory,
    zipped,
)
from vmnetx.errors import BadPackage, Unreachable
from vmnetx.package import domain, image, manifest, memory
from vmnetx.package.archive import COMMENT, MAX_TEXT, open_package
from vmnetx.package.source import LocalFile

# FUZZ=20 tries twenty times as much.
DEPTH = int(os.environ.get("FUZZ", "1"))
SLOWEST_SECONDS = 8.0
CASES = Counter()

fuzz = partial(
    settings,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
    print_blob=False,
)

FULL = zipped(members(memory=saved_memory()))
DEFLATED = zipped(members(), compression={"vmnetx-package.xml": zipfile.ZIP_DEFLATED})
EXTREMES = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1]


@pytest.fixture(scope="module", autouse=True)
def report():
    yield
    for name, count in sorted(CASES.items()):
        sys.stdout.write(f"{name}: {count} cases\n")


def attempt(name, act, errors=BadPackage):
    """What `act` gives, or None when it refuses as it should."""
    CASES[name] += 1
    started = time.monotonic()
    try:
        return act()
    except errors as error:
        text = str(error)
        assert text.isprintable(), text
        assert 0 < len(text) < 1000
        return None
    finally:
        assert time.monotonic() - started < SLOWEST_SECONDS


def check_package(name, data):
    source = Bytes(data)
    package = attempt(name, lambda: open_package(source))
    assert sum(source.reads) < 4 * MAX_TEXT + len(source.reads) * 64 * 1024
    assert max(source.reads, default=0) <= MAX_TEXT + 1
    if package is None:
        return
    for member in (package.disk, package.memory):
        if member is not None:
            assert 0 <= member.offset <= member.offset + member.size <= len(data)
    assert package.disk_virtual_size > 0


@st.composite
def flipped(draw, base, most=8):
    data = bytearray(base)
    places = st.integers(0, len(data) - 1)
    for place in draw(st.lists(places, min_size=1, max_size=most)):
        data[place] = draw(st.integers(0, 255))
    return bytes(data)


@st.composite
def overwritten(draw, base, at):
    """An extreme number over a field near one of the places `at`."""
    data = bytearray(base)
    for _ in range(draw(st.integers(1, 4))):
        layout = draw(st.sampled_from(["<H", "<I", "<Q", ">I", ">Q"]))
        size = struct.calcsize(layout)
        place = draw(st.sampled_from(at)) + draw(st.integers(0, 48))
        value = draw(st.sampled_from(EXTREMES)) % 256**size
        if place + size <= len(data):
            struct.pack_into(layout, data, place, value)
    return bytes(data)


@st.composite
def spliced(draw, base):
    """A part cut out, doubled, or moved."""
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(base))] * 2)))
    part, rest = base[first:last], base[:first] + base[last:]
    to = draw(st.integers(0, len(rest)))
    return draw(
        st.sampled_from([rest, base[:to] + part + base[to:], rest[:to] + part, part])
    )


def headers(base):
    """Where the zip's own structures start."""
    return [at for at in range(len(base)) if base[at : at + 2] == b"PK"]


def mutated(base):
    return st.one_of(flipped(base), overwritten(base, headers(base)), spliced(base))


@pytest.mark.parametrize("base", [MINIMAL, FULL, DEFLATED], ids=["min", "full", "zip"])
def test_a_damaged_package_is_read_or_refused(base):
    @fuzz(max_examples=250 * DEPTH)
    @given(mutated(base))
    def check(data):
        check_package("damaged packages", data)

    check()


def test_a_truncated_package_is_refused():
    # Only its comment may miss its end: that is nobody's loss.
    for length in range(len(MINIMAL) - len(COMMENT)):
        data = MINIMAL[:length]
        act = partial(open_package, Bytes(data))
        assert attempt("truncated packages", act) is None


@fuzz(max_examples=150 * DEPTH)
@given(st.data())
def test_members_in_any_number_order_and_coding_are_read_or_refused(data):
    content = list(members(memory=saved_memory()).items())
    pairs = data.draw(st.lists(st.sampled_from(content), min_size=1, max_size=6))
    pairs = list({name: (name, part) for name, part in pairs}.values())
    methods = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    compression = {name: data.draw(methods) for name, _ in pairs}
    check_package("shuffled members", zipped(pairs, compression=compression))


@fuzz(max_examples=150 * DEPTH)
@given(mutated(MINIMAL))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.nxpk"
    path.write_bytes(data)
    source = LocalFile(path)
    attempt("damaged files", lambda: open_package(source), (BadPackage, Unreachable))
    source.close()


TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "-1", "0", "9" * 30, "0x1f", "a" * 5000, "/../x", "%00", "٣"]),
)
TOKENS = st.sampled_from(
    [
        *(b"< > </ /> = \" ' & &#0; &amp; &x; <!-- --> <![CDATA[ ]]> <?x ?>".split()),
        b'<!DOCTYPE x [<!ENTITY x "yy">]>',
        b'xmlns:v="http://olivearchive.org/xmlns/vmnetx/domain-metadata"',
        b'<?xml version="1.0" encoding="UTF-16"?>',
        b"\xff\xfe",
        b"<disk/>",
        b"<v:vmnetx/>",
        b"\0",
    ]
)


@st.composite
def edited(draw, base):
    """XML with words of it exchanged, left out, doubled, or put somewhere else."""
    words = base.replace(b"<", b" <").replace(b">", b"> ").replace(b"=", b" = ").split()
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(words) - 1))
        text = draw(TEXTS).encode("utf-8", "surrogatepass")
        new = draw(st.sampled_from([b"", words[at] * 2, b'"' + text + b'"', text]))
        words[at] = draw(st.one_of(st.just(new), TOKENS, st.sampled_from(words)))
    return b" ".join(words).replace(b" = ", b"=")


MANIFEST = members(memory=b"x")["vmnetx-package.xml"]


@pytest.mark.parametrize(
    ("parse", "base"),
    [(manifest.parse, MANIFEST), (domain.parse, DOMAIN)],
    ids=["manifest", "domain"],
)
def test_any_xml_is_read_or_refused(parse, base):
    @fuzz(max_examples=500 * DEPTH)
    @given(st.one_of(edited(base), flipped(base), spliced(base), st.binary()))
    def check(data):
        attempt(parse.__module__, lambda: parse(data))

    check()


@fuzz(max_examples=500 * DEPTH)
@given(
    st.one_of(
        overwritten(qcow2(), range(128)),
        overwritten(qcow2(version=2), range(80)),
        flipped(qcow2()[:256]),
        st.binary(max_size=600).map(lambda rest: qcow2()[:104] + rest),
    )
)
def test_any_qcow2_header_is_read_or_refused(data):
    def read(offset, length):
        return data[offset : offset + length]

    size = attempt("qcow2 headers", lambda: image.check_disk(read, len(data), "qcow2"))
    assert size is None or (size > 0 and size % 512 == 0)


@fuzz(max_examples=500 * DEPTH)
@given(
    st.one_of(
        overwritten(saved_memory(), range(100)),
        flipped(saved_memory()[:200]),
        st.binary(max_size=200),
    )
)
def test_any_save_header_is_read_or_refused(data):
    header = attempt("save headers", lambda: memory.parse_header(data))
    if header is None:
        return
    assert 0 < header.area_length <= memory.MAX_AREA
    area = data[memory.HEADER_SIZE : header.body_offset]
    attempt("save areas", lambda: memory.parse_area(header, area))
