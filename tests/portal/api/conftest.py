from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from olive_portal.accounts import tokens
from olive_portal.accounts.models import User
from olive_portal.launch import tasks
from tests.portal.catalogue.conftest import (
    make_collection,
    make_exhibit,
    make_item,
    make_package,
    make_screenshot,
    media_root,
)

__all__ = [
    "make_collection",
    "make_exhibit",
    "make_item",
    "make_package",
    "make_screenshot",
    "media_root",
]


@pytest.fixture(scope="session", autouse=True)
def static_folder():
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture(autouse=True)
def nothing_asked_yet():
    """The throttles remember what other tests asked."""
    cache.clear()


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """What was asked of the broker, in order: (task name, arguments)."""
    seen = []

    def ask(task, *args, **_options):
        seen.append((task.name.rpartition(".")[2], args))

    monkeypatch.setattr(tasks, "ask", ask)
    return seen


@pytest.fixture
def curator(db):
    curator = User.objects.create_user("curator", is_staff=True)
    curator.user_permissions.set(
        Permission.objects.filter(content_type__app_label="catalogue")
    )
    return curator


@pytest.fixture
def reader(db):
    return User.objects.create_user("reader")


@pytest.fixture
def program_of():
    """A client that sends a token of the user's."""

    def program_of(user):
        _, secret = tokens.make(user=user, name="a test")
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return program_of


@pytest.fixture
def their(program_of, reader):
    return program_of(reader)


@pytest.fixture
def curators(program_of, curator):
    return program_of(curator)
