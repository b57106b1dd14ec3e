"""Through a real gunicorn, and through it behind a real nginx."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from getpass import getuser
from pathlib import Path

import pytest
import requests

from vmnetx.package.http import HttpSource

ROOT = Path(__file__).parents[3]
NGINX = "/usr/sbin/nginx"
CURL_DRIVERS = list(Path("/usr/lib").glob("*/qemu/block-curl.so"))
SIZE = 3_000_001
DATA = os.urandom(SIZE)
ETAG = f'"sha256:{"ab" * 32}"'
MODIFIED = "Fri, 02 Jan 2026 03:04:05 GMT"
TOKEN = "abc:def:ghi"
NGINX_CONF = """
daemon off; user {user}; pid {folder}/nginx.pid;
error_log stderr warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen unix:{folder}/nginx.sock;
    gzip on; gzip_types *; gzip_min_length 1;
    location / {{
      proxy_pass http://unix:{folder}/web.sock;
      proxy_set_header Host localhost;
    }}
    {recommended}
  }}
}}
"""


def recommended(folder):
    """The location that docs/howto/run-behind-nginx.md tells operators to write."""
    page = (ROOT / "docs/howto/run-behind-nginx.md").read_text()
    block = page[page.index("location /packages-on-disk/") :]
    block = block[: block.index("}") + 1]
    return block.replace("/var/lib/olive/packages/", f"{folder}/")


def wait_for(path, process):
    deadline = time.monotonic() + 20
    while not path.exists():
        assert process.poll() is None, process.stderr
        assert time.monotonic() < deadline
        time.sleep(0.02)  # nothing announces a socket


def run_gunicorn(folder, bind, **variables):
    environment = os.environ | {"BYTES_FILE": str(folder / "x.nxpk"), **variables}
    command = [sys.executable, "-m", "gunicorn", "tests.portal.launch.bytes_server"]
    options = [
        *["--bind", bind, "--worker-class", "gthread", "--threads", "4"],
        *["--access-logfile", str(folder / "access.log")],
        *["--logger-class", "olive_portal.launch.access_log.MaskedLogger"],
    ]
    with (folder / "web.log").open("a") as log:
        return subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stderr=log
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bytes")
    folder.chmod(0o755)
    (folder / "x.nxpk").write_bytes(DATA)
    return folder


@pytest.fixture(scope="module")
def direct(folder):
    """The package's URL at gunicorn."""
    web = run_gunicorn(folder, "127.0.0.1:0")
    log = folder / "web.log"
    deadline = time.monotonic() + 20
    while "Listening at: http://" not in log.read_text():
        assert web.poll() is None, log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)  # nothing announces a port
    address = log.read_text().partition("Listening at: ")[2].split()[0]
    yield f"{address}/launch/{TOKEN}/x.nxpk"
    web.send_signal(signal.SIGTERM)
    web.wait(20)


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_head_tells_all_that_the_2015_client_asks(session, direct):
    answer = session.head(direct)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Last-Modified"] == MODIFIED
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "application/x-vmnetx-package"
    assert answer.headers["Cache-Control"] == "private, no-transform"
    assert not {"Content-Encoding", "Set-Cookie", "Vary"} & set(answer.headers)


def test_get_is_the_whole_file_and_is_never_coded(session, direct):
    answer = session.get(direct, headers={"Accept-Encoding": "gzip, deflate"})
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["Content-Length"] == str(SIZE)
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=131072-262143", 131072, 262143),
        ("bytes=2999999-", 2999999, 3000000),
        ("bytes=-65558", SIZE - 65558, SIZE - 1),
        ("bytes=2999000-9999999", 2999000, SIZE - 1),
        ("bytes=1-2999999", 1, 2999999),
    ],
)
def test_a_range_is_206_and_exactly_those_bytes(session, direct, asked, first, last):
    answer = session.get(direct, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.content == DATA[first : last + 1]
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Last-Modified"] == MODIFIED


def test_many_ranges_on_one_connection_stay_apart(session, direct):
    for first in range(0, 2_000_000, 99_991):
        header = {"Range": f"bytes={first}-{first + 999}"}
        assert session.get(direct, headers=header).content == DATA[first : first + 1000]


def test_a_range_beyond_the_file_is_416_with_the_size(session, direct):
    answer = session.get(direct, headers={"Range": f"bytes={SIZE}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert answer.content == b""


@pytest.mark.parametrize("asked", ["bytes=5-4", "lines=1-2", "bytes=0-1,5-6"])
def test_a_bad_range_and_several_are_the_whole_file(session, direct, asked):
    answer = session.get(direct, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


def test_head_takes_no_range(session, direct):
    assert session.head(direct, headers={"Range": "bytes=0-1"}).status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 206),
        (MODIFIED, 206),
        (f"W/{ETAG}", 200),
        ('"another"', 200),
        ("Fri, 02 Jan 2026 03:04:06 GMT", 200),
        ("nonsense", 200),
    ],
)
def test_if_range_wants_the_same_strong_validator(session, direct, condition, status):
    headers = {"Range": "bytes=0-9", "If-Range": condition}
    assert session.get(direct, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": ETAG}, 304),
        ({"If-None-Match": f"W/{ETAG}"}, 304),
        ({"If-None-Match": '"another"', "If-Modified-Since": MODIFIED}, 200),
        ({"If-Modified-Since": MODIFIED}, 304),
        ({"If-Match": '"another"'}, 412),
        ({"If-Match": ETAG, "Range": "bytes=0-9"}, 206),
        ({"If-None-Match": ETAG, "Range": "bytes=0-9"}, 304),
    ],
)
def test_conditions_come_before_the_range(session, direct, headers, status):
    answer = session.get(direct, headers=headers)
    assert answer.status_code == status
    assert answer.headers["ETag"] == ETAG


