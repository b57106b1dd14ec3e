from __future__ import annotations

import pytest
from django.db import IntegrityError

from olive_portal.catalogue.models import PartKind


def test_a_package_has_a_part_of_a_kind_once(make_item, make_package):
    package = make_package(make_item())
    part = {"path": "disk.img", "size": 1, "sha256": "ab" * 32}
    package.parts.create(kind=PartKind.DISK, **part)
    package.parts.create(kind=PartKind.DOMAIN, **part)
    with pytest.raises(IntegrityError):
        package.parts.create(kind=PartKind.DISK, **part)


def test_a_part_says_where_it_is(make_item, make_package):
    package = make_package(make_item("rogue"))
    part = package.parts.create(kind="disk", path="disk.img", size=1, sha256="ab" * 32)
    assert str(part) == "Rogue (version 1): disk.img"
