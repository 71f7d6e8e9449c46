"""Input: hostile members in bodies that are right otherwise are refused, and nothing is echoed.

Markup and code are not hostile: in a text they are text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.accounts import CANARY

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.attacks import Attack
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.validate")

# What a template engine would act on.
OPEN, CLOSE = "{" * 2, "}" * 2

# Values that no member of any schema takes: each member of each body gets each of them once.
OTHER_TYPES: dict[str, Any] = {
    "null": None,
    "true": True,
    "a number": 1,
    "a fraction": 0.5,
    "2^70": 2**70,
    "-2^70": -(2**70),
    "an empty list": [],
    "a list": [CANARY],
    "an empty object": {},
    "NUL": f"{CANARY}\0",
    "NUL in a name": {"\0": CANARY},
    "too long": CANARY * 2_000,
}


OPERATORS: dict[str, Any] = {
    "$ne": {"$ne": None},
    "$gt": {"$gt": ""},
    "$regex": {"$regex": f"^{CANARY}"},
    "$where": {"$where": f"this.email == '{CANARY}'"},
    "$in": {"$in": [CANARY]},
    "extended JSON": {"$oid": "507f1f77bcf86cd799439011", CANARY: 1},
    "a regular expression": {"$regularExpression": {"pattern": CANARY, "options": "i"}},
}

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
    "mixed directions": f"somebody@\u0660{CANARY}\u05d0.com",
    "an address of no kind": f"somebody@[IPv6:{CANARY}]",
    "torn Punycode": f"somebody@xn--{CANARY}-.com",
    "an override of direction": f"\u202e{CANARY}@example.com",
    "a file": "/etc/passwd",
    "a command": f"`{CANARY}`;$({CANARY})",
    "no text at all": "\u200b",
}

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE accounts; --",
    f"{OPEN}7*7{CLOSE}$7*7",
    "$(reboot) `reboot` | reboot",
    "../../etc/passwd",
    "=HYPERLINK('x')",
    "%00%0d%0a\\u0000",
    "\u2028\u2029\ufeff",
    "$where",
    "__class__",
)

UNKNOWN = ("id", "_id", "isAdmin", "password_hash", "passwordHash", "sessions", "$set", CANARY)


@pytest.mark.parametrize("values", [OPERATORS, OTHER_TYPES], ids=["operators", "other types"])
def test_no_member_takes_a_hostile_value(
    attack: Attack, writes: list[Operation], values: dict[str, Any]
) -> None:
    for operation in writes:
        example = operation.body_of(attack.caller)
        for name in example:
            for what, value in values.items():
                if what == "a number" and isinstance(example[name], int):
                    # This member accepts this value.
                    continue
                body = json.dumps({**example, name: value}).encode()
                answer = attack.body(operation, body, status=422, what=(what, name))
                assert answer.json["errors"][0]["pointer"] == f"/{name}", (what, name, operation)


def test_no_schema_takes_a_member_that_it_does_not_know(
    attack: Attack, writes: list[Operation]
) -> None:
    for operation in writes:
        for name in UNKNOWN:
            body = json.dumps({**operation.body_of(attack.caller), name: CANARY}).encode()
            attack.body(operation, body, status=422, what=name)


def test_the_second_of_two_equal_names_is_checked_like_the_first(
    attack: Attack, writes: list[Operation]
) -> None:
    for operation in writes:
        example = operation.body_of(attack.caller)
        again = json.dumps({next(iter(example)): {"$ne": CANARY}})
        twice = f"{json.dumps(example)[:-1]}, {again[1:]}".encode()
        attack.body(operation, twice, status=422, what="twice")


def test_invalid_e_mail_addresses_are_refused_and_not_repeated(
    attack: Attack, writes: list[Operation]
) -> None:
    taking = [each for each in writes if "email" in each.body_of(attack.caller)]
    assert len(taking) >= 2
    for operation in taking:
        for what, email in EMAILS.items():
            body = json.dumps({**operation.body_of(attack.caller), "email": email}).encode()
            (error,) = attack.body(operation, body, status=422, what=what).json["errors"]
            assert error["pointer"] == "/email", what
            # Not even in part, however it was spelled.
            assert error["detail"].isascii(), what


def test_markup_and_code_are_text_that_is_returned_unchanged(api: Api, account: Person) -> None:
    for text in MARKUP:
        changed = api.patch("/api/v1/me", account, json={"displayName": text})
        shown = api.get("/api/v1/me", account)
        assert shown.json["displayName"] == changed.json["displayName"] == text
        assert shown.content_type == "application/json"
        #: if cookiecutter.security_headers
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        #: endif


def test_a_password_may_be_any_text(api: Api) -> None:
    credentials = {"email": "somebody@example.com", "password": "".join(MARKUP)}
    api.post("/api/v1/auth/signup", json={**credentials, "displayName": "x"})
    api.post("/api/v1/auth/login", json=credentials, status=200)
    wrong = {**credentials, "password": credentials["password"].swapcase()}
    api.post("/api/v1/auth/login", json=wrong, status=401)
