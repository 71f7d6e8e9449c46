"""The document says how everything is written in XML, and says so rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS31Validator

from app.xml.openapi import name_elements
from tests.fixtures.operations import find_operations
from tests.fixtures.xml import XML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fixtures.operations import Operation
    from tests.fixtures.xml import Dialect


def _contents() -> Iterator[tuple[Operation, dict[str, Any]]]:
    for operation in find_operations():
        yield operation, operation.details.get("requestBody", {}).get("content", {})
        success = operation.details["responses"][str(operation.success)]
        yield operation, success.get("content", {})


def test_whatever_has_a_schema_is_there_in_json_and_in_xml():
    standard = ("/openapi.json", "/.well-known/")
    told = [
        [*content]
        for operation, content in _contents()
        if "$ref" in content.get("application/json", {}).get("schema", {})
        and not operation.path.startswith(standard)
    ]
    assert len(told) > 10
    assert all(names == ["application/json", XML] for names in told)


def test_an_example_in_xml_is_that_of_json(document: dict[str, Any], dialect: Dialect) -> None:
    tried = 0
    for operation, content in _contents():
        if XML not in content:
            continue
        schema = content[XML]["schema"]
        assert schema == content["application/json"]["schema"]
        read = dialect.read(content[XML]["example"].encode(), schema)
        assert read == content["application/json"]["example"], operation
        OAS31Validator({**schema, "components": document["components"]}).validate(read)
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("name", ["ProblemOut", "FieldErrorOut"])
def test_what_is_never_in_xml_has_no_names_there(document, name):
    assert "xml" not in document["components"]["schemas"][name]


def test_members_are_named_by_themselves_and_items_by_what_they_are():
    reference = {"$ref": "#/components/schemas/PartOut"}
    numbers = {"type": "array", "items": {"type": "integer"}}
    nullable = {"anyOf": [{"type": "array", "items": reference}, {"type": "null"}]}
    definitions = {
        "PartOut": {"title": "PartOut", "type": "object", "properties": {"a": {"type": "string"}}},
        "WholeOut": {
            "title": "WholeOut",
            "type": "object",
            "properties": {
                "first": {**reference, "description": "x"},
                "parts": nullable,
                "words": {"type": "array", "items": {"type": "string"}},
                "inner": {"type": "array", "items": numbers},
            },
        },
    }
    name_elements(definitions)
    assert definitions["PartOut"]["xml"] == {"name": "part"}
    members: dict[str, Any] = definitions["WholeOut"]["properties"]
    assert members["first"] == {
        "description": "x",
        "allOf": [reference],
        "xml": {"name": "first"},
    }
    assert members["parts"]["anyOf"][0]["xml"] == {"name": "parts", "wrapped": True}
    assert members["parts"]["anyOf"][0]["items"] == reference
    assert members["words"]["items"]["xml"] == {"name": "item"}
    assert members["inner"]["items"]["xml"] == {"name": "item", "wrapped": True}
    assert members["inner"]["items"]["items"]["xml"] == {"name": "item"}
