"""Everything that reads bytes of strangers. Each reads them, or refuses in one of our
own errors, with a text for one line of a log; whatever else is raised is a bug."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.vmnetx.package.samples import (
    DOMAIN,
    MINIMAL,
    Bytes,
    members,
    qcow2,
    saved_memory,
    zipped,
)
from vmnetx.errors import BadPackage, ProtocolError, Refused, VmnetxError
from vmnetx.launcher import locations
from vmnetx.package import archive, domain, image, manifest, memory, reference
from vmnetx.server.allowing import AllowList, Origin
from vmnetx.server.wishes import read_wish
from vmnetx.wire import frames, packing
from vmnetx.wire.client_endpoint import ClientEndpoint, ClientState
from vmnetx.wire.messages import (
    CLIENT_MESSAGES,
    SERVER_MESSAGES,
    AttachingViewer,
    AttachViewer,
    Authenticate,
    AuthOk,
)
from vmnetx.wire.server_endpoint import ServerEndpoint, ServerState

DATA = Path(__file__).parents[1] / "data"
FRAMES = [
    bytes.fromhex(vector["hex"])
    for vector in json.loads((DATA / "vmnetx-vectors.json").read_text())
]
CONVERSATION = b"".join(FRAMES)
MEMORY = saved_memory()
REFERENCE = (
    b'<reference xmlns="http://olivearchive.org/xmlns/vmnetx/reference">'
    b"<url>https://example.org/a.nxpk</url></reference>"
)
MOST_READ = 64 * 1024 * 1024


@dataclass(frozen=True)
class Target:
    """`check` raises for a bug. `seeds` are sound, and worth damaging."""

    check: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    errors: type[VmnetxError] = BadPackage

    def __call__(self, data: bytes) -> None:
        try:
            self.check(data)
        except self.errors as error:
            text = str(error)
            assert text.isprintable(), text
            assert 0 < len(text) < 1000, len(text)


def cut_into_frames(data: bytes) -> None:
    """However it is cut, the same frames come, and little is held."""
    pieces = [data[start : start + 1 + start % 7] for start in range(0, len(data), 7)]
    whole, cut = frames.FrameDecoder(), frames.FrameDecoder()
    whole.feed(b"".join(pieces))
    expected = list(iter(whole.next_frame, None))
    found = []
    for piece in pieces:
        cut.feed(piece)
        found += iter(cut.next_frame, None)
    assert found == expected


def read_body(data: bytes) -> None:
    for table in (CLIENT_MESSAGES, SERVER_MESSAGES):
        packing.decode(data, table)


def serve(data: bytes) -> None:
    """A server that says yes to everything, and a client that sends `data`."""
    endpoint = ServerEndpoint()
    endpoint.receive(data)
    while (event := endpoint.next_event()) is not None:
        if isinstance(event, Authenticate):
            endpoint.send(AuthOk("running", "x"))
        elif isinstance(event, AttachViewer):
            endpoint.send(AttachingViewer())
        elif not isinstance(event, tuple(CLIENT_MESSAGES.values())):
            endpoint.send(event.answer)
    if endpoint.state is ServerState.FORWARDING:
        assert endpoint.take_raw() in data


def listen(data: bytes) -> None:
    """A client that authenticates and attaches, and a server that sends `data`."""
    endpoint = ClientEndpoint()
    endpoint.send(Authenticate("a/b"))
    endpoint.receive(data)
    while endpoint.next_event() is not None:
        if endpoint.state is ClientState.RUNNING:
            endpoint.send(AttachViewer())
    if endpoint.state is ClientState.VIEWER:
        assert endpoint.take_raw() in data


def open_package(data: bytes) -> None:
    source = Bytes(data)
    try:
        package = archive.open_package(source)
    finally:
        assert sum(source.reads) < MOST_READ
    for member in (package.disk, package.memory):
        if member is not None:
            assert 0 <= member.offset <= member.offset + member.size <= len(data)
    assert package.disk_virtual_size > 0


def read_save_head(data: bytes) -> None:
    header = memory.parse_header(data)
    assert 0 < header.area_length <= memory.MAX_AREA
    memory.parse_area(header, data[memory.HEADER_SIZE : header.body_offset])


def read_disk(data: bytes) -> None:
    def read(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    size = image.check_disk(read, len(data), "qcow2")
    assert size > 0
    assert size % 512 == 0


def allow(data: bytes) -> None:
    """What is allowed is at that origin for every reader of URLs: printable, no @."""
    allowed = AllowList(origins=(Origin.parse("https://images.example.org/a"),))
    url = data.decode("utf-8", "surrogateescape")
    place = str(allowed.location(url))
    assert place.lower().startswith("https://images.example.org")
    assert "@" not in place
    assert place.isprintable()


def resolve(data: bytes) -> None:
    text = data.decode("utf-8", "replace").replace("\0", "")
    # Only URLs: a path would be looked for on this computer.
    locations.resolve("vmnetx://" + text)


@functools.cache
def targets() -> dict[str, Target]:
    package = zipped(members(memory=MEMORY))
    domain_seed = DOMAIN if isinstance(DOMAIN, bytes) else DOMAIN.encode()
    return {
        "frames": Target(cut_into_frames, (CONVERSATION, *FRAMES)),
        "messages": Target(read_body, tuple(f[4:] for f in FRAMES), ProtocolError),
        "server": Target(serve, (CONVERSATION, *FRAMES)),
        "client": Target(listen, (CONVERSATION, *FRAMES)),
        "manifest": Target(manifest.parse, (members()["vmnetx-package.xml"],)),
        "domain": Target(domain.parse, (domain_seed,)),
        "reference": Target(reference.parse, (REFERENCE,), reference.BadReference),
        "save-header": Target(read_save_head, (MEMORY,)),
        "qcow2": Target(read_disk, (qcow2(), qcow2(version=2))),
        "package": Target(open_package, (MINIMAL, package)),
        "wish": Target(
            read_wish, (b'{"url": "a", "network": "user", "start": true}',), Refused
        ),
        "origin": Target(allow, (b"https://images.example.org/a/b.nxpk?c=d",), Refused),
        "link": Target(resolve, (b"a.example:18923/ID/CODE",), Refused),
    }
