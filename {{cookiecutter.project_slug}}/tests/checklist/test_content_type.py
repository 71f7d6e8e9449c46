"""Input: a body of a type that is not accepted is refused before it is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.attacks import Attack
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.content-type")

JSON: Final = "application/json"
#: if cookiecutter.xml
TAKEN: Final = "application/json, application/xml"
#: else
TAKEN: Final = JSON
#: endif

# None of these is a type that a body may have.
UNSUPPORTED = {
    "missing": None,
    "empty": "",
    "text": "text/plain",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    #: if cookiecutter.xml
    "XML by an older name": "text/xml",
    "another XML": "application/atom+xml",
    "a longer name of XML": "application/xml-dtd",
    "latin-1 XML": "application/xml; charset=iso-8859-1",
    "utf-16 XML": "application/xml; charset=utf-16",
    "both": "application/json, application/xml",
    #: else
    "xml": "application/xml",
    #: endif
    "JSON by a wrong name": "text/json",
    "another JSON": "application/vnd.api+json",
    "merge patch": "application/merge-patch+json",
    "a longer name": "application/jsonp",
    "latin-1": "application/json; charset=iso-8859-1",
    "utf-16": "application/json; charset=utf-16",
    "utf-7": 'application/json; charset="utf-7"',
    "two": "application/json, text/plain",
    "garbage": "garbage",
}
SUPPORTED = {
    #: if cookiecutter.xml
    "XML": "application/xml",
    "XML with charset": "application/xml; charset=utf-8",
    "XML in capitals": "APPLICATION/XML; Charset=UTF8",
    #: endif
    "plain": "application/json",
    "with charset": "application/json; charset=utf-8",
    "quoted": 'application/json;charset="UTF-8"',
    "capitals": "Application/JSON",
}


SAYING_NOTHING = {"nothing in chunks": b"", "an empty object": b"{}"}


class Unread(io.BytesIO):
    """A body that must not be read."""

    def __init__(self) -> None:
        super().__init__(b"a thousand bytes" * 64)

    def read(self, *_: Any) -> bytes:
        pytest.fail("the body was read")

    read1 = readinto = readline = readlines = read


class Torn(io.BytesIO):
    """A body that breaks off, as the server reports it."""

    def read(self, *_: Any) -> bytes:
        raise OSError

    read1 = readinto = readline = readlines = read


def unread_request_of(attack: Attack, operation: Operation) -> dict[str, Any]:
    """Return a request with a body that must not be read."""
    headers = operation.headers_of(attack.caller)
    return {
        "method": operation.method,
        "path": operation.url,
        "headers": headers,
        "input_stream": Unread(),
    }


def test_a_body_of_another_type_is_refused_unread_and_nothing_is_done(
    attack: Attack, writes: list[Operation]
) -> None:
    for operation in writes:
        for what, content_type in UNSUPPORTED.items():
            request = unread_request_of(attack, operation)
            answer = attack.send(
                status=415, what=(what, operation), content_type=content_type, **request
            )
            assert answer.headers["Accept"] == TAKEN, (what, operation)


def test_a_compressed_body_is_refused_unread(attack: Attack, writes: list[Operation]) -> None:
    for operation in writes:
        for coding in ("gzip", "deflate", "br", "gzip, identity", "x"):
            request = unread_request_of(attack, operation)
            request["headers"]["Content-Encoding"] = coding
            attack.send(status=415, what=(coding, operation), content_type=JSON, **request)


def test_a_right_example_under_a_wrong_type_changes_nothing(
    attack: Attack, writes: list[Operation]
) -> None:
    for operation in writes:
        for what, content_type in UNSUPPORTED.items():
            request = operation.request_of(attack.caller)
            request["headers"]["Content-Type"] = content_type or ""
            attack.send(status=415, what=(what, operation), **request)


def test_a_right_type_is_read_however_it_is_named(attack: Attack, writes: list[Operation]) -> None:
    for operation in writes:
        for what, content_type in SUPPORTED.items():
            attack.send(
                operation.method,
                operation.url,
                status=400,
                what=(what, operation),
                headers=operation.headers_of(attack.caller),
                content_type=content_type,
                data=b"torn {",
            )


@pytest.mark.parametrize("sent", SAYING_NOTHING.values(), ids=SAYING_NOTHING.keys())
def test_an_empty_body_counts_as_none_where_none_is_wanted(
    unhurried_app: Flask, operations: list[Operation], make_caller: MakeAccount, sent: bytes
) -> None:
    client = unhurried_app.test_client()
    for operation in operations:
        if operation.takes_body:
            continue
        bare = client.open(**operation.request_of(make_caller()))
        request = operation.request_of(make_caller()) | {"content_type": JSON}
        request["headers"] |= {} if sent else {"Transfer-Encoding": "chunked"}
        answer = client.open(
            **request,
            input_stream=io.BytesIO(sent),
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == bare.status_code != 415, operation


def test_an_unwanted_body_that_breaks_off_is_malformed(
    attack: Attack, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.takes_body:
            continue
        request = operation.request_of(attack.caller)
        request["headers"] |= {"Transfer-Encoding": "chunked"}
        torn = {"input_stream": Torn(), "environ_overrides": {"wsgi.input_terminated": True}}
        attack.send(status=400, what=operation, **request, **torn)


def test_operations_without_a_body_take_none(attack: Attack, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.takes_body:
            continue
        for content_type in (JSON, "text/plain", None):
            request = unread_request_of(attack, operation)
            attack.send(status=415, what=operation, content_type=content_type, **request)
