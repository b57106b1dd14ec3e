"""Every error that `vmnetx` raises for something that went wrong outside of it.

    VmnetxError
      BadPackage      the bytes break the package format: final, tell the curator
      SourceChanged   the package changed while it was open: final for this opening
      Unreachable     nobody answered, or too late: worth another try
        Full          the server answered that it has no room: try again later
      Refused         the server understood and said no: final, the text says why
        Absent        what was asked for does not exist, or not any more: it has ended
      MachineFailed   QEMU could not start, or died: the text says why
      ProtocolError   a peer broke the thin-client protocol: answer, or close

Errors that a caller treats alike are one class; a transient one and a final one never
share a class.
"""

from __future__ import annotations


class VmnetxError(Exception):
    """The root; its text is fit for a log line and a curator, and holds no secret."""


class BadPackage(VmnetxError):
    """A package, or a part of it, breaks the format. Whoever opened it reports it."""


class SourceChanged(VmnetxError):
    """A package's bytes changed while it was open. Open it again to go on."""


class Unreachable(VmnetxError):
    """The other side did not answer, or not in time. Tasks try again."""


class Full(Unreachable):
    """The server has no room for another machine. Tasks try again, later."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(VmnetxError):
    """The server said no and another try would hear the same. Tasks record it."""


class Absent(Refused):
    """There is no such instance, or not any more. Who kept its name forgets it."""


class MachineFailed(VmnetxError):
    """QEMU could not be started, or ended by itself. The server reports it."""


class ProtocolError(VmnetxError):
    """A peer broke the thin-client protocol. The connection's owner answers it."""
