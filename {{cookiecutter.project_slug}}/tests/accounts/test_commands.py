"""`flask accounts`: its effects, output and exit codes."""

from __future__ import annotations

import unicodedata
#: if not cookiecutter.mail
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
#: else
from datetime import UTC, datetime
#: endif
from uuid import uuid4

import pytest

#: if not cookiecutter.mail
from app.database.documents import utc_now
from tests.fixtures.accounts import NEW_PASSWORD, PASSWORD
from tests.fixtures.sign_ups import sign_up
#: else
from tests.fixtures.accounts import PASSWORD
from tests.fixtures.sign_ups import SIGN_UP, sign_up
#: endif

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
        f"{account.id}  active       member, staff",
        f"{stranger.id}  suspended    member",
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
#: if cookiecutter.mail


def test_an_address_is_confirmed_by_hand(app, api):
    body = {"email": "a@example.com", "password": PASSWORD, "displayName": "A"}
    api.post(SIGN_UP, json=body, status=202)
    result = app.test_cli_runner().invoke(args=["accounts", "confirm", "--email=A@example.com"])
    assert (result.exit_code, result.stdout) == (0, "confirmed: the account can log in\n")
    credentials = {"email": "a@example.com", "password": PASSWORD}
    api.post("/api/v1/auth/login", json=credentials, status=200)


@pytest.mark.parametrize("email", ["nobody@example.com", "known@example.com", "no address"])
def test_what_cannot_be_confirmed_is_one_line(app, make_account, email):
    make_account(email="known@example.com")
    result = app.test_cli_runner().invoke(args=["accounts", "confirm", f"--email={email}"])
    assert result.exit_code == 1
    assert result.output == "Error: there is no such account to confirm\n"
#: else


def make_one_time_password(app, email):
    result = app.test_cli_runner().invoke(args=["accounts", "reset-password", f"--email={email}"])
    assert result.exit_code == 0, result.output
    return result.stdout.rpartition(" ")[2].strip()


def log_in_with(api, account, password, status=200):
    body = {"email": account.email, "password": password}
    return api.post("/api/v1/auth/login", json=body, status=status)


def test_a_one_time_password_logs_in_once_and_sets_another(app, api, account):
    given = make_one_time_password(app, account.email.upper())
    api.get(ME, account, status=401)
    log_in_with(api, account, PASSWORD, status=401)
    pair = log_in_with(api, account, given).json
    log_in_with(api, account, given, status=401)
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    change = {"currentPassword": given, "newPassword": NEW_PASSWORD}
    api.put(f"{ME}/password", headers=headers, json=change)
    log_in_with(api, account, NEW_PASSWORD)
    log_in_with(api, account, NEW_PASSWORD)


def test_a_one_time_password_does_not_stay(app, api, account):
    given = make_one_time_password(app, account.email)
    pair = log_in_with(api, account, given).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    change = {"currentPassword": given, "newPassword": given}
    answer = api.put(f"{ME}/password", headers=headers, json=change, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/newPassword"]
    log_in_with(api, account, given, status=401)
    api.put(f"{ME}/password", headers=headers, json={**change, "newPassword": NEW_PASSWORD})


def test_a_one_time_password_is_over_after_an_hour(app, api, account, database):
    given = make_one_time_password(app, account.email)
    stored = database.accounts.find_one()["oneTimeUntil"].replace(tzinfo=UTC)
    assert timedelta(minutes=59) < stored - utc_now() <= timedelta(hours=1)
    database.accounts.update_one({}, {"$set": {"oneTimeUntil": utc_now() - timedelta(seconds=1)}})
    log_in_with(api, account, given, status=401)


@pytest.mark.usefixtures("long_hashes")
def test_of_many_log_ins_with_a_one_time_password_one_works(app, account):
    given = {"email": account.email, "password": make_one_time_password(app, account.email)}
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda _: app.test_client().post("/api/v1/auth/login", json=given).status_code, range(4)
        )
        assert sorted(answers) == [200, 401, 401, 401]


@pytest.mark.checklist("auth.max-retry")
def test_a_one_time_password_ends_the_jail(app, api, account):
    for _ in range(5):
        log_in_with(api, account, NEW_PASSWORD, status=401)
    log_in_with(api, account, PASSWORD, status=429)
    log_in_with(api, account, make_one_time_password(app, account.email))


def test_an_unknown_account_gets_no_one_time_password(app):
    arguments = ["accounts", "reset-password", "--email=a@example.com"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert (result.exit_code, result.output) == (1, "Error: there is no such account\n")
#: endif
