"""Full oai_dc harvests, against the server of `oaipmh` on the same records, one run.

    .venv/bin/python -m benchmarks.harvest [RECORDS ...]

Both are served by one process of gunicorn with four threads, on loopback, in pages of
100; the harvester is a bare socket reader that only looks for the token. The peer holds
everything in memory. On PostgreSQL too, where Debian's packages have put it.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.portal import postgresql

SIZES = [int(word) for word in sys.argv[1:]] or [1_000, 10_000, 100_000]
PORT = 21480
AIM = 20_000
TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
ROOT = Path(__file__).parents[1]


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[HTTPConnection]:
    command = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}"),
        *("--worker-class", "gthread", "--threads", "4", "--workers", "1"),
        *("--log-level", "error", "--timeout", "600", application),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    connection = HTTPConnection("127.0.0.1", PORT, timeout=600)
    try:
        wait(connection)
        yield connection
    finally:
        connection.close()
        server.terminate()
        server.wait()


def wait(connection: HTTPConnection) -> None:
    deadline = time.monotonic() + 300
    while True:
        try:
            ask(connection, "verb=Identify")
        except ConnectionError:
            connection.close()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        else:
            return


def ask(connection: HTTPConnection, query: str) -> bytes:
    connection.request("GET", f"/oai?{query}")
    return connection.getresponse().read()


def harvest(connection: HTTPConnection) -> tuple[int, float, list[float]]:
    """How many records came, in how many seconds, and the seconds of each page."""
    query = "verb=ListRecords&metadataPrefix=oai_dc"
    count, pages = 0, []
    started = time.perf_counter()
    while True:
        asked = time.perf_counter()
        answer = ask(connection, query)
        pages.append(time.perf_counter() - asked)
        count += answer.count(b"<header")
        token = TOKEN.search(answer)
        if token is None:
            return count, time.perf_counter() - started, pages
        query = f"verb=ListRecords&resumptionToken={token[1].decode()}"


def measure(connection: HTTPConnection, size: int) -> tuple[float, float, float]:
    """Records a second, and the milliseconds of an early and of a late page."""
    best = min((harvest(connection) for _ in range(3)), key=lambda found: found[1])
    count, seconds, pages = best
    assert count == size, (count, size)
    early, late = (1000 * statistics.median(p) for p in (pages[:10], pages[-10:]))
    return count / seconds, early, late


def portal(size: int, database: str, folder: str) -> tuple[float, float, float]:
    environment = {
        "OLIVE_DATA": folder,
        "OLIVE_DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "olive_portal.settings",
    }
    filler = [sys.executable, "-m", "benchmarks.harvested", str(size)]
    subprocess.run(filler, cwd=ROOT, env=os.environ | environment, check=True)
    with served("olive_portal.wsgi", environment) as connection:
        return measure(connection, size)


def peer(size: int) -> tuple[float, float, float]:
    with served("benchmarks.harvested:peer", {"RECORDS": str(size)}) as connection:
        return measure(connection, size)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The addresses of those that are installed; each is filled up, size by size."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": f"sqlite:///{folder}/portal.sqlite3"}
        if not postgresql.PROGRAMS:
            yield found
            return
        with postgresql.serving() as address:
            yield found | {"PostgreSQL": address}


def main() -> None:
    head = f"{'records':>8}  {'server':22} {'records/s':>10} {'ratio':>6}"
    print(f"{head}  {'early page':>10} {'late page':>10}")
    with databases() as addresses, tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            base = peer(size)
            rows = {"oaipmh 4.0.0, memory": base}
            for name, address in addresses.items():
                rows[f"portal, {name}"] = portal(size, address, folder)
            for name, (rate, early, late) in rows.items():
                print(
                    f"{size:8}  {name:22} {rate:10,.0f} {rate / base[0]:6.2f}"
                    f"  {early:7.2f} ms {late:7.2f} ms",
                    flush=True,
                )
    print(f"Aim: {AIM:,} records/s, and late pages that cost what early ones do.")


if __name__ == "__main__":
    main()
