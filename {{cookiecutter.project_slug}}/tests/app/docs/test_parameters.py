"""Parameters are described from routes and schemas."""

from __future__ import annotations

from app.decorators.operation import Operation
from app.docs.parameters import describe_parameters, path_of
from app.schemas.notes import NotesQuery


def test_path_parameters_are_in_camel_case():
    assert path_of("/me/notes/<uuid:note_id>/parts/<part>") == "/me/notes/{noteId}/parts/{part}"


def test_a_converter_becomes_a_format():
    (described,) = describe_parameters(Operation(), "/<uuid:note_id>", {})
    assert described == {
        "name": "noteId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }


def test_query_parameters_keep_the_limits_of_their_schema():
    words = {"parameters": dict.fromkeys(NotesQuery.model_json_schema()["properties"], "Words.")}
    described = describe_parameters(Operation(query=NotesQuery), "/", words)
    schemas = {parameter["name"]: parameter["schema"] for parameter in described}
    assert (schemas["limit"]["minimum"], schemas["limit"]["maximum"]) == (1, 100)
    assert schemas["createdAfter"] == {
        "type": "string",
        "format": "date-time",
        "title": "Createdafter",
    }
    assert not any(parameter["required"] for parameter in described)


def test_conditional_operations_take_conditions():
    described = describe_parameters(Operation(), "/", {"is_conditional": True})
    assert [parameter["name"] for parameter in described] == ["If-Match", "If-None-Match"]


def test_files_take_only_the_condition_of_a_cache():
    described = describe_parameters(Operation(), "/", {"is_cached": True})
    assert [parameter["name"] for parameter in described] == ["If-None-Match"]
