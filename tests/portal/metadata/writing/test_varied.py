"""Every record of the generated set is valid in every format that has a schema.

OLIVE_VARIED says how many, and the names of the tests say it back.
"""

from __future__ import annotations

import json
import os
from itertools import chain

import pytest

from olive_portal.metadata.writing import (
    bibtex,
    citations,
    codemeta,
    csl_json,
    datacite,
    dublin_core,
    mets,
    mods,
    premis,
    ris,
    schema_org,
)
from tests.portal.metadata import varied
from tests.portal.metadata.schemas import complaints, is_known, needs_schemas

COUNT = int(os.environ.get("OLIVE_VARIED", "300"))
WITH_SCHEMAS = [dublin_core, mods, premis, mets, datacite]
JSON = [schema_org, codemeta, csl_json]
FORMATS = [*WITH_SCHEMAS, *JSON, bibtex, ris, citations]


@needs_schemas
@pytest.mark.parametrize("count", [COUNT])
@pytest.mark.parametrize("writing", WITH_SCHEMAS)
def test_every_record_is_valid(writing, count):
    if not is_known(writing.render(varied.bare())):
        pytest.skip("the schemas that are here have none for this format")
    found = [complaints(writing.render(record)) for record in varied.records(count)]
    assert len(found) == count
    assert list(chain.from_iterable(found)) == []


@pytest.mark.parametrize("writing", JSON)
def test_every_record_is_json(writing):
    for record in varied.records(COUNT):
        assert json.loads(writing.render(record))


@pytest.mark.parametrize("writing", FORMATS)
def test_the_same_record_makes_the_same_bytes(writing):
    for one, other in zip(varied.records(20), varied.records(20), strict=True):
        assert writing.render(one) == writing.render(other)


@pytest.mark.parametrize("writing", FORMATS)
def test_every_record_is_utf_8(writing):
    for record in varied.records(100):
        assert "\x00" not in writing.render(record).decode()
