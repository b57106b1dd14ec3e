"""The standards' own schemas, where there are any: checks what the project writes.

`OLIVE_SCHEMAS` names their folder, or it lies beside the checkout. Whatever cannot be
checked is skipped and says so.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from olive_portal.metadata.schemas import Schemas

BESIDE = Path(__file__).parents[4] / "shared/schemas"
FOLDER = Path(os.environ.get("OLIVE_SCHEMAS") or BESIDE)

needs_schemas = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the public schemas are not here: set OLIVE_SCHEMAS"
)


@cache
def _schemas():
    return Schemas(FOLDER)


def is_known(document):
    """Whether there is a schema for the document."""
    return _schemas().knows(etree.fromstring(document))


def complaints(document):
    """What the schemas say against `document`; nothing if it is valid."""
    root = etree.fromstring(document)
    assert _schemas().knows(root), root.tag
    return [f"line {c.line}: {c.text}" for c in _schemas().complaints(root)]
