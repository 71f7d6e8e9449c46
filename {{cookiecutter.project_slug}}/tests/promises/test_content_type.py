"""Input: a body of a type that is not accepted is refused before it is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.operations import JSON, each, takes_body, takes_json, takes_nothing

if TYPE_CHECKING:
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example, World
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.content-type")

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


def unread(example: Example) -> dict[str, Any]:
    """Return a request with a body that must not be read."""
    request = example.request(input_stream=Unread())
    return {name: part for name, part in request.items() if name not in {"data", "content_type"}}


def refused_by(operation: Operation) -> dict[str, str | None]:
    """Return the types that the operation does not take."""
    return {
        what: kind
        for what, kind in UNSUPPORTED.items()
        if (kind or "").partition(";")[0] not in operation.takes
    }


@each(takes_body)
def test_a_body_of_another_type_is_refused_unread_and_nothing_is_done(
    attack: Attack, operation: Operation, example: Example
) -> None:
    for what, content_type in refused_by(operation).items():
        answer = attack.send(status=415, what=what, **unread(example), content_type=content_type)
        assert answer.headers["Accept"] == ", ".join(operation.takes), what


@each(takes_body)
def test_a_compressed_body_is_refused_unread(
    attack: Attack, operation: Operation, example: Example
) -> None:
    for coding in ("gzip", "deflate", "br", "gzip, identity", "x"):
        request = unread(example) | {"content_type": operation.takes[0]}
        request["headers"]["Content-Encoding"] = coding
        attack.send(status=415, what=coding, **request)


@each(takes_body)
def test_a_right_example_under_a_wrong_type_changes_nothing(
    attack: Attack, operation: Operation, example: Example
) -> None:
    for what, content_type in refused_by(operation).items():
        request = example.request(content_type=None)
        request["headers"]["Content-Type"] = content_type or ""
        if not isinstance(request["data"], str):
            # Only the client that makes a form knows how to write it.
            request["data"] = b"--x\r\n"
        attack.send(status=415, what=what, **request)


@each(takes_json)
def test_a_right_type_is_read_however_it_is_named(attack: Attack, example: Example) -> None:
    for what, content_type in SUPPORTED.items():
        request = example.request(data=b"torn {", content_type=content_type)
        attack.send(status=400, what=what, **request)


@pytest.mark.parametrize("sent", SAYING_NOTHING.values(), ids=SAYING_NOTHING.keys())
@each(takes_nothing)
def test_an_empty_body_counts_as_none_where_none_is_wanted(
    world: World, example: Example, sent: bytes
) -> None:
    request = example.request(content_type=JSON)
    request["headers"] |= {} if sent else {"Transfer-Encoding": "chunked"}
    answer = world.api.client.open(
        **request,
        input_stream=io.BytesIO(sent),
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == example.success


@each(takes_nothing)
def test_an_unwanted_body_that_breaks_off_is_malformed(attack: Attack, example: Example) -> None:
    request = example.request()
    request["headers"] |= {"Transfer-Encoding": "chunked"}
    torn = {"input_stream": Torn(), "environ_overrides": {"wsgi.input_terminated": True}}
    attack.send(status=400, what="torn", **request, **torn)


@each(takes_nothing)
def test_operations_without_a_body_take_none(attack: Attack, example: Example) -> None:
    for content_type in (JSON, "text/plain", None):
        request = unread(example) | {"content_type": content_type}
        attack.send(status=415, what=content_type, **request)
