"""Answers of web servers that come in time, as a whole.

The timeout of `requests` starts anew with every byte that arrives: a server that drips
holds its reader for days. Here an answer as a whole has a deadline: its header as long
as one silence may last, its body at a slowest speed.

Proxies that the environment names are trusted to be in time.
"""

from __future__ import annotations

import http.client
import io
import math
import time
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.response import assert_header_parsing

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SLOWEST_BYTES_PER_SECOND = 16 * 1024


class _Clocked(io.RawIOBase):
    """The bytes of a socket, up to a moment."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__()
        self._raw = raw
        self.deadline = math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if time.monotonic() > self.deadline:
            raise TimeoutError("too slow")
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    # Its type's module is one that no other line here may use.
    def __init__(
        self,
        sock: Any,  # noqa: ANN401
        debuglevel: int = 0,
        method: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self._patience: float = sock.gettimeout() or math.inf
        self._clock = _Clocked(self.fp.detach())
        self.fp = io.BufferedReader(self._clock)

    def begin(self) -> None:
        started = time.monotonic()
        self._clock.deadline = started + self._patience
        super().begin()
        # urllib3 does the same next, and writes the address to the log if it fails:
        # the address may hold a token.
        assert_header_parsing(self.msg)
        if self.length is not None:
            body = self.length / SLOWEST_BYTES_PER_SECOND
            self._clock.deadline = time.monotonic() + self._patience + body


class _Connection(HTTPConnection):
    response_class = _Answer


class _TlsConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def adapter() -> HTTPAdapter:
    """For requests.Session.mount(). A late answer raises what a silent one does.

    The `timeout` of a request is how long the server may be silent, and how long the
    header may take. A body without a stated length has no more time than the header.
    """
    punctual = HTTPAdapter()
    punctual.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return punctual
