"""The OpenAPI 3.1 document: collected by flasgger from the views, completed from their contracts.

Nothing is copied by hand: schemas are pydantic's, statuses follow from the contracts that
the hooks enforce, and only words and examples stand in this package.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flasgger import Swagger
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from app.constants import PROBLEM_MEDIA_TYPE
from app.docs.statuses import (
    DESCRIPTIONS,
    problem_headers,
    problem_statuses,
    success_headers,
)
from app.schemas.problems import ProblemOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from pydantic import BaseModel
    from werkzeug.routing import Rule

    from app.decorators.operation import Operation

_REF = "#/components/schemas/{model}"
_PATH_PARAMETER = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_VERSION = "3.1.0"


def make_document(app: Flask, operations: dict[tuple[str, str], Operation]) -> dict[str, Any]:
    """Return the document of all routes; needs an app context."""
    describe_operations(app, operations)
    swagger = Swagger(
        config={
            "headers": [],
            "specs": [{"endpoint": "openapi", "route": "/openapi.json"}],
            "openapi": _VERSION,
            "swagger_ui": False,
        },
        template=_template(operations),
    )
    # Bound by hand: init_app() would add views and hooks of its own beside ours.
    swagger.app = app
    document: dict[str, Any] = swagger.get_apispecs("openapi")
    document["paths"] = {
        re.sub(r"\{(\w+)\}", _camel_case, path): item
        for path, item in sorted(document["paths"].items())
    }
    return document


def describe_operations(app: Flask, operations: dict[tuple[str, str], Operation]) -> None:
    """Complete the words that swag_from left on each view method, where flasgger finds them."""
    for rule in app.url_map.iter_rules():
        view_class = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            function = getattr(view_class, method.lower())
            words = getattr(function, "words", None) or function.specs_dict
            function.words = words
            function.specs_dict = _describe(operations[rule.endpoint, method], rule, words)


def _describe(operation: Operation, rule: Rule, words: dict[str, Any]) -> dict[str, Any]:
    path = _PATH_PARAMETER.sub(_camel_case, rule.rule)
    described = {
        name: words[name]
        for name in ("tags", "operationId", "summary", "description")
        if name in words
    }
    described["parameters"] = [*_parameters(operation, rule, words)]
    described["security"] = [] if operation.is_public else [{"bearer": []}]
    described["responses"] = {
        str(int(operation.status)): _success(operation, words),
        **({"304": {"description": "The caller's copy is current."}} if _is_cached(rule, words, operation) else {}),
        **{str(status): _problem(status) for status in problem_statuses(operation, path, words)},
    }
    if operation.body is not None:
        media = {"schema": _reference(operation.body), "example": words["example"]}
        described["requestBody"] = {"required": True, "content": {"application/json": media}}
    return described


def _is_cached(rule: Rule, words: dict[str, Any], operation: Operation) -> bool:
    del rule
    return bool(words.get("conditional")) and operation.body is None and operation.returns is not None


def _success(operation: Operation, words: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.status.phrase}
    if headers := success_headers(operation, words):
        success["headers"] = headers
    if operation.returns is not None:
        success["content"] = {operation.media_type: {"schema": _reference(operation.returns)}}
    elif operation.status != 204:  # noqa: PLR2004 - RFC 9110: the one success without a body.
        success["content"] = {operation.media_type: {}}
    return success


def _problem(status: int) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "description": DESCRIPTIONS[status],
        "content": {PROBLEM_MEDIA_TYPE: {"schema": _reference(ProblemOut)}},
    }
    if headers := problem_headers(status):
        problem["headers"] = headers
    return problem


def _parameters(
    operation: Operation, rule: Rule, words: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for converter, name in _PATH_PARAMETER.findall(rule.rule):
        text: dict[str, Any] = {"type": "string"}
        if converter == "uuid":
            text["format"] = "uuid"
        yield {"name": to_camel(name), "in": "path", "required": True, "schema": text}
    if operation.query is not None:
        required = operation.query.model_json_schema().get("required", [])
        for name, schema in operation.query.model_json_schema()["properties"].items():
            yield {"name": name, "in": "query", "required": name in required, "schema": schema}
    if words.get("conditional"):
        for name in ("If-Match", "If-None-Match"):
            yield {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def _template(operations: dict[tuple[str, str], Operation]) -> dict[str, Any]:
    contracts = list(operations.values())
    taken = {contract.body for contract in contracts}
    given = {contract.returns for contract in contracts} | {ProblemOut}
    return {
        "info": {
            "title": "{{ cookiecutter.project_name }}",
            "description": "{{ cookiecutter.description }}",
            "version": "1",
        },
        "servers": [{"url": "/"}],
        "components": {
            "schemas": _schemas(taken, "validation") | _schemas(given, "serialization"),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _schemas(models: set[type[BaseModel] | None], mode: Any) -> dict[str, Any]:
    named = sorted((model for model in models if model), key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, mode) for model in named], ref_template=_REF)
    definitions: dict[str, Any] = schema.get("$defs", {})
    return definitions


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _camel_case(match: re.Match[str]) -> str:
    name = match.groupdict().get("name") or match.group(1)
    return "{" + to_camel(name) + "}"
