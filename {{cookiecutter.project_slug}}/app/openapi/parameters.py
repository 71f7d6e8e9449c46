"""What an operation takes beside its body: of the path, the query and the headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from app.openapi.components import BoundedSchemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.operations import Doc, Operation

_PLACEHOLDER = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_FORMATS = {"uuid": {"format": "uuid", "maxLength": 36}}
_NULL = {"type": "null"}

_CONDITIONS = {
    "If-Match": "Go on if the resource still has one of these ETags; * stands for any.",
    "If-None-Match": "Go on if the resource has none of these ETags.",
}


def path_of(rule: str) -> str:
    """Return a route as an OpenAPI path, its parameters in camelCase."""
    return _PLACEHOLDER.sub(lambda match: "{" + to_camel(match["name"]) + "}", rule)


def describe_parameters(operation: Operation, rule: str, doc: Doc) -> list[dict[str, Any]]:
    """Return the parameter objects of an operation."""
    return [*_of_path(rule, doc), *_of_query(operation, doc), *_of_headers(operation)]


def _of_path(rule: str, doc: Doc) -> Iterator[dict[str, Any]]:
    for converter, snake_case in _PLACEHOLDER.findall(rule):
        name = to_camel(snake_case)
        schema: dict[str, Any] = {"type": "string", **_FORMATS.get(converter, {})}
        #: if cookiecutter.oauth == "client"
        if name in doc.choices:
            schema["enum"] = doc.choices[name]
        #: endif
        words = {"description": doc.parameters[name]} if name in doc.parameters else {}
        yield {"name": name, "in": "path", "required": True, **words, "schema": schema}


def _of_query(operation: Operation, doc: Doc) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = operation.query.model_json_schema(schema_generator=BoundedSchemas)
    for name, member in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": doc.parameters.get(name, ""),
            "schema": _without_null(member),
        }


def _of_headers(operation: Operation) -> Iterator[dict[str, Any]]:
    names = _CONDITIONS if operation.is_conditional else ()
    for name in ("If-None-Match",) if operation.is_cached else names:
        yield {
            "name": name,
            "in": "header",
            "description": _CONDITIONS[name],
            "schema": {"type": "string"},
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that may be left out: a query string has no null."""
    if _NULL not in schema.get("anyOf", ()):
        return schema
    (only,) = (choice for choice in schema["anyOf"] if choice != _NULL)
    others = {
        name: value
        for name, value in schema.items()
        if name != "anyOf" and (name, value) != ("default", None)
    }
    return {**others, **only}
