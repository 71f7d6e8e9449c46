"""`flask accounts`: its effects, output and exit codes."""

from __future__ import annotations

import unicodedata
from uuid import uuid4

import pytest

from tests.fixtures.accounts import PASSWORD
from tests.fixtures.sign_ups import sign_up

ME = "/api/v1/me"


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", "end-sessions", *arguments])


@pytest.mark.parametrize("by", ["id", "email"])
def test_the_sessions_of_one_account_end(api, account, stranger, log_in, by):
    elsewhere = log_in(account)
    name = str(account.id) if by == "id" else account.email.upper()
    result = run(api.client.application, f"--{by}", name)
    assert (result.exit_code, result.stdout) == (0, "ended every session of 1 account\n")
    for person in (account, elsewhere):
        api.get(ME, person, status=401)
        api.post("/api/v1/auth/refresh", headers=person.refresh_headers, status=401)
    api.get(ME, stranger)
    api.get(ME, log_in(account))


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(unicodedata.normalize("NFD", "김민지@example.com"), id="in parts"),
        pytest.param("김민지@EXAMPLE.COM", id="domain in capitals"),
        pytest.param("김민지@\N{FULLWIDTH LATIN SMALL LETTER E}xample.com", id="a wide letter"),
    ],
)
def test_an_address_is_found_in_every_spelling(app, api, spelling):
    body = {"email": "김민지@example.com", "password": PASSWORD, "displayName": "A"}
    sign_up(api, body)
    result = run(app, "--email", spelling)
    assert (result.exit_code, result.stdout) == (0, "ended every session of 1 account\n")


def test_the_sessions_of_all_end(app, api, account, stranger):
    result = run(app, "--all")
    assert (result.exit_code, result.stdout) == (0, "ended every session of 2 accounts\n")
    for person in (account, stranger):
        api.get(ME, person, status=401)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "Error: say whose: --id, --email or --all, one of them"),
        (("--all", "--email", "a@example.com"), "Error: say whose: --id, --email or --all"),
        (("--id", str(uuid4())), "Error: there is no such account"),
        (("--email", "nobody@example.com"), "Error: there is no such account"),
    ],
)
def test_a_mistake_in_the_arguments_is_one_line(app, api, account, arguments, line):
    result = run(app, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith(line)
    assert len(result.output.splitlines()) == 1
    api.get(ME, account)


def test_an_invalid_id_is_refused(app):
    result = run(app, "--id", "garbage")
    assert result.exit_code == 2
    assert "is not a valid UUID" in result.output
