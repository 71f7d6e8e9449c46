"""Input: hostile bodies on every operation that takes one are refused, and nothing is echoed.

The word of tests/fixtures/accounts.py that no answer and no log line may hold stands in every
body and in every member that can hold one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.contents import ReadContents
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.validate")

WORD = CANARY.encode()

# No JSON, or more of it than anybody needs.
UNREADABLE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "a space": (b" ", 400),
    "a word": (WORD, 400),
    "half an object": (b'{"' + WORD + b'": ', 400),
    "an object and more": (b'{"' + WORD + b'": 1}}', 400),
    "two objects": (b'{"' + WORD + b'": 1}{}', 400),
    "a comma too many": (b'{"' + WORD + b'": 1,}', 400),
    "a comment": (b'/* */{"' + WORD + b'": 1}', 400),
    "single quotes": (b"{'" + WORD + b"': 1}", 400),
    "no quotes": (b"{" + WORD + b": 1}", 400),
    "a form": (b"email=" + WORD + b"&password=" + WORD, 400),
    "XML": (b"<email>" + WORD + b"</email>", 400),
    "a pickle": (b"\x80\x04\x95\x1e\x00\x00\x00" + WORD + b"R.", 400),
    "BSON": (b"\x16\x00\x00\x00\x02x\x00\x07\x00\x00\x00" + WORD + b"\x00\x00", 400),
    "NaN": (b'{"' + WORD + b'": NaN}', 400),
    "Infinity": (b'{"' + WORD + b'": Infinity}', 400),
    "minus Infinity": (b'{"' + WORD + b'": -Infinity}', 400),
    "1e999": (b'{"' + WORD + b'": 1e999}', 400),
    "a leading zero": (b'{"' + WORD + b'": 01}', 400),
    "a lone surrogate": (b'{"' + WORD + b'": "\\ud800"}', 400),
    "a lone surrogate in a name": (b'{"' + WORD + b'\\udfff": 1}', 400),
    "a torn escape": (b'{"' + WORD + b'": "\\u12"}', 400),
    "a raw NUL": (b'{"' + WORD + b'": "\x00"}', 400),
    "a byte order mark": (b'\xef\xbb\xbf{"' + WORD + b'": 1}', 400),
    "UTF-16": (('{"' + CANARY + '": 1}').encode("utf-16"), 400),
    "UTF-32": (('{"' + CANARY + '": 1}').encode("utf-32"), 400),
    "latin-1": (b'{"' + WORD + b'": "\xe9"}', 400),
    "overlong UTF-8": (b'{"' + WORD + b'": "\xc0\xaf"}', 400),
    "CESU-8": (b'{"' + WORD + b'": "\xed\xa0\xbd\xed\xb8\x80"}', 400),
    "gzip": (b"\x1f\x8b\x08\x00" + WORD, 400),
    "60,000 brackets": (b"[" * 60_000, 400),
    "200,000 brackets": (b"[" * 200_000, 413),
    "a megabyte": (b'{"' + WORD + b'": "' + b"x" * 1_000_000 + b'"}', 413),
    "a megabyte of spaces": (b" " * 1_000_000, 413),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
}

# JSON, but no object of the schema.
MISFIT: dict[str, Any] = {
    "an empty list": [],
    "a list of objects": [{CANARY: CANARY}],
    "null": None,
    "true": True,
    "a number": 1,
    "a string": CANARY,
    "an empty object": {},
    "an operator": {"$where": f"sleep(1000) || '{CANARY}'"},
    "an unknown member": {CANARY: CANARY},
    "an empty name": {"": CANARY},
    "NUL in a name": {f"\0{CANARY}": 1},
    "a dotted name": {f"email.{CANARY}": 1},
    "a prototype": {"__proto__": {"isAdmin": CANARY}, "constructor": {"prototype": CANARY}},
    "a Python name": {"__class__": {"__init__": {"__globals__": CANARY}}},
    "a thousand members": {f"{CANARY}{number}": number for number in range(1000)},
    "nested lists": json.loads("[" * 500 + f'"{CANARY}"' + "]" * 500),
}

# No string that a member of any schema takes; every member of every body is one of them once.
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "a number": 1,
    "a fraction": 0.5,
    "2^70": 2**70,
    "-2^70": -(2**70),
    "an empty list": [],
    "a list": [CANARY],
    "an empty object": {},
    "$ne": {"$ne": None},
    "$gt": {"$gt": ""},
    "$regex": {"$regex": f"^{CANARY}"},
    "$where": {"$where": f"this.email == '{CANARY}'"},
    "$in": {"$in": [CANARY]},
    "extended JSON": {"$oid": "507f1f77bcf86cd799439011", CANARY: 1},
    "a regular expression": {"$regularExpression": {"pattern": CANARY, "options": "i"}},
    "NUL": f"{CANARY}\0",
    "NUL escaped twice": {"\0": CANARY},
    "too long": CANARY * 2_000,
}


def send(api: Api, operation: Operation, caller: Person, body: bytes) -> TestResponse:
    """Call an operation with these bytes as its JSON."""
    return api.client.open(
        operation.url,
        method=operation.method,
        headers=operation.headers_of(caller),
        data=body,
        content_type="application/json",
    )


def check_refusal(answer: TestResponse, statuses: set[int], what: object) -> None:
    """Assert that this is a problem document which repeats nothing."""
    assert answer.status_code in statuses, (what, answer.text)
    assert answer.content_type == "application/problem+json", what
    assert CANARY not in (answer.text + str(answer.headers)).lower(), what
    assert len(answer.data) < 4000, what


@pytest.fixture
def before(
    api: Api, caller: Person, read_contents: ReadContents
) -> dict[str, list[dict[str, Any]]]:
    """Return what is stored before the attack, the app's own preparations included."""
    api.get("/api/v1/me", caller)
    return read_contents()


