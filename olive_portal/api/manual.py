"""The API's own description, as a page for people shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]
METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Type:
    """In words, or the name of the record that it is."""

    words: str
    record: str = ""
    is_list: bool = False


@dataclass(frozen=True)
class Field:
    name: str
    type: Type
    text: str
    is_required: bool = False
    place: str = "body"  # of a parameter: path, query or header
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    status: str
    text: str
    record: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    text: str
    needs_token: bool
    parameters: tuple[Field, ...]
    body: str  # the record that is sent
    example: str  # of it, in JSON
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Record:
    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Manual:
    operations: tuple[Operation, ...]
    records: tuple[Record, ...]


@lru_cache(maxsize=1)
def document() -> Schema:
    """The description in OpenAPI 3: the same for as long as the process lives."""
    found: Schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return found


@lru_cache(maxsize=1)
def read() -> Manual:
    schemas = document()["components"]["schemas"]
    return Manual(
        tuple(_operations(document()["paths"], schemas)), tuple(_records(schemas))
    )


def _operations(paths: Schema, schemas: Schema) -> Iterator[Operation]:
    for path, operations in paths.items():
        for method in METHODS:
            if method in operations:
                yield _operation((path, method), operations[method], schemas)


def _operation(place: tuple[str, str], found: Schema, schemas: Schema) -> Operation:
    path, method = place
    sent = found.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [example["value"] for example in sent.get("examples", {}).values()]
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        text=found.get("description", ""),
        needs_token={} not in found.get("security", [{}]),
        parameters=tuple(_parameter(row) for row in found.get("parameters", [])),
        body=_type(sent.get("schema", {}), schemas).record,
        example=json.dumps(examples[0], indent=2) if examples else "",
        answers=tuple(
            _answer(status, row, schemas) for status, row in found["responses"].items()
        ),
    )


def _parameter(found: Schema) -> Field:
    schema = found["schema"]
    return Field(
        name=found["name"],
        type=_type(schema, {}),
        text=found.get("description", ""),
        is_required=found.get("required", False),
        place=found["in"],
        choices=tuple(schema.get("enum", ())),
    )


def _answer(status: str, found: Schema, schemas: Schema) -> Answer:
    contents = list(found.get("content", {}).values())
    kind = contents[0].get("schema", {}) if contents else {}
    text = found.get("description", "")
    return Answer(
        status, "" if text == "No response body" else text, _type(kind, schemas).record
    )


def _records(schemas: Schema) -> Iterator[Record]:
    for name, schema in schemas.items():
        required = schema.get("required", ())
        fields = tuple(
            Field(
                key, _type(kind, schemas), kind.get("description", ""), key in required
            )
            for key, kind in schema.get("properties", {}).items()
        )
        if fields:
            yield Record(name, schema.get("description", ""), fields)


def _type(schema: Schema, schemas: Schema) -> Type:
    parts = [schema, *schema.get("allOf", ()), *schema.get("oneOf", ())]
    for part in parts:
        name = part.get("$ref", "").rpartition("/")[2]
        if "enum" in schemas.get(name, part):
            return Type(f"one of {', '.join(schemas.get(name, part)['enum'])}")
        if name:
            return Type(name, record=name)
    if schema.get("type") == "array":
        inner = _type(schema["items"], schemas)
        return Type(inner.words, record=inner.record, is_list=True)
    named = (part.get("format") or part.get("type") for part in parts)
    return Type(next(filter(None, named), "any JSON"))
