"""Answers that a protocol fixes, beside those that the hooks give: pages, redirects, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.constants import REQUEST_ID_HEADER
from app.docs.content import describe_content, refer_to

if TYPE_CHECKING:
    from app.decorators.operation import Operation
    from app.docs import Doc

_REQUEST_ID = {REQUEST_ID_HEADER: refer_to("headers", REQUEST_ID_HEADER)}


def describe_protocol(
    operation: Operation, doc: Doc, described: dict[str, Any], components: dict[str, Any]
) -> None:
    """Add the form that an operation takes, and the answers of its own that *doc* tells."""
    answers = described["responses"]
    for status, answer in doc.protocol.items():
        answers[status] = _merge(answer, _resolve(answers.get(status, {}), components))
    if operation.form is not None:
        content = describe_content(operation.takes, operation.form, doc.example)
        described["requestBody"] = {"required": True, "content": content}


def _resolve(answer: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    reference = answer.get("$ref")
    if reference is None:
        return answer
    found: dict[str, Any] = components[reference.rpartition("/")[2]]
    return found


def _merge(own: dict[str, Any], of_hooks: dict[str, Any]) -> dict[str, Any]:
    """Return one response object of two, which share a status and differ in their media types.

    One that says that it has no content has none.
    """
    merged = {
        "description": " ".join(filter(None, (own["description"], of_hooks.get("description")))),
        "headers": _REQUEST_ID | of_hooks.get("headers", {}) | own.get("headers", {}),
    }
    content = own.get("content", {})
    if content or "content" not in own:
        content = content | of_hooks.get("content", {})
    return merged | ({"content": content} if content else {})
