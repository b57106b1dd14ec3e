from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.vmnetx.package.samples import (
    DOMAIN,
    MINIMAL,
    members,
    saved_memory,
    zipped,
)
from tests.vmnetx.package.web import running, serving
from vmnetx import inspect
from vmnetx.machine.options import MachineOptions
from vmnetx.machine.resuming import binding_here
from vmnetx.package import binding, domain
from vmnetx.package.memory import Area

DIGEST = hashlib.sha256(MINIMAL).hexdigest()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.nxpk"
    path.write_bytes(MINIMAL)
    return path


def test_a_packages_facts_are_printed(file, capsys):
    assert inspect.main([str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    facts = {line[:16].strip(): line[16:] for line in lines}
    assert facts["name"] == "Test VM"
    assert facts["machine"] == "i686, 64 MiB"
    assert facts["disk"] == "disk.img, raw, 512 bytes from 685"
    assert facts["memory image"] == "none"
    assert facts["SHA-256"] == DIGEST


def test_a_memory_image_a_mouse_rate_and_an_odd_name_are_printed(file, capsys):
    content = members(name="a\x9b31m", memory=saved_memory())
    uri = b"http://olivearchive.org/xmlns/vmnetx/domain-metadata"
    content["domain.xml"] = content["domain.xml"].replace(
        b"</domain>",
        b'<metadata><v:vmnetx xmlns:v="%s"><v:limit_mouse_rate hz="60"/></v:vmnetx>'
        b"</metadata></domain>" % uri,
    )
    file.write_bytes(zipped(content))
    assert inspect.main([str(file)]) == 0
    out = capsys.readouterr().out
    assert "memory.img, xz, 12294 bytes" in out
    assert "goes on here    no: The memory image is of accelerator kvm" in out
    assert "at most 60 events a second" in out
    assert "a?31m" in out


@pytest.mark.parametrize(
    ("change", "answer"),
    [({}, "yes\n"), ({"hardware": "0"}, "no: The memory image is of hardware 0; here")],
)
def test_what_an_image_is_bound_to_is_printed(file, capsys, change, answer):
    here = binding_here(domain.parse(DOMAIN), MachineOptions())
    xml = binding.describe(DOMAIN, replace(here, **change))
    image = saved_memory(area=Area(xml))
    file.write_bytes(zipped(members(memory=image)))
    assert inspect.main([str(file)]) == 0
    out = capsys.readouterr().out
    assert f"saved by        QEMU {here.qemu_version}" in out
    assert f"continues as    {here.machine} under tcg" in out
    assert f"goes on here    {answer}" in out


@pytest.mark.parametrize(("options", "is_read"), [([], False), (["--digests"], True)])
def test_a_package_on_the_web_is_read_whole_only_when_wished(options, is_read, capsys):
    with running() as server:
        server.reply = serving(MINIMAL, etag='"e"')
        assert inspect.main([server.url, *options]) == 0
    out = capsys.readouterr().out
    assert '"e"' in out
    assert (DIGEST in out) is is_read


def test_what_is_wrong_is_told(file, capsys):
    file.write_bytes(MINIMAL.replace(b'device="disk"', b'device="disc"'))
    assert inspect.main([str(file)]) == 1
    output = capsys.readouterr()
    assert "line 1: <disk> device is 'disc'; it must be disk" in output.err
    assert output.out == ""
