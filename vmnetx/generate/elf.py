"""What a program asks of the dynamic linker: read from the file, which is never run."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from vmnetx.errors import VmnetxError

# ELF-64, little-endian. Header: from e_phoff the fields that lead to the segments.
_MAGIC = b"\x7fELF\x02\x01"
_HEADER = struct.Struct("<32xQ14xHH")
_SEGMENT = struct.Struct("<I4xQQ8xQ16x")
_DYNAMIC = struct.Struct("<qQ")
_LOAD, _DYNAMIC_SEGMENT, _INTERPRETER = 1, 2, 3
_NULL, _NEEDED, _STRINGS = 0, 1, 5
_MAX_SEGMENTS = 64
_MAX_TEXT = 4096


class NotElf(VmnetxError):
    """Not a 64-bit little-endian ELF file, or a damaged one."""


@dataclass(frozen=True)
class Needs:
    """Both are empty for a static program."""

    interpreter: str
    libraries: tuple[str, ...]


@dataclass(frozen=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read_needs(data: bytes) -> Needs:
    """Raises NotElf."""
    if not data.startswith(_MAGIC):
        raise NotElf("no 64-bit little-endian ELF file")
    try:
        segments = list(_segments(data))
        interpreter = next((s for s in segments if s.kind == _INTERPRETER), None)
        return Needs(
            "" if interpreter is None else _text(data, interpreter.offset),
            tuple(_libraries(data, segments)),
        )
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise NotElf(f"damaged ELF file: {error}") from error


def _segments(data: bytes) -> Iterator[_Segment]:
    start, size, count = _HEADER.unpack_from(data)
    if size < _SEGMENT.size or count > _MAX_SEGMENTS:
        raise ValueError(f"{count} segments of {size} bytes")
    for number in range(count):
        yield _Segment(*_SEGMENT.unpack_from(data, start + number * size))


def _libraries(data: bytes, segments: list[_Segment]) -> Iterator[str]:
    dynamic = next((s for s in segments if s.kind == _DYNAMIC_SEGMENT), None)
    if dynamic is None:
        return
    area = data[dynamic.offset : dynamic.offset + dynamic.size]
    entries = list(_DYNAMIC.iter_unpack(area[: len(area) // 16 * 16]))
    end = next((i for i, (tag, _) in enumerate(entries) if tag == _NULL), len(entries))
    needed = [value for tag, value in entries[:end] if tag == _NEEDED]
    strings = next((value for tag, value in entries[:end] if tag == _STRINGS), None)
    if not needed:
        return
    if strings is None:
        raise ValueError("names of libraries without their table")
    table = _offset(segments, strings)
    for value in needed:
        yield _text(data, table + value)


def _offset(segments: list[_Segment], address: int) -> int:
    for segment in segments:
        if segment.kind == _LOAD and 0 <= address - segment.address < segment.size:
            return segment.offset + address - segment.address
    raise ValueError(f"nothing is loaded at {address:#x}")


def _text(data: bytes, start: int) -> str:
    end = data.index(b"\0", start, start + _MAX_TEXT)
    return data[start:end].decode()
