"""A click, in a process of its own: `python -m tests.portal.launch.launcher VISITOR`
launches the first package and prints the session's id. Makes one if there is none."""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from olive_portal.catalogue.models import Collection, Item, Package  # noqa: E402
from olive_portal.launch.services import request_session  # noqa: E402


def make_package():
    call_command("migrate", verbosity=0)
    now = timezone.now()
    item = Item.objects.create(
        slug="x",
        title="X",
        collection=Collection.objects.create(slug="c", title="C"),
        state="published",
        published_at=now,
    )
    return Package.objects.create(
        item=item,
        number=1,
        name="X",
        file="x.nxpk",
        size=1,
        sha256="ab" * 32,
        memory_bytes=1,
        arch="i686",
        disk_format="raw",
        disk_virtual_size=512,
        state="published",
        published_at=now,
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["make-package"]:
        make_package()
    else:
        session = request_session(package=Package.objects.get(), visitor=sys.argv[1])
        sys.stdout.write(session.pk.hex)
