"""The part of the NBD protocol that QEMU speaks when it reads. No I/O happens here.

Fixed newstyle negotiation, one read-only export, simple replies; see
https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vmnetx.errors import ProtocolError

EXPORT = "package"
MAX_OPTION = 8192
MAX_READ = 4 * 1024 * 1024
PREFERRED_READ = 64 * 1024
SECTOR = 512

GREETING = b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 0b11)
"""Fixed newstyle, and no 124 zeros for those who ask so."""
CLIENT_FLAGS_SIZE = 4

OPTION = struct.Struct(">8sII")
ABORT, GO = 2, 7
_OPTION_REPLY = struct.Struct(">QIII")
_OPTION_REPLY_MAGIC = 0x3E889045565A9
_ACK, _INFO = 1, 3
_UNSUPPORTED, _UNKNOWN = 2**31 + 1, 2**31 + 6
_INFO_EXPORT, _INFO_BLOCK_SIZE = 0, 3
_HAS_FLAGS, _READ_ONLY = 1, 2

REQUEST = struct.Struct(">IHHQQI")
READ, WRITE, DISCONNECT = 0, 1, 2
_REQUEST_MAGIC = 0x25609513
_REPLY = struct.Struct(">IIQ")
_REPLY_MAGIC = 0x67446698
IO_ERROR, INVALID = 5, 22


@dataclass(frozen=True)
class Request:
    """What the client wants of the export."""

    command: int
    cookie: int
    """The client's own mark; its reply has the same."""
    offset: int
    length: int


def export_size(size: int) -> int:
    """In whole sectors: at the end of anything else QEMU 7.2 waits for ever."""
    return -(-size // SECTOR) * SECTOR


def parse_option(header: bytes) -> tuple[int, int]:
    """The option, and how many bytes of it follow. Raises ProtocolError."""
    magic, option, length = OPTION.unpack(header)
    if magic != b"IHAVEOPT":
        raise ProtocolError("An NBD client sent no option")
    if length > MAX_OPTION:
        raise ProtocolError(
            f"An NBD option of {length} bytes; the limit is {MAX_OPTION}"
        )
    return option, length


def answer_option(option: int, data: bytes, size: int) -> tuple[bytes, bool]:
    """What to reply, and whether requests come next."""
    if option == ABORT:
        return _option_reply(option, _ACK), False
    if option != GO:
        return _option_reply(option, _UNSUPPORTED), False
    if _export_name(data) != EXPORT.encode():
        return _option_reply(option, _UNKNOWN), False
    flags = _HAS_FLAGS | _READ_ONLY
    export = struct.pack(">HQH", _INFO_EXPORT, export_size(size), flags)
    blocks = struct.pack(">HIII", _INFO_BLOCK_SIZE, 1, PREFERRED_READ, MAX_READ)
    replies = [
        _option_reply(option, _INFO, export),
        _option_reply(option, _INFO, blocks),
        _option_reply(option, _ACK),
    ]
    return b"".join(replies), True


def parse_request(header: bytes) -> Request:
    """Raises ProtocolError for what leaves the two without a common language."""
    magic, _, command, cookie, offset, length = REQUEST.unpack(header)
    if magic != _REQUEST_MAGIC:
        raise ProtocolError("An NBD client sent no request")
    if command == WRITE:
        # Its data would have to be read, too; and it was told that it may not.
        raise ProtocolError("An NBD client wrote to what is read-only")
    return Request(command, cookie, offset, length)


def reply(request: Request, data: bytes) -> bytes:
    return _REPLY.pack(_REPLY_MAGIC, 0, request.cookie) + data


def failure(request: Request, error: int) -> bytes:
    return _REPLY.pack(_REPLY_MAGIC, error, request.cookie)


def _export_name(data: bytes) -> bytes:
    length = int.from_bytes(data[:4], "big")
    return data[4 : 4 + length]


def _option_reply(option: int, kind: int, data: bytes = b"") -> bytes:
    header = _OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, kind, len(data))
    return header + data
