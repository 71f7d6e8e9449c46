"""Parameters are described from routes and schemas."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from app.openapi.parameters import describe_parameters, path_of
from app.operations import Doc, Operation, Tag
from app.schemas import Schema

BOOKS = Tag("Books", "What can be read.")


class BooksQuery(Schema):
    """Which books."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    created_after: AwareDatetime | None = None


def test_path_parameters_are_in_camel_case():
    assert path_of("/me/books/<uuid:book_id>/parts/<part>") == "/me/books/{bookId}/parts/{part}"


def test_a_converter_becomes_a_format():
    doc = Doc(BOOKS, parameters={"bookId": "Which book."})
    (described,) = describe_parameters(Operation(), "/<uuid:book_id>", doc)
    assert described == {
        "name": "bookId",
        "in": "path",
        "required": True,
        "description": "Which book.",
        "schema": {"type": "string", "format": "uuid", "maxLength": 36},
    }


def test_query_parameters_keep_the_limits_of_their_schema():
    doc = Doc(BOOKS, parameters={"limit": "How many.", "createdAfter": "Since when."})
    described = describe_parameters(Operation(query=BooksQuery), "/", doc)
    schemas = {parameter["name"]: parameter["schema"] for parameter in described}
    assert schemas["limit"].items() >= {"minimum": 1, "maximum": 100, "format": "int64"}.items()
    assert schemas["createdAfter"] == {
        "type": "string",
        "format": "date-time",
        "title": "Createdafter",
    }
    assert not any(parameter["required"] for parameter in described)


def test_conditional_operations_take_conditions():
    described = describe_parameters(Operation(is_conditional=True), "/", Doc(BOOKS))
    assert [parameter["name"] for parameter in described] == ["If-Match", "If-None-Match"]


def test_files_take_only_the_condition_of_a_cache():
    described = describe_parameters(Operation(is_cached=True), "/", Doc(BOOKS))
    assert [parameter["name"] for parameter in described] == ["If-None-Match"]
