"""Packing: messages to frame bodies and back (spec 1.3).

Reading is lenient, as peers differ: every msgpack dialect, any key order, unknown
fields. Writing is exact, as the Android client checks Java classes: the old raw family,
float64, small unsigned integers, booleans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Final, TypeVar, get_type_hints

import msgpack  # type: ignore[import-untyped]

from vmnetx.errors import ProtocolError
from vmnetx.wire import texts
from vmnetx.wire.fields import FieldKind
from vmnetx.wire.messages import CLIENT_MESSAGES, SERVER_MESSAGES, Authenticate, Message

# Largest count of entries in any one map or array. Without it, a frame of nested
# headers that each announce a million entries makes msgpack allocate gigabytes before
# it fails.
MAX_ENTRIES: Final = 64

M = TypeVar("M", bound=Message)


class BadMessage(ProtocolError):
    """A body that is no message; the text is the `error` that answers it."""


class UnknownKind(BadMessage):
    """A well-formed message of a type that this end does not receive."""

    def __init__(self) -> None:
        super().__init__(texts.UNKNOWN_TYPE)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field of a message, and its place in the map."""

    name: str
    key: bytes
    kind: FieldKind
    is_required: bool


def _slots(cls: type[Message]) -> list[_Slot]:
    hints = get_type_hints(cls, include_extras=True)
    return [
        _Slot(
            name=field.name,
            key=field.name.encode(),
            kind=hints[field.name].__metadata__[0],
            is_required=field.default is MISSING,
        )
        for field in fields(cls)
    ]


_SLOTS: Final[Mapping[type[object], list[_Slot]]] = {
    cls: _slots(cls) for cls in [*CLIENT_MESSAGES.values(), *SERVER_MESSAGES.values()]
}


def encode(message: Message) -> bytes:
    """Return a frame's body. ValueError if a field breaks what its kind allows."""
    body: dict[str, object] = {"_": message.kind}
    for slot in _SLOTS[type(message)]:
        body[slot.name] = slot.kind.write(getattr(message, slot.name))
    # False: the raw family of before 2013, all that Android and old servers can read.
    packed: bytes = msgpack.packb(body, use_bin_type=False)
    return packed


def decode(body: bytes, table: Mapping[str, type[M]]) -> M:
    """Read a frame's body as one of the messages in `table`.

    Raises UnknownKind for a type that is not in it, and BadMessage for anything else
    that is no message; the error's text is the answer.
    """
    values = _unpack(body)
    kind = values[b"_"]
    if not isinstance(kind, bytes):
        raise UnknownKind
    cls = table.get(kind.decode("utf-8", "replace"))
    if cls is None:
        raise UnknownKind
    arguments = {}
    for slot in _SLOTS[cls]:
        if slot.key in values:
            arguments[slot.name] = _read(slot, values[slot.key])
        elif slot.is_required:
            raise BadMessage(_missing(cls.kind, slot.name))
    # The values are of the classes' own kinds, which only _SLOTS knows.
    build: Callable[..., M] = cls
    return build(**arguments)


def _unpack(body: bytes) -> dict[bytes, object]:
    try:
        # raw: raw and bin alike come as bytes, so that every dialect compares equal.
        # Depth is bounded by msgpack itself, and strings by the frame that holds them.
        values = msgpack.unpackb(
            body,
            raw=True,
            use_list=False,
            strict_map_key=True,
            max_map_len=MAX_ENTRIES,
            max_array_len=MAX_ENTRIES,
        )
    except ValueError:
        raise BadMessage(texts.INVALID_MESSAGE) from None
    if not isinstance(values, dict) or b"_" not in values:
        raise BadMessage(texts.INVALID_MESSAGE)
    return values


def _read(slot: _Slot, value: object) -> object:
    try:
        return slot.kind.read(value)
    except ValueError:
        raise BadMessage(texts.INVALID_MESSAGE) from None


def _missing(kind: str, name: str) -> str:
    if kind == Authenticate.kind:
        return texts.missing_field_of(kind, name)
    return texts.missing_field(name)
