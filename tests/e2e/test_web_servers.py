"""Packages of Debian's nginx, of the portal, and of both together, run by the server
and by the desktop launcher."""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

import pytest

from tests.portal.launch import test_delivery as delivery
from tests.vmnetx.launcher.stand_in import BEGIN, UNTIL_THE_END, open_link
from tests.vmnetx.launcher.test_thick import powering_off
from tests.vmnetx.machine import guests
from tests.vmnetx.server.conftest import ServerProcess
from vmnetx.package.archive import write_package
from vmnetx.package.domain import render, template

IN_TIME = 90
NGINX_CONF = """
daemon off; user {user}; pid {folder}/nginx.pid; error_log stderr warn;
worker_processes 1; events {{ worker_connections 64; }}
http {{
  log_format asked '$request_method'; access_log {folder}/asked.log asked;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_types *; gzip_min_length 1;
  server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""

pytestmark = [
    pytest.mark.skipif(
        not Path(delivery.NGINX).exists(), reason="needs Debian's nginx"
    ),
    pytest.mark.skipif(
        shutil.which("qemu-system-x86_64") is None, reason="QEMU is not installed"
    ),
]


@dataclass(frozen=True)
class Web:
    """A web server that has the package."""

    origin: str
    path: str
    log: Path

    def url(self, token):
        return self.origin + self.path.format(token=token)

    def asked(self):
        """How many GETs it has had."""
        return self.log.read_text().count("GET")


def eventually(fact):
    deadline = time.monotonic() + IN_TIME
    while not (value := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.02)  # other processes notify nobody here
    return value


@pytest.fixture
def package(folder):
    """Its guest switches itself off."""
    disk = folder / "disk.img"
    disk.write_bytes(guests.image(powering_off()))
    raw = {"disk": template().disk.__class__("hda", "ide", "raw")}
    path = folder / "x.nxpk"
    domain = render(guests.domain(**raw))
    write_package(path, name="Brief", domain_xml=domain, disk=disk)
    path.chmod(0o644)
    return path


@pytest.fixture
def running():
    with ExitStack() as stack:

        def run(process):
            stack.callback(process.wait, 20)
            stack.callback(process.send_signal, signal.SIGTERM)
            return process

        yield run


@pytest.fixture
def run_nginx(folder, running):
    def run(locations):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        conf = folder / "nginx.conf"
        conf.write_text(
            NGINX_CONF.format(
                user=getuser(), folder=folder, port=port, locations=locations
            )
        )
        nginx = running(
            subprocess.Popen([delivery.NGINX, "-c", str(conf), "-p", str(folder)])
        )
        eventually(lambda: listens(port) or nginx.poll() is not None)
        return f"http://127.0.0.1:{port}"

    return run


def listens(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def run_portal(folder, package, running):
    def run(bind, **variables):
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        return running(
            delivery.run_gunicorn(folder, bind, BYTES_SHA256=digest, **variables)
        )

    return run


@pytest.fixture
def nginx(run_nginx, package, folder):
    origin = run_nginx(f"root {folder};")
    return Web(origin, "/x.nxpk?session={token}", folder / "asked.log")


@pytest.fixture
def portal(run_portal, folder):
    run_portal("127.0.0.1:0")
    log = folder / "web.log"
    eventually(lambda: "Listening at: http://" in log.read_text())
    address = log.read_text().partition("Listening at: ")[2].split()[0]
    return Web(address, "/launch/{token}/x.nxpk", folder / "access.log")


@pytest.fixture
def both(run_portal, run_nginx, folder):
    run_portal(f"unix:{folder}/web.sock", BYTES_PREFIX="/packages-on-disk/")
    eventually((folder / "web.sock").exists)
    proxy = f"location / {{ proxy_pass http://unix:{folder}/web.sock; }}"
    origin = run_nginx(
        proxy.replace("; }", "; proxy_set_header Host localhost; }")
        + delivery.recommended(folder)
    )
    return Web(origin, "/launch/{token}/x.nxpk", folder / "asked.log")


@pytest.fixture(params=["nginx", "portal", "both"])
def web(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def server(web, folder):
    data = folder / "data"
    data.mkdir()
    server = ServerProcess(data, folder, "--allow-origin", web.origin)
    yield server
    server.ends()


def has_shut_down(server, instance):
    return server.client.instance(instance.id).detail == "guest shut down"


def test_the_server_runs_it_and_asks_for_no_byte_the_second_time(web, server):
    first = server.client.create(web.url("one"))
    eventually(lambda: has_shut_down(server, first))
    eventually(lambda: "event=whole" in server.log)
    server.client.destroy(first.id)
    asked = web.asked()
    # nginx alone names no digest: there the address has to be the same.
    token = "one" if "session" in web.path else "two"
    second = server.client.create(web.url(token))
    eventually(lambda: has_shut_down(server, second))
    assert web.asked() == asked > 0


def test_the_desktop_launcher_runs_it(web, folder):
    script = BEGIN + UNTIL_THE_END
    link = f"vmnetx+{web.url('one')}"
    told = open_link(link, folder, script=script, seconds=IN_TIME)
    assert "Brief: guest shut down. Its changes are gone." in told.stderr
    assert told.returncode == 0
    assert len(list((folder / "xdg/vmnetx/packages").iterdir())) == 1
    assert web.asked() > 0
