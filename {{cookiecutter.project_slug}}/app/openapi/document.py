"""The OpenAPI 3.1 document: collected by flasgger from the views, completed from their contracts.

Nothing is copied by hand: schemas are pydantic's, statuses follow from the contracts that
the hooks enforce, summaries and descriptions are the docstrings of the views. What is said of the
API as a whole stands in introduction.md and info.toml.
"""

from __future__ import annotations

import re
import tomllib
from inspect import getdoc
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

#: if cookiecutter.uploads
from app.files import docs as files
#: endif
#: if cookiecutter.oauth == "server"
from app.oauth.openapi import describe_protocol
#: endif
from app.openapi.components import describe_components, security_of
from app.openapi.parameters import describe_parameters, path_of
from app.openapi.problems import find_problems
from app.openapi.responses import (
    describe_content,
    describe_not_modified,
    describe_problems,
    describe_success,
    name_problems,
    refer_to,
)
from app.operations import find_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule

    from app.operations import Doc, Operation, Operations, Tag

_VERSION = "3.1.0"
_ENDPOINT = "openapi"
_VERBS = {"get": "read", "post": "create", "put": "replace", "patch": "change", "delete": "delete"}
_UNDESCRIBED = {"HEAD", "OPTIONS"}
_INTRODUCTION = Path(__file__).with_name("introduction.md")
_INFO = Path(__file__).with_name("info.toml")

# flasgger reads what it collects off the view functions, which all apps of a process share.
_LOCK = Lock()


def make_document(app: Flask, operations: Operations) -> dict[str, Any]:
    """Return the document of all routes of *app*, in their order; needs an app context."""
    responses: dict[str, Any] = {}
    with _LOCK:
        described, tags = _describe_all(app, operations, responses)
        template = {
            **_describe_api(),
            "tags": [{"name": tag.name, "description": tag.description} for tag in tags],
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


def _describe_all(
    app: Flask, operations: Operations, responses: dict[str, Any]
) -> tuple[dict[str, Any], list[Tag]]:
    """Return the operation objects by their ids, and their tags.

    Each object is left where flasgger finds it.
    """
    from flasgger import swag_from  # noqa: PLC0415 - see _collect().

    described = {}
    tags: dict[Tag, None] = {}
    for rule, method in operations.walk():
        operation = operations[rule.endpoint, method]
        if method in _UNDESCRIBED or operation.doc is None:
            # Left out rather than failed: the suite names a view without words that needs some.
            continue
        function = find_function(app.view_functions[rule.endpoint], method)
        object_ = _describe(operation, operation.doc, rule, function, responses)
        swag_from(object_)(function)
        described[object_["operationId"]] = object_
        tags[operation.doc.tag] = None
    return described, [*tags]


def _finish(item: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """Return a path item in one order on all processes, with our own words in it.

    flasgger reads docstrings as pages of HTML.
    """
    return {
        method: {**item[method], **_words_of(described[item[method]["operationId"]])}
        for method in _VERBS
        if item.get(method, {}).get("operationId") in described
    }


def _words_of(described: dict[str, Any]) -> dict[str, Any]:
    return {name: described[name] for name in ("summary", "description") if name in described}


def _describe(
    operation: Operation,
    doc: Doc,
    rule: Rule,
    function: Callable[..., Any],
    responses: dict[str, Any],
) -> dict[str, Any]:
    """Return an operation object; what it refers to is added to *responses*."""
    summary, description = _read_words(operation, doc, function)
    described: dict[str, Any] = {
        "tags": [doc.tag.name],
        "operationId": doc.operation_id or _name_operation(function),
        "summary": summary,
    }
    if description:
        described["description"] = description
    described["parameters"] = describe_parameters(operation, rule.rule, doc)
    described["security"] = security_of(operation)
    described["responses"] = {
        str(int(operation.status)): describe_success(operation, doc),
        **describe_not_modified(operation),
    }
    for status, problems in find_problems(operation, path_of(rule.rule)).items():
        name = name_problems(problems)
        responses[name] = describe_problems(problems)
        described["responses"][str(status)] = refer_to("responses", name)
    #: if cookiecutter.oauth == "server"
    describe_protocol(operation, doc, described, responses)
    #: endif
    if operation.body is not None:
        content = describe_content(operation.takes, operation.body, doc.example)
        described["requestBody"] = {"required": True, "content": content}
    return described


def _read_words(operation: Operation, doc: Doc, function: Callable[..., Any]) -> tuple[str, str]:
    """Return the summary and the description; what the contract says of itself ends the latter."""
    summary, _, further = (getdoc(function) or "").partition("\n")
    sentences = [doc.description or further.strip()]
    if operation.role is not None:
        sentences.append(f"Only accounts with the role {operation.role} may call it.")
    if operation.needs_fresh_login:
        sentences.append("The access token must be of a recent log-in, not of a refresh.")
    if operation.is_conditional and function.__name__ == "get":
        sentences.append("With If-None-Match, a copy that is current is not sent again.")
    elif operation.is_conditional:
        sentences.append("With If-Match, nothing is lost that was changed meanwhile.")
    return summary.removesuffix("."), " ".join(filter(None, sentences))


def _name_operation(function: Callable[..., Any]) -> str:
    """Return the verb of a method and the name of its view: `readNote` of `NoteView.get`."""
    view, method = function.__qualname__.split(".")[-2:]
    return _VERBS.get(method, method) + view.removesuffix("View")


def _describe_api() -> dict[str, Any]:
    title, _, description = _INTRODUCTION.read_text(encoding="utf-8").partition("\n")
    words = {"title": title.removeprefix("# "), "description": description.strip()}
    info = tomllib.loads(_INFO.read_text(encoding="utf-8"))
    if not info["contact"].get("name"):
        del info["contact"]
    return {"info": words | info, "servers": [{"url": "/"}]}


def _collect(app: Flask, template: dict[str, Any], operations: Operations) -> dict[str, Any]:
    # Imported late: it takes 3 MB and 0.1 s that workers need for the document alone.
    from flasgger import Swagger  # noqa: PLC0415

    # flasgger fails on views of a form that it does not know: it sees ours alone.
    ours = {
        rule.endpoint
        for rule, method in operations.walk()
        if operations[rule.endpoint, method].doc is not None
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
