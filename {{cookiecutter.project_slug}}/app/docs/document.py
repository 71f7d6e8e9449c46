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

#: if cookiecutter.uploads
from app.docs import files
#: endif
from app.docs.components import describe_components, security_of
from app.docs.contents import describe_content
from app.docs.parameters import describe_parameters, path_of
#: if cookiecutter.oauth == "server"
from app.docs.protocol import describe_protocol
#: endif
from app.docs.references import refer_to
from app.docs.refusals import find_refusals
from app.docs.responses import (
    describe_not_modified,
    describe_refusal,
    describe_success,
    name_refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule

    from app.decorators.operation import Operation

_VERSION = "3.1.0"
_ENDPOINT = "openapi"
_METHODS = ("get", "post", "put", "patch", "delete")
_INTRODUCTION = Path(__file__).with_name("introduction.md")

# flasgger reads what it collects off the view functions, which all apps of a process share.
_LOCK = Lock()


def make_document(app: Flask, operations: dict[tuple[str, str], Operation]) -> dict[str, Any]:
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
        document = _collect(app, template)
    document["paths"] = {
        re.sub(r"(?<=\{)\w+(?=\})", lambda name: to_camel(name[0]), path): _finish(item, described)
        for path, item in document["paths"].items()
    }
    return document


def _describe_all(
    app: Flask, operations: dict[tuple[str, str], Operation], responses: dict[str, Any]
) -> dict[str, Any]:
    """Return the operation objects by their ids, and leave each where flasgger finds it."""
    described = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            marks = _function_of(app, rule, method).__dict__
            if "specs_dict" not in marks:
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
        if method in item
    }


def _function_of(app: Flask, rule: Rule, method: str) -> Callable[..., Any]:
    view = app.view_functions[rule.endpoint]
    view_class = getattr(view, "view_class", None)
    function: Callable[..., Any] = getattr(view_class, method.lower()) if view_class else view
    return function


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


def _collect(app: Flask, template: dict[str, Any]) -> dict[str, Any]:
    swagger = Swagger(
        config={
            "headers": [],
            "specs": [{"endpoint": _ENDPOINT, "route": "/openapi.json"}],
            "openapi": _VERSION,
            "swagger_ui": False,
        },
        template=template,
    )
    # Bound by hand: init_app() would add views and hooks of its own beside ours.
    swagger.app = app
    document: dict[str, Any] = swagger.get_apispecs(_ENDPOINT)
    return document
