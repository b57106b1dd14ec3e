"""Datestamps that no harvest misses, though a transaction takes time to commit.

A record stamped 10:00:00 and committed at 10:00:09 would be lost to whoever harvested
at 10:00:05 and goes on from there. So whoever stamps leaves a mark with its second,
where others see it before the commit; it falls with the transaction, however that ends.
Harvests reach to the horizon: the oldest mark, or now. Nobody waits for anybody.

The order of steps matters, and is the same on both databases:

    stamper   1. mark the second   2. see that it still is that second   3. write
    harvest   1. read the clock    2. look for marks                     3. read

If the harvest saw no mark, then either the stamper had committed, and is read in step
3, or it marks later, and its step 2 comes after the clock that the harvest read.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# High half of the advisory lock's key; the second is the low half.
LOCK_CLASS = 0x4F414931
FILE = "oai-stamping"


def stamp() -> str:
    """The datestamp for what the open transaction writes now."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("stamp() needs a transaction")
    return written(STAMPERS[connection.vendor]())


def horizon() -> str:
    """Every record with a datestamp below this is there to be read, now.

    The marks of our own transaction do not count: it sees what it wrote.
    """
    return written(HORIZONS[connection.vendor]())


def written(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


class Mark:
    """The file with a locked descriptor, which the transaction's end closes.

    After a commit Django calls it; after a rollback Django drops it.
    """

    def __init__(self) -> None:
        path = settings.DATA / FILE
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def set(self) -> int:
        # Before the lock: who finds it locked reads a second that is not too late.
        # SQLite's one writer is us, so nobody else writes here.
        second = self._write()
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        while second != int(time.time()):
            second = self._write()
        return second

    def _write(self) -> int:
        second = int(time.time())
        os.pwrite(self._descriptor, second.to_bytes(8), 0)
        return second

    def __call__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self()


def _own_mark() -> Mark | None:
    # Since Django 4.2 an entry has three parts; the stubs know two.
    hooks = (entry[1] for entry in connection.run_on_commit)
    return next((hook for hook in hooks if isinstance(hook, Mark)), None)


def _stamp_sqlite() -> int:
    if _own_mark() is not None:
        # The mark bears the first stamp of the transaction, which is the oldest.
        return int(time.time())
    mark = Mark()
    second = mark.set()
    transaction.on_commit(mark)
    return second


def _horizon_sqlite() -> int:
    now = int(time.time())
    if _own_mark() is not None:
        return now
    with suppress(FileNotFoundError), (settings.DATA / FILE).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return min(now, int.from_bytes(file.read(8)))
    return now


def _stamp_postgresql() -> int:
    with connection.cursor() as cursor:
        while True:
            second = _clock(cursor)
            key = LOCK_CLASS << 32 | second
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [key])
            if _clock(cursor) == second:
                return second


def _clock(cursor: CursorWrapper) -> int:
    """The database's, since web servers and workers may be on many hosts."""
    cursor.execute("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint")
    return int(cursor.fetchone()[0])


def _horizon_postgresql() -> int:
    # statement_timestamp() is from before the locks are looked at.
    query = """
        SELECT least(
            floor(extract(epoch FROM statement_timestamp()))::bigint,
            (
                SELECT min(objid::bigint) FROM pg_locks
                WHERE locktype = 'advisory' AND classid = %s AND objsubid = 1
                AND pid <> pg_backend_pid() AND database = (
                    SELECT oid FROM pg_database WHERE datname = current_database()
                )
            )
        )
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [LOCK_CLASS])
        return int(cursor.fetchone()[0])


STAMPERS = {"sqlite": _stamp_sqlite, "postgresql": _stamp_postgresql}
HORIZONS = {"sqlite": _horizon_sqlite, "postgresql": _horizon_postgresql}
