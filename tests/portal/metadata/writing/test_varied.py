"""Every record of the generated set is valid in every format that has a schema.

OLIVE_VARIED says how many, and the names of the tests say it back.
"""

from __future__ import annotations

import os
from itertools import chain

import pytest

from olive_portal.metadata.writing import dublin_core, mets, mods, premis
from tests.portal.metadata import varied
from tests.portal.metadata.schemas import complaints, needs_schemas

COUNT = int(os.environ.get("OLIVE_VARIED", "300"))
FORMATS = [dublin_core, mods, premis, mets]


@needs_schemas
@pytest.mark.parametrize("count", [COUNT])
@pytest.mark.parametrize("writing", FORMATS)
def test_every_record_is_valid(writing, count):
    found = [complaints(writing.render(record)) for record in varied.records(count)]
    assert len(found) == count
    assert list(chain.from_iterable(found)) == []


@pytest.mark.parametrize("writing", FORMATS)
def test_the_same_record_makes_the_same_bytes(writing):
    for one, other in zip(varied.records(20), varied.records(20), strict=True):
        assert writing.render(one) == writing.render(other)