def test_the_package_reader_reads_it(direct):
    source = HttpSource(direct)
    try:
        assert (source.size, source.etag) == (SIZE, ETAG)
        assert source.read(SIZE - 10, 100) == DATA[-10:]
        assert source.read(1_000_000, 5000) == DATA[1_000_000:1_005_000]
    finally:
        source.close()


@pytest.mark.skipif(
    shutil.which("qemu-img") is None or not CURL_DRIVERS,
    reason="needs qemu-img with Debian's qemu-block-extra",
)
def test_qemu_reads_a_disk_inside_it_over_http(direct, tmp_path):
    """The 2015 thick client does not, but who runs QEMU by hand may."""
    offset, length = 685, 512 * 2000
    node = {
        "driver": "raw",
        "offset": offset,
        "size": length,
        "file": {"driver": "http", "url": direct},
    }
    name = f"json:{json.dumps(node)}"
    command = ["qemu-img", "info", "--output=json", name]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert json.loads(told.stdout)["virtual-size"] == length
    copy = tmp_path / "copy.img"
    command = ["qemu-img", "convert", "-O", "raw", name, str(copy)]
    subprocess.run(command, check=True, timeout=60)
    assert copy.read_bytes() == DATA[offset : offset + length]


def test_the_access_log_has_the_request_and_not_the_token(session, direct, folder):
    session.get(direct, headers={"Range": "bytes=7-7", "Referer": direct})
    log = (folder / "access.log").read_text() + (folder / "web.log").read_text()
    assert "/launch/<token>/x.nxpk" in log
    assert TOKEN not in log


@pytest.fixture(scope="module")
def behind_nginx(folder):
    """curl's arguments for the package's URL at nginx."""
    if not Path(NGINX).exists():
        pytest.skip("needs Debian's nginx")
    web = run_gunicorn(
        folder, f"unix:{folder}/web.sock", BYTES_PREFIX="/packages-on-disk/"
    )
    conf = folder / "nginx.conf"
    # Started by root, its workers would be nobody, who may not enter this folder.
    words = {"folder": folder, "recommended": recommended(folder), "user": getuser()}
    conf.write_text(NGINX_CONF.format(**words))
    nginx = subprocess.Popen([NGINX, "-c", str(conf), "-p", str(folder)])
    wait_for(folder / "web.sock", web)
    wait_for(folder / "nginx.sock", nginx)
    url = f"http://localhost/launch/{TOKEN}/x.nxpk"
    yield ["curl", "-s", "-i", "--raw", "--unix-socket", f"{folder}/nginx.sock", url]
    for process in (nginx, web):
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def ask(command, *options):
    done = subprocess.run([*command, *options], capture_output=True, timeout=30)
    assert done.returncode == 0
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    return int(status.split()[1]), headers, body


def test_nginx_sends_the_same_answers_from_the_disk(behind_nginx):
    status, headers, body = ask(behind_nginx, "-I")
    assert (status, body) == (200, b"")
    assert headers["content-length"] == str(SIZE)
    status, again, body = ask(behind_nginx, "-H", "Range: bytes=1000-4999999")
    assert (status, body) == (206, DATA[1000:])
    assert again["content-range"] == f"bytes 1000-{SIZE - 1}/{SIZE}"
    for each in (headers, again):
        assert each["etag"] == ETAG
        assert each["last-modified"] == MODIFIED
        assert each["accept-ranges"] == "bytes"
        assert each["content-type"] == "application/x-vmnetx-package"
        assert each["cache-control"] == "private, no-transform"
        assert "x-accel-redirect" not in each


def test_nginx_knows_our_validators_and_one_range_only(behind_nginx):
    one = ["-H", "Range: bytes=0-9", "-H"]
    assert ask(behind_nginx, *one, f"If-Range: {ETAG}")[0] == 206
    assert ask(behind_nginx, *one, 'If-Range: "another"')[0] == 200
    assert ask(behind_nginx, "-H", f"If-None-Match: {ETAG}")[0] == 304
    assert ask(behind_nginx, "-H", f"Range: bytes={SIZE}-")[0] == 416
    status, _, body = ask(behind_nginx, "-H", "Range: bytes=0-1,5-6")
    assert (status, len(body)) == (200, SIZE)


def test_nginx_codes_nothing(behind_nginx):
    _, headers, body = ask(behind_nginx, "-H", "Accept-Encoding: gzip")
    assert "content-encoding" not in headers
    assert body == DATA
