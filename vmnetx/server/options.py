"""What the server is told: its command line, and the environment for what that lacks.

Each option --some-name is also VMNETX_SOME_NAME; the command line wins. The secret key
is never on a command line, where every user of the host could read it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from vmnetx.server import capacity
from vmnetx.server.allowing import Origin
from vmnetx.server.instance import UserNetwork
from vmnetx.server.tokens import DEFAULT_PORT

MIB = 1024 * 1024
KEY_VARIABLE = "VMNETX_SECRET_KEY"
ACCELERATORS = ("auto", "kvm", "tcg")


@dataclass(frozen=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True)
class Options:
    """Everything that can be set. Times are seconds."""

    data: Path
    secret_key: str = field(repr=False)
    host: str
    gateway: Address
    tls_port: int
    tls_certificate: Path | None
    """None: no TLS."""
    tls_key: Path | None
    control: Address
    viewer: Address
    viewer_url: str | None
    viewer_origins: frozenset[str]
    origins: tuple[Origin, ...]
    folders: tuple[Path, ...]
    cache: Path
    cache_bytes: int
    instance_timeout: int
    gc_interval: int
    max_instances: int
    max_memory_bytes: int
    max_vcpus: int
    min_free_disk_bytes: int
    user_network: UserNetwork
    accelerator: Literal["auto", "kvm", "tcg"]
    debug: bool


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Ends the program with a usage message when something is wrong."""
    parser = _parser(environment)
    given = parser.parse_args(arguments)
    try:
        key = secret_key(given.secret_key_file, environment)
        origins = tuple(Origin.parse(text) for text in given.allow_origin)
    except ValueError as error:
        parser.error(str(error))
    return Options(
        data=given.data.absolute(),
        secret_key=key,
        host=given.host,
        gateway=Address(given.listen, given.port),
        tls_port=given.tls_port,
        tls_certificate=given.tls_certificate,
        tls_key=given.tls_key,
        control=Address(given.http_host, given.http_port),
        viewer=Address(given.viewer_host, given.viewer_port),
        viewer_url=given.viewer_url and given.viewer_url.rstrip("/"),
        viewer_origins=frozenset(given.viewer_origin),
        origins=origins,
        folders=tuple(folder.resolve() for folder in given.allow_files),
        cache=(given.cache or given.data / "cache").absolute(),
        cache_bytes=given.cache_size * MIB,
        instance_timeout=given.instance_timeout,
        gc_interval=given.gc_interval,
        max_instances=given.max_instances,
        max_memory_bytes=given.max_memory * MIB,
        max_vcpus=given.max_vcpus,
        min_free_disk_bytes=given.min_free_disk * MIB,
        user_network=cast("UserNetwork", given.user_network),
        accelerator=cast('Literal["auto", "kvm", "tcg"]', given.accel),
        debug=given.debug,
    )


class _Adder:
    """Adds options whose defaults come from the environment."""

    def __init__(
        self, parser: argparse.ArgumentParser, environment: Mapping[str, str]
    ) -> None:
        self._parser = parser
        self._environment = environment

    def one(
        self,
        name: str,
        default: str | None,
        about: str,
        kind: Callable[[str], object] = str,
    ) -> None:
        variable = _variable(name)
        # argparse converts a default that is a text just as it does an argument.
        value = self._environment.get(variable, default)
        note = f"{about} (${variable}; default {default or 'none'})"
        self._parser.add_argument(
            f"--{name}", default=value, type=kind, help=note, metavar="…"
        )

    def many(self, name: str, about: str, kind: Callable[[str], object] = str) -> None:
        variable = _variable(name)
        words = self._environment.get(variable, "").replace(",", " ").split()
        note = f"{about}; may be given again (${variable}, separated by commas)"
        self._parser.add_argument(
            f"--{name}",
            action="append",
            default=[kind(word) for word in words],
            type=kind,
            help=note,
            metavar="…",
        )


