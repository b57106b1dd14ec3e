"""Messages: frozen values, and the tables of who may send them (spec 1.4, 1.5).

One dataclass a message; the annotation of a field is its kind on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, get_args

from vmnetx.wire.fields import Count, Flag, Fraction, State, Text


@dataclass(frozen=True, slots=True)
class Authenticate:
    """The first message of every connection. `token` is `<instance id>/<auth code>`."""

    kind: ClassVar[str] = "authenticate"
    token: Text


@dataclass(frozen=True, slots=True)
class AttachViewer:
    """Asks that this connection become a raw SPICE channel."""

    kind: ClassVar[str] = "attach-viewer"


@dataclass(frozen=True, slots=True)
class StartVm:
    """Asks that the machine be started."""

    kind: ClassVar[str] = "start-vm"


@dataclass(frozen=True, slots=True)
class StopVm:
    """Asks that the machine be switched off."""

    kind: ClassVar[str] = "stop-vm"


@dataclass(frozen=True, slots=True)
class DestroyVm:
    """Asks that the whole instance, with its changes, be thrown away."""

    kind: ClassVar[str] = "destroy-vm"


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a Pong, and keeps the instance from being collected."""

    kind: ClassVar[str] = "ping"


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """Says what was wrong, in either direction. A server that receives one closes."""

    kind: ClassVar[str] = "error"
    message: Text


@dataclass(frozen=True, slots=True)
class AuthOk:
    """The token was right. Counts are Hz and seconds; None and 0 mean no limit."""

    kind: ClassVar[str] = "auth-ok"
    state: State
    name: Text
    limit_mouse_rate: Count = None
    server_timeout_min: Count = None
    server_timeout_max: Count = None


@dataclass(frozen=True, slots=True)
class AuthFailed:
    """The token was wrong, or the machine could not be prepared."""

    kind: ClassVar[str] = "auth-failed"
    error: Text


@dataclass(frozen=True, slots=True)
class AttachingViewer:
    """The last message of a connection: raw SPICE follows, both ways."""

    kind: ClassVar[str] = "attaching-viewer"


@dataclass(frozen=True, slots=True)
class StartupProgress:
    """How much of the memory image is loaded, from 0 to 1."""

    kind: ClassVar[str] = "startup-progress"
    fraction: Fraction


@dataclass(frozen=True, slots=True)
class StartupRejectedMemory:
    """The memory image cannot be used; the machine boots from its disk instead."""

    kind: ClassVar[str] = "startup-rejected-memory"


@dataclass(frozen=True, slots=True)
class StartupFailed:
    """The start failed; a VmStopped follows."""

    kind: ClassVar[str] = "startup-failed"
    message: Text


@dataclass(frozen=True, slots=True)
class VmStarted:
    """The machine runs; `check_display` if it came from a memory image."""

    kind: ClassVar[str] = "vm-started"
    check_display: Flag


@dataclass(frozen=True, slots=True)
class VmStopped:
    """The machine is off."""

    kind: ClassVar[str] = "vm-stopped"


@dataclass(frozen=True, slots=True)
class VmDestroyed:
    """The instance ends; the connection closes right after."""

    kind: ClassVar[str] = "vm-destroyed"


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a Ping."""

    kind: ClassVar[str] = "pong"


Command = AttachViewer | StartVm | StopVm | DestroyVm | Ping
ClientMessage = Authenticate | Command | ErrorReport
Event = (
    StartupProgress
    | StartupRejectedMemory
    | StartupFailed
    | VmStarted
    | VmStopped
    | VmDestroyed
)
ServerMessage = AuthOk | AuthFailed | AttachingViewer | Event | Pong | ErrorReport
Message = ClientMessage | ServerMessage

CLIENT_MESSAGES: Final[Mapping[str, type[ClientMessage]]] = {
    cls.kind: cls for cls in get_args(ClientMessage)
}
SERVER_MESSAGES: Final[Mapping[str, type[ServerMessage]]] = {
    cls.kind: cls for cls in get_args(ServerMessage)
}
