from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from vmnetx.generate import elf

BASE = 0x400000


def make(dynamic, strings, *, interpreter=b""):
    """An ELF file of two or three segments: all of it is loaded at BASE."""
    count = 3 if interpreter else 2
    start = 64 + 56 * count
    table = b"".join(struct.pack("<qQ", *entry) for entry in dynamic)
    text_at = start + len(table)
    size = text_at + len(strings) + len(interpreter)
    header = elf._MAGIC + bytes(26) + struct.pack("<Q", 64) + bytes(14)
    header += struct.pack("<HH", 56, count)
    header = header.ljust(64, b"\0")

    def segment(kind, offset, length):
        return struct.pack("<IIQQQQQQ", kind, 0, offset, BASE + offset, 0, length, 0, 0)

    segments = segment(1, 0, size) + segment(2, start, len(table))
    if interpreter:
        segments += segment(3, text_at + len(strings), len(interpreter))
    return header + segments + table + strings + interpreter


STRINGS = b"\0libedit.so.2\0libc.so.6\0"
AT = 64 + 56 * 3 + 16 * 4
DYNAMIC = [(1, 1), (1, 14), (5, BASE + AT), (0, 0)]


def test_interpreter_and_libraries_are_read_in_order():
    needs = elf.read_needs(make(DYNAMIC, STRINGS, interpreter=b"/lib64/ld.so\0"))
    assert needs == elf.Needs("/lib64/ld.so", ("libedit.so.2", "libc.so.6"))


def test_nothing_after_the_end_of_the_table_counts():
    entries = [(1, 1), (5, BASE + AT), (0, 0), (1, 14)]
    needs = elf.read_needs(make(entries, STRINGS, interpreter=b"/x\0"))
    assert needs.libraries == ("libedit.so.2",)


def test_a_program_of_this_machine_asks_for_the_c_library():
    needs = elf.read_needs(Path(sys.executable).resolve().read_bytes())
    if not needs.libraries:
        pytest.skip("this Python is a static program")
    assert "libc.so.6" in needs.libraries
    assert "/ld-" in needs.interpreter


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(99)])
def test_what_is_no_program_for_64_bits_is_refused(data):
    with pytest.raises(elf.NotElf, match="no 64-bit"):
        elf.read_needs(data)


@pytest.mark.parametrize(
    "dynamic",
    [
        [(1, 1), (0, 0)],
        [(1, 1), (5, 5), (0, 0)],
        [(1, 1 << 40), (5, BASE + AT), (0, 0)],
    ],
)
def test_a_damaged_table_is_refused(dynamic):
    with pytest.raises(elf.NotElf, match="damaged"):
        elf.read_needs(make(dynamic, STRINGS))


def test_every_cut_is_read_or_refused():
    whole = make(DYNAMIC, STRINGS, interpreter=b"/lib64/ld.so\0")
    for length in range(len(whole)):
        with pytest.raises(elf.NotElf):
            elf.read_needs(whole[:length])
