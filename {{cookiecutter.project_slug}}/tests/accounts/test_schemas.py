"""Accounts and tokens on the wire."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.accounts.schemas import (
    AccountOut,
    ChangeAccount,
    ChangePassword,
    LogIn,
    SignUp,
    TokenPairOut,
)
from tests.fixtures.accounts import PASSWORD

GOOD = {"email": "minji@example.com", "password": PASSWORD, "displayName": "김민지"}


def _is_valid(schema, document) -> bool:
    try:
        schema.model_validate(document)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("minji@example.com", "minji@example.com"),
        ("Min.Ji+api@Example.COM", "Min.Ji+api@example.com"),
        ("민지@example.com", "민지@example.com"),
        ("minji@예시.한국", "minji@예시.한국"),
        (f"minji@{'예시.한국'.encode('idna').decode()}", "minji@예시.한국"),
        ("cafe\u0301@example.com", "caf\u00e9@example.com"),
    ],
    ids=["plain", "capitals", "Korean", "Korean domain", "the same in ASCII", "composed"],
)
def test_an_address_has_one_spelling(given, kept):
    assert LogIn.model_validate({"email": given, "password": "x"}).email == kept


@pytest.mark.parametrize(
    "email",
    [
        "",
        "minji",
        "@example.com",
        "minji@",
        "minji@localhost",
        "minji@example",
        "a b@example.com",
        "a@b@example.com",
        "minji@example.com\n",
        "minji@example.com\0",
        "minji@-example.com",
        "minji@exam_ple.com",
        "Minji <minji@example.com",
        f"a@{'b' * 250}.com",
        None,
        1,
        ["minji@example.com"],
        {"$ne": None},
    ],
)
def test_invalid_addresses_are_refused(email):
    assert not _is_valid(SignUp, {**GOOD, "email": email})


@pytest.mark.parametrize(
    ("password", "is_valid"),
    [
        ("", False),
        ("x", True),
        ("x" * 1024, True),
        ("x" * 1025, False),
        ("with\0nul.", False),
        (None, False),
        (12345678, False),
    ],
)
def test_a_schema_checks_only_the_length_of_a_password(password, is_valid):
    """The service checks new passwords, since it knows the owner."""
    assert _is_valid(SignUp, {**GOOD, "password": password}) is is_valid
    assert _is_valid(LogIn, {"email": GOOD["email"], "password": password}) is is_valid
    changed = {"currentPassword": "x", "newPassword": password}
    assert _is_valid(ChangePassword, changed) is is_valid


@pytest.mark.checklist("output.no-secrets")
@pytest.mark.parametrize(
    ("schema", "document"),
    [
        (SignUp, GOOD),
        (LogIn, {"email": GOOD["email"], "password": PASSWORD}),
        (ChangePassword, {"currentPassword": PASSWORD, "newPassword": PASSWORD}),
    ],
)
def test_passwords_do_not_show_when_a_request_is_printed(schema, document):
    read = schema.model_validate(document)
    assert PASSWORD not in f"{read!r} {read} {read.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("", False),
        ("x", True),
        ("김" * 100, True),
        ("김" * 101, False),
        ("two\nlines", False),
        ("<script>alert(1)</script>", True),
        (None, False),
    ],
)
def test_a_display_name_is_a_line(name, is_valid):
    assert _is_valid(ChangeAccount, {"displayName": name}) is is_valid


@pytest.mark.parametrize("member", ["id", "createdAt", "updatedAt", "passwordHash", "sessions"])
def test_members_that_the_app_sets_cannot_be_sent(member):
    assert not _is_valid(SignUp, {**GOOD, member: "x"})


def test_an_account_shows_few_members():
    members = {field.alias for field in AccountOut.model_fields.values()}
    #: if cookiecutter.mail
    assert members == {"id", "email", "displayName", "language", "createdAt", "updatedAt"}
    #: else
    assert members == {"id", "email", "displayName", "createdAt", "updatedAt"}
    #: endif


def test_tokens_are_bearers():
    shown = TokenPairOut(access_token="a", refresh_token="b", expires_in=1)
    assert shown.model_dump() == {
        "accessToken": "a",
        "refreshToken": "b",
        "tokenType": "Bearer",
        "expiresIn": 1,
    }


@pytest.mark.parametrize("seconds", [0, -1])
def test_tokens_of_the_last_second_of_a_session_are_shown(seconds):
    shown = TokenPairOut(access_token="a", refresh_token="b", expires_in=seconds)
    assert shown.model_dump()["expiresIn"] == seconds