def _variable(name: str) -> str:
    return "VMNETX_" + name.upper().replace("-", "_")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vmnetx.server", description="Run the thin-client server."
    )
    add = _Adder(parser, environment)
    _add_places(add)
    _add_limits(add)
    parser.add_argument("-D", "--debug", action="store_true", help="log more")
    return parser


def _add_places(add: _Adder) -> None:
    add.one("data", "var/vmnetx", "folder for state, sockets and overlays", Path)
    add.one("cache", None, "folder for package bytes; cache/ in --data if none", Path)
    add.one("secret-key-file", None, f"file of the API's key, or ${KEY_VARIABLE}", Path)
    add.one("host", "127.0.0.1", "public name of this host, in URLs")
    add.one("listen", "", "address of the thin-client protocol; all where empty")
    add.one("port", str(DEFAULT_PORT), "port of the thin-client protocol", _port)
    add.one("tls-certificate", None, "its chain, PEM; then it speaks TLS too", Path)
    add.one("tls-key", None, "the certificate's key, if not in that file", Path)
    add.one("tls-port", "18926", "port of the thin-client protocol over TLS", _port)
    add.one("http-host", "127.0.0.1", "address of the control API")
    add.one("http-port", "18924", "port of the control API", _port)
    add.one("viewer-host", "127.0.0.1", "address of the viewer WebSocket")
    add.one("viewer-port", "18925", "port of the viewer WebSocket", _port)
    add.one("viewer-url", None, "public base of viewer URLs, ws:// or wss://", _ws_url)
    add.many("viewer-origin", "origin of pages that may view, such as https://a.org")
    add.many("allow-origin", "http(s) address below which packages may be")
    add.many("allow-files", "folder below which packages may be", Path)


def _add_limits(add: _Adder) -> None:
    add.one("instance-timeout", "300", "seconds unseen until it may go", _positive)
    add.one("gc-interval", "5", "seconds between looks for idle ones", _positive)
    instances = str(capacity.usual_instances())
    add.one("max-instances", instances, "most instances at once", _positive)
    add.one("max-memory", "2048", "most MiB of memory for a machine", _positive)
    add.one("cache-size", "8192", "most MiB of package bytes to keep", _amount)
    add.one("max-vcpus", "4", "most processors for a machine", _positive)
    add.one("min-free-disk", "512", "MiB that stay free on the disk", _positive)
    reach = "networks that would reach this host's services: closed, open"
    add.one("user-network", "closed", reach, _user_network)
    add.one("accel", "auto", f"accelerator: {', '.join(ACCELERATORS)}", _accelerator)


def secret_key(path: Path | None, environment: Mapping[str, str]) -> str:
    """The key, from the file or the environment. Raises ValueError."""
    if path is None:
        name = environment.get(f"{KEY_VARIABLE}_FILE")
        path = None if name is None else Path(name)
    if path is None:
        key = environment.get(KEY_VARIABLE, "")
    else:
        try:
            key = path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the secret key's file cannot be read: {error}") from None
    if not key:
        raise ValueError(
            f"a secret key is needed: --secret-key-file, or ${KEY_VARIABLE}"
        )
    return key


def _port(text: str) -> int:
    return _number(text, 0, 65535)


def _amount(text: str) -> int:
    return _number(text, 0, 10**9)


def _positive(text: str) -> int:
    return _number(text, 1, 10**9)


def _number(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from {least} to {most}"
        )
    return int(text)


def _ws_url(text: str) -> str:
    if not text.startswith(("ws://", "wss://")):
        raise argparse.ArgumentTypeError(
            f"{text!r} starts with neither ws:// nor wss://"
        )
    return text


def _user_network(text: str) -> str:
    if text not in get_args(UserNetwork):
        raise argparse.ArgumentTypeError(f"{text!r} is neither closed nor open")
    return text


def _accelerator(text: str) -> str:
    if text not in ACCELERATORS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of {', '.join(ACCELERATORS)}"
        )
    return text
