"""Gives a package's bytes to QEMU, through a unix socket, by NBD."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from vmnetx.cache import nbd
from vmnetx.cache.cached_source import CachedSource
from vmnetx.cache.nbd import Request
from vmnetx.errors import ProtocolError, VmnetxError

logger = logging.getLogger(__name__)

MOST_WAITING = 16
"""Reads of one connection that wait for the web server; then no more are taken."""
PAUSE_SECONDS = 0.1


class Export:
    """Answers whoever connects to `listener`, in threads of its own, until close().

    Owns the listener, and not the source. A read that fails is an I/O error for the
    reader, and the next one is tried anew.
    """

    def __init__(self, source: CachedSource, listener: socket.socket) -> None:
        self._source = source
        self._listener = listener
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._is_closed = threading.Event()
        _spawn(self._accept)

    def close(self) -> None:
        """Who is connected hears no more. Waits for nobody; again is harmless."""
        with self._lock:
            self._is_closed.set()
            for each in (self._listener, *self._connections):
                _hang_up(each)

    def _accept(self) -> None:
        with self._listener:
            while not self._is_closed.is_set():
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    # The end, or no descriptor is left: others may give one back.
                    self._is_closed.wait(PAUSE_SECONDS)
                else:
                    _spawn(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            with self._lock:
                self._connections.add(connection)
                is_late = self._is_closed.is_set()
            conversation = _Conversation(self._source, connection)
            try:
                if not is_late:
                    conversation.run()
            except (OSError, EOFError, ProtocolError) as error:
                logger.debug("An NBD client is gone: %r", error)
            finally:
                with self._lock:
                    self._connections.discard(connection)
                conversation.finish()


class _Conversation:
    """One client. What is here is answered at once, and what is not by a thread, so
    that a slow server holds up only those who wait for it."""

    def __init__(self, source: CachedSource, connection: socket.socket) -> None:
        self._source = source
        self._connection = connection
        self._sending = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def run(self) -> None:
        """Until the client leaves. Raises OSError, EOFError and ProtocolError."""
        with self._connection.makefile("rb") as incoming:
            self._incoming = incoming
            if self._negotiate():
                while self._serve(nbd.parse_request(self._exactly(nbd.REQUEST.size))):
                    pass

    def finish(self) -> None:
        """Returns when no thread will reply any more, so that the socket may go."""
        _hang_up(self._connection)
        for _ in range(MOST_WAITING):
            self._places.acquire()

    def _exactly(self, count: int) -> bytes:
        data = self._incoming.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _negotiate(self) -> bool:
        """Whether requests come next; otherwise the client has left."""
        self._send(nbd.GREETING)
        self._exactly(nbd.CLIENT_FLAGS_SIZE)
        option, has_export = -1, False
        while option != nbd.ABORT and not has_export:
            option, length = nbd.parse_option(self._exactly(nbd.OPTION.size))
            data = self._exactly(length)
            answer, has_export = nbd.answer_option(option, data, self._source.size)
            self._send(answer)
        return has_export

    def _serve(self, request: Request) -> bool:
        if request.command == nbd.DISCONNECT:
            return False
        if not self._is_sound(request):
            self._send(nbd.failure(request, nbd.INVALID))
        elif self._source.has(request.offset, request.length):
            self._answer(request)
        else:
            self._places.acquire()
            _spawn(self._answer_later, request)
        return True

    def _is_sound(self, request: Request) -> bool:
        end = request.offset + request.length
        size = nbd.export_size(self._source.size)
        is_inside = 0 < request.length <= nbd.MAX_READ and end <= size
        return request.command == nbd.READ and is_inside

    def _answer_later(self, request: Request) -> None:
        try:
            with suppress(OSError):
                self._answer(request)
        finally:
            self._places.release()

    def _answer(self, request: Request) -> None:
        try:
            data = self._source.read_for_guest(request.offset, request.length)
        except VmnetxError as error:
            logger.warning("event=unread why=%r", str(error))
            self._send(nbd.failure(request, nbd.IO_ERROR))
        else:
            self._send(nbd.reply(request, data.ljust(request.length, b"\0")))

    def _send(self, data: bytes) -> None:
        with self._sending:
            self._connection.sendall(data)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _spawn(target: Callable[..., None], *arguments: object) -> None:
    """A daemon: one that waits for a web server does not hold up the program's end."""
    threading.Thread(target=target, args=arguments, daemon=True).start()
