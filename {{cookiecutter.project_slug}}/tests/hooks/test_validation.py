"""Bodies and query strings are read by the operation's schema, and never echoed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

import orjson
import pytest
from pydantic import Field

from app.context import context
from app.errors import InvalidInputError
from app.hooks import validation
from app.operations import Operation
from app.schemas import File, InDigits, Moment, Schema
from tests.fixtures.api import Api

KEY = "0197a1f2-3c4d-7e5f-8a6b-9c0d1e2f3a4b"


class Kind(StrEnum):
    """Some words."""

    LARGE = "large"


class Measured(Schema):
    """A member of each type, of which a request names one."""

    whole: Annotated[int, InDigits] | None = None
    ratio: float | None = None
    flag: bool | None = None
    cost: Decimal | None = None
    key: UUID | None = None
    moment: Moment | None = None
    day: date | None = None
    kind: Kind | None = None
    several: list[int] | None = None


# A value of each type in JSON.
WRITTEN: list[tuple[str, Any, Any]] = [
    ("whole", 7, 7),
    ("ratio", 7, 7.0),
    ("ratio", 0.5, 0.5),
    ("flag", True, True),
    ("cost", "1.10", Decimal("1.10")),
    ("cost", 1.5, Decimal("1.5")),
    ("key", KEY, UUID(KEY)),
    ("moment", "2026-01-31T09:26:53Z", datetime(2026, 1, 31, 9, 26, 53, tzinfo=UTC)),
    ("day", "2026-01-31", date(2026, 1, 31)),
    ("kind", "large", Kind.LARGE),
    ("several", [1, 2], [1, 2]),
]
OF_ANOTHER_TYPE: list[tuple[str, Any]] = [
    *(("whole", value) for value in ("7", True, 7.0, 7.5, [7], "")),
    *(("ratio", value) for value in ("0.5", True)),
    *(("flag", value) for value in ("true", "yes", 1, 0, 1.0)),
    *(("cost", value) for value in (True, "x", "NaN")),
    *(("key", value) for value in (1, True)),
    *(("moment", value) for value in (0, 1769851613, "1769851613")),
    *(("day", value) for value in (0, "2026-01-31T00:00:00Z")),
    *(("kind", value) for value in ("LARGE", 0, True)),
    *(("several", value) for value in (["1"], [True], "1", 1)),
]
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
def test_invalid_json_is_malformed(api, account, body):
    answer = api.patch("/api/v1/me", account, data=body, headers=JSON, status=400)
    assert answer.json["type"] == "/problems/malformed-request"
    assert answer.json["errors"] == []


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
def test_a_body_that_does_not_fit_the_schema_is_refused(api, account, body):
    answer = api.patch("/api/v1/me", account, data=body, headers=JSON, status=422)
    assert answer.json["type"] == "/problems/invalid-input"
    assert answer.json["errors"]
    assert api.get("/api/v1/me", account).json["displayName"] == account.display_name


def read_body(app, body: bytes) -> Any:
    """Read a body with the hooks, as for an operation that takes Measured."""
    with app.test_request_context("/", method="POST", data=body):
        context.operation, context.body_type = Operation(body=Measured), "application/json"
        validation.read_body()
        return context.body


@pytest.mark.parametrize(("name", "value", "expected"), WRITTEN)
def test_json_values_are_read_by_their_type(app, name, value, expected):
    assert getattr(read_body(app, orjson.dumps({name: value})), name) == expected


@pytest.mark.checklist("input.validate")
@pytest.mark.parametrize(("name", "value"), OF_ANOTHER_TYPE)
def test_json_values_are_never_converted_to_another_type(app, name, value):
    with pytest.raises(InvalidInputError) as raised:
        read_body(app, orjson.dumps({name: value}))
    assert all(error.pointer.startswith(f"/{name}") for error in raised.value.errors)


@pytest.mark.parametrize("levels", [150, 230, 400, 900])
def test_a_body_that_nests_too_deep_is_refused(app, levels):
    with pytest.raises(InvalidInputError):
        read_body(app, b'{"several": ' + b"[" * levels + b"]" * levels + b"}")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        *((name, str(value), expected) for name, value, expected in WRITTEN if name != "several"),
        ("flag", "true", True),
    ],
)
def test_values_of_a_query_string_are_read_from_texts(app, name, text, expected):
    with app.test_request_context("/", query_string={name: text}):
        context.operation = Operation(query=Measured)
        validation.read_query()
        assert getattr(context.query, name) == expected


class Picture(Schema):
    """A form with a file."""

    file: Annotated[File, Field(max_length=3)]
    width: Annotated[int, InDigits] = 0


@pytest.fixture
def read_form(app):
    """Return a function that reads a form with the hooks, as one of Picture."""

    def read(**fields: Any) -> Any:
        form = {"data": fields, "content_type": "multipart/form-data"}
        with app.test_request_context(method="POST", **form):
            context.operation = Operation(body=Picture)
            context.body_type = "multipart/form-data"
            validation.read_body()
            return context.body

    return read


def test_values_of_a_form_are_read_from_texts_and_a_file_is_what_was_sent(read_form):
    sent = read_form(file=(BytesIO(b"\xfb\xff\x00"), "x"), width="7")
    assert (sent.file, sent.width) == (b"\xfb\xff\x00", 7)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"file": (BytesIO(b"long"), "x")}, "/file"),
        ({"file": ["a", "b"]}, "/file"),
        ({}, "/file"),
        ({"file": "x", "width": "7.5"}, "/width"),
        ({"file": "x", "more": "x"}, ""),
    ],
    ids=["long", "twice", "none", "number", "unknown"],
)
def test_what_does_not_fit_in_a_form_is_pointed_at(read_form, fields, pointer):
    with pytest.raises(InvalidInputError) as raised:
        read_form(**fields)
    assert [error.pointer for error in raised.value.errors] == [pointer]


@pytest.mark.parametrize("length", [65_536, 65_537, 1_000_000])
def test_a_body_may_have_the_allowed_length_and_no_more(api, account, length):
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
        # The sign of a server that it knows where such a body ends.
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
def test_problems_echo_nothing(api, account, body):
    answer = api.patch("/api/v1/me", account, json=body, status=422)
    assert ECHO not in answer.text


def test_a_mistake_is_pointed_at(api, account):
    body = {"currentPassword": "x"}
    answer = api.put("/api/v1/me/password", account, json=body, status=422)
    assert answer.json["errors"] == [{"pointer": "/newPassword", "detail": "Field required."}]


def test_an_unknown_member_is_answered_with_the_known_ones(api, account):
    body = {"currentPassword": "x", "newPassword": "x", "unknown": 1}
    answer = api.put("/api/v1/me/password", account, json=body, status=422)
    known = "currentPassword, newPassword"
    expected = {"pointer": "", "detail": f"Unknown member; known are: {known}."}
    assert answer.json["errors"] == [expected]


def test_the_number_of_errors_is_limited(api, account):
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
