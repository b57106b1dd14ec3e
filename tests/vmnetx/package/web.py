"""A web server that answers exactly what a test says, byte for byte."""

from __future__ import annotations

import socketserver
import time
from contextlib import contextmanager
from threading import Event, Thread

NAME = "/launch/SECRET/x.nxpk"


def answer(status, *headers, body=b""):
    lines = [f"HTTP/1.1 {status} Because", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class Drip:
    """Bytes that come one by one."""

    def __init__(self, first, drop=b"x"):
        self.first, self.drop = first, drop


class Last(bytes):
    """Bytes after which the connection is closed."""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while request := self._request():
            self.server.requests.append(request)
            reply = self.server.reply(*request)
            if isinstance(reply, Drip):
                return self._drip(reply)
            if reply is None:
                self.server.ended.wait(10)
                return None
            self.wfile.write(reply)
            if isinstance(reply, Last) or b"Connection: close" in reply:
                return None
            if not reply.startswith(b"HTTP/1.1 20"):
                return None
        return None

    def _request(self):
        """Method, headers."""
        head = iter(lambda: self.rfile.readline(65536).strip(), b"")
        first, *lines = [line.decode("latin-1") for line in head] or [""]
        headers = dict(line.split(": ", 1) for line in lines)
        return (first.split(" ")[0], headers) if first else None

    def _drip(self, drip):
        self.wfile.write(drip.first)
        ends = time.monotonic() + 10
        while time.monotonic() < ends and not self.server.ended.wait(0.01):
            self.wfile.write(drip.drop)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ended = Event()
        self.requests = []
        self.reply = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}{NAME}"

    def handle_error(self, request, client_address):
        """The client may go whenever it wants."""


@contextmanager
def running():
    with Server() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def serving(data, *, etag='"a"', extra=(), changes=None):
    """The reply function of a sound server. `changes` are (status, headers, body) of
    a range's answer: a function of them and of the range's first and last."""
    validator = [] if etag is None else [f"ETag: {etag}"]

    def reply(method, headers):
        if method == "HEAD":
            length = f"Content-Length: {len(data)}"
            return answer(200, length, *validator, *extra)
        first, last = headers["Range"].removeprefix("bytes=").split("-")
        body = data[int(first) : int(last) + 1]
        lines = {
            "Content-Range": f"bytes {first}-{last}/{len(data)}",
            "Content-Length": len(body),
            "ETag": etag,
        }
        status = 206
        if changes is not None:
            status, lines, body = changes(status, lines, body)
        return answer(
            status,
            *(f"{name}: {value}" for name, value in lines.items() if value is not None),
            body=body,
        )

    return reply
