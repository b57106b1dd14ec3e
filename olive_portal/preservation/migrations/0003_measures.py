from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import migrations

from vmnetx.errors import VmnetxError
from vmnetx.package.archive import open_package
from vmnetx.package.source import LocalFile


def measure_media(apps, schema_editor):
    for medium in apps.get_model("catalogue", "Media").objects.filter(sha256=""):
        path = Path(settings.MEDIA_ROOT) / medium.file.name
        if path.is_file():
            with path.open("rb") as file:
                medium.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            medium.size = path.stat().st_size
            medium.save(update_fields=["sha256", "size"])


def measure_packages(apps, schema_editor):
    part_model = apps.get_model("catalogue", "PackagePart")
    for package in apps.get_model("catalogue", "Package").objects.filter(parts=None):
        path = Path(settings.PACKAGES_ROOT) / package.file.name
        for kind, name, size, sha256 in measured(path):
            part_model.objects.create(
                package=package, kind=kind, path=name, size=size, sha256=sha256
            )


def measured(path):
    """What a row says of each part; nothing of a package that is not there."""
    try:
        source = LocalFile(path)
        try:
            opened = open_package(source)
            text = opened.domain_xml
            digest = hashlib.sha256(text).hexdigest()
            found = [("domain", opened.manifest.domain_path, len(text), digest)]
            for kind, member in (("disk", opened.disk), ("memory", opened.memory)):
                if member is not None:
                    digest = digest_of(source, member)
                    found.append((kind, member.path, member.size, digest))
            return found
        finally:
            source.close()
    except VmnetxError:
        return []


def digest_of(source, member):
    sha256, done = hashlib.sha256(), 0
    while done < member.size:
        piece = source.read(member.offset + done, min(1 << 20, member.size - done))
        sha256.update(piece)
        done += len(piece)
    return sha256.hexdigest()


class Migration(migrations.Migration):
    """What was taken in before parts and media had digests gets them."""

    dependencies = [
        ("preservation", "0002_version_records"),
        ("catalogue", "0004_parts"),
    ]
    operations = [
        migrations.RunPython(measure_media, migrations.RunPython.noop),
        migrations.RunPython(measure_packages, migrations.RunPython.noop),
    ]
