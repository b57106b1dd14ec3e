from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command

from olive_portal.accounts.models import User

pytestmark = pytest.mark.django_db


def run():
    said = StringIO()
    call_command("ensure_administrator", stdout=said)
    return said.getvalue()


def test_a_generated_password_is_printed_once_and_works(monkeypatch):
    monkeypatch.delenv("OLIVE_ADMIN_PASSWORD", raising=False)
    password = re.search(r"password\s+(\S+)", run())[1]
    assert User.objects.get().check_password(password)
    assert run() == ""


def test_a_given_password_is_not_printed(monkeypatch):
    monkeypatch.setenv("OLIVE_ADMIN_PASSWORD", "given-by-the-operator")
    assert run() == ""
    assert User.objects.get().check_password("given-by-the-operator")
