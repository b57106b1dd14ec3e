"""Whatever a web server says, opening a package ends soon, in one of our own errors."""

from __future__ import annotations

import os
import sys
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vmnetx.package.samples import MINIMAL
from tests.vmnetx.package.web import Last, answer, running, serving
from vmnetx.errors import BadPackage, Refused, SourceChanged, Unreachable
from vmnetx.package.archive import open_package
from vmnetx.package.http import HttpSource

# FUZZ=20 tries twenty times as much.
CASES = 300 * int(os.environ.get("FUZZ", "1"))
SLOWEST_SECONDS = 8.0

NAMES = st.sampled_from(
    [
        *("Content-Length", "Content-Range", "Content-Encoding", "Transfer-Encoding"),
        *("ETag", "Last-Modified", "Location", "Set-Cookie", "Connection"),
        *("Content-Type", "WWW-Authenticate", "Trailer", "", " ", "\xff", "X" * 300),
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                "0",
                "1",
                "-1",
                "1407",
                "1407, 1407",
                "1407, 3",
                "9" * 30,
                "٣",
                "1e9",
            ),
            *("bytes 0-1406/1407", "bytes 5-3/1407", "bytes */*", "gzip", "chunked"),
            *('"a"', 'W/"a"', "close", "keep-alive", "http://[", "//", "\x00", "\x85"),
            *(
                "a=b; expires=never",
                "a=b; max-age=x; domain=..",
                "=",
                ";",
                "multipart/x",
            ),
        ]
    ),
    st.text(max_size=20),
).map(lambda text: text.encode("utf-8", "replace").decode("latin-1"))
STATUSES = st.sampled_from([100, 103, 200, 206, 204, 301, 304, 401, 416, 500, 999, 0])


@st.composite
def odd_answers(draw):
    lines = draw(st.lists(st.tuples(NAMES, VALUES), max_size=6))
    return answer(
        draw(STATUSES),
        *(f"{name}: {value}" for name, value in lines),
        body=draw(st.binary(max_size=50) | st.just(MINIMAL)),
    )


@st.composite
def damaged_answers(draw, sound):
    data = bytearray(sound)
    for place in draw(st.lists(st.integers(0, 150), min_size=1, max_size=4)):
        data[place % len(data)] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=9))


REPLY = serving(MINIMAL)
HEAD = REPLY("HEAD", {})
WHOLE = REPLY("GET", {"Range": f"bytes=0-{len(MINIMAL) - 1}"})


def replies(sound):
    return st.one_of(
        st.just(sound), damaged_answers(sound), odd_answers(), st.binary(max_size=80)
    )


def test_any_answer_is_read_or_refused(caplog):
    outcomes = []
    with running() as server:

        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(replies(HEAD), replies(WHOLE))
        def check(head, body):
            # Every answer is the connection's last: a wrong length must not wait.
            server.reply = lambda method, _: Last(head if method == "HEAD" else body)
            outcomes.append(outcome(server.url))

        check()
    sys.stdout.write(f"answers of web servers: {len(outcomes)} cases\n")
    assert {Refused, Unreachable, None} <= {kind for kind, _ in outcomes}
    said = caplog.text + "".join(text for _, text in outcomes)
    assert "SECRET" not in said
    assert all(text.isprintable() for _, text in outcomes)


def outcome(url):
    """The class and the text of what is raised, if anything is."""
    started = time.monotonic()
    try:
        source = HttpSource(url, timeout=0.5)
        try:
            open_package(source)
        finally:
            source.close()
    except (BadPackage, SourceChanged, Unreachable, Refused) as error:
        return type(error), str(error)
    else:
        return None, ""
    finally:
        assert time.monotonic() - started < SLOWEST_SECONDS
