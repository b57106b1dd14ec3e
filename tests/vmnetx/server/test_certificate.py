from __future__ import annotations

import subprocess

import pytest

from vmnetx.server.certificate import BadCertificate, Certificate


@pytest.fixture
def loaded(certificate):
    return Certificate(certificate.path, certificate.key)


def test_one_file_may_hold_both(certificate, tmp_path):
    both = tmp_path / "both.pem"
    both.write_text(certificate.key.read_text() + certificate.path.read_text())
    assert Certificate(both, None).context() is not None


def test_a_renewed_one_is_for_the_next_connection(loaded, certificate):
    before = loaded.context()
    certificate.renew()
    loaded.renew()
    assert loaded.context() is not before


@pytest.mark.parametrize("spoilt", ["path", "key"])
def test_a_spoilt_one_leaves_the_old_one_in_use(loaded, certificate, spoilt):
    before = loaded.context()
    certificate.renew()
    getattr(certificate, spoilt).write_text("")
    loaded.renew()
    assert loaded.context() is before


def test_what_is_no_certificate_is_said_with_its_file(certificate, tmp_path):
    with pytest.raises(BadCertificate, match=r"missing\.pem: .*No such file"):
        Certificate(tmp_path / "missing.pem", None)


def test_nobody_is_asked_for_a_passphrase(certificate):
    command = ["openssl", "ec", "-aes128", "-passout", "pass:word"]
    files = ["-in", certificate.key, "-out", certificate.key]
    subprocess.run([*command, *files], check=True, capture_output=True)
    with pytest.raises(BadCertificate):
        Certificate(certificate.path, certificate.key)
