"""`flask accounts`: its effects, output and exit codes."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.fixtures.accounts import PASSWORD

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
    api.post("/api/v1/auth/signup", json=body, status=201)
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


def run_accounts(app, *arguments):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def said_by(app, *arguments) -> list[str]:
    result = run_accounts(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


@pytest.mark.parametrize("by", ["id", "email"])
def test_an_operator_gives_and_takes_roles(app, api, account, by):
    whose = f"--{by}={account.id if by == 'id' else account.email.upper()}"
    api.get("/api/v1/accounts", account, status=403)
    assert said_by(app, "grant", "staff", whose) == ["the account has the role staff"]
    api.get("/api/v1/accounts", account)
    assert said_by(app, "revoke", "staff", whose) == ["the account does not have the role staff"]
    api.get("/api/v1/accounts", account, status=403)


def test_giving_a_role_twice_changes_nothing(app, account, database):
    for role in ("admin", "admin", "staff", "staff"):
        said_by(app, "grant", role, f"--id={account.id}")
    assert database.accounts.find_one({"_id": account.id})["roles"] == ["admin", "staff"]


def test_the_last_admin_cannot_be_deposed_or_suspended(app, api, account, stranger):
    said_by(app, "grant", "admin", f"--id={account.id}")
    for command in (["revoke", "admin"], ["suspend"]):
        result = run_accounts(app, *command, f"--id={account.id}")
        message = "Error: this is the last admin: give another account the role first\n"
        assert (result.exit_code, result.output) == (1, message)
    api.get("/api/v1/accounts", account)
    said_by(app, "grant", "admin", f"--id={stranger.id}")
    said_by(app, "revoke", "admin", f"--id={account.id}")
    api.get("/api/v1/accounts", account, status=403)


def test_an_operator_suspends_and_restores(app, api, account, log_in):
    whose = f"--email={account.email}"
    assert said_by(app, "suspend", whose) == ["the account is suspended"]
    api.get(ME, account, status=401)
    api.post("/api/v1/auth/login", json=account.credentials, status=403)
    assert said_by(app, "unsuspend", whose) == ["the account is active"]
    api.get(ME, account, status=401)
    api.get(ME, log_in(account))


def test_accounts_are_listed_without_what_is_personal(app, account, stranger, make_account):
    leaving = make_account(deletion_began_at=datetime.now(UTC))
    said_by(app, "grant", "staff", f"--id={account.id}")
    said_by(app, "suspend", f"--id={stranger.id}")
    said = said_by(app, "list")
    assert said == [
        f"{account.id}  active     member, staff",
        f"{stranger.id}  suspended  member",
    ]
    assert str(leaving.id) not in "".join(said)


@pytest.mark.parametrize(
    "command", [("grant", "staff"), ("revoke", "staff"), ("suspend",), ("unsuspend",)]
)
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "Error: say whose: --id or --email, one of them"),
        (("--id", str(uuid4()), "--email", "a"), "Error: say whose: --id or --email, one of them"),
        (("--id", str(uuid4())), "Error: there is no such account"),
        (("--email", "nobody@example.com"), "Error: there is no such account"),
    ],
    ids=["no account", "two accounts", "an unknown id", "an unknown address"],
)
def test_a_mistake_in_naming_the_account_is_one_line(app, command, arguments, line):
    result = run_accounts(app, *command, *arguments)
    assert (result.exit_code, result.output) == (1, f"{line}\n")


@pytest.mark.parametrize("command", ["grant", "revoke"])
@pytest.mark.parametrize("role", ["root", "member", ""])
def test_a_role_that_cannot_be_given_is_refused(app, account, command, role):
    result = run_accounts(app, command, role, f"--id={account.id}")
    assert result.exit_code == 2
    assert "is not one of 'staff', 'admin'" in result.output
