"""Input: hostile members in bodies that are right otherwise are refused, and nothing is echoed.

Markup and code are not hostile: in a text they are text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.accounts import CANARY
from tests.fixtures.members import documented_members, members_of, objects_of, replaced, resolve
from tests.fixtures.operations import each, takes_json
from tests.fixtures.sign_ups import sign_up

if TYPE_CHECKING:
    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.attacks import Attack
    from tests.fixtures.examples import Example
    from tests.fixtures.operations import Operation

pytestmark = pytest.mark.checklist("input.validate")

# What a template engine would act on.
OPEN, CLOSE = "{" * 2, "}" * 2

# Each member of each body gets each of these once, unless its schema takes it.
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


def takes_email(operation: Operation) -> bool:
    """Tell whether an e-mail address is among the members of the body."""
    return any(member.schema.get("format") == "email" for member in documented_members(operation))


@pytest.mark.parametrize("values", [OPERATORS, OTHER_TYPES], ids=["operators", "other types"])
@each(takes_json)
def test_no_member_takes_a_hostile_value(
    attack: Attack, operation: Operation, example: Example, values: dict[str, Any]
) -> None:
    for member in members_of(operation, example.body):
        for what, value in values.items():
            # Some are right here: a number for a count, nothing for what may be missing. No schema
            # lets an operator in.
            if values is OPERATORS or not member.takes(value):
                body = json.dumps(replaced(example.body, member.place, value)).encode()
                answer = attack.body(example, body, status=422, what=(what, member.pointer))
                pointer = answer.json["errors"][0]["pointer"]
                assert pointer.startswith(member.pointer), (what, member.pointer)


@each(takes_json)
def test_no_schema_takes_a_member_that_it_does_not_know(
    attack: Attack, operation: Operation, example: Example
) -> None:
    for holder in objects_of(operation, example.body):
        for name in {*UNKNOWN} - {*resolve(holder.schema)["properties"]}:
            place = (*holder.place, name)
            body = json.dumps(replaced(example.body, place, CANARY)).encode()
            attack.body(example, body, status=422, what=place)


@each(takes_json)
def test_the_second_of_two_equal_names_is_checked_like_the_first(
    attack: Attack, operation: Operation, example: Example
) -> None:
    hostile = {"$ne": CANARY}
    for member in members_of(operation, example.body):
        if len(member.place) == 1 and not member.takes(hostile):
            again = json.dumps({member.name: hostile})
            twice = f"{json.dumps(example.body)[:-1]}, {again[1:]}".encode()
            attack.body(example, twice, status=422, what=member.name)


@each(takes_email)
def test_invalid_e_mail_addresses_are_refused_and_not_repeated(
    attack: Attack, operation: Operation, example: Example
) -> None:
    for member in members_of(operation, example.body):
        if member.schema.get("format") != "email":
            continue
        for what, email in EMAILS.items():
            body = json.dumps(replaced(example.body, member.place, email)).encode()
            (error,) = attack.body(example, body, status=422, what=what).json["errors"]
            assert error["pointer"] == member.pointer, what
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
    sign_up(api, {**credentials, "displayName": "x"})
    api.post("/api/v1/auth/login", json=credentials, status=200)
    wrong = {**credentials, "password": credentials["password"].swapcase()}
    api.post("/api/v1/auth/login", json=wrong, status=401)
