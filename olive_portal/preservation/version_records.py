"""The METS record of a package version as it was when it was published: as fixed as
the package's bytes, so that a citation of the version has something to rely on."""

from __future__ import annotations

import hashlib

from olive_portal.catalogue.models import Item, Package
from olive_portal.preservation import provenance
from olive_portal.preservation.faces import METS
from olive_portal.preservation.models import VersionRecord


def keep(package: Package) -> VersionRecord:
    """The record of `package`, which is published; made now if there is none yet.

    Two at once come to the same: the first to write wins.
    """
    known = VersionRecord.objects.filter(package=package).first()
    if known is not None:
        return known
    item = Item.objects.for_description().get(pk=package.item_id)
    content = METS.document(provenance.whole_record(item, package))
    sha256 = hashlib.sha256(content).hexdigest()
    record, _ = VersionRecord.objects.get_or_create(
        package=package, defaults={"content": content, "sha256": sha256}
    )
    return record
