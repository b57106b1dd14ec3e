"""All instances of one server: made, found, collected, adopted, ended."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from vmnetx.cache.cache import Cache
from vmnetx.cache.cached_source import CachedSource
from vmnetx.errors import BadPackage, Full, MachineFailed, Refused
from vmnetx.machine import reach
from vmnetx.machine.machine import Machine
from vmnetx.machine.options import Network
from vmnetx.machine.outlet import Outlet
from vmnetx.package.archive import Member, Package
from vmnetx.package.hardware import Domain
from vmnetx.server import facts, tokens, wanted
from vmnetx.server.allowing import AllowList
from vmnetx.server.capacity import OVERHEAD_BYTES
from vmnetx.server.facts import Facts, Spoilt
from vmnetx.server.instance import Instance, Terms
from vmnetx.server.opening import SILENCE_SECONDS, Opener

logger = logging.getLogger(__name__)

RETRY_SECONDS = 15
KILL_SECONDS = 3.0
FOLDER = "instances"


@dataclass(frozen=True)
class Wish:
    """What somebody asks an instance to be."""

    url: str = field(repr=False)
    user_ident: str | None = None
    network: Network = "none"
    start: bool = False


@dataclass(frozen=True)
class Room:
    """The most that all instances together may take."""

    instances: int
    memory_bytes: int
    free_disk_bytes: int = 0
    """What must be free on the disk, or nobody new comes."""


class Registry:
    """Owns every instance, and the folder that they are kept in."""

    def __init__(
        self, data: Path, room: Room, terms: Terms, allowed: AllowList, cache: Cache
    ) -> None:
        self._folder = data / FOLDER
        self.room = room
        self._terms = terms
        self._allowed = allowed
        self._cache = cache
        self._opener = Opener(cache)
        self._instances: dict[str, Instance] = {}
        self._opening = 0
        self.is_closing = False

    def __iter__(self) -> Iterator[Instance]:
        """Every instance that is not gone, the oldest first."""
        return iter(list(self._instances.values()))

    def get(self, instance_id: str) -> Instance | None:
        return self._instances.get(instance_id)

    async def create(self, wish: Wish) -> Instance:
        """Open the wish's package and make an instance of it.

        Raises Refused (URL, limits), Full, and what opening a package raises.
        """
        location = self._allowed.location(wish.url)
        with self._seat():
            package = await self._opener.open(location)
            try:
                await self._check_network(wish.network, package.domain)
                self._check(package)
                instance = self._keep(facts_of(wish, str(location), package), package)
            except BaseException:
                package.source.close()
                raise
        logger.info(
            "event=created instance=%s name=%r user=%r network=%s",
            instance.id,
            instance.name,
            wish.user_ident,
            wish.network,
        )
        if wish.start:
            instance.start()
        return instance

    def _check(self, package: Package) -> None:
        self._terms.machine.limits.check(package.domain)
        self._check_memory(package.domain.memory_bytes)
        self._check_disk()
        if self.is_closing:
            raise Full("The server is stopping", retry_after=RETRY_SECONDS)

    async def adopt(self) -> None:
        """Take over what an earlier server left, and remove what cannot be had."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        found = [self._adopt(directory) for directory in self._folder.iterdir()]
        adopted = [each for each in await asyncio.gather(*found) if each is not None]
        for instance in sorted(adopted, key=lambda each: each.facts.created_at):
            self._instances[instance.id] = instance

    async def _adopt(self, directory: Path) -> Instance | None:
        try:
            if wanted.read(directory) == "gone":
                raise Spoilt(f"{directory.name} was being destroyed")
            record = facts.read(directory)
            outlet = await self._known_outlet(record, directory)
        except (Spoilt, BadPackage, Refused) as error:
            logger.warning("event=lost instance=%s why=%r", directory.name, error)
            await _remove(directory)
            return None
        instance = self._instance(record, directory, outlet)
        await instance.adopt()
        logger.info("event=adopted instance=%s status=%s", instance.id, instance.status)
        return instance

    async def _known_outlet(self, record: Facts, directory: Path) -> Outlet | None:
        """Of what is known of the package; its server is not asked.

        Raises Refused when the operator allows its address no more.
        """
        if record.identity is None:
            return None
        self._allowed.location(record.location)
        open_known = partial(
            self._cache.open,
            record.location,
            timeout=SILENCE_SECONDS,
            known=record.identity,
        )
        return self._outlet(await asyncio.to_thread(open_known), directory)

    async def collect(self) -> None:
        """End idle instances, once every interval, for ever (spec 2.6)."""
        while True:
            await asyncio.sleep(self._terms.gc_interval)
            now = time.monotonic()
            for instance in self:
                if instance.is_idle(now):
                    logger.info("event=idle instance=%s", instance.id)
                    instance.destroy()

    async def close(self) -> None:
        """End all instances; returns when nothing of them is left."""
        self.is_closing = True
        await asyncio.gather(*(instance.ended() for instance in self))

    async def kill(self) -> None:
        """End all instances at once, and wait for that no longer than KILL_SECONDS."""
        for instance in self:
            instance.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(KILL_SECONDS):
                await self.close()

    @contextmanager
    def _seat(self) -> Iterator[None]:
        """Counted before the package is opened, which takes its time."""
        if len(self._instances) + self._opening >= self.room.instances:
            raise Full(
                f"The server has no room: {self.room.instances} machines are here",
                retry_after=RETRY_SECONDS,
            )
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1

    @property
    def memory_bytes(self) -> int:
        """What is promised to the instances that there are."""
        return sum(each.memory_bytes + OVERHEAD_BYTES for each in self)

    async def _check_network(self, network: Network, domain: Domain) -> None:
        """Asked each time: a firewall may change."""
        leads_out = network == "user" and domain.interfaces
        if not leads_out or self._terms.user_network == "open":
            return
        if await reach.reaches_this_host(self._terms.machine.run_as):
            raise Refused(
                "This server lets no machine out: it would reach the server's own "
                "services. Its manual says how to close them"
            )

    def _check_memory(self, wanted: int) -> None:
        if self.memory_bytes + wanted + OVERHEAD_BYTES > self.room.memory_bytes:
            raise Full(
                "The server has not enough memory free", retry_after=RETRY_SECONDS
            )

    def _check_disk(self) -> None:
        if shutil.disk_usage(self._folder).free < self.room.free_disk_bytes:
            raise Full("The server's disk is almost full", retry_after=RETRY_SECONDS)

    def _keep(self, record: Facts, package: Package) -> Instance:
        directory = self._folder / record.id
        facts.write(record, directory)
        outlet = None
        if isinstance(package.source, CachedSource):
            outlet = self._outlet(package.source, directory)
        else:
            package.source.close()
        instance = self._instance(record, directory, outlet)
        self._instances[instance.id] = instance
        return instance

    def _instance(
        self, record: Facts, directory: Path, outlet: Outlet | None
    ) -> Instance:
        return Instance(record, directory, self._terms, self._forget, outlet)

    def _outlet(self, source: CachedSource, directory: Path) -> Outlet:
        return Outlet(source, directory, self._terms.machine.run_as)

    def _forget(self, instance: Instance) -> None:
        self._instances.pop(instance.id, None)


async def _remove(directory: Path) -> None:
    """A folder that is no instance's, and the machine that may yet run in it."""
    with suppress(MachineFailed):
        machine = await Machine.adopt(directory)
        await machine.stop()
    await asyncio.to_thread(facts.discard, directory)


def facts_of(wish: Wish, location: str, package: Package) -> Facts:
    is_remote = isinstance(package.source, CachedSource)
    memory = package.memory or Member("", 0, 0)
    return Facts(
        memory_path=memory.path,
        memory_offset=memory.offset,
        memory_size=memory.size,
        id=tokens.instance_id(),
        auth_code=tokens.auth_code(),
        viewer_token=tokens.viewer_token(),
        vm_name=package.manifest.name,
        user_ident=wish.user_ident,
        network=wish.network,
        location=location,
        disk_offset=package.disk.offset,
        disk_size=package.disk.size,
        domain_xml=package.domain_xml.decode(facts.ENCODING),
        created_at=datetime.now(UTC).isoformat(),
        package_size=package.source.size if is_remote else None,
        etag=package.source.etag if is_remote else None,
        last_modified=package.source.last_modified if is_remote else None,
    )
