"""delivery.respond() for one file, without a database: what gunicorn runs in tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.wsgi import get_wsgi_application
from django.urls import path

application = get_wsgi_application()

from olive_portal.catalogue.models import Package  # noqa: E402
from olive_portal.launch import delivery  # noqa: E402

FILE = Path(os.environ["BYTES_FILE"])
Package._meta.get_field("file").storage = FileSystemStorage(FILE.parent)


def respond(request, token):
    package = Package(
        size=FILE.stat().st_size,
        sha256=os.environ.get("BYTES_SHA256", "ab" * 32),
        published_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    package.file.name = FILE.name
    return delivery.respond(request, package, name="x")


urlpatterns = [path("launch/<str:token>/x.nxpk", respond)]
settings.ROOT_URLCONF = __name__
settings.OLIVE_X_ACCEL_PREFIX = os.environ.get("BYTES_PREFIX", "")
