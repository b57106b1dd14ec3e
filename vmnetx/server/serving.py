"""The server's life: its ports, its folder, its parts, and how it ends.

A clean end (SIGTERM, SIGINT) ends every machine. SIGKILL ends none: the next server
that is given the same folder takes them over.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from vmnetx.cache.cache import Cache
from vmnetx.errors import MachineFailed
from vmnetx.machine import accelerator, binary
from vmnetx.machine.options import Limits, MachineOptions
from vmnetx.server import capacity, tokens
from vmnetx.server.allowing import AllowList
from vmnetx.server.certificate import BadCertificate, Certificate
from vmnetx.server.control import Addresses, Control
from vmnetx.server.gateway import Gateway
from vmnetx.server.instance import Terms
from vmnetx.server.metrics import Metrics
from vmnetx.server.options import Address, Options
from vmnetx.server.registry import Registry, Room
from vmnetx.server.viewer import Viewer

logger = logging.getLogger(__name__)

BACKLOG = 256
LOCK = "server.lock"
ENDS = (signal.SIGTERM, signal.SIGINT)


class CannotServe(Exception):
    """The server cannot start; the text says why. main() prints it."""


async def serve(options: Options) -> None:
    """Serve until a signal. Raises CannotServe."""
    signals = _signals()
    certificate = _certificate(options)
    with _only_server(options), _listening(options) as sockets:
        terms = await _terms(options)
        registry = Registry(
            options.data,
            _room(options),
            terms,
            _allow_list(options),
            Cache(options.cache, options.cache_bytes),
        )
        await registry.adopt()
        gateway = Gateway(registry.get)
        async with (
            _gateway(gateway, options, certificate) as (port, tls_port),
            _parts(options, registry, sockets, (gateway, port)),
        ):
            logger.info(
                "event=ready gateway=%d control=%d viewer=%d tls=%s",
                port,
                sockets["control"].getsockname()[1],
                sockets["viewer"].getsockname()[1],
                tls_port or "none",
            )
            await _until_signalled(registry, signals)


def _signals() -> asyncio.Queue[signal.Signals]:
    """Where the signals to end arrive, from now on: also those during the start."""
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in ENDS:
        loop.add_signal_handler(number, signals.put_nowait, number)
    return signals


async def _until_signalled(
    registry: Registry, signals: asyncio.Queue[signal.Signals]
) -> None:
    """Serve; then end all machines, and at a second signal stop waiting for that."""
    collecting = asyncio.create_task(registry.collect())
    try:
        asked = await signals.get()
        logger.info("event=stopping signal=%s", asked.name)
    finally:
        collecting.cancel()
    closing = asyncio.create_task(registry.close())
    again = asyncio.create_task(signals.get())
    await asyncio.wait((closing, again), return_when=asyncio.FIRST_COMPLETED)
    again.cancel()
    if not closing.done():
        logger.warning("event=forced")
        closing.cancel()
        await registry.kill()


@contextmanager
def _only_server(options: Options) -> Iterator[None]:
    """Hold the folder: two servers would end each other's machines."""
    try:
        options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(options.data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotServe(f"The data folder cannot be used: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CannotServe(f"Another server uses {options.data}") from None
    finally:
        os.close(descriptor)


@contextmanager
def _listening(options: Options) -> Iterator[dict[str, socket.socket]]:
    """The API's and the viewer's sockets, before any machine is touched."""
    sockets: dict[str, socket.socket] = {}
    try:
        sockets["control"] = _bound("--http-port", options.control)
        sockets["viewer"] = _bound("--viewer-port", options.viewer)
        yield sockets
    finally:
        for each in sockets.values():
            each.close()


def _bound(option: str, address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server(
            (address.host, address.port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        raise _port_taken(option, address, error) from error


def _port_taken(option: str, address: Address, error: OSError) -> CannotServe:
    place = f"{address.host or '*'}:{address.port}"
    return CannotServe(f"{place} cannot be listened on ({option}): {error.strerror}")


def _certificate(options: Options) -> Certificate | None:
    """Read again at each SIGHUP, which is what renews it."""
    if options.tls_certificate is None:
        return None
    try:
        certificate = Certificate(options.tls_certificate, options.tls_key)
    except BadCertificate as error:
        raise CannotServe(f"The certificate cannot be used: {error}") from error
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, certificate.renew)
    return certificate


@asynccontextmanager
async def _gateway(
    gateway: Gateway, options: Options, certificate: Certificate | None
) -> AsyncIterator[tuple[int, int | None]]:
    """Its port, and its port for TLS."""
    host, tls_port = options.gateway.host or None, None
    try:
        try:
            port = await gateway.listen(host, options.gateway.port)
        except OSError as error:
            raise _port_taken("--port", options.gateway, error) from error
        if certificate is not None:
            address = Address(options.gateway.host, options.tls_port)
            try:
                tls_port = await gateway.listen(host, address.port, certificate.context)
            except OSError as error:
                raise _port_taken("--tls-port", address, error) from error
        yield port, tls_port
    finally:
        await gateway.close()


@asynccontextmanager
async def _parts(
    options: Options,
    registry: Registry,
    sockets: dict[str, socket.socket],
    protocol: tuple[Gateway, int],
) -> AsyncIterator[None]:
    """The viewer and, when that is there, the API."""
    viewer = Viewer(registry.get, options.viewer_origins)
    gateway, port = protocol
    addresses = Addresses(options.host, port, _viewer_url(options, sockets["viewer"]))
    metrics = Metrics(registry, gateway, viewer)
    control = Control(registry, options.secret_key, addresses, metrics)
    async with (
        _site(viewer.application(), sockets["viewer"]),
        _site(control.application(), sockets["control"]),
    ):
        yield


@asynccontextmanager
async def _site(
    application: web.Application, listener: socket.socket
) -> AsyncIterator[None]:
    # No access log: it would be a line for each look of a portal at each machine.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=BACKLOG).start()
        yield
    finally:
        await runner.cleanup()


def _viewer_url(options: Options, listener: socket.socket) -> str:
    if options.viewer_url is not None:
        return options.viewer_url
    return f"ws://{tokens.in_url(options.host)}:{listener.getsockname()[1]}"


async def _terms(options: Options) -> Terms:
    """Raises CannotServe where QEMU is not, or does not run a guest."""
    wanted = MachineOptions(limits=_limits(options))
    try:
        binary.path()
        chosen = await accelerator.choose(
            options.accelerator,
            cache=options.data / "accelerator.json",
            run_as=wanted.run_as,
        )
    except MachineFailed as error:
        raise CannotServe(str(error)) from error
    machine = MachineOptions(accelerator=chosen, limits=wanted.limits)
    return Terms(
        machine, options.instance_timeout, options.gc_interval, options.user_network
    )


def _limits(options: Options) -> Limits:
    return Limits(
        memory_bytes=min(options.max_memory_bytes, capacity.memory_for_machines()),
        vcpus=options.max_vcpus,
    )


def _room(options: Options) -> Room:
    return Room(
        options.max_instances,
        capacity.memory_for_machines(),
        options.min_free_disk_bytes,
    )


def _allow_list(options: Options) -> AllowList:
    return AllowList(options.origins, options.folders)
