"""Accept and Content-Type of requests."""

from __future__ import annotations

import io
from typing import Any

import pytest

from app.context import context
from app.hooks import negotiation

SERVED = [
    None,
    "",
    "*/*",
    "application/*",
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json; charset="UTF-8"',
    "application/json;q=0.1",
    "text/html, */*;q=0.1",
    #: if not cookiecutter.xml
    "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
    #: endif
    "application/json, application/json;q=0",
    "image/*;q=1, application/json;q=0.001",
    "application/*;q=0, application/json",
    "*/*;q=0, application/json",
]
REFUSED = [
    #: if cookiecutter.xml
    "text/xml",
    "application/json;q=0, application/xml;q=0, */*",
    #: else
    "application/xml",
    "*/*, application/json;q=0",
    "application/*, application/json;q=0",
    #: endif
    "text/html",
    "text/*",
    "image/*",
    "application/json;q=0",
    "application/json;q=0.000",
    "application/*;q=0",
    "*/*;q=0",
    "application/json; charset=utf-16",
    "application/problem+json",
    "json",
    "application",
    "*/json",
]
BAD_TYPES = [
    None,
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    #: if cookiecutter.xml
    "text/xml",
    "application/xml; charset=latin-1",
    #: else
    "application/xml",
    #: endif
    "application/json; charset=latin-1",
    "application/json; charset=utf-16",
    "application/jsonx",
    "application/problem+json",
    "text/json",
    "application",
]


@pytest.mark.parametrize("accept", SERVED)
def test_acceptable_media_types_are_served(api, accept):
    headers = {} if accept is None else {"Accept": accept}
    answer = api.get("/health/live", headers=headers)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("accept", REFUSED)
def test_unacceptable_media_types_are_refused(api, accept):
    answer = api.get("/health/live", headers={"Accept": accept}, status=406)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0"])
def test_a_refused_write_writes_nothing(api, account, accept):
    changed = {"displayName": "Changed"}
    api.patch("/api/v1/me", account, json=changed, headers={"Accept": accept}, status=406)
    assert api.get("/api/v1/me", account).json["displayName"] == account.display_name


def test_an_operation_without_an_answer_ignores_accept(api, account):
    api.delete("/api/v1/me", account, headers={"Accept": "image/png"}, status=406)
    api.get("/api/v1/me", account)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "APPLICATION/JSON", "application/json;charset=UTF-8", "application/json;"],
)
def test_json_is_read(api, account, content_type):
    headers = {"Content-Type": content_type}
    api.patch("/api/v1/me", account, data='{"displayName": "Changed"}', headers=headers)


@pytest.mark.parametrize("content_type", BAD_TYPES)
def test_other_types_are_refused_with_the_accepted_one(api, account, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    data = '{"displayName": "Changed"}'
    answer = api.patch("/api/v1/me", account, data=data, headers=headers, status=415)
    #: if cookiecutter.xml
    assert answer.headers["Accept"] == "application/json, application/xml"
    #: else
    assert answer.headers["Accept"] == "application/json"
    #: endif
    assert api.get("/api/v1/me", account).json["displayName"] == account.display_name


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_compressed_bodies_are_refused(api, account, coding):
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    api.patch("/api/v1/me", account, data=b"\x1f\x8b", headers=headers, status=415)


def test_a_missing_body_is_refused_for_its_missing_type(api, account):
    api.patch("/api/v1/me", account, status=415)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
def test_operations_without_a_body_take_none(api, account, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = api.delete("/api/v1/me", account, data='{"a": 1}', headers=headers, status=415)
    assert "Accept" not in answer.headers
    api.get("/api/v1/me", account)


def _in_chunks(body: bytes, content_type: str | None = "application/json") -> dict[str, Any]:
    """Return a request with a chunked body: its end is known, its length is not."""
    return {
        "headers": {"Transfer-Encoding": "chunked"},
        "input_stream": io.BytesIO(body),
        "content_type": content_type,
        "environ_overrides": {"wsgi.input_terminated": True},
    }


@pytest.mark.parametrize("body", [b"x", b"{", b"[]", b'{"a": 1}', b" " * 100, b"{}" * 100_000])
def test_a_body_of_unknown_length_is_a_body(api, account, body):
    api.delete("/api/v1/me", account, **_in_chunks(body), status=415)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
def test_an_empty_chunked_body_is_no_body(api, account, content_type):
    api.get("/api/v1/me", account, **_in_chunks(b"", content_type))


@pytest.mark.parametrize("body", [b"{}", b"{ }", b"\r\n{\t}\r\n"])
def test_an_empty_object_is_no_body(api, account, body):
    api.get("/api/v1/me", account, **_in_chunks(body))
    api.get("/api/v1/me", account, data=body, content_type="application/json; charset=utf-8")


@pytest.mark.parametrize("content_type", ["text/plain", None])
def test_an_empty_object_of_another_type_is_a_body(api, account, content_type):
    api.get("/api/v1/me", account, data=b"{}", content_type=content_type, status=415)


def test_an_unwanted_body_that_breaks_off_is_malformed(api, account):
    class Torn(io.BytesIO):
        def read(self, *_):
            raise OSError

        readinto = read

    request = _in_chunks(b"") | {"input_stream": Torn()}
    answer = api.get("/api/v1/me", account, **request, status=400)
    assert answer.json["type"] == "/problems/malformed-request"


def test_a_type_without_a_body_is_harmless(api, account):
    api.get("/api/v1/me", account, headers={"Content-Type": "text/plain"})


def test_without_a_view_nothing_is_negotiated(app):
    with app.test_request_context(headers={"Accept": "image/png", "Content-Type": "text/plain"}):
        context.operation = None
        negotiation.check_accept()
        negotiation.check_content_type()
#: if cookiecutter.xml


@pytest.mark.checklist("input.accept")
@pytest.mark.parametrize(
    "accept",
    [
        "application/xml",
        "Application/XML; charset=utf-8",
        "application/xml, application/json;q=0.9",
        "application/xml;q=0.2, */*;q=0.1",
        "application/json;q=0, */*",
        "application/*, application/json;q=0",
        "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
    ],
)
def test_a_client_that_prefers_xml_gets_it(api, accept):
    answer = api.get("/health/live", headers={"Accept": accept})
    assert answer.headers.getlist("Content-Type") == ["application/xml"]
    assert "Accept" in answer.vary


@pytest.mark.checklist("input.accept")
@pytest.mark.parametrize(
    "accept",
    [
        "application/xml, application/json",
        "application/xml;q=0.5, application/json;q=0.5",
        "application/xml;q=0.5, */*",
        "application/xml;q=0, */*;q=0.1",
    ],
)
def test_of_two_equally_preferred_types_json_is_chosen(api, accept):
    answer = api.get("/health/live", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert "Accept" in answer.vary


def test_problems_have_a_vary_header_too(api):
    assert "Accept" in api.get("/api/v1/me", status=401).vary
    assert "Accept" in api.get("/health/live", headers={"Accept": "text/html"}, status=406).vary


def test_an_answer_with_one_representation_has_no_vary_header(api):
    assert "Accept" not in api.get("/openapi.json").vary
    assert "Accept" not in api.get("/nothing", status=404).vary


def test_before_routing_no_answer_has_a_vary_header(app):
    with app.test_request_context():
        assert not negotiation.tell_variance(app.response_class()).vary
#: endif
