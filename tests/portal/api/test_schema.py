from __future__ import annotations

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(public=True)


def test_the_description_is_valid_and_nothing_in_it_was_guessed(document):
    validate_schema(document)
    assert not GENERATOR_STATS


def test_the_description_is_served(client, db, document):
    served = client.get("/api/v1/openapi.json")
    assert served.json()["paths"].keys() == document["paths"].keys()


def test_every_operation_says_which_problems_it_has(document):
    for operations in document["paths"].values():
        for operation in operations.values():
            problem = operation["responses"]["401"]["content"]
            assert list(problem) == ["application/problem+json"]


def test_every_operation_and_parameter_is_explained(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path


def test_launching_needs_a_token_and_reading_does_not(document):
    paths = document["paths"]
    assert {} not in paths["/api/v1/sessions"]["post"]["security"]
    assert {} in paths["/api/v1/items"]["get"]["security"]
    assert document["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"}
    }
