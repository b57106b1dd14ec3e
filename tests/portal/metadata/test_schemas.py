from __future__ import annotations

import pytest
from lxml import etree

from olive_portal.metadata.errors import BadSchemas
from olive_portal.metadata.schemas import MOST_COMPLAINTS, Schemas

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{ns}"
  targetNamespace="{ns}" elementFormDefault="qualified">{content}</xs:schema>"""
WHOLE = '<xs:element name="a" type="xs:integer"/>'
LISTED = '<xs:element name="a"/><xs:element name="b"/>'


@pytest.fixture
def make_schema(tmp_path):
    def make_schema(path, content=WHOLE, ns="urn:a"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(XSD.format(ns=ns, content=content))
        return tmp_path

    return make_schema


def parse(text):
    return etree.fromstring(text)


def test_what_is_invalid_is_said_with_its_line(make_schema):
    schemas = Schemas(make_schema("any/where.xsd"))
    assert schemas.complaints(parse('<a xmlns="urn:a">1</a>')) == []
    (complaint,) = schemas.complaints(parse('\n\n<a xmlns="urn:a">x</a>'))
    assert complaint.line == 3
    assert complaint.text.startswith("Element 'a': 'x' is not a valid value")


def test_complaints_have_an_end(make_schema):
    many = '<xs:element name="a"><xs:complexType/></xs:element>'
    content = '<b c="1"/>' * (MOST_COMPLAINTS + 1)
    schemas = Schemas(make_schema("a.xsd", many))
    found = schemas.complaints(parse(f'<a xmlns="urn:a">{content}</a>'))
    assert 0 < len(found) <= MOST_COMPLAINTS


def test_a_namespace_without_a_schema_is_not_checked(make_schema):
    schemas = Schemas(make_schema("a.xsd"))
    other = parse('<z xmlns="urn:z"/>')
    assert not schemas.knows(other)
    assert schemas.knows(parse('<a xmlns="urn:a"/>'))


def test_the_version_that_a_document_names_is_taken_else_the_latest(make_schema):
    either = '<xs:element name="{}"><xs:complexType><xs:attribute name="version"/>'
    either += "</xs:complexType></xs:element>"
    make_schema("a-3-9.xsd", either.format("old"))
    schemas = Schemas(make_schema("a-3-10.xsd", either.format("new")))
    assert schemas.complaints(parse('<old xmlns="urn:a" version="3.9"/>')) == []
    assert schemas.complaints(parse('<new xmlns="urn:a"/>')) == []
    assert schemas.complaints(parse('<old xmlns="urn:a"/>'))


def test_an_import_from_the_web_is_the_file_of_that_name(make_schema):
    imported = (
        '<xs:import namespace="urn:b" schemaLocation="http://a.example/x/b.xsd"/>'
        '<xs:element name="a"><xs:complexType><xs:sequence>'
        '<xs:element xmlns:b="urn:b" ref="b:b"/>'
        "</xs:sequence></xs:complexType></xs:element>"
    )
    make_schema("b.xsd", '<xs:element name="b" type="xs:integer"/>', "urn:b")
    schemas = Schemas(make_schema("a.xsd", imported))
    assert (
        schemas.complaints(parse('<a xmlns="urn:a"><b xmlns="urn:b">1</b></a>')) == []
    )
    assert schemas.complaints(parse('<a xmlns="urn:a"><b xmlns="urn:b">x</b></a>'))


def test_a_folder_that_lacks_an_import_is_refused(make_schema):
    content = (
        '<xs:import namespace="urn:b" schemaLocation="http://a.example/b.xsd"/>'
        '<xs:element xmlns:b="urn:b" name="a" type="b:gone"/>'
    )
    schemas = Schemas(make_schema("a.xsd", content))
    with pytest.raises(BadSchemas, match=r"a\.xsd"):
        schemas.complaints(parse('<a xmlns="urn:a"/>'))


def test_a_folder_without_schemas_is_refused(tmp_path):
    with pytest.raises(BadSchemas, match="there is no"):
        Schemas(tmp_path / "none")


def test_a_schema_that_is_no_xml_is_refused(tmp_path):
    (tmp_path / "a.xsd").write_text("<")
    with pytest.raises(BadSchemas, match=r"a\.xsd"):
        Schemas(tmp_path).knows(parse("<a/>"))
