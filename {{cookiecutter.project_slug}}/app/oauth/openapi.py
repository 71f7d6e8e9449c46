"""Answers that a protocol fixes, beside those that the hooks give: pages, redirects, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.http import JSON_MEDIA_TYPE
from app.oauth.schemas import OAuthErrorOut
from app.openapi.responses import describe_content, describe_headers, schema_of

if TYPE_CHECKING:
    from app.operations import Doc, Operation, ProtocolAnswer


def describe_protocol(
    operation: Operation, doc: Doc, described: dict[str, Any], components: dict[str, Any]
) -> None:
    """Add the form that an operation takes, and the answers of its own that *doc* tells."""
    answers = described["responses"]
    for status, answer in doc.protocol.items():
        of_hooks = _resolve(answers.get(str(status), {}), components)
        answers[str(status)] = _merge(answer, of_hooks, describe_headers(operation))
    if operation.form is not None:
        content = describe_content(operation.takes, operation.form, doc.example)
        described["requestBody"] = {"required": True, "content": content}


def _resolve(answer: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    reference = answer.get("$ref")
    if reference is None:
        return answer
    found: dict[str, Any] = components[reference.rpartition("/")[2]]
    return found


def _merge(own: ProtocolAnswer, of_hooks: dict[str, Any], of_all: dict[str, Any]) -> dict[str, Any]:
    """Return one response object of two, which share a status and differ in their media types."""
    headers = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in own.headers.items()
    }
    merged = {
        "description": " ".join(filter(None, (own.description, of_hooks.get("description")))),
        "headers": of_all | of_hooks.get("headers", {}) | headers,
    }
    content = {} if own.is_empty else _content_of(own) | of_hooks.get("content", {})
    return merged | ({"content": content} if content else {})


def _content_of(answer: ProtocolAnswer) -> dict[str, Any]:
    if answer.error:
        example = {"error": answer.error}
        return {JSON_MEDIA_TYPE: {"schema": schema_of(OAuthErrorOut), "example": example}}
    return {"text/html": {"schema": {"type": "string"}}} if answer.is_page else {}
