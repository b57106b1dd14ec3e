from __future__ import annotations

import json

import pytest

from olive_portal.api import manual


@pytest.fixture(scope="module")
def book():
    return manual.read()


@pytest.fixture(scope="module")
def operations(book):
    return {operation.id: operation for operation in book.operations}


def test_every_operation_is_in_it(operations):
    assert operations["items_partial_update"].method == "PATCH"
    assert operations["items_partial_update"].path == "/api/v1/items/{slug}"
    assert operations["sessions_create"].needs_token
    assert not operations["items_list"].needs_token


def test_every_record_that_it_names_is_in_it(book):
    known = {record.name for record in book.records}
    named = {operation.body for operation in book.operations}
    named |= {a.record for o in book.operations for a in o.answers}
    named |= {f.type.record for record in book.records for f in record.fields}
    assert named - known == {""}


def test_an_enumeration_is_told_in_words(book):
    agent = next(record for record in book.records if record.name == "Agent")
    words = {field.name: field.type.words for field in agent.fields}
    assert words["kind"] == "one of person, organization"


def test_a_parameter_says_where_it_goes(operations):
    parameters = {f.name: f for f in operations["items_partial_update"].parameters}
    assert (parameters["slug"].place, parameters["If-Match"].place) == (
        "path",
        "header",
    )
    choices = {f.name: f.choices for f in operations["items_list"].parameters}
    assert set(choices["state"]) == {"draft", "published"}


def test_each_body_has_an_example_that_is_json(operations):
    for operation in operations.values():
        if operation.body:
            assert json.loads(operation.example), operation.id


def test_a_field_has_its_type_also_where_it_may_be_empty(book):
    item = next(record for record in book.records if record.name == "Item")
    words = {field.name: field.type.words for field in item.fields}
    assert (words["title"], words["issued"], words["rights_uri"]) == (
        "string",
        "string",
        "uri",
    )