@pytest.mark.parametrize(("body", "status"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_json_is_refused(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
    body: bytes,
    status: int,
) -> None:
    for operation in writes:
        check_refusal(send(api, operation, caller, body), {status}, operation)
        assert read_contents() == before, operation


@pytest.mark.parametrize("document", MISFIT.values(), ids=MISFIT)
def test_what_is_no_object_of_the_schema_is_refused(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
    document: Any,
) -> None:
    for operation in writes:
        answer = send(api, operation, caller, json.dumps(document).encode())
        check_refusal(answer, {422}, operation)
        assert answer.json["errors"], operation
        assert read_contents() == before, operation


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_member_takes_what_is_no_text_of_its_own(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
    value: Any,
) -> None:
    for operation in writes:
        example = operation.body_of(caller) or {}
        assert example, operation
        for name in example:
            body = json.dumps({**example, name: value}).encode()
            answer = send(api, operation, caller, body)
            check_refusal(answer, {422}, (operation, name))
            assert answer.json["errors"][0]["pointer"] == f"/{name}", (operation, name)
        assert read_contents() == before, operation


def test_no_schema_takes_a_member_that_it_does_not_know(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
) -> None:
    unknown = ("id", "_id", "isAdmin", "password_hash", "passwordHash", "sessions", "$set", CANARY)
    for operation in writes:
        for name in unknown:
            body = {**(operation.body_of(caller) or {}), name: CANARY}
            answer = send(api, operation, caller, json.dumps(body).encode())
            check_refusal(answer, {422}, (operation, name))
        assert read_contents() == before, operation


def test_a_member_given_twice_is_read_once_and_checked(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
) -> None:
    for operation in writes:
        example = operation.body_of(caller) or {}
        name = next(iter(example))
        twice = json.dumps(example)[:-1] + f', "{name}": {{"$ne": "{CANARY}"}}}}'
        check_refusal(send(api, operation, caller, twice.encode()), {422}, operation)
        assert read_contents() == before, operation


EMAILS = {
    "an operator in text": '{"$ne": null}',
    "a script": f"<script>{CANARY}</script>@example.com",
    "a header": f"somebody@example.com\r\nBcc: {CANARY}@example.com",
    "a display name": f"{CANARY} <somebody@example.com>",
    "a list": f"somebody@example.com,{CANARY}@example.com",
    "no host": f"{CANARY}@",
    "no name": f"@{CANARY}.com",
    "a host that is no name": f"somebody@a·{CANARY}.com",
    "a symbol as host": f"somebody@❤{CANARY}.com",
    "mixed directions": f"somebody@٠{CANARY}א.com",
    "an address of no kind": f"somebody@[IPv6:{CANARY}]",
    "torn Punycode": f"somebody@xn--{CANARY}-.com",
    "an override of direction": f"\u202e{CANARY}@example.com",
    "a file": "/etc/passwd",
    "a template": "{{7*7}}@example.com",
    "a command": f"`{CANARY}`;$({CANARY})",
    "no text at all": "\u200b",
}


@pytest.mark.parametrize("email", EMAILS.values(), ids=EMAILS)
def test_what_is_no_e_mail_address_is_refused_without_a_word_of_it(
    api: Api,
    writes: list[Operation],
    caller: Person,
    before: dict[str, Any],
    read_contents: ReadContents,
    email: str,
) -> None:
    taking = [each for each in writes if "email" in (each.body_of(caller) or {})]
    assert len(taking) >= 2
    for operation in taking:
        body = {**(operation.body_of(caller) or {}), "email": email}
        answer = send(api, operation, caller, json.dumps(body).encode())
        check_refusal(answer, {422}, operation)
        (error,) = answer.json["errors"]
        assert error["pointer"] == "/email"
        # Not a character of it either, however it was spelled.
        assert not set(error["detail"]) & (set(email) - set(ASCII_TEXT)), error
    assert read_contents() == before


ASCII_TEXT = "".join(map(chr, range(32, 127)))


MARKUP = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE accounts; --",
    "{{7*7}}${7*7}#{7*7}",
    "$(reboot) `reboot` | reboot",
    "../../etc/passwd",
    "=HYPERLINK('x')",
    "%00%0d%0a\\u0000",
    "\u2028\u2029\ufeff",
    "$where",
    "__class__",
)


def test_markup_and_code_are_text_that_comes_back_as_it_was(api: Api, account: Person) -> None:
    for text in MARKUP:
        for _ in range(1):
            answer = api.patch("/api/v1/me", account, json={"displayName": text})
        assert answer.json["displayName"] == text
        shown = api.get("/api/v1/me", account)
        assert shown.json["displayName"] == text
        assert shown.content_type == "application/json"
        #: if cookiecutter.security_headers
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        #: endif


def test_a_password_may_be_any_text(api: Api, caller: Person) -> None:
    for number, text in enumerate(MARKUP):
        profile = {
            "email": f"somebody-{number}@example.com",
            "password": f"{text} and more",
            "displayName": "x",
        }
        api.post("/api/v1/auth/signup", json=profile)
        del profile["displayName"]
        api.post("/api/v1/auth/login", json=profile, status=200)
        profile["password"] = f"{text} and less"
        api.post("/api/v1/auth/login", json=profile, status=401)
    assert api.get("/api/v1/me", caller)
