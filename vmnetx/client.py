"""Asks a thin-client server's control API (docs/reference/control-api.md, spec 2).

Every call answers, or raises one of these:

    Unreachable  nobody answered, or not in time, or the package's web server did not
      Full       the server has no room now, or is stopping; `retry_after` says seconds
    Refused      it said no: wrong key, URL not allowed, …; another try hears the same
      Absent     there is no such instance, or not any more
    BadPackage   it read the package, and the package breaks the format
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import requests

from vmnetx.errors import (
    Absent,
    BadPackage,
    Full,
    Refused,
    Unreachable,
    VmnetxError,
)

if TYPE_CHECKING:
    from types import TracebackType

CONNECT_SECONDS = 5.0
MAX_ANSWER = 8 * 1024 * 1024
MAX_SCREENSHOT = 64 * 1024 * 1024
MAX_ERROR = 64 * 1024
MAX_SENTENCE = 500
MAX_RETRY_AFTER = 3600
DEFAULT_RETRY_AFTER = 5
PIECE = 64 * 1024
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Instance:
    """One machine on a thin-client server, as the server told it at one moment.

    `url` (vmnetx://…) and `viewer_token` are secrets that only `create` learns; they
    are "" otherwise. `status` is spec 2.2's word, or "failed", and then `detail` says
    why in a sentence. `last_seen` is in UTC. `viewer_url` is the WebSocket's address.
    """

    id: str
    url: str
    vm_name: str
    user_ident: str | None
    status: str
    detail: str
    last_seen: datetime
    viewer_url: str
    viewer_token: str
    memory: str = "none"
    """What becomes of the package's memory image: "none", "restoring", "restored",
    "rejected", and then `memory_detail` says why."""
    memory_detail: str = ""
    progress: float | None = None
    """How much of it has been read, from 0 to 1, while it is restored."""

    def __repr__(self) -> str:
        # Instances end up in log lines and tracebacks; their secrets must not.
        return f"Instance(id={self.id!r}, status={self.status!r})"


class ThinClientServer:
    """One server's control API at `base_url`, such as http://127.0.0.1:18924.

    `timeout` bounds each call as a whole, in seconds. Safe to share between threads.
    """

    def __init__(
        self, base_url: str, secret_key: str, *, timeout: float = 30.0
    ) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        # No proxy and no .netrc: the key is for this server and for nobody between.
        self._session.trust_env = False
        self._session.headers["X-Secret-Key"] = secret_key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def create(
        self,
        url: str,
        *,
        user_ident: str | None = None,
        start: bool = True,
        network: str = "none",
    ) -> Instance:
        """Make an instance of the package at `url`; `network` is "none", "restricted"
        or "user".

        Not idempotent: after Unreachable the instance may exist, unknown to the
        caller, and the server collects it when nobody has been seen there for long.
        """
        wanted = {
            "url": url,
            "user_ident": user_ident,
            "start": start,
            "network": network,
        }
        return _instance(self._json("POST", "/instance", wanted))

    def instance(self, instance_id: str) -> Instance:
        return _instance(self._json("GET", _path(instance_id)))

    def instances(self) -> list[Instance]:
        rows = self._json("GET", "/instance").get("instances")
        if not isinstance(rows, list):
            raise Refused(f"{self._base} did not answer like a thin-client server")
        return [_instance(row) for row in rows]

    def destroy(self, instance_id: str) -> None:
        """End an instance and drop its changes. One that is gone already is fine."""
        try:
            self._ask("DELETE", _path(instance_id))
        except Absent:
            return

    def restart(self, instance_id: str) -> None:
        """Switch the machine off and on again; what it wrote to its disk stays."""
        self._ask("POST", f"{_path(instance_id)}/restart")

    def screenshot(self, instance_id: str) -> bytes:
        """The machine's screen now, as a PNG. Refused while no machine runs."""
        path = f"{_path(instance_id)}/screenshot"
        return self._ask("GET", path, limit=MAX_SCREENSHOT)

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            value = json.loads(self._ask(method, path, body))
        except (ValueError, RecursionError) as error:
            raise Refused(
                f"{self._base} did not answer like a thin-client server"
            ) from error
        return _mapping(value)

    def _ask(
        self, method: str, path: str, body: object = None, *, limit: int = MAX_ANSWER
    ) -> bytes:
        deadline = time.monotonic() + self._timeout
        try:
            # A redirect would carry the key to wherever the answer points.
            with self._session.request(
                method,
                self._base + path,
                json=body,
                timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code not in {200, 201, 202, 204}:
                    raise _failure(response, _read(response, MAX_ERROR, deadline))
                return _read(response, limit, deadline)
        except requests.RequestException as error:
            # The library's text can hold the URL's query; its class says enough.
            raise Unreachable(
                f"{self._base} did not answer ({type(error).__name__})"
            ) from error


def _path(instance_id: str) -> str:
    return "/instance/" + quote(instance_id, safe="")


def _read(response: requests.Response, limit: int, deadline: float) -> bytes:
    content = bytearray()
    for piece in response.iter_content(PIECE):
        content += piece
        if len(content) > limit:
            raise Refused(f"the server's answer is larger than {limit} bytes")
        if time.monotonic() > deadline:
            raise Unreachable("the server's answer came too slowly")
    return bytes(content)


def _failure(response: requests.Response, content: bytes) -> VmnetxError:
    status = response.status_code
    text = _sentence(content) or f"the server answered {status}"
    if status == 503:
        return Full(text, retry_after=_retry_after(response))
    if status == 404:
        return Absent(text)
    if status == 422:
        return BadPackage(text)
    return Unreachable(text) if status >= 500 else Refused(text)


def _sentence(content: bytes) -> str:
    """What an error answer says, fit for a page: one line, of bounded length."""
    try:
        said = json.loads(content)["error"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
    words = said if isinstance(said, str) else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line[:MAX_SENTENCE]


def _retry_after(response: requests.Response) -> int:
    said = response.headers.get("Retry-After", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 9):
        return DEFAULT_RETRY_AFTER
    return min(int(said), MAX_RETRY_AFTER)


def _instance(value: object) -> Instance:
    row = _mapping(value)
    if not _text(row, "id"):
        raise Refused("the server's answer names no instance")
    ident = row.get("user_ident")
    return Instance(
        id=_text(row, "id"),
        url=_text(row, "url"),
        vm_name=_text(row, "vm_name"),
        # 2015 let a creator store any JSON value here (spec 2.2).
        user_ident=ident if ident is None or isinstance(ident, str) else str(ident),
        status=_text(row, "status"),
        detail=_text(row, "detail"),
        last_seen=_moment(_text(row, "last_seen")),
        viewer_url=_text(row, "viewer_url"),
        viewer_token=_text(row, "viewer_token"),
        # A server of an older version says nothing of it.
        memory=_text(row, "memory") or "none",
        memory_detail=_text(row, "memory_detail"),
        progress=_fraction(row.get("progress")),
    )


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("the server's answer is not a JSON object")
    return value


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name, "")
    return value if isinstance(value, str) else ""


def _fraction(value: object) -> float | None:
    # True is a number for Python.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(max(float(value), 0.0), 1.0) if math.isfinite(value) else None


def _moment(text: str) -> datetime:
    """An ISO 8601 time; one without an offset is in UTC; none or a bad one is NEVER."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return NEVER
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
