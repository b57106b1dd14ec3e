from __future__ import annotations

from olive_portal.metadata.namespaces import NAMESPACES, SCHEMAS, expand


def test_a_prefixed_name_has_its_namespace():
    assert expand("dc:title") == "{http://purl.org/dc/elements/1.1/}title"
    assert expand("type") == "type"


def test_every_schema_is_of_a_namespace():
    assert SCHEMAS.keys() <= NAMESPACES.keys()
