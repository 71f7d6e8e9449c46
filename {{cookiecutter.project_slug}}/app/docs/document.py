"""The OpenAPI 3.1 document: collected by flasgger from the views, completed from their contracts.

Nothing is copied by hand: schemas are pydantic's, statuses follow from the contracts that
the hooks enforce, and only words and examples stand in this package.
"""

from __future__ import annotations

import re
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from flasgger import Swagger
from pydantic.alias_generators import to_camel

from app.decorators.operation import find_function
#: if cookiecutter.uploads
from app.docs import files
#: endif
from app.docs.components import describe_components, security_of
from app.docs.content import describe_content
#: if cookiecutter.oauth == "server"
from app.docs.oauth_responses import describe_protocol
#: endif
from app.docs.parameters import describe_parameters, path_of
from app.docs.problems import find_refusals
from app.docs.references import refer_to
from app.docs.responses import (
    describe_not_modified,
    describe_refusal,
    describe_success,
    name_refusal,
)

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

    from app.decorators.operation import Operation, Operations

_VERSION = "3.1.0"
_ENDPOINT = "openapi"
_METHODS = ("get", "post", "put", "patch", "delete")
_UNDESCRIBED = {"HEAD", "OPTIONS"}
_INTRODUCTION = Path(__file__).with_name("introduction.md")

# flasgger reads what it collects off the view functions, which all apps of a process share.
_LOCK = Lock()


def make_document(app: Flask, operations: Operations) -> dict[str, Any]:
    """Return the document of all routes of *app*, in their order; needs an app context."""
    responses: dict[str, Any] = {}
    with _LOCK:
        described = _describe_all(app, operations, responses)
        tags = dict.fromkeys(tag for words in described.values() for tag in words["tags"])
        template = {
            **_describe_api(),
            "tags": [{"name": name} for name in tags],
            "components": describe_components(operations, responses, [*described.values()]),
        }
        #: if cookiecutter.uploads
        files.narrow(template["components"]["schemas"])
        #: endif
        document = _collect(app, template, operations)
    document["paths"] = {
        re.sub(r"(?<=\{)\w+(?=\})", lambda name: to_camel(name[0]), path): _finish(item, described)
        for path, item in document["paths"].items()
    }
    return document


def _describe_all(app: Flask, operations: Operations, responses: dict[str, Any]) -> dict[str, Any]:
    """Return the operation objects by their ids, and leave each where flasgger finds it."""
    described = {}
    for rule, method in operations.walk():
        marks = _marks_of(app, rule, method)
        if method in _UNDESCRIBED or not _is_described(marks):
            # Left out rather than failed: the suite names a view without words.
            continue
        # Once described, the words would be lost to the next app.
        words = marks.setdefault("words", marks["specs_dict"])
        operation = operations[rule.endpoint, method]
        marks["specs_dict"] = _describe(operation, rule, words, responses)
        described[words["operationId"]] = marks["specs_dict"]
    return described


def _finish(item: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """Return a path item in one order on all processes; flasgger's summaries are docstrings."""
    return {
        method: {**item[method], "summary": described[item[method]["operationId"]]["summary"]}
        for method in _METHODS
        if item.get(method, {}).get("operationId") in described
    }


def _marks_of(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    """Return what decorators have left on what answers; nothing where nobody can leave anything."""
    function = find_function(app.view_functions[rule.endpoint], method)
    marks: dict[str, Any] = getattr(function, "__dict__", {})
    return marks


def _is_described(marks: dict[str, Any]) -> bool:
    """Tell whether a view has words of this package; an extension may have some of flasgger's."""
    return "operationId" in marks.get("specs_dict", {})


def _describe(
    operation: Operation, rule: Rule, words: dict[str, Any], responses: dict[str, Any]
) -> dict[str, Any]:
    """Return an operation object; what it refers to is added to *responses*."""
    names = ("tags", "operationId", "summary", "description")
    described = {name: words[name] for name in names if name in words}
    described["parameters"] = describe_parameters(operation, rule.rule, words)
    described["security"] = security_of(operation)
    described["responses"] = {
        str(int(operation.status)): describe_success(operation, words),
        **describe_not_modified(operation, words),
    }
    for status, refusals in find_refusals(operation, path_of(rule.rule), words).items():
        name = name_refusal(refusals)
        responses[name] = describe_refusal(refusals)
        described["responses"][str(status)] = refer_to("responses", name)
    #: if cookiecutter.oauth == "server"
    describe_protocol(operation, words, described, responses)
    #: endif
    if operation.body is not None:
        content = describe_content(operation.takes, operation.body, words["example"])
        described["requestBody"] = {"required": True, "content": content}
    return described


def _describe_api() -> dict[str, Any]:
    title, _, description = _INTRODUCTION.read_text(encoding="utf-8").partition("\n")
    return {
        "info": {
            "title": title.removeprefix("# "),
            "description": description.strip(),
            "version": "1",
        },
        "servers": [{"url": "/"}],
    }


def _collect(app: Flask, template: dict[str, Any], operations: Operations) -> dict[str, Any]:
    # flasgger fails on views of a form that it does not know: it sees ours alone.
    ours = {
        rule.endpoint
        for rule, method in operations.walk()
        if _is_described(_marks_of(app, rule, method))
    }
    swagger = Swagger(
        config={
            "headers": [],
            "specs": [
                {
                    "endpoint": _ENDPOINT,
                    "route": "/openapi.json",
                    "rule_filter": lambda rule: rule.endpoint in ours and not rule.build_only,
                }
            ],
            "openapi": _VERSION,
            "swagger_ui": False,
        },
        template=template,
    )
    # Bound by hand: init_app() would add views and hooks of its own beside ours.
    swagger.app = app
    document: dict[str, Any] = swagger.get_apispecs(_ENDPOINT)
    return document
