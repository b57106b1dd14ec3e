from __future__ import annotations

import hashlib

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from olive_portal.accounts.models import User
from olive_portal.releases.models import Release, ReleaseFile


@pytest.fixture(scope="session", autouse=True)
def static_folder():
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def curator(db):
    return User.objects.create_superuser("curator")


@pytest.fixture
def make_release(db):
    """A public release, with one file if its bytes are given."""

    def make_release(version="0.5.1", *, content=b"", **fields):
        defaults = {"released_on": "2015-06-03", "is_draft": False}
        release = Release.objects.create(version=version, **(defaults | fields))
        if content:
            file = ReleaseFile(
                release=release,
                name=f"vmnetx-{version}.msi",
                platform="Windows",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
            file.file.save(file.name, ContentFile(content))
        release.refresh_from_db()
        return release

    return make_release
