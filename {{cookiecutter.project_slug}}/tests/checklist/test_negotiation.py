"""Input: what a client can read and what it sends are looked at before anything is done."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fixtures.accounts import MakeAccount, Person
    from tests.fixtures.api import Api
    from tests.fixtures.contents import ReadContents
    from tests.fixtures.operations import Operation

JSON = "application/json"

# Each refuses JSON.
UNACCEPTABLE = {
    "xml": "application/xml",
    "html": "text/html",
    "images": "image/*",
    "text": "text/*",
    "another JSON": "application/vnd.api+json",
    "a longer name": "application/jsonx",
    "JSON with q=0": "application/json;q=0",
    "JSON with q=0.000": "application/json ; q=0.000",
    "anything but JSON": "application/json;q=0, */*",
    "anything but applications": "application/*;q=0, */*;q=0.5",
    "nothing at all": "*/*;q=0",
    "another charset": "application/json; charset=utf-16",
    "a list without JSON": "text/html, application/xhtml+xml, application/xml;q=0.9",
    "garbage": "garbage",
}
# Each lets JSON through.
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
# Each is no type that a body may have.
UNSUPPORTED = {
    "missing": None,
    "empty": "",
    "text": "text/plain",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "xml": "application/xml",
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
    "plain": "application/json",
    "with charset": "application/json; charset=utf-8",
    "quoted": 'application/json;charset="UTF-8"',
    "capitals": "Application/JSON",
}


class Unread(io.BytesIO):
    """A body that nobody may look into."""

    def __init__(self) -> None:
        super().__init__(b"a thousand bytes" * 64)

    def read(self, *_: Any) -> bytes:
        pytest.fail("the body was read")

    read1 = readinto = readline = readlines = read


def call(
    api: Api, operation: Operation, caller: Person, headers: dict[str, str | None], **request: Any
) -> int:
    """Call an operation with its example, or with what *request* has, and return the status."""
    sent = {**operation.headers_of(caller), **headers}
    example = operation.body_of(caller)
    if example is not None and not request:
        request = {"json": example}
    answer = api.client.open(
        operation.url,
        method=operation.method,
        headers={name: text for name, text in sent.items() if text is not None},
        **request,
    )
    return answer.status_code


@pytest.mark.checklist("input.accept", "input.content-type")
def test_examples_are_served_where_nothing_is_wrong(
    api: Api, operations: list[Operation], make_account: MakeAccount, caller: Person
) -> None:
    for operation in operations:
        # What ends a session or an account does so to no other operation.
        somebody = make_account(password=caller.password)
        wanted = 404 if "{" in operation.path else operation.success
        assert call(api, operation, somebody, {}) == wanted, operation


@pytest.mark.checklist("input.accept")
@pytest.mark.parametrize("accept", UNACCEPTABLE.values(), ids=UNACCEPTABLE)
def test_what_cannot_be_read_is_refused_and_nothing_is_done(
    api: Api,
    operations: list[Operation],
    caller: Person,
    read_contents: ReadContents,
    accept: str,
) -> None:
    api.get("/api/v1/me", caller)
    before = read_contents()
    answering_json = [operation for operation in operations if operation.media_type == JSON]
    for operation in answering_json:
        assert call(api, operation, caller, {"Accept": accept}) == 406, operation
    assert read_contents() == before


@pytest.mark.checklist("input.accept")
@pytest.mark.parametrize("accept", ACCEPTABLE.values(), ids=ACCEPTABLE)
def test_what_can_be_read_is_served(
    api: Api, operations: list[Operation], caller: Person, accept: str | None
) -> None:
    for operation in operations:
        if operation.media_type != JSON or operation.method != "GET":
            continue
        wanted = 404 if "{" in operation.path else 200
        assert call(api, operation, caller, {"Accept": accept}) == wanted, operation


@pytest.mark.checklist("input.accept")
def test_operations_of_another_type_negotiate_their_own(
    api: Api, operations: list[Operation], caller: Person
) -> None:
    for operation in operations:
        kind = operation.media_type
        for accept in ("x/y", f"{kind};q=0", f"*/*, {kind};q=0"):
            assert call(api, operation, caller, {"Accept": accept}) == 406, operation
        if operation.method != "GET":
            continue
        for accept in (kind, f"{kind.partition('/')[0]}/*", f"{kind}; q=0.1, x/y"):
            assert call(api, operation, caller, {"Accept": accept}) in {200, 404}, operation


@pytest.mark.checklist("input.content-type")
@pytest.mark.parametrize("content_type", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_a_body_of_another_type_is_refused_unread_and_nothing_is_done(
    api: Api,
    writes: list[Operation],
    caller: Person,
    read_contents: ReadContents,
    content_type: str | None,
) -> None:
    api.get("/api/v1/me", caller)
    before = read_contents()
    for operation in writes:
        answer = api.call(
            operation.method,
            operation.url,
            headers=operation.headers_of(caller),
            input_stream=Unread(),
            content_type=content_type,
            status=415,
        )
        assert answer.headers["Accept"] == JSON, operation
    assert read_contents() == before


@pytest.mark.checklist("input.content-type")
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity", "x"])
def test_a_coded_body_is_refused_unread(
    api: Api, writes: list[Operation], caller: Person, coding: str
) -> None:
    for operation in writes:
        headers = {"Content-Type": JSON, "Content-Encoding": coding}
        assert call(api, operation, caller, headers, input_stream=Unread()) == 415, operation


@pytest.mark.checklist("input.content-type")
@pytest.mark.parametrize("content_type", SUPPORTED.values(), ids=SUPPORTED)
def test_json_is_read_however_it_is_named(
    api: Api, writes: list[Operation], caller: Person, content_type: str
) -> None:
    for operation in writes:
        headers = {"Content-Type": content_type}
        assert call(api, operation, caller, headers, data=b"torn {") == 400, operation


@pytest.mark.checklist("input.content-type")
def test_operations_without_a_body_take_none(
    api: Api, operations: list[Operation], caller: Person, read_contents: ReadContents
) -> None:
    api.get("/api/v1/me", caller)
    before = read_contents()
    for operation in operations:
        if operation.takes_body:
            continue
        for content_type in (JSON, "text/plain", None):
            headers = {"Content-Type": content_type}
            status = call(api, operation, caller, headers, input_stream=Unread())
            assert status == 415, operation
    assert read_contents() == before
