"""Input: a client that cannot read the answer is refused, and nothing is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.attacks import Attack
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.accept")

JSON: Final = "application/json"

# Each excludes the types in which operations with schemas answer.
UNACCEPTABLE = {
    #: if not cookiecutter.xml
    "xml": "application/xml",
    "anything but JSON": "application/json;q=0, */*",
    "a list without JSON": "text/html, application/xhtml+xml, application/xml;q=0.9",
    #: else
    "XML by an older name": "text/xml",
    "another XML": "application/atom+xml, application/xml-dtd",
    "XML with q=0": "application/xml;q=0",
    "XML of another charset": "application/xml; charset=utf-16",
    "anything but both": "application/json;q=0, application/xml;q=0, */*",
    #: endif
    "html": "text/html",
    "images": "image/*",
    "text": "text/*",
    "another JSON": "application/vnd.api+json",
    "a longer name": "application/jsonx",
    "JSON with q=0": "application/json;q=0",
    "JSON with q=0.000": "application/json ; q=0.000",
    "anything but applications": "application/*;q=0, */*;q=0.5",
    "nothing at all": "*/*;q=0",
    "another charset": "application/json; charset=utf-16",
    "garbage": "garbage",
}
# Each accepts JSON.
ACCEPTABLE = {
    "missing": None,
    "empty": "",
    "blank": " ",
    "anything": "*/*",
    "applications": "application/*",
    "JSON": "application/json",
    "capitals": "Application/JSON",
    "JSON of UTF-8": "application/json; charset=utf-8",
    "as a last resort": "text/html, */*;q=0.1",
    "hardly": "application/json;q=0.001",
    "JSON and nothing else": "application/json, */*;q=0",
    "a long list": "text/html, application/xml;q=0.9, application/json;q=0.1",
}


def request_of(attack: Attack, operation: Operation, accept: str | None) -> dict[str, Any]:
    """Return a request that is right except for its Accept header."""
    request = operation.request_of(attack.caller)
    if accept is not None:
        request["headers"]["Accept"] = accept
    return request


def test_every_documented_example_is_served(
    unhurried_app: Flask, operations: list[Operation], make_caller: MakeAccount
) -> None:
    client = unhurried_app.test_client()
    for operation in operations:
        # What ends a session or an account does so to no other operation.
        wanted = 404 if "{" in operation.path else operation.success
        answer = client.open(**operation.request_of(make_caller()))
        assert answer.status_code == wanted, (operation, answer.text)


def test_unacceptable_types_are_refused_and_nothing_is_done(
    attack: Attack, operations: list[Operation]
) -> None:
    for operation in operations:
        for what, accept in UNACCEPTABLE.items():
            if operation.media_type == JSON:
                request = request_of(attack, operation, accept)
                attack.send(status=406, what=(what, operation), **request)


def test_acceptable_types_are_served(attack: Attack, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.media_type != JSON or operation.method != "GET":
            continue
        wanted = 404 if "{" in operation.path else 200
        for what, accept in ACCEPTABLE.items():
            request = request_of(attack, operation, accept)
            attack.reach(status=wanted, what=(what, operation), **request)


def test_operations_of_another_type_negotiate_their_own(
    attack: Attack, operations: list[Operation]
) -> None:
    for operation in operations:
        kind = operation.media_type
        unwanted = ", ".join(f"{each};q=0" for each in operation.media_types)
        for accept in ("x/y", f"{kind};q=0", f"*/*, {unwanted}"):
            request = request_of(attack, operation, accept)
            attack.send(status=406, what=(accept, operation), **request)
        if operation.method == "GET" and "{" not in operation.path:
            for accept in (kind, f"{kind.partition('/')[0]}/*", f"{kind}; q=0.1, x/y"):
                request = request_of(attack, operation, accept)
                attack.reach(status=200, what=(accept, operation), **request)
