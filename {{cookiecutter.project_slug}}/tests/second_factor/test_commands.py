"""`flask accounts remove-second-factor`: its effects, output and exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.fixtures.second_factors import SECOND_FACTOR

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

    from tests.fixtures.accounts import Person
    from tests.fixtures.api import Api
    from tests.fixtures.second_factors import Authenticator

UNNAMED = "Error: say whose: --id or --email, one of them\n"
NOBODY = "Error: there is no such account with a second factor\n"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["accounts", "remove-second-factor", *arguments])


@pytest.mark.parametrize("by", ["id", "email"])
def test_an_operator_removes_what_its_owner_has_lost(
    app: Flask, api: Api, authenticator: Authenticator, by: str
) -> None:
    person = authenticator.person
    name = str(person.id) if by == "id" else person.email.upper()
    result = run(app, f"--{by}", name)
    told = "removed the second factor, and ended every session of the account\n"
    assert (result.exit_code, result.stdout) == (0, told)
    api.get("/api/v1/me", person, status=401)
    pair = api.post("/api/v1/auth/login", json=person.credentials, status=200).json
    headers = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert not api.get(SECOND_FACTOR, headers=headers).json["isOn"]
    result = run(app, f"--{by}", name)
    assert (result.exit_code, result.stderr) == (1, NOBODY)


def test_an_account_without_one_keeps_its_sessions(app: Flask, api: Api, account: Person) -> None:
    result = run(app, "--email", account.email)
    assert (result.exit_code, result.stderr) == (1, NOBODY)
    api.get("/api/v1/me", account)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), UNNAMED),
        (("--id", str(uuid4()), "--email", "a@example.com"), UNNAMED),
        (("--id", str(uuid4())), NOBODY),
        (("--email", "nobody@example.com"), NOBODY),
        (("--email", "nobody"), NOBODY),
    ],
    ids=["nobody named", "named twice", "unknown id", "unknown address", "no address"],
)
def test_a_mistake_is_one_line(app: Flask, arguments: tuple[str, ...], line: str) -> None:
    result = run(app, *arguments)
    assert (result.exit_code, result.stderr) == (1, line)
