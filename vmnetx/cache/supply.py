"""What is missing of one package is fetched once, however many ask for it at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import takewhile

from vmnetx.cache.chunks import CHUNK, Chunks, count
from vmnetx.errors import VmnetxError

LONGEST_RUN = 16
"""Chunks that are fetched by one request."""

Fetch = Callable[[int, int], bytes]
"""The bytes [start, end) from a server, or what vmnetx.package.source.Source raises."""


class ReadAhead:
    """Who misses one chunk after the other gets more of them with each request."""

    def __init__(self) -> None:
        self._expected = -1
        self._more = 0

    def more(self, first: int, last: int) -> int:
        """How many to fetch beside the missing chunks from `first` to `last`."""
        is_next = first == self._expected
        self._more = min(2 * self._more + 1, LONGEST_RUN - 1) if is_next else 0
        self._expected = last + self._more + 1
        return self._more


class Supply:
    """One package, for all in this process. Any number of threads may read at once.

    A read brings its own way to the server, since each machine has a token of its own;
    what it fetches is everybody's.
    """

    def __init__(self, chunks: Chunks) -> None:
        self.chunks = chunks
        self.size = chunks.size
        self.last_wait = time.monotonic()
        """When somebody last read what was not here."""
        self._lock = threading.Lock()
        self._flights: dict[int, Future[bytes]] = {}

    def read(
        self, fetch: Fetch, offset: int, length: int, ahead: ReadAhead | None = None
    ) -> bytes:
        """`length` bytes from `offset`, fewer where the package ends."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        parts = {
            number: self.chunks.read(number, first, last)
            for number, first, last in spans(offset, end)
        }
        lacking = [number for number, part in parts.items() if part is None]
        brought: dict[int, bytes] = {}
        if lacking:
            if ahead is not None:
                more = ahead.more(lacking[0], lacking[-1])
                lacking += self._next(lacking[-1], more)
            self.last_wait = time.monotonic()
            brought = self.bring(fetch, lacking)
            self.last_wait = time.monotonic()
        return b"".join(
            brought[number][first:last] if part is None else part
            for (number, first, last), part in zip(
                spans(offset, end), parts.values(), strict=True
            )
        )

    def has(self, offset: int, length: int) -> bool:
        """Whether this part is likely to be here; reading says for sure."""
        end = min(offset + length, self.size)
        return all(self.chunks.has(number) for number, _, _ in spans(offset, end))

    def _next(self, number: int, more: int) -> list[int]:
        """Those behind it, up to the first that is here or on its way."""
        last = min(number + more, count(self.size) - 1)
        behind = range(number + 1, last + 1)
        return list(takewhile(self._is_lacking, behind))

    def _is_lacking(self, number: int) -> bool:
        return number not in self._flights and not self.chunks.has(number)

    def bring(self, fetch: Fetch, numbers: Iterable[int]) -> dict[int, bytes]:
        """These chunks; those that are missing are fetched, and kept for all.

        Raises what `fetch` raises. A chunk that another thread failed to get is tried
        again by this one: its token may be better.
        """
        mine, others = self._claim(numbers)
        found = self._fetch_claimed(fetch, mine)
        for number, flight in others.items():
            try:
                found[number] = flight.result()
            except VmnetxError:
                found |= self.bring(fetch, [number])
        return found

    def _claim(
        self, numbers: Iterable[int]
    ) -> tuple[dict[int, Future[bytes]], dict[int, Future[bytes]]]:
        """Those that this thread has to fetch, and those that are on their way."""
        mine, others = {}, {}
        with self._lock:
            for number in numbers:
                if number in self._flights:
                    others[number] = self._flights[number]
                else:
                    mine[number] = self._flights[number] = Future()
        return mine, others

    def _fetch_claimed(
        self, fetch: Fetch, mine: dict[int, Future[bytes]]
    ) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        try:
            # Asked again: another thread or process may just have brought it.
            for number in mine:
                data = self.chunks.read(number, 0, self._length(number))
                if data is not None:
                    found[number] = data
            lacking = [number for number in mine if number not in found]
            for run in runs(lacking):
                found |= self._fetch_run(fetch, run)
        except BaseException as error:
            self._land(mine, found, error)
            raise
        self._land(mine, found)
        return found

    def _fetch_run(self, fetch: Fetch, run: Sequence[int]) -> dict[int, bytes]:
        start = run[0] * CHUNK
        data = fetch(start, run[-1] * CHUNK + self._length(run[-1]))
        found = {}
        for place, number in enumerate(run):
            found[number] = data[place * CHUNK : (place + 1) * CHUNK]
            self.chunks.write(number, found[number])
        return found

    def _land(
        self,
        mine: dict[int, Future[bytes]],
        found: dict[int, bytes],
        error: BaseException | None = None,
    ) -> None:
        with self._lock:
            for number in mine:
                del self._flights[number]
        for number, flight in mine.items():
            if number in found:
                flight.set_result(found[number])
            else:
                flight.set_exception(error)

    def _length(self, number: int) -> int:
        return min(CHUNK, self.size - number * CHUNK)


def spans(offset: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The chunks that [offset, end) lies in: number, first and last byte in each."""
    if offset >= end:
        return
    for number in range(offset // CHUNK, -(-end // CHUNK)):
        base = number * CHUNK
        yield number, max(offset - base, 0), min(end - base, CHUNK)


def runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Neighbours together, in the order given, none longer than LONGEST_RUN."""
    run: list[int] = []
    for number in numbers:
        if run and (number != run[-1] + 1 or len(run) == LONGEST_RUN):
            yield run
            run = []
        run.append(number)
    if run:
        yield run
