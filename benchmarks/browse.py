"""What visitors wait for, at two sizes of the library: the front page, results with
facets, suggestions and the page of a title, beside an empty Django view that the same
server answers in the same run.

    .venv/bin/python -m benchmarks.browse [--items 1000 100000] [--seconds 10]

One web process as script/server runs it, on SQLite; the requests come over keep-alive
connections from another process. No two searches are alike, and titles are asked for
twice: any of them (nothing of theirs is kept), and the hundred that everybody reads.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
CONNECTIONS = 2
DEADLINE_SECONDS = 120
POPULAR = 100
HEADS = ("a second", "of empty", "p50 ms", "p95 ms", "most KB")


def fill(count, data):
    """In a process of its own, whose settings are read from its environment."""
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from benchmarks.library import fill\n"
        "call_command('migrate', verbosity=0)\n"
        "call_command('collectstatic', interactive=False, verbosity=0)\n"
        f"print(' '.join(fill({count})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(data),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


def environment(data, port=0):
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "OLIVE_DATA": str(data),
        "OLIVE_WEB_WORKERS": "1",
        "PORT": str(port or 8000),
    }


@contextmanager
def serving(data):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"),
            *("--log-level", "warning", "olive_portal.wsgi"),
        ],
        cwd=ROOT,
        env=environment(data, port),
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port):
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return get(http.client.HTTPConnection("127.0.0.1", port), "/empty")
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def get(connection, path):
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return len(body)


def measure(port, paths, seconds):
    """Requests a second, the median and the 95th percentile in ms, and the largest."""
    took, sizes = [], []
    end = time.monotonic() + seconds

    def work(number):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        chance = random.Random(number)  # noqa: S311
        while time.monotonic() < end:
            path = paths(chance)
            start = time.perf_counter()
            sizes.append(get(connection, path))
            took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work, args=[n]) for n in range(CONNECTIONS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts = quantiles(took, n=20)
    rate = len(took) / (time.monotonic() - start)
    return rate, parts[9] * 1000, parts[18] * 1000, max(sizes)


def pages(count, words):
    """What is measured: a name, and what draws a path."""
    decades = [f"{year}0s" for year in range(197, 201)]
    usual, rare = words[:200], words[200:]

    def search(chance):
        word = chance.choice(usual if chance.random() < 0.5 else rare)
        facet = chance.choice(
            ["", f"&decade={chance.choice(decades)}", "&platform=Amiga", "&sort=title"]
        )
        return f"/search?q={word}{facet}&x={chance.random()}"

    def listing(chance):
        decade, page = chance.choice(decades), chance.randint(1, 40)
        return f"/search?decade={decade}&language=English&page={page}"

    def suggest(chance):
        word = chance.choice(words)
        return f"/search/suggestions?q={quote(word[: chance.randint(2, 5)])}"

    return [
        ("empty view", lambda _chance: "/empty"),
        ("front page", lambda _chance: "/"),
        ("words with facets", search),
        ("facets alone", listing),
        ("suggestions", suggest),
        ("any title", lambda chance: f"/items/title-{chance.randrange(count)}"),
        ("a title many read", lambda c: f"/items/title-{c.randrange(POPULAR)}"),
        ("empty view again", lambda _chance: "/empty"),
    ]


def report(count, seconds):
    with tempfile.TemporaryDirectory(prefix="olive-browse-") as folder:
        start = time.monotonic()
        words = fill(count, Path(folder))
        print(f"\n{count} titles, made in {time.monotonic() - start:.0f} s")
        with serving(folder) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            start = time.perf_counter()
            get(connection, "/search")
            print(f"first search: {time.perf_counter() - start:.2f} s")
            print(f"{'':20}" + "".join(f"{head:>10}" for head in HEADS))
            empty = 0.0
            for name, paths in pages(count, words):
                rate, middle, slow, size = measure(port, paths, seconds)
                empty = empty or rate
                print(
                    f"{name:20}{rate:10.0f}{rate / empty:10.2f}"
                    f"{middle:10.1f}{slow:10.1f}{size / 1024:10.1f}"
                )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--items", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    for count in options.items:
        report(count, options.seconds)


if __name__ == "__main__":
    main()
