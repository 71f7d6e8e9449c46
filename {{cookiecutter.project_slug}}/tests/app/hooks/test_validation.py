"""Bodies and query strings are read once, by the operation's schema, and echoed never."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.fixtures.api import Api

JSON = {"Content-Type": "application/json"}
ECHO = "Xylophone"

MALFORMED = {
    "nothing": b"",
    "blank": b"  ",
    "torn": b'{"displayName": "' + ECHO.encode(),
    "two documents": b"{} {}",
    "comma": b'{"displayName": "x",}',
    "NaN": b'{"displayName": NaN}',
    "Infinity": b'{"displayName": -Infinity}',
    "lone surrogate": b'{"displayName": "\\ud800"}',
    "latin-1": '{"displayName": "é"}'.encode("latin-1"),
    "utf-16": '{"displayName": "x"}'.encode("utf-16"),
    "byte order mark": '\ufeff{"displayName": "x"}'.encode(),
    "deep": b"[" * 30_000,
    "huge number": b"1e400",
    "control character": b'{"displayName": "\x01"}',
    "single quotes": b"{'displayName': 'x'}",
}
UNFIT = {
    "list": b"[]",
    "list of one": b"[1]",
    "null": b"null",
    "number": b"1",
    "2^70": b'{"displayName": 1180591620717411303424}',
    "string": b'"x"',
    "true": b"true",
    "empty": b"{}",
    "null member": b'{"displayName": null}',
    "number member": b'{"displayName": 1}',
    "operator": b'{"displayName": {"$ne": null}}',
    "list member": b'{"displayName": ["x"]}',
    "empty member": b'{"displayName": ""}',
    "NUL": b'{"displayName": "a\\u0000b"}',
    "line break": b'{"displayName": "a\\nb"}',
    "too long": b'{"displayName": "' + b"x" * 101 + b'"}',
    "unknown member": b'{"displayName": "x", "isAdmin": true}',
    "timestamp": b'{"displayName": "x", "createdAt": "2020-01-01T00:00:00Z"}',
    "snake_case": b'{"display_name": "x"}',
    "NUL in a name": b'{"displayName": "x", "a\\u0000": 1}',
    "deep": b'{"displayName": ' + b"[" * 900 + b"]" * 900 + b"}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_is_malformed(api, account, body):
    answer = api.patch("/api/v1/me", account, data=body, headers=JSON, status=400)
    assert answer.json["type"] == "/problems/malformed-request"
    assert answer.json["errors"] == []


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_the_schema_is_refused(api, account, body):
    answer = api.patch("/api/v1/me", account, data=body, headers=JSON, status=422)
    assert answer.json["type"] == "/problems/invalid-input"
    assert answer.json["errors"]
    assert api.get("/api/v1/me", account).json["displayName"] == account.display_name


@pytest.mark.parametrize("length", [65_536, 65_537, 1_000_000])
def test_a_body_may_have_its_length_and_no_more(api, account, length):
    body = b'{"displayName": "%s"}' % (b"x" * (length - 19))
    assert len(body) == length
    expected = 422 if length == 65_536 else 413
    api.patch("/api/v1/me", account, data=body, headers=JSON, status=expected)


@pytest.mark.parametrize(("length", "status"), [(65_536, 422), (65_537, 413), (1_000_000, 413)])
def test_a_body_that_comes_in_chunks_has_the_same_limit(api, account, length, status):
    api.patch(
        "/api/v1/me",
        account,
        input_stream=BytesIO(b'{"displayName": "%s"}' % (b"x" * (length - 19))),
        headers={**JSON, "Transfer-Encoding": "chunked"},
        # As a server says that it knows where such a body ends.
        environ_overrides={"wsgi.input_terminated": True},
        status=status,
    )


def test_a_body_that_breaks_off_is_malformed(api, account):
    request = {
        "input_stream": BytesIO(b'{"displayName": '),
        "environ_overrides": {"CONTENT_LENGTH": "100"},
    }
    answer = api.patch("/api/v1/me", account, headers=JSON, status=400, **request)
    assert answer.json["type"] == "/problems/malformed-request"


def test_the_length_of_a_body_is_a_setting(make_app, make_account):
    app = make_app(MAX_BODY_BYTES=10)
    account = make_account(app=app)
    Api(app).patch("/api/v1/me", account, json={"displayName": "x"}, status=413)


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": {ECHO: ECHO}},
        {ECHO: ECHO, "displayName": "x"},
        {"displayName": "x", "nested": {ECHO: 1}},
        {"displayName": ECHO * 100},
        {"displayName": f"{ECHO}\n"},
    ],
)
def test_refusals_echo_nothing(api, account, body):
    answer = api.patch("/api/v1/me", account, json=body, status=422)
    assert ECHO not in answer.text


def test_a_mistake_is_pointed_at(api, account):
    answer = api.patch("/api/v1/me", account, json={}, status=422)
    assert answer.json["errors"] == [{"pointer": "/displayName", "detail": "Field required."}]


def test_an_unknown_member_is_answered_with_the_known_ones(api, account):
    body = {"displayName": "x", "unknown": 1}
    answer = api.patch("/api/v1/me", account, json=body, status=422)
    expected = {"pointer": "", "detail": "Unknown member; known are: displayName."}
    assert answer.json["errors"] == [expected]


def test_errors_are_many_but_not_endless(api, account):
    body = {f"unknown{number}": number for number in range(50)}
    answer = api.patch("/api/v1/me", account, json=body, status=422)
    assert len(answer.json["errors"]) == 20


@pytest.mark.parametrize(
    "query", ["x", "x=1", "displayName=x", "$where=1", "a[$ne]=", "%00", "=", "&"]
)
def test_operations_without_parameters_take_none(api, account, query):
    answer = api.get("/api/v1/me", account, query_string=query, status=422)
    assert answer.json["errors"] == [{"pointer": "", "detail": "No query parameters are taken."}]


def test_probes_and_documents_ignore_the_query_string(api):
    api.get("/health/live", query_string="whatever=1")
    api.get("/openapi.json", query_string="whatever=1")
