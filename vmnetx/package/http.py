"""A package on a web server, read in ranges while its machine runs.

The server has to answer every range with 206 and the same strong validators; see
docs/reference/package-format.md. Only this module of the package touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from vmnetx import __version__
from vmnetx.errors import BadPackage, Refused, SourceChanged, Unreachable, VmnetxError
from vmnetx.package import punctual

READ_AHEAD = 64 * 1024
TIMEOUT_SECONDS = 30.0
USER_AGENT = f"vmnetx/{__version__} {requests.utils.default_user_agent()}"

_PIECE = 256 * 1024
# Up to what a file's size may be anywhere: 2^63 - 1 has 19 digits.
_LENGTH = re.compile("[0-9]{1,18}")
# Of what a server says in its status line; a sentence or two.
_MAX_REASON = 300
# Those that say "not now"; the others of the 400s are for good.
_TRANSIENT = {408, 425, 429}
_RANGE = re.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")


class _NoCredentials(AuthBase):
    """Keeps requests from sending what it finds for the host in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere. Otherwise requests looks where it would be sent, follow or not: it
        would hold the body in memory, however long it is."""


@dataclass(frozen=True)
class Identity:
    """What a server says of a resource that tells its bytes from all others."""

    size: int
    etag: str | None
    last_modified: str | None


class HttpSource:
    """A package behind an http or https address. Owns its connections.

    `timeout` is how many seconds the server may be silent; no answer takes longer than
    that for its header and punctual.SLOWEST_BYTES_PER_SECOND for its body. What is
    `known` of the resource is not asked again. Raises BadPackage for what is no web
    address, and what Source says.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        known: Identity | None = None,
    ) -> None:
        self.url = url
        self._label = label(url)
        self._timeout = timeout
        self._session = _Session()
        self._session.mount("http://", punctual.adapter())
        self._session.mount("https://", punctual.adapter())
        self._session.auth = _NoCredentials()
        self._session.headers["User-Agent"] = USER_AGENT
        # A length or a range of coded bytes would be of no use.
        self._session.headers["Accept-Encoding"] = "identity"
        self._buffer_start = 0
        self._buffer = b""
        try:
            self.identity = known or self._ask()
        except VmnetxError:
            self.close()
            raise
        self.size = self.identity.size
        self.etag = self.identity.etag
        self.last_modified = self.identity.last_modified

    def _ask(self) -> Identity:
        with self._answer("HEAD", 200) as head:
            return Identity(self._stated_size(head), *_validators(head))

    def close(self) -> None:
        self._session.close()

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        buffer_end = self._buffer_start + len(self._buffer)
        if not self._buffer_start <= offset < end <= buffer_end:
            self._fill(offset, end)
        start = offset - self._buffer_start
        return self._buffer[start : start + end - offset]

    def _fill(self, start: int, end: int) -> None:
        """Get [start, end) into the buffer, and READ_AHEAD bytes more on one side.

        Zip files are read from their end backwards, then from a header forwards: what
        was asked for last says where the next bytes are wanted.
        """
        first, last = self._buffer_start, self._buffer_start + len(self._buffer)
        if first <= start < last:
            kept = self._buffer[start - first :]
            ahead = min(end + READ_AHEAD, self.size)
            self._buffer = kept + self.fetch(last, ahead)
            self._buffer_start = start
        elif first < end <= last:
            kept = self._buffer[: end - first]
            behind = max(0, start - READ_AHEAD)
            self._buffer = self.fetch(behind, first) + kept
            self._buffer_start = behind
        else:
            behind = max(0, start - READ_AHEAD) if end == self.size else start
            ahead = min(end + READ_AHEAD, self.size)
            self._buffer = self.fetch(behind, ahead)
            self._buffer_start = behind

    def fetch(self, start: int, end: int) -> bytes:
        """Exactly the bytes [start, end), in one request. Any number of threads may
        fetch at once. Raises what read() raises."""
        with self._answer("GET", 206, f"bytes={start}-{end - 1}") as answer:
            if _validators(answer) != (self.etag, self.last_modified):
                raise SourceChanged(f"{self._label}: Resource changed on server")
            self._check_range(answer, start, end)
            data = b"".join(self._pieces(answer, end - start))
        if len(data) != end - start:
            raise Unreachable(
                f"{self._label}: only {len(data)} bytes came of {end - start}"
            )
        return data

    @contextmanager
    def _answer(
        self, method: str, wanted: int, ranges: str | None = None
    ) -> Iterator[requests.Response]:
        """The server's answer, with its body still to read. Its status is `wanted`."""
        try:
            with self._session.request(
                method,
                self.url,
                headers={"Range": ranges},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                self._check_status(answer, wanted)
                yield answer
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # Their texts hold the address, and the address may hold a token.
            raise Unreachable(f"{self._label}: {_reason(error)}") from None

    def _check_status(self, answer: requests.Response, wanted: int) -> None:
        if answer.status_code == 416:
            raise SourceChanged(f"{self._label}: Resource changed on server")
        if wanted == 206 and answer.status_code == 200:
            raise Refused(f"{self._label}: Server ignored range request")
        if answer.status_code != wanted:
            is_transient = answer.status_code >= 500 or answer.status_code in _TRANSIENT
            error = Unreachable if is_transient else Refused
            raise error(
                f"{self._label}: Unexpected status code {answer.status_code}"
                f"{_why(answer)}"
            )
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused(f"{self._label}: Server applied a content coding")

    def _stated_size(self, head: requests.Response) -> int:
        length = head.headers.get("Content-Length", "")
        if not _LENGTH.fullmatch(length):
            raise Refused(f"{self._label}: Server did not state the size")
        return int(length)

    def _check_range(self, answer: requests.Response, start: int, end: int) -> None:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        # Without a length the body has no deadline that fits it.
        if found is None or "Content-Length" not in answer.headers:
            raise Refused(f"{self._label}: Server did not state the range")
        first, last, size = map(int, found.groups())
        if size != self.size:
            raise SourceChanged(f"{self._label}: Resource changed on server")
        if (first, last) != (start, end - 1):
            raise Refused(f"{self._label}: Server sent another range")

    def _pieces(self, answer: requests.Response, left: int) -> Iterator[bytes]:
        """The body, up to `left` bytes of it."""
        while left:
            piece = answer.raw.read1(min(left, _PIECE), decode_content=False)
            if not piece:
                return
            yield piece
            left -= len(piece)


def _validators(answer: requests.Response) -> tuple[str | None, str | None]:
    """Entity tag and date. A weak tag says nothing about bytes, and counts as none."""
    etag = answer.headers.get("ETag")
    if etag is not None and etag.startswith("W/"):
        etag = None
    return etag, answer.headers.get("Last-Modified")


def label(url: str) -> str:
    """What error texts show of an address: not the path, since tokens are in it.

    Raises BadPackage for what is no web address.
    """
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise BadPackage("The package's address is not a web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadPackage("The package's address is not a web address")
    if parts.username is not None:
        raise BadPackage("The package's address has a user name in it")
    name = parts.path.rpartition("/")[2]
    shown = ascii(unquote(name))[1:-1] if name.endswith(".nxpk") else "…"
    return f"{parts.scheme}://{parts.hostname}{port}/…/{shown}"


def _why(answer: requests.Response) -> str:
    """What the server says beside the status, where it says more than its name. A
    portal tells so which client is too old; a HEAD has no body to say it in."""
    said = answer.reason or ""
    is_usual = said in {status.phrase for status in HTTPStatus}
    is_fit = said.isascii() and said.isprintable() and len(said) <= _MAX_REASON
    return f": {said}" if said and is_fit and not is_usual else ""


def _reason(error: Exception) -> str:
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no TLS connection that can be trusted"
    return "the connection failed"
