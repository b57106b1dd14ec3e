from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    path: Path
    key: Path

    def renew(self):
        """For 127.0.0.1, signed by itself."""
        subject = "-x509 -days 1 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
        new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        command = ["openssl", "req", *subject.split(), *new_key.split()]
        files = ["-keyout", self.key, "-out", self.path]
        subprocess.run([*command, *files], check=True, capture_output=True)


@pytest.fixture
def certificate(tmp_path):
    made = Certificate(tmp_path / "certificate.pem", tmp_path / "key.pem")
    made.renew()
    return made
